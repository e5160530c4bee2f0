// state.js: where a viewer stands in a scene: kept for the visit, so that a reload comes back to the
// same step; and which scenes this browser has been through.

import { keep, recall, recallVisit } from "../kept.js";

/**
 * @typedef {import("./types").Scene} Scene
 * @typedef {import("./types").State} State
 */

export const OWN = "own"; /* the name of a scene from a file (POST /scenes) */
const STATE = "chef.scene";
const DOCUMENT = "chef.scene.own";
const DONE = "chef.scenes_done";

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
    failed: false,
  };
}

/** @returns {State | null} */
export function keptState() {
  return read(STATE);
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

/** The scenes this browser has been through. @returns {string[]} */
export function scenesDone() {
  try {
    const names = JSON.parse(recall(DONE) ?? "[]");
    return Array.isArray(names) ? names : [];
  } catch {
    return [];
  }
}

/** @param {string} name */
export function noteDone(name) {
  const done = scenesDone();
  if (name !== OWN && !done.includes(name)) keep(DONE, JSON.stringify([...done, name]));
}
