// transport.js: play forwards and backwards, step, speed, to the live edge, and the badge that
// cannot be mistaken.

import { openFamily } from "./branches.js";
import { el, fill, icon, setText } from "./dom.js";
import { menuEntry, openMenu } from "./menu.js";
import { refusalText } from "./problem_words.js";
import { keepProblem, sayNote, sayStatus } from "./say.js";
import { isHeld, isPaused, report, setPace, togglePause } from "./steer.js";
import { openUntil } from "./until.js";
import { t, virtualTime } from "./words.js";

/**
 * @typedef {import("./model.js").Model} Model
 * @typedef {import("./until.js").Until} Until
 */

const LOOKS_AHEAD_MS = 600_000; /* how far the server looks for the next moment (docs/api.md) */

/** The named stops. Two of them are the lenses: kitchen time and message time. */
export const SPEEDS = [0.001, 0.01, 0.02, 0.1, 0.5, 1, 2, 5, 10, 20, 60, 200, 1000];
const BEHIND_MS = 500;
export const KITCHEN_TIME = 1;
export const MESSAGE_TIME = 0.02;

/** @param {number} speed */
export function speedName(speed) {
  if (speed >= 1) return `${speed}×`;
  return `1/${Math.round(1 / speed)}×`;
}

/**
 * Words for a stop: "kitchen time", "message time", "as fast as it goes".
 * @param {number} speed
 */
export function speedWords(speed) {
  const key = `speed.${speed}`;
  const words = t(key);
  return words === key ? speedName(speed) : `${speedName(speed)} ${words}`;
}

/** @param {Model} model @param {number} speed */
export function setSpeed(model, speed) {
  sayStatus(t("said.speed", { speed: speedWords(speed) }));
  if (model.replay?.inPast) model.replay.setSpeed(speed);
  else void setPace(model, { speed });
}

/** @param {Model} model @param {1 | -1} by */
export function changeSpeed(model, by) {
  const at = SPEEDS.reduce((best, speed, i) =>
    Math.abs(Math.log(speed / model.pace.speed)) < Math.abs(Math.log(SPEEDS[best] / model.pace.speed)) ? i : best, 0);
  setSpeed(model, SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, at + by))]);
}

/** @param {Model} model */
export function toggleLens(model) {
  setSpeed(model, model.pace.speed <= 0.1 ? KITCHEN_TIME : MESSAGE_TIME);
}

/**
 * Plays backwards from the moment that is shown, or stands still again.
 * @param {Model} model
 */
export function toggleBack(model) {
  const { replay } = model;
  if (!replay) return;
  if (replay.inPast && replay.direction < 0) replay.pause();
  else replay.play(-1);
}

/** @param {Model} model */
export function toLive(model) {
  if (model.replay?.inPast) model.replay.toLive();
  else sayStatus(t("said.live"));
}

/**
 * On to the next event or moment: in the past one is looked for, at the live edge the run is
 * computed on until one comes.
 * @param {Model} model
 * @param {"event" | "interesting"} what
 */
export async function stepTo(model, what) {
  if (model.replay?.inPast) {
    await findStep(model, "next", what);
    return;
  }
  const before_ms = model.t_us / 1000;
  model.clock.freeze(performance.now());
  const t_ms = await setPace(model, { step: what });
  if (t_ms !== null && what === "interesting" && t_ms - before_ms >= LOOKS_AHEAD_MS) {
    sayNote(t("find.nothing_ahead"));
  }
}

/**
 * Back to the event or moment before this one; from the live edge into the past.
 * @param {Model} model
 * @param {"event" | "interesting"} what
 */
export function stepBack(model, what) {
  return findStep(model, "previous", what);
}

let finding = false; /* keys that come faster than answers do not pile up */

/**
 * @param {Model} model
 * @param {"next" | "previous"} step
 * @param {"event" | "interesting"} what
 */
async function findStep(model, step, what) {
  const { replay, run } = model;
  if (!replay || !run || finding) return;
  finding = true;
  const { direction } = replay;
  const from_us = replay.inPast ? replay.cursor_us : Math.max(0, model.clock.shown_us);
  try {
    const found = await replay.find({ from_ms: Math.floor(from_us) / 1000, step, what });
    if (model.run !== run || replay.direction !== direction) return; /* a newer wish: to play, to stand */
    if (found.found) await replay.seekTo(Math.round(found.t_ms * 1000));
    else sayNote(t(noneKey(step, replay.paired)), toLiveAction(model, step));
  } catch (error) {
    report(error);
  } finally {
    finding = false;
  }
}

/** @param {string} step @param {boolean} paired */
function noneKey(step, paired) {
  if (step === "previous") return "find.none_previous";
  return paired ? "find.none_end" : "find.none_next";
}

/** @param {Model} model @param {string} step */
function toLiveAction(model, step) {
  if (step !== "next") return undefined;
  return { text: t(model.replay?.paired ? "transport.end" : "transport.live"), run: () => toLive(model) };
}

/**
 * The state a person reads: live, paused, held (the store takes nothing), replay (the past is
 * shown, or the run is computed again from its inputs), ended, halted; in a branch its name.
 * @param {Model} model
 */
export function runState(model) {
  if (model.link !== "open" || model.replay?.inPast) return "replay";
  if (model.pace.state === "halted") return "halted";
  if (model.pace.state === "finished") return "ended";
  if (model.pace.state === "stored") return "replay";
  if (isHeld(model)) return "held";
  return isPaused(model) ? "paused" : "live";
}

/** @param {Model} model */
function isBranch(model) {
  return Boolean(model.run?.parent) || (model.run?.branch_at_ms ?? 0) > 0;
}

/** @param {Model} model @param {string} state */
function badgeWord(model, state) {
  if (model.replay?.paired) return t("badge.compare");
  if (model.replay?.inPast) return t("badge.replay");
  if (model.link !== "open") return t("badge.no_link");
  if (isBranch(model) && (state === "live" || state === "paused")) {
    return t("badge.branch");
  }
  return t(`badge.${state}`);
}

/**
 * What stands under the word: how far behind the edge, or the branch's name.
 * @param {Model} model
 * @param {string} state
 */
function badgeBelow(model, state) {
  if (model.replay?.inPast) {
    const behind_us = Math.max(0, model.edge_us - model.replay.cursor_us);
    return t(model.replay.paired ? "badge.before_end" : "badge.past", { behind: virtualTime(behind_us, 0) });
  }
  if ((model.pace.behind_ms ?? 0) > BEHIND_MS) return t("badge.behind");
  if (!isBranch(model) || (state !== "live" && state !== "paused")) return "";
  return model.run?.label || t("branch.unnamed");
}

/**
 * Beside the word: the seed of a replay; of a branch what would else stand below.
 * @param {Model} model
 * @param {string} state
 */
function badgeBeside(model, state) {
  if (model.replay?.paired) return "";
  if (model.replay?.inPast) return t("run.seed_value", { seed: model.run?.seed ?? "" });
  if (!isBranch(model) || (state !== "live" && state !== "paused")) return "";
  return t(`badge.branch_${state}`);
}

/** @param {HTMLElement} root @param {Model} model @param {Until[]} untils */
export function mountTransport(root, model, untils) {
  const play = el("button.play", { type: "button", "data-transport": "play", onclick: () => togglePause(model) });
  const back = button("back", () => toggleBack(model));
  const speed = button("speed", () => openMenu(speed, t("transport.speed"), speedEntries(model)));
  speed.setAttribute("aria-haspopup", "menu");
  const live = button("live", () => toLive(model));
  if (model.replay?.paired) name(live, t("transport.end"));
  const family = button("branch", () => void openFamily(family, model));
  family.setAttribute("aria-haspopup", "menu");
  const steps = {
    earlier: button("earlier", () => void stepBack(model, "interesting")),
    previous: button("previous", () => void stepBack(model, "event")),
    step: button("step", () => void stepTo(model, "event")),
    next: button("next", () => void stepTo(model, "interesting")),
    until: button("until", () => openUntil(model, untils)),
  };
  for (const one of [steps.previous, steps.step]) one.classList.add("wide");
  const word = el("span");
  const beside = el("span.beside");
  const below = el("span.cut");
  const speedNow = el("span");
  const badge = el("output.badge", { "aria-live": "off" }, el("span.cut", null, word, " ", beside),
    el("span.scale", null, below, speedNow));
  root.append(
    el("div.transport", { role: "group", "aria-label": t("transport.label") },
      steps.earlier, steps.previous, back, play, steps.step, steps.next, steps.until, speed, live),
    badge,
    family,
  );
  const render = () => {
    const { replay } = model;
    const past = replay?.inPast ?? false;
    const paused = isPaused(model) || (past && (replay?.direction ?? 0) < 0);
    if (play.dataset.paused !== String(paused)) {
      play.dataset.paused = String(paused);
      name(play, t(paused ? "transport.play" : "transport.pause"));
      fill(play, icon(paused ? "play" : "pause"));
    }
    back.setAttribute("aria-pressed", String(past && (replay?.direction ?? 0) < 0));
    live.setAttribute("aria-pressed", String(!past));
    family.hidden = model.family.length < 2;
    root.dataset.past = String(past);
    root.dataset.paired = String(replay?.paired ?? false);
    if (!replay?.paired) document.documentElement.dataset.past = String(past);
    const state = runState(model);
    badge.dataset.state = state;
    badge.toggleAttribute("data-branch", isBranch(model) && (state === "live" || state === "paused"));
    const ended = model.pace.state === "finished" ? t("why.finished") : "";
    if (!past) keepProblem(badgeWord(model, state), refusalText(model.pace.problem ?? ended));
    setText(word, badgeWord(model, state));
    setText(beside, badgeBeside(model, state));
    setText(below, badgeBelow(model, state));
    setText(speedNow, speedName(model.pace.speed));
    badge.title = [word, beside, below, speedNow].map((part) => part.textContent).join(" ").trim();
  };
  model.on(["pace", "link", "run", "replay", "family"], render);
  const renderBehind = () => {
    if (model.replay?.inPast) setText(below, badgeBelow(model, "replay"));
  };
  model.on(["frame", "edge"], renderBehind);
  render();
}

/** @param {Model} model */
function speedEntries(model) {
  return SPEEDS.map((speed) => menuEntry({
    text: speedWords(speed), checked: speed === model.pace.speed, run: () => setSpeed(model, speed),
  }));
}

/** @param {HTMLElement} element @param {string} words */
function name(element, words) {
  element.setAttribute("aria-label", words);
  element.title = words;
}

/** @param {string} id @param {() => void} run */
function button(id, run) {
  const made = el("button", { type: "button", "data-transport": id, onclick: run }, icon(id));
  name(made, t(`transport.${id}`));
  return made;
}
