// asking.js: what the run is asked: has the condition of a step come, what is the answer to a
// question, which task has come true. The run answers, nobody else: every answer is a look into its past.

import { api } from "../api.js";

/**
 * @typedef {import("./types").Scene} Scene
 * @typedef {import("./types").State} State
 * @typedef {import("./types").Step} Step
 */

export const WITHIN_S = 300; /* of a run that names no limit (server/lab/scene.h) */

/**
 * When a condition first held after a moment, up to where the run is now.
 * @param {string} run
 * @param {number} from_us
 * @param {string} until
 */
export function since(run, from_us, until) {
  return api.find(run, { from_ms: from_us / 1000, until });
}

/** @param {Step} step a run @param {number} from_us */
export function limitOf(step, from_us) {
  return from_us + (step.within_s ?? WITHIN_S) * 1e6;
}

/**
 * Up to its condition, or to where it has not come in time.
 * @param {Step} step a run
 * @param {number} from_us
 */
export function untilOf(step, from_us) {
  return `(${step.until}) or t_ms >= ${limitOf(step, from_us) / 1000}`;
}

/**
 * An input of a step, with whoever the last event was about in place of "@node" and "@peer".
 * @param {Record<string, unknown> & {type: string}} input
 * @param {State["who"]} who
 */
export function inputOf(input, who) {
  /** @type {Record<string, unknown>} */
  const body = {};
  for (const [key, value] of Object.entries(input)) {
    body[key] = value === "@node" ? who.node : value === "@peer" ? who.peer : value;
  }
  return body;
}

/**
 * The question that a step stands behind: the last one before it that a run has followed.
 * @param {Scene} scene
 * @param {number} at
 * @returns {number} its step, -1: none
 */
export function questionBefore(scene, at) {
  let ran = false;
  for (let i = at - 1; i >= 0; i--) {
    if (scene.steps[i].beat === "predict") return ran ? i : -1;
    ran = ran || scene.steps[i].beat === "run";
  }
  return -1;
}

/**
 * What the run says to a question: the first option that came true since, or the one that holds when
 * no other does.
 * @param {State} state
 * @param {Step} question
 * @param {number} asked_us
 */
export async function answerOf(state, question, asked_us) {
  let rest = "";
  for (const option of question.options ?? []) {
    if (option.holds === undefined) rest = option.id;
    else if ((await since(state.run, asked_us, option.holds)).found) return option.id;
  }
  return rest;
}

/**
 * Asks for each task that is still open. True when one has come true, or cannot be done any more in this run.
 * @param {State} state
 * @param {Step} turn
 * @param {number} from_us where it began
 */
export async function lookAtTasks(state, turn, from_us) {
  let news = false;
  for (const task of turn.tasks ?? []) {
    const key = taskKey(turn, task.id);
    if (state.tasks[key] !== undefined || state.spoiled[key] !== undefined) continue;
    news = (await lookAtTask(state, key, task, from_us)) || news;
  }
  return news;
}

/**
 * It is done when `until` has come true and `unless` has not before (server/lab/scene.h). As long as neither has, one
 * look at the run is enough.
 * @param {State} state
 * @param {string} key
 * @param {import("./types").Choice} task
 * @param {number} from_us
 */
async function lookAtTask(state, key, { until = "", unless }, from_us) {
  const first = await since(state.run, from_us, unless === undefined ? until : `(${until}) or (${unless})`);
  if (!first.found) return false;
  const done = unless === undefined ? first : await since(state.run, from_us, `(${until}) and not first(${unless})`);
  if (done.found) {
    state.tasks[key] = done.t_ms;
    state.task_runs[key] = state.run;
  } else state.spoiled[key] = first.t_ms;
  return true;
}

/** @param {Step} turn @param {string} task */
export function taskKey(turn, task) {
  return `${turn.id}.${task}`;
}
