// steer.js: everything a person does to the run: inputs, settings, pace. Asks the server; what
// comes back through the live link is the truth. A refusal becomes one line.

import { api, Problem } from "./api.js";
import { sayProblem } from "./say.js";

/** @typedef {import("./model.js").Model} Model */

/** @param {unknown} error */
export function report(error) {
  if (error instanceof Problem) {
    const some = error.allowed.slice(0, 12).join(", ");
    sayProblem(
      some && !error.message.includes(some) ? `${error.message} (${some})` : error.message,
    );
  } else {
    sayProblem(String(error));
  }
}

/** Opens a branch: the past itself cannot be changed.
 * @type {(model: Model, input: Record<string, unknown>) => Promise<boolean>} */
let branch = async () => false;

/**
 * Who opens a branch when something is done in the past.
 * @param {(model: Model, input: Record<string, unknown>) => Promise<boolean>} open
 */
export function setBranching(open) {
  branch = open;
}

/**
 * Sends an input; in the past it opens a branch there. True when the server has stored it.
 * @param {Model} model
 * @param {Record<string, unknown>} input
 */
export async function sendInput(model, input) {
  if (!model.run) return false;
  if (model.replay?.inPast && !model.replay.joining) return branch(model, input);
  try {
    await api.input(model.run.run, input);
    return true;
  } catch (error) {
    report(error);
    return false;
  }
}

/**
 * Changes a setting; shows it at once and takes it back when the server refuses.
 * @param {Model} model
 * @param {string} key
 * @param {number | string | boolean} value
 */
export async function changeSetting(model, key, value) {
  const run = model.run;
  const before = run?.settings[key];
  model.setSetting(key, value);
  const stored = await sendInput(model, { type: "setting.set", key, value });
  if (!stored && before !== undefined && model.run === run) model.setSetting(key, before);
  return stored;
}

/**
 * Asks the run for another pace; answers how far it has come, or null when it refused.
 * @param {Model} model
 * @param {Record<string, unknown>} pace
 * @returns {Promise<number | null>} virtual ms
 */
export async function setPace(model, pace) {
  if (!model.run) return null;
  try {
    const answer = await api.pace(model.run.run, pace);
    model.pace = { ...model.pace, state: answer.state, speed: answer.speed };
    model.tell("pace");
    return answer.t_ms;
  } catch (error) {
    model.clock.thaw();
    report(error);
    return null;
  }
}

/**
 * Held with a problem: the run stands still until the cause is gone, and then goes on by itself.
 * @param {Model} model
 */
export function isHeld(model) {
  return model.pace.state === "held" && Boolean(model.pace.problem);
}

/** @param {Model} model */
export function isPaused(model) {
  if (model.replay?.inPast) return model.replay.direction === 0;
  if (isHeld(model)) return false;
  return model.clock.paused || model.pace.state === "paused";
}

/**
 * Why nothing can be asked of the system now, as a key of the words; in the past one opens a branch.
 * @param {Model} model
 */
export function whyNoRequest(model) {
  return isPaused(model) && !model.replay?.inPast ? "why.paused_run" : null;
}

/**
 * Pausing freezes the picture at once; the server follows. In the past it is the replay that
 * stands still.
 * @param {Model} model
 */
export function togglePause(model) {
  if (model.replay?.inPast && !model.replay.joining) {
    if (model.replay.direction === 0) model.replay.play(1);
    else model.replay.pause();
    return;
  }
  if (isPaused(model)) {
    model.clock.thaw();
    void setPace(model, { paused: false });
  } else {
    model.clock.freeze(performance.now());
    model.pace = { ...model.pace, state: "paused" };
    model.tell("pace");
    void setPace(model, { paused: true });
  }
}
