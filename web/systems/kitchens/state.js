// state.js: how the truth about a kitchen looks: tone, glyph, border and word always together,
// never a colour alone.

import { BELIEF, TRUTH } from "./model.js";

/** @typedef {"serving" | "slow" | "down" | "moving" | "off"} Tone */

/** Indexed by truth: 0 empty place, 1 open, 2 slow, 3 closed, 4 paused, 5 recovering, 6 leaving, 7 cut off.
 * @type {Tone[]} */
const TONES = ["off", "serving", "slow", "down", "off", "moving", "moving", "off"];

/** @type {Record<Tone, {icon: string, dash: number[], width: number, double: boolean}>} */
export const LOOKS = {
  serving: { icon: "serving", dash: [], width: 2, double: false },
  slow: { icon: "warning", dash: [], width: 4, double: false },
  down: { icon: "down", dash: [], width: 1.5, double: true },
  moving: { icon: "moving", dash: [7, 4], width: 2, double: false },
  off: { icon: "unknown", dash: [2, 3], width: 2, double: false },
};

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
