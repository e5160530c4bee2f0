// timeline.js: the strip of the whole run: how much was ordered, which faults were active, what
// happened. A click on a mark shows that event in the list.

import { el, token, unit } from "./dom.js";
import { t, virtualTime } from "./words.js";

/**
 * @typedef {import("./model.js").Model} Model
 * @typedef {import("./types").EventRow} EventRow
 */

const REDRAW_MS = 250;

/**
 * @param {HTMLElement} root
 * @param {Model} model
 * @param {{
 *   interesting: (event: EventRow) => boolean,
 *   text: (event: EventRow) => string,
 *   tone: (kind: string) => string,
 *   choose: (event: EventRow) => void,
 * }} words
 */
export function mountTimeline(root, model, words) {
  const canvas = /** @type {HTMLCanvasElement} */ (el("canvas", { role: "img" }));
  const track = el("div.track.wide", null, canvas);
  root.append(track);
  /** @type {{x: number, event: EventRow}[]} */
  let marks = [];
  let drawnAt = -Infinity;
  const draw = () => {
    const now = performance.now();
    if (document.hidden || now - drawnAt < REDRAW_MS || track.clientWidth === 0) return;
    drawnAt = now;
    marks = drawTrack(canvas, track, model, words);
    canvas.setAttribute(
      "aria-label",
      t("timeline.label", { time: virtualTime(model.t_us), marks: marks.length }),
    );
  };
  model.on(["frame", "run", "events", "look"], draw);
  new ResizeObserver(() => {
    drawnAt = -Infinity;
    draw();
  }).observe(track);
  track.addEventListener("click", (event) => {
    const x = event.clientX - track.getBoundingClientRect().left;
    const near = marks.filter((mark) => Math.abs(mark.x - x) < 12 * unit());
    near.sort((a, b) => Math.abs(a.x - x) - Math.abs(b.x - x));
    if (near[0]) words.choose(near[0].event);
  });
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {HTMLElement} track
 * @param {Model} model
 * @param {{
 *   interesting: (event: EventRow) => boolean,
 *   text: (event: EventRow) => string,
 *   tone: (kind: string) => string,
 * }} words
 */
function drawTrack(canvas, track, model, words) {
  const ratio = Math.min(2, window.devicePixelRatio || 1);
  const { clientWidth: width, clientHeight: height } = track;
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  const ctx = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  const u = model.look.density === "lecture" ? unit() : 0.75;
  const end_us = Math.max(model.t_us * 1.02, 60e6);
  const base = height - 24 * u;
  const top = model.look.density === "lab" ? Math.min(base - 24, 70) : 14 * u;
  const x = (/** @type {number} */ t_us) => 4 + ((width - 8) * t_us) / end_us;
  drawLoad(ctx, model, x, base, top);
  drawAxis(ctx, x, end_us, base, width, u);
  const marks = model.events.filter(words.interesting).map(
    (event) => ({ x: x(event.t_us), event }),
  );
  for (const mark of marks) {
    ctx.fillStyle = token(`--state-${words.tone(mark.event.kind)}`);
    ctx.fillRect(mark.x - 1.5 * u, 6 * u, 3 * u, base - 6 * u);
    ctx.beginPath();
    ctx.arc(mark.x, 7 * u, 4.5 * u, 0, 2 * Math.PI);
    ctx.fill();
  }
  drawNow(ctx, x(model.t_us), base, u);
  if (model.look.density === "lab") drawLabels(ctx, marks, words.text, u);
  return marks;
}

/**
 * Orders a minute over the whole run.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Model} model
 * @param {(t_us: number) => number} x
 * @param {number} base
 * @param {number} highest where the largest value stands
 */
function drawLoad(ctx, model, x, base, highest) {
  const column = model.columns.indexOf("offered_per_min");
  if (column < 0 || model.points.length === 0) return;
  const step = Math.max(1, Math.ceil(model.points.length / 300));
  const values = [];
  for (let i = 0; i < model.points.length; i += step) {
    const part = model.points.slice(i, i + step);
    const sum = part.reduce((total, row) => total + (row[column] ?? 0), 0);
    values.push([(part[0][0] ?? 0) * 1e6, sum / part.length]);
  }
  const top = Math.max(...values.map(([, value]) => value), 1);
  ctx.beginPath();
  ctx.moveTo(x(values[0][0]), base);
  for (const [t_us, value] of values) ctx.lineTo(x(t_us), base - (value / top) * (base - highest));
  ctx.lineTo(x(model.t_us), base);
  ctx.closePath();
  ctx.fillStyle = token("--load-2");
  ctx.fill();
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {(t_us: number) => number} x
 * @param {number} end_us
 * @param {number} base
 * @param {number} width
 * @param {number} u
 */
function drawAxis(ctx, x, end_us, base, width, u) {
  ctx.fillStyle = token("--border");
  ctx.fillRect(0, base, width, Math.max(1, 1.5 * u));
  ctx.font = `${20.2 * u}px ${token("--font")}`;
  ctx.textBaseline = "top";
  ctx.textAlign = "center";
  ctx.fillStyle = token("--text-second");
  const steps_s = [10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14400];
  const wanted = Math.max(2, Math.floor(width / (110 * u)));
  const step_s = steps_s.find((s) => end_us / 1e6 / s <= wanted) ?? 28800;
  for (let s = step_s; s * 1e6 < end_us; s += step_s) {
    const at = x(s * 1e6);
    if (at > width - 30 * u) break;
    ctx.fillRect(at, base, Math.max(1, u), 4 * u);
    ctx.fillText(virtualTime(s * 1e6, 0), at, base + 4 * u);
  }
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {number} at
 * @param {number} base
 * @param {number} u
 */
function drawNow(ctx, at, base, u) {
  ctx.fillStyle = token("--text");
  ctx.fillRect(at - 1.5 * u, 3 * u, 3 * u, base - 3 * u);
  ctx.beginPath();
  ctx.moveTo(at - 7 * u, 0);
  ctx.lineTo(at + 7 * u, 0);
  ctx.lineTo(at, 9 * u);
  ctx.fill();
}

/**
 * In lab density there is room for words: labels in rows, the newest first, none over another.
 * @param {CanvasRenderingContext2D} ctx
 * @param {{x: number, event: EventRow}[]} marks
 * @param {(event: EventRow) => string} text
 * @param {number} u
 */
function drawLabels(ctx, marks, text, u) {
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  ctx.font = `${14 / 0.75 * u}px ${token("--font")}`;
  /** @type {number[]} */
  const freeFrom = [Infinity, Infinity, Infinity];
  for (const mark of [...marks].reverse()) {
    const words = text(mark.event);
    const width = ctx.measureText(words).width + 14;
    const row = freeFrom.findIndex((free) => mark.x + width < free);
    if (row < 0) continue;
    freeFrom[row] = mark.x;
    ctx.fillStyle = token("--panel");
    ctx.fillRect(mark.x + 3, 14 + row * 22, width - 4, 20);
    ctx.fillStyle = token("--text");
    ctx.fillText(words, mark.x + 7, 24 + row * 22);
  }
}

