// view.js: what part of space-time is on the screen: time to x, node to y, how far one may zoom.
// A view is a plain value: drawing, picking and fetching read it, only the hands make a new one.

import { unit } from "../dom.js";

/**
 * @typedef {{node: number, label: string}} Row
 * @typedef {{
 *   from_us: number, to_us: number, scroll: number,
 *   width: number, height: number, left: number, right: number, top: number, bottom: number,
 *   u: number, text: number, lane: number, rows: Row[], places: Map<number, number>,
 * }} View
 * @typedef {{from_us: number, to_us: number, scroll: number}} Window
 */

/** From 20 microseconds a screen to two days: a run is at most one virtual day long. */
export const SPAN_MIN_US = 20;
export const SPAN_MAX_US = 48 * 3600e6;
const EARLY_SHARE = 0.25; /* so much of the screen may show nothing before the run begins */

/** Sizes of the densities: height of text and of a lane, in CSS pixels. */
const SIZES = {
  lecture: { text: 20.2, lane: 33 },
  lab: { text: 14, lane: 26 },
  phone: { text: 14, lane: 44 },
};
const NAMES_SHARE = 0.23; /* of the width, at most, for the names */

/**
 * A view of a window for a canvas of this size.
 * @param {Window} window
 * @param {Row[]} rows from top to bottom
 * @param {number} width CSS pixels
 * @param {number} height
 * @param {string} density
 * @param {number} names how wide the longest name is, in heights of text
 * @returns {View}
 */
export function makeView(window, rows, width, height, density, names) {
  const u = density === "lecture" ? unit() : 1;
  const size = SIZES[/** @type {keyof typeof SIZES} */ (density)] ?? SIZES.lab;
  const text = size.text * u;
  const top = text * 1.9; /* one row of words about marks, and the first line's numbers */
  const bottom = height - text * 1.6; /* the axis */
  const lane = Math.max(size.lane * u, (bottom - top) / Math.max(1, rows.length));
  const most = Math.max(0, lane * rows.length - (bottom - top));
  return {
    ...window,
    scroll: Math.max(0, Math.min(most, window.scroll)),
    width, height, top, bottom, lane, u, text, rows,
    left: Math.min(NAMES_SHARE * width, names * size.text * u) + 12 * u,
    right: width - 6 * u,
    places: new Map(rows.map((row, index) => [row.node, index])),
  };
}

/** @param {Window} view */
export function spanOf(view) {
  return view.to_us - view.from_us;
}

/**
 * CSS pixels a microsecond.
 * @param {View} view
 */
export function scaleOf(view) {
  return (view.right - view.left) / spanOf(view);
}

/** @param {View} view @param {number} t_us */
export function xOf(view, t_us) {
  return view.left + (t_us - view.from_us) * scaleOf(view);
}

/** @param {View} view @param {number} x */
export function timeAt(view, x) {
  return view.from_us + (x - view.left) / scaleOf(view);
}

/**
 * The line of a node; NaN when it has none (hidden, or unknown).
 * @param {View} view
 * @param {number} node
 */
export function yOf(view, node) {
  const place = view.places.get(node);
  return place === undefined ? NaN : yOfPlace(view, place);
}

/** @param {View} view @param {number} place */
export function yOfPlace(view, place) {
  return view.top + view.lane * (place + 0.5) - view.scroll;
}

/**
 * The window within what may be seen: not before the run, not far behind its edge, not too deep.
 * @param {Window} window
 * @param {number} edge_us
 * @returns {Window}
 */
export function bounded(window, edge_us) {
  const span = Math.max(SPAN_MIN_US, Math.min(SPAN_MAX_US, spanOf(window), Math.max(1e6, edge_us * 4)));
  const middle = (window.from_us + window.to_us) / 2;
  const first = -EARLY_SHARE * span;
  const last = Math.max(first, edge_us - span * (1 - EARLY_SHARE) + 1);
  const from_us = Math.max(first, Math.min(last, middle - span / 2));
  return { from_us, to_us: from_us + span, scroll: window.scroll };
}

/**
 * Nearer or farther around a moment that stays where it is.
 * @param {Window} window
 * @param {number} factor below 1: nearer
 * @param {number} at_us
 */
export function zoomed(window, factor, at_us) {
  const span = Math.max(SPAN_MIN_US, Math.min(SPAN_MAX_US, spanOf(window) * factor));
  const share = (at_us - window.from_us) / spanOf(window);
  const from_us = at_us - share * span;
  return { from_us, to_us: from_us + span, scroll: window.scroll };
}

/** @param {Window} window @param {number} by_us */
export function shifted(window, by_us) {
  return { from_us: window.from_us + by_us, to_us: window.to_us + by_us, scroll: window.scroll };
}

/** Round steps of time for axes, in microseconds. */
const STEPS_US = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5,
  1e6, 2e6, 5e6, 1e7, 2e7, 3e7, 6e7, 12e7, 3e8, 6e8, 12e8, 18e8, 36e8, 72e8, 144e8, 216e8];

/**
 * The smallest round step that is at least so many pixels wide.
 * @param {View} view
 * @param {number} pixels
 */
export function stepOf(view, pixels) {
  const least_us = pixels / scaleOf(view);
  return STEPS_US.find((step) => step >= least_us) ?? STEPS_US[STEPS_US.length - 1];
}

/**
 * How many decimals of a second tell moments apart that lie a step from each other.
 * @param {number} step_us
 */
export function decimalsOf(step_us) {
  return Math.max(0, Math.min(6, Math.ceil(6 - Math.log10(step_us) - 1e-9)));
}
