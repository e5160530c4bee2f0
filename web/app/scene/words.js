// words.js: what the player of scenes says, and the texts of the scenes inside the program; both are
// fetched with the first scene.

import { translated } from "../language.js";
import { fillIn } from "../words.js";

/**
 * @typedef {import("./types").Scene} Scene
 * @typedef {import("./types").Step} Step
 * @typedef {import("./types").Choice} Choice
 */

/** @type {Record<string, string>} */
let player = {};
/** @type {Record<string, string>} */
let scenes = {};

/** @param {string} path */
async function file(path) {
  const answer = await fetch(path);
  return answer.json();
}

export async function fetchSceneWords() {
  if (Object.keys(player).length > 0) return;
  const [own, all] = await Promise.all([file("/words/player.json"), file("/words/scenes.json")]);
  player = translated("player", own).words;
  scenes = translated("scenes", all).scenes;
}

/**
 * A sentence of the player.
 * @param {string} key
 * @param {Record<string, unknown>} [values]
 */
export function ps(key, values) {
  return player[key] === undefined ? key : fillIn(player[key], values);
}

/**
 * A text of a scene: its own, or that of the table of words.
 * @param {Scene} scene
 * @param {string} key where it stands in the table: "STEP", "STEP.options.ID", or ""
 * @param {Record<string, any>} holder
 * @param {string} field
 * @returns {string}
 */
function textOf(scene, key, holder, field) {
  return holder[field] ?? scenes[[scene.name, key, field].filter(Boolean).join(".")] ?? "";
}

/**
 * A text of a scene inside the program, in the viewer's language.
 * @param {string} name
 * @param {"title" | "about" | "words"} field
 * @returns {string | undefined}
 */
export function programText(name, field) {
  return scenes[`${name}.${field}`];
}

/** @param {Scene} scene */
export function titleOf(scene) {
  return textOf(scene, "", scene, "title");
}

/** @param {Scene} scene @param {Step} step @param {"caption" | "question" | "notes"} field */
export function stepText(scene, step, field) {
  return textOf(scene, step.id, step, field);
}

/** @param {Scene} scene @param {Step} step @param {"options" | "tasks"} list @param {Choice} choice */
export function choiceText(scene, step, list, choice) {
  return textOf(scene, `${step.id}.${list}.${choice.id}`, choice, "text");
}
