// draw.js: the timeline's picture: the load, the faults, the events, the axis, the forks, the edge.

import { token } from "../dom.js";
import { hatch } from "../stage/drawing.js";
import { virtualTime } from "../words.js";
import { cursorOf, tracksOf } from "./geometry.js";

/**
 * @typedef {import("../model.js").Model} Model
 * @typedef {Pick<import("../overview.js").Overview, "marks" | "spans" | "curve" | "sort">} Overview the
 *   whole run at a glance, or two runs
 * @typedef {import("../types").EventRow} EventRow
 * @typedef {import("./geometry.js").Geometry} Geometry
 * @typedef {{
 *   interesting: (event: EventRow) => boolean,
 *   text: (event: EventRow) => string,
 *   tone: (kind: string) => string,
 *   choose: (event: EventRow) => void,
 * }} Words
 * @typedef {{x: number, event: EventRow}} Mark
 */

const MARK_PX = 3; /* marks that would stand closer are one */
/** From the heaviest to the lightest: which of several marks in one place is seen. */
const TONES = ["down", "slow", "moving", "off", "serving"];

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Geometry} geometry
 * @param {Model} model
 * @param {Overview} overview
 * @param {Words} words
 */
export function drawTrack(canvas, geometry, model, overview, words) {
  const ratio = Math.min(2, window.devicePixelRatio || 1);
  const { width, height, u } = geometry;
  overview.sort();
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  const ctx = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  drawLoad(ctx, geometry, overview, model);
  drawSpans(ctx, geometry, overview, model);
  drawAxis(ctx, geometry);
  drawForks(ctx, geometry, model);
  const marks = thinned(overview.marks, geometry, words);
  for (const mark of marks) {
    ctx.fillStyle = token(`--state-${words.tone(mark.event.kind)}`);
    ctx.fillRect(mark.x - 1 * u, 7 * u, 2 * u, geometry.base - 7 * u);
    ctx.beginPath();
    ctx.arc(mark.x, 7 * u, 4 * u, 0, 2 * Math.PI);
    ctx.fill();
  }
  drawEdge(ctx, geometry, model);
  if (geometry.words > 0) drawLabels(ctx, geometry, marks, words.text);
  return marks;
}

/**
 * Of several events in one place the heaviest is seen.
 * @param {EventRow[]} events
 * @param {Geometry} geometry
 * @param {Words} words
 * @returns {Mark[]}
 */
function thinned(events, geometry, words) {
  /** @type {Map<number, Mark>} */
  const places = new Map();
  const weight = (/** @type {EventRow} */ event) => TONES.indexOf(words.tone(event.kind));
  for (const event of events) {
    const x = geometry.x(event.t_us);
    const place = Math.round(x / MARK_PX);
    const there = places.get(place);
    if (!there || weight(event) < weight(there.event)) places.set(place, { x, event });
  }
  return [...places.values()];
}

/**
 * Orders a minute over the whole run; paler what comes after the cursor.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Geometry} geometry
 * @param {Overview} overview
 * @param {Model} model
 */
function drawLoad(ctx, { x, base, top, height }, overview, model) {
  const curve = overview.curve();
  if (curve.length === 0) return;
  const most = Math.max(...curve.map(({ value }) => value), 1);
  const shape = new Path2D();
  shape.moveTo(x(curve[0].t_us), base);
  for (const { t_us, value } of curve) shape.lineTo(x(t_us), base - (value / most) * (base - top));
  shape.lineTo(x(Math.max(model.edge_us, curve[curve.length - 1].t_us)), base);
  shape.closePath();
  ctx.fillStyle = token("--load-1");
  ctx.fill(shape);
  ctx.save();
  ctx.beginPath();
  ctx.rect(0, 0, x(cursorOf(model)), height);
  ctx.clip();
  ctx.fillStyle = token("--load-2");
  ctx.fill(shape);
  ctx.restore();
}

/**
 * Faults as long as they lasted: hatched, so that it is not the colour alone.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Geometry} geometry
 * @param {Overview} overview
 * @param {Model} model
 */
function drawSpans(ctx, { x, base, u }, overview, model) {
  if (overview.spans.length === 0) return;
  ctx.save();
  const area = new Path2D();
  for (const span of overview.spans) {
    const from = x(span.from_us);
    const until = x(Math.min(span.until_us, model.edge_us));
    area.rect(from, 7 * u, Math.max(until - from, 2), base - 7 * u);
  }
  ctx.clip(area);
  hatch(ctx, { left: 0, right: x(model.edge_us), top: 0, bottom: base }, 7 * u);
  ctx.restore();
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Geometry} geometry
 */
function drawAxis(ctx, { x, end_us, base, width, height, u }) {
  ctx.fillStyle = token("--border");
  ctx.fillRect(0, base, width, Math.max(1, 1.5 * u));
  ctx.font = `${20.2 * u}px ${token("--font")}`;
  ctx.textBaseline = "bottom";
  ctx.textAlign = "center";
  ctx.fillStyle = token("--text-second");
  const steps_s = [10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14400];
  const wanted = Math.max(2, Math.floor(width / (110 * u)));
  const step_s = steps_s.find((s) => end_us / 1e6 / s <= wanted) ?? 28800;
  for (let s = step_s; s * 1e6 < end_us; s += step_s) {
    const at = x(s * 1e6);
    if (at > width - 30 * u) break;
    ctx.fillRect(at, base, Math.max(1, u), 4 * u);
    ctx.fillText(virtualTime(s * 1e6, 0), at, height);
  }
}

/**
 * Where each branch leaves its parent: a line from track to track.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Geometry} geometry
 * @param {Model} model
 */
function drawForks(ctx, { x, tracks, row, u }, model) {
  if (row === 0) return;
  const shown = tracksOf(model);
  ctx.fillStyle = token("--border");
  shown.forEach((one, index) => {
    const parent = shown.findIndex((other) => other.run === one.parent);
    if (parent < 0) return;
    const from = tracks + (Math.min(parent, index) + 0.5) * row;
    const to = tracks + (Math.max(parent, index) + 0.5) * row;
    ctx.fillRect(x(one.at_ms * 1000) - u, from, 2 * u, to - from);
  });
}

/**
 * The live edge of the run: a hollow bar with a ring, unlike the solid cursor.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Geometry} geometry
 * @param {Model} model
 */
function drawEdge(ctx, { x, base, u }, model) {
  if (!model.replay?.inPast) return;
  const at = x(model.edge_us);
  ctx.strokeStyle = token("--state-serving");
  ctx.lineWidth = Math.max(1, 2 * u);
  ctx.setLineDash([3 * u, 3 * u]);
  ctx.beginPath();
  ctx.moveTo(at, 12 * u);
  ctx.lineTo(at, base);
  ctx.stroke();
  ctx.setLineDash([]);
  ctx.beginPath();
  ctx.arc(at, 6.5 * u, 4.5 * u, 0, 2 * Math.PI);
  ctx.stroke();
}

/**
 * In lab density there is room for words: labels in rows, the newest first, none over another.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Geometry} geometry
 * @param {Mark[]} marks
 * @param {(event: EventRow) => string} text
 */
function drawLabels(ctx, { u, words, width }, marks, text) {
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  ctx.font = `${14 / 0.75 * u}px ${token("--font")}`;
  const freeFrom = Array.from({ length: words }, () => Infinity);
  for (const mark of [...marks].reverse()) {
    const sentence = text(mark.event);
    const long = ctx.measureText(sentence).width + 14;
    if (mark.x + long > width + 8) continue;
    const row = freeFrom.findIndex((free) => mark.x + long < free);
    if (row < 0) continue;
    freeFrom[row] = mark.x;
    ctx.fillStyle = token("--panel");
    ctx.fillRect(mark.x + 3, 14 + row * 22, long - 4, 20);
    ctx.fillStyle = token("--text");
    ctx.fillText(sentence, mark.x + 7, 24 + row * 22);
  }
}
