// geometry.js: where the things of the timeline stand, in pixels.

import { unit } from "../dom.js";

/**
 * @typedef {import("../model.js").Model} Model
 * @typedef {import("../types").Relative} Relative
 * @typedef {{
 *   width: number, height: number, u: number, end_us: number,
 *   top: number, base: number, tracks: number, row: number, words: number,
 *   x: (t_us: number) => number,
 * }} Geometry where things stand; `base` is the floor of the plot, `tracks` the top of the branches
 */

const SPAN_MIN_US = 60e6; /* a young run does not fill the whole strip */
const TRACKS_MAX = 3;
export const PAD = 6;

/**
 * The moment this viewer sees.
 * @param {Model} model
 */
export function cursorOf(model) {
  if (model.replay?.inPast) return model.replay.cursor_us;
  return Math.max(0, Math.min(model.clock.shown_us, model.edge_us));
}

/**
 * @param {HTMLElement} track
 * @param {Model} model
 * @param {number} held_us the scale to keep, or 0
 * @returns {Geometry}
 */
export function measure(track, model, held_us) {
  const { clientWidth: width, clientHeight: height } = track;
  const { density } = model.look;
  const u = density === "lecture" ? unit() : 0.75;
  const ends = model.family.map((one) => one.t_ms * 1000);
  const latest_us = Math.max(model.edge_us, ...ends);
  const end_us = held_us > 0 ? held_us : Math.max(latest_us * 1.02, SPAN_MIN_US);
  const count = model.family.length > 1 ? Math.min(TRACKS_MAX, model.family.length) : 0;
  const lab = density === "lab";
  const room = (height - 24 * u - 30) / Math.max(1, count);
  const row = count === 0 ? 0 : lab ? Math.max(12, Math.min(20, room)) : 6 * u;
  const base = height - 24 * u - count * row - (count > 0 ? 2 * u : 0);
  const words = lab ? Math.max(0, Math.min(3, Math.floor((base - 34) / 22))) : 0;
  return {
    width, height, u, end_us, row, words, base,
    top: lab ? Math.min(base - 20, 14 + words * 22) : (count > 0 ? 3 : 9) * u,
    tracks: base + 2 * u,
    x: (t_us) => PAD + ((width - 2 * PAD) * t_us) / end_us,
  };
}

/**
 * Which of the family have a track: the root, and those around the run that is shown.
 * @param {Model} model
 * @returns {Relative[]}
 */
export function tracksOf(model) {
  const { family } = model;
  if (family.length <= TRACKS_MAX) return family;
  const at = Math.max(0, family.findIndex((one) => one.run === model.run?.run));
  const from = Math.max(1, Math.min(at - 1, family.length - TRACKS_MAX + 1));
  return [family[0], ...family.slice(from, from + TRACKS_MAX - 1)];
}
