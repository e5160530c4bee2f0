// draw.js: the diagram as a pure function of view, scene and choice: lanes, what lasted, what
// happened, what is chosen, the moment of the page, axis and names.

import { token } from "../dom.js";
import { t, virtualTime } from "../words.js";
import { drawEvents, drawSlice } from "./arrows.js";
import { drawCounts, drawNumbers } from "./density.js";
import { Boxes, drawMessageNames, drawNotes, drawSpans, spansOf } from "./marks.js";
import { decimalsOf, spanOf, stepOf, xOf, yOfPlace } from "./view.js";

/**
 * @typedef {import("./view.js").View} View
 * @typedef {import("./scene.js").Scene} Scene
 * @typedef {import("./tiles.js").TraceEvent} TraceEvent
 * @typedef {{
 *   view: View, scene: Scene, words: import("../types").DiagramWords,
 *   now_us: number, edge_us: number,
 *   slice: TraceEvent[], chosen: TraceEvent | null, hover: TraceEvent | null,
 * }} Picture
 */

const DIM = 0.35;
const FINE_US = 500; /* steps below this are told as microseconds after the moment at the left */

/** @param {CanvasRenderingContext2D} ctx @param {Picture} picture */
export function drawDiagram(ctx, picture) {
  const { view, scene, words } = picture;
  ctx.globalAlpha = 1;
  ctx.fillStyle = token("--page");
  ctx.fillRect(0, 0, view.width, view.height);
  ctx.save();
  ctx.beginPath();
  ctx.rect(view.left, 0, view.width - view.left, view.bottom);
  ctx.clip();
  drawNever(ctx, picture);
  drawGrid(ctx, view);
  drawLanes(ctx, view);
  const lit = picture.slice.length > 0;
  ctx.globalAlpha = lit ? DIM : 1;
  drawCounts(ctx, view, scene.counts);
  drawSpans(ctx, view, spansOf(scene.notes, words, picture.edge_us));
  drawEvents(ctx, view, scene.events, scene.lost, words.look);
  ctx.globalAlpha = 1;
  if (picture.hover) drawSlice(ctx, view, [picture.hover], null);
  if (lit) drawSlice(ctx, view, picture.slice, picture.chosen);
  ctx.restore();
  drawWriting(ctx, picture, lit);
  drawAxis(ctx, view);
  drawNow(ctx, picture);
  drawNames(ctx, picture);
}

/**
 * Fine lines at the moments that the axis names.
 * @param {CanvasRenderingContext2D} ctx
 * @param {View} view
 */
function drawGrid(ctx, view) {
  ctx.font = `400 ${view.text}px ${token("--font")}`;
  const { step } = ticksOf(ctx, view);
  ctx.fillStyle = token("--grid");
  for (let at = Math.ceil(view.from_us / step) * step; at <= view.to_us; at += step) {
    if (at >= 0) ctx.fillRect(Math.round(xOf(view, at)), 0, 1, view.bottom);
  }
}

/** @param {CanvasRenderingContext2D} ctx @param {View} view */
function drawLanes(ctx, view) {
  view.rows.forEach((_row, place) => {
    const y = yOfPlace(view, place);
    if (y < view.top - view.lane || y > view.bottom + view.lane) return;
    ctx.fillStyle = token("--border");
    ctx.fillRect(view.left, Math.round(y), view.width, Math.max(1, view.u * 1.5));
  });
}

/**
 * Before the run and after its live edge there is nothing yet.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Picture} picture
 */
function drawNever(ctx, { view, edge_us }) {
  ctx.fillStyle = token("--panel");
  const first = xOf(view, 0);
  const last = xOf(view, edge_us);
  if (first > view.left) ctx.fillRect(view.left, 0, first - view.left, view.bottom);
  if (last < view.width) ctx.fillRect(Math.max(view.left, last), 0, view.width - last, view.bottom);
}

/**
 * The moment of the page: the same as on the slider.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Picture} picture
 */
function drawNow(ctx, { view, now_us }) {
  const x = xOf(view, now_us);
  if (x < view.left || x > view.width) return;
  const w = view.text * 0.42;
  ctx.fillStyle = token("--text");
  ctx.fillRect(x - view.u, 0, 2 * view.u, view.bottom);
  ctx.beginPath();
  ctx.moveTo(x - w, view.bottom + w * 1.5);
  ctx.lineTo(x + w, view.bottom + w * 1.5);
  ctx.lineTo(x, view.bottom);
  ctx.fill();
}

/**
 * Everything written into the picture, the most telling first: the others give way.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Picture} picture
 * @param {boolean} lit
 */
function drawWriting(ctx, picture, lit) {
  const { view, scene, words } = picture;
  const boxes = new Boxes();
  ctx.save();
  ctx.beginPath();
  ctx.rect(view.left, 0, view.width - view.left, view.bottom);
  ctx.clip();
  if (picture.chosen) drawMessageNames(ctx, view, [picture.chosen, ...picture.slice], words, boxes);
  ctx.globalAlpha = lit ? DIM : 1;
  drawNumbers(ctx, view, scene.counts, boxes);
  drawNotes(ctx, view, scene.notes, words, boxes, scene.counts.length > 0);
  if (!lit) drawMessageNames(ctx, view, scene.events, words, boxes);
  ctx.restore();
}

/** @param {CanvasRenderingContext2D} ctx @param {View} view */
function drawAxis(ctx, view) {
  ctx.fillStyle = token("--page");
  ctx.fillRect(view.left, view.bottom + view.text * 0.63, view.width - view.left, view.height - view.bottom);
  ctx.font = `400 ${view.text}px ${token("--font")}`;
  ctx.textBaseline = "alphabetic";
  ctx.textAlign = "center";
  const { step, base, fine } = ticksOf(ctx, view);
  const y = view.height - view.text * 0.3;
  ctx.fillStyle = token("--border");
  ctx.fillRect(view.left, view.bottom, view.width - view.left, 1);
  drawFineTicks(ctx, view, step / (step % 5 === 0 ? 5 : 2));
  let free = view.left;
  for (let at = Math.ceil(view.from_us / step) * step; at <= view.to_us; at += step) {
    const x = xOf(view, at);
    if (at < 0 || x < view.left) continue;
    ctx.fillStyle = token("--border");
    ctx.fillRect(Math.round(x), view.bottom, 1, view.text * 0.3);
    const text = tickText(at, base, step, fine);
    const half = ctx.measureText(text).width / 2;
    if (x - half < free || x + half > view.width - 2) continue;
    free = x + half + view.text * 0.6;
    ctx.fillStyle = token("--text-second");
    ctx.fillText(text, x, y);
  }
  if (!fine) return;
  ctx.textAlign = "right";
  ctx.fillStyle = token("--text");
  ctx.fillText(virtualTime(base, 3), view.left - view.text * 0.4, y);
}

/** @param {CanvasRenderingContext2D} ctx @param {View} view @param {number} step */
function drawFineTicks(ctx, view, step) {
  ctx.fillStyle = token("--border");
  for (let at = Math.ceil(view.from_us / step) * step; at <= view.to_us; at += step) {
    if (at >= 0) ctx.fillRect(Math.round(xOf(view, at)), view.bottom, 1, view.text * 0.18);
  }
}

/** @param {CanvasRenderingContext2D} ctx @param {View} view */
function ticksOf(ctx, view) {
  let step = stepOf(view, view.text * 4.6);
  const wide = ctx.measureText(virtualTime(Math.max(0, view.to_us), decimalsOf(step))).width;
  step = stepOf(view, wide + view.text * 0.7);
  const fine = step <= FINE_US;
  return { step: fine ? stepOf(view, view.text * 5) : step, fine, base: Math.floor(view.from_us / 1000) * 1000 };
}

/** @param {number} at_us @param {number} base_us @param {number} step_us @param {boolean} fine */
function tickText(at_us, base_us, step_us, fine) {
  if (fine) return t("spacetime.after", { us: Math.round(at_us - base_us) });
  return virtualTime(at_us, decimalsOf(step_us));
}

/**
 * The nodes' names, each at its line, cut to their column.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Picture} picture
 */
function drawNames(ctx, { view, chosen }) {
  ctx.save();
  ctx.beginPath();
  ctx.rect(0, 0, view.left, view.bottom);
  ctx.clip();
  ctx.fillStyle = token("--page");
  ctx.fillRect(0, 0, view.left, view.bottom);
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  view.rows.forEach((row, place) => {
    const y = yOfPlace(view, place);
    const end = chosen !== null && (chosen.node === row.node || chosen.from === row.node);
    ctx.font = `${end ? 700 : 500} ${view.text}px ${token("--font")}`;
    ctx.fillStyle = token(end ? "--focus" : "--text");
    ctx.fillText(fitted(ctx, row.label, view.left - view.text * 0.7), view.text * 0.4, y);
  });
  ctx.restore();
  ctx.fillStyle = token("--border");
  ctx.fillRect(view.left - 1, 0, 1, view.bottom);
}

/**
 * How wide the longest name is, in heights of text.
 * @param {CanvasRenderingContext2D} ctx
 * @param {import("./view.js").Row[]} rows
 */
export function namesWidth(ctx, rows) {
  ctx.font = `700 20px ${token("--font")}`;
  return Math.max(0, ...rows.map((row) => ctx.measureText(row.label).width)) / 20;
}

/** @param {CanvasRenderingContext2D} ctx @param {string} text @param {number} width */
function fitted(ctx, text, width) {
  if (ctx.measureText(text).width <= width) return text;
  let cut = text.length - 1;
  while (cut > 1 && ctx.measureText(`${text.slice(0, cut)}…`).width > width) cut -= 1;
  return `${text.slice(0, cut)}…`;
}

/**
 * What the picture shows, for who does not see it.
 * @param {Picture} picture
 */
export function describe({ view, scene }) {
  return t("spacetime.describe", {
    from: virtualTime(Math.max(0, view.from_us), 3),
    to: virtualTime(view.to_us, 3),
    nodes: view.rows.length,
    events: Math.round(scene.inView),
    length: spanOf(view),
  });
}
