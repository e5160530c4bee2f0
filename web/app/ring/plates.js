// plates.js: what the plates of all small clusters have alike: sizes of their texts, what a truth is
// called, and the table in the middle.

import { token } from "../dom.js";
import { roundedBox } from "../stage/drawing.js";
import { drawFlag } from "../stage/house.js";

/** Sizes of texts, in units. */
export const TEXT = 20.2;
export const SMALL = 17;
/** enum node_truth */
export const DOWN = 0;
export const UP = 1;
export const HELD = 2;
/** The same as the faults count: closed, open, paused. */
export const TRUTHS = [3, 1, 4];

/**
 * The letters of the nodes in a set of bits.
 * @param {import("../model.js").Model} model
 * @param {Iterable<number>} nodes
 * @param {number} bits
 */
export function lettersOf(model, nodes, bits) {
  return [...nodes].filter((node) => Math.floor(bits / 2 ** node) % 2 === 1).map((node) => model.nodeLetter(node)).join(", ");
}

/**
 * The table, with lines of text in its middle.
 * @param {CanvasRenderingContext2D} ctx
 * @param {import("../stage/drawing.js").Box} box
 * @param {number} u
 * @param {[text: string, size: number, weight: number, colour: string][]} lines
 * @param {{first: number, step: number}} at units: the first line from the top, and from line to line
 */
export function drawTableOf(ctx, box, u, lines, { first, step }) {
  roundedBox(ctx, box, 48 * u);
  ctx.fillStyle = token("--page");
  ctx.fill();
  ctx.strokeStyle = token("--border");
  ctx.lineWidth = 1.6 * u;
  ctx.stroke();
  ctx.textAlign = "center";
  ctx.textBaseline = "alphabetic";
  lines.forEach(([text, size, weight, colour], index) => {
    ctx.font = `${weight} ${size * u}px ${token("--font")}`;
    ctx.fillStyle = token(colour);
    ctx.fillText(text, box.x + box.width / 2, box.y + (first + step * index) * u, box.width - 20 * u);
  });
  ctx.textAlign = "left";
}

/**
 * The thick border of who leads, and a flag over its roof; before its house.
 * @param {CanvasRenderingContext2D} ctx
 * @param {import("../stage/drawing.js").Box} box
 * @param {number} u
 */
export function drawLeads(ctx, box, u) {
  roundedBox(ctx, { x: box.x - 2 * u, y: box.y - 2 * u, width: box.width + 4 * u, height: box.height + 4 * u }, 10 * u);
  ctx.strokeStyle = token("--text");
  ctx.lineWidth = 6 * u;
  ctx.stroke();
  drawFlag(ctx, box, u);
}
