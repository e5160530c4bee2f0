// state.js: how the truth about a kitchen looks: tone, glyph, border and word always together,
// never a colour alone.

import { BELIEF, TRUTH } from "./model.js";

/** @typedef {import("../../app/stage/looks.js").Tone} Tone */

/** Indexed by truth: 0 empty place, 1 open, 2 slow, 3 closed, 4 paused, 5 recovering, 6 leaving, 7 cut off.
 * @type {Tone[]} */
const TONES = ["off", "serving", "slow", "down", "off", "moving", "moving", "off"];

/** @param {number} truth */
export function toneOf(truth) {
  return TONES[truth] ?? "off";
}

/** @param {number} truth */
export function truthWord(truth) {
  return `truth.${TRUTH[truth] ?? "unknown"}`;
}

/** @param {number} belief */
export function beliefWord(belief) {
  return `belief.${BELIEF[belief] ?? "unknown"}`;
}

/**
 * Does the dispatcher think otherwise than it is? An open kitchen believed open, a closed one
 * thought closed: no.
 * @param {number} truth
 * @param {number} belief
 */
export function mistaken(truth, belief) {
  const works = truth === 1 || truth === 2;
  if (truth === 0 || truth === 6 || belief === 4) return false;
  return works ? belief !== 1 : belief === 1;
}
