// pick.js: what lies under the pointer: the nearest arrow or dot.

import { arrowLine } from "./arrows.js";
import { xOf, yOf } from "./view.js";

/**
 * @typedef {import("./view.js").View} View
 * @typedef {import("./tiles.js").TraceEvent} TraceEvent
 */

const NEAR = 0.6; /* of the height of text */
const NEAR_TOUCH = 1.3;
const DOT_FIRST = 0.6; /* a dot is smaller than an arrow: it wins when it is nearly as near */

/**
 * @param {View} view
 * @param {TraceEvent[]} events the later ones are drawn over the earlier ones
 * @param {number} x
 * @param {number} y
 * @param {boolean} touch a finger is broader than a pointer
 */
export function pick(view, events, x, y, touch) {
  if (x < view.left || y > view.bottom) return null;
  let best = view.text * (touch ? NEAR_TOUCH : NEAR);
  /** @type {TraceEvent | null} */
  let found = null;
  for (const event of events) {
    const away = event.from >= 0 ? arrowDistance(view, event, x, y) : DOT_FIRST * Math.hypot(
      xOf(view, event.t_us) - x,
      yOf(view, event.node) - y,
    );
    if (away < best) [best, found] = [away, event];
  }
  return found;
}

/** @param {View} view @param {TraceEvent} event @param {number} x @param {number} y */
function arrowDistance(view, event, x, y) {
  const line = arrowLine(view, event);
  if (!line) return Infinity;
  const dx = line.x2 - line.x1;
  const dy = line.y2 - line.y1;
  const length2 = dx * dx + dy * dy;
  const share = length2 === 0 ? 0 : ((x - line.x1) * dx + (y - line.y1) * dy) / length2;
  const at = Math.max(0, Math.min(1, share));
  return Math.hypot(line.x1 + at * dx - x, line.y1 + at * dy - y);
}
