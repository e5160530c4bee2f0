// state.js: where a viewer stands in a scene: kept for the visit, so that a reload comes back to the
// same step; and how far this browser has come in each.

import { keep, recall, recallVisit } from "../kept.js";

/**
 * @typedef {import("./types").Scene} Scene
 * @typedef {import("./types").State} State
 */

export const OWN = "own"; /* the name of a scene from a file (POST /scenes) */
const STATE = "chef.scene";
const DOCUMENT = "chef.scene.own";
const SEEN = "chef.scenes_seen";

/** @param {string} key @returns {any} null when there is nothing, or nothing that can be read */
function read(key) {
  try {
    return JSON.parse(recallVisit(key) ?? "null");
  } catch {
    return null;
  }
}

/** @param {string} key @param {unknown} value */
function write(key, value) {
  try {
    if (value === null) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, JSON.stringify(value));
  } catch {
    /* it lasts as long as the page */
  }
}

/**
 * @param {Scene} scene
 * @param {string} run
 * @returns {State}
 */
export function freshState(scene, run) {
  return {
    name: scene.name, run, at: 0, front: -1, moments_us: [], running: null, who: {}, votes: {}, answers: {}, tasks: {},
    task_runs: {}, spoiled: {}, trunks: [], failed: false,
  };
}

/** @returns {State | null} */
export function keptState() {
  const state = read(STATE);
  return state && { task_runs: {}, spoiled: {}, trunks: [], ...state };
}

/**
 * Another run is on the stage in one's own turn. A branch of the scene's run takes its place: up to where it
 * begins both are the same, so no step's moment is later than that. Back in its trunk, all is as it was.
 * @param {State} state
 * @param {import("../types").RunInfo} run
 * @returns {boolean} is it one of these?
 */
export function follow(state, run) {
  const at = state.trunks.findIndex((trunk) => trunk.run === run.run);
  if (at >= 0) {
    state.moments_us = state.trunks[at].moments_us;
    state.trunks.length = at;
  } else if (run.parent === state.run && run.branch_at_ms !== undefined) {
    const begins_us = Math.floor(run.branch_at_ms * 1000);
    state.trunks.push({ run: state.run, moments_us: state.moments_us });
    state.moments_us = state.moments_us.map((moment_us) => Math.min(moment_us, begins_us));
  } else return false;
  state.run = run.run;
  state.spoiled = {}; /* what was done there is looked at anew */
  return true;
}

/** @param {State | null} state */
export function keepState(state) {
  write(STATE, state);
}

/** The scene from a file that was opened in this visit.
 * @returns {Scene | null} */
export function ownScene() {
  return read(DOCUMENT);
}

/** @param {Scene} scene */
export function keepOwnScene(scene) {
  write(DOCUMENT, scene);
}

/** How far this browser has come, by the name of the scene.
 * @returns {Record<string, import("./types").Seen>} */
export function scenesSeen() {
  try {
    return JSON.parse(recall(SEEN) ?? "{}");
  } catch {
    return {};
  }
}

/**
 * The farthest step and the most tasks count.
 * @param {Scene} scene
 * @param {State} state
 */
export function noteSeen(scene, state) {
  if (scene.name === OWN) return;
  const all = scenesSeen();
  const before = all[scene.name];
  const asked = scene.steps.reduce((sum, step) => sum + (step.tasks?.length ?? 0), 0);
  all[scene.name] = {
    step: Math.max(state.front + 1, before?.step ?? 0), of: scene.steps.length,
    tasks: Math.max(Object.keys(state.tasks).length, before?.tasks ?? 0), asked,
  };
  keep(SEEN, JSON.stringify(all));
}
