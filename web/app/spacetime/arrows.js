// arrows.js: single events: messages as arrows whose shape says what they are, other events as
// dots, and the slice of causes and effects that is lit up.

import { token } from "../dom.js";
import { xOf, yOf } from "./view.js";

/**
 * @typedef {import("./view.js").View} View
 * @typedef {import("./tiles.js").TraceEvent} TraceEvent
 * @typedef {import("../types").MessageLook} MessageLook
 * @typedef {{x1: number, y1: number, x2: number, y2: number}} Line
 */

export const FATE_CUT = 2;
const BATCH = 160; /* lines of one path: a longer one is slower to stroke */
const CROWD = 120; /* from so many arrows on, heads become smaller */
const MARGIN = 40;

/**
 * From sender and sent to receiver and arrival, clipped to a little more than the screen; null when
 * an end has no line or nothing of it is to be seen.
 * @param {View} view
 * @param {TraceEvent} event
 * @returns {Line | null}
 */
export function arrowLine(view, event) {
  const y1 = yOf(view, event.from);
  const y2 = yOf(view, event.node);
  if (Number.isNaN(y1) || Number.isNaN(y2)) return null;
  const x1 = xOf(view, event.sent_us);
  const x2 = xOf(view, event.t_us);
  if (event.fate === 0) return clipped(x1, y1, x2, y2, view);
  const share = event.fate === FATE_CUT ? 0.5 : 0.7;
  return clipped(x1, y1, x1 + (x2 - x1) * share, y1 + (y2 - y1) * share, view);
}

/**
 * @param {number} x1
 * @param {number} y1
 * @param {number} x2
 * @param {number} y2
 * @param {View} view
 * @returns {Line | null}
 */
function clipped(x1, y1, x2, y2, view) {
  const low = view.left - MARGIN;
  const high = view.width + MARGIN;
  if (Math.max(x1, x2) < low || Math.min(x1, x2) > high) return null;
  const slope = x2 === x1 ? 0 : (y2 - y1) / (x2 - x1);
  const at = (/** @type {number} */ x) => y1 + (x - x1) * slope;
  const a = x1 < low ? { x: low, y: at(low) } : { x: x1, y: y1 };
  const b = x2 > high ? { x: high, y: at(high) } : { x: x2, y: y2 };
  return { x1: a.x, y1: a.y, x2: b.x, y2: b.y };
}

/**
 * How much smaller heads and dots are where many stand close together.
 * @param {number} count
 */
function crowding(count) {
  return Math.max(0.5, Math.min(1, (CROWD / Math.max(1, count)) ** 0.35));
}

/**
 * All arrows and dots of a view.
 * @param {CanvasRenderingContext2D} ctx
 * @param {View} view
 * @param {TraceEvent[]} events
 * @param {TraceEvent[]} lost
 * @param {(type: string) => MessageLook} lookOf
 */
export function drawEvents(ctx, view, events, lost, lookOf) {
  const small = crowding(events.length);
  /** @type {Record<MessageLook, Line[]>} */
  const kinds = { heartbeat: [], reply: [], request: [], carried: [] };
  for (const event of events) {
    if (event.from < 0) continue;
    const line = arrowLine(view, event);
    if (line) kinds[lookOf(event.type)].push(line);
  }
  drawHeartbeats(ctx, view, kinds.heartbeat, small);
  drawCarried(ctx, view, kinds.carried, small);
  drawWords(ctx, view, kinds.reply, small, true);
  drawWords(ctx, view, kinds.request, small, false);
  drawLost(ctx, view, lost, lookOf);
  drawDots(ctx, view, events, small);
}

/** @param {CanvasRenderingContext2D} ctx @param {Line[]} lines */
function strokeLines(ctx, lines) {
  for (let first = 0; first < lines.length; first += BATCH) {
    ctx.beginPath();
    for (const line of lines.slice(first, first + BATCH)) {
      ctx.moveTo(line.x1, line.y1);
      ctx.lineTo(line.x2, line.y2);
    }
    ctx.stroke();
  }
}

/**
 * Requests have solid heads, replies hollow ones.
 * @param {CanvasRenderingContext2D} ctx
 * @param {View} view
 * @param {Line[]} lines
 * @param {number} small
 * @param {boolean} hollow
 */
function drawWords(ctx, view, lines, small, hollow) {
  const size = view.text * 0.55 * small;
  ctx.strokeStyle = token("--text");
  ctx.lineWidth = Math.max(1, (hollow ? 1.3 : 1.8) * view.text * 0.05 * small + 0.4);
  strokeLines(ctx, lines);
  ctx.beginPath();
  for (const line of lines) headPath(ctx, line, size);
  ctx.fillStyle = token(hollow ? "--page" : "--text");
  ctx.fill();
  if (hollow) ctx.stroke();
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Line} line
 * @param {number} size
 */
export function headPath(ctx, line, size) {
  const angle = Math.atan2(line.y2 - line.y1, line.x2 - line.x1);
  const { x2: x, y2: y } = line;
  ctx.moveTo(x, y);
  ctx.lineTo(x - size * Math.cos(angle - 0.4), y - size * Math.sin(angle - 0.4));
  ctx.lineTo(x - size * Math.cos(angle + 0.4), y - size * Math.sin(angle + 0.4));
  ctx.closePath();
}

/**
 * Thin dots: many of them stay quiet.
 * @param {CanvasRenderingContext2D} ctx
 * @param {View} view
 * @param {Line[]} lines
 * @param {number} small
 */
function drawHeartbeats(ctx, view, lines, small) {
  ctx.strokeStyle = token("--text-second");
  ctx.lineWidth = Math.max(0.8, view.text * 0.06);
  const gap = view.text * (lines.length > CROWD ? 0.36 : 0.22);
  ctx.setLineDash([ctx.lineWidth * 1.2, gap]);
  strokeLines(ctx, lines);
  ctx.setLineDash([]);
  ctx.fillStyle = token("--text-second");
  ctx.beginPath();
  for (const line of lines) {
    ctx.moveTo(line.x2, line.y2);
    ctx.arc(line.x2, line.y2, view.text * 0.13 * small, 0, 2 * Math.PI);
  }
  ctx.fill();
}

/**
 * What is carried is no word: a broad soft band that ends in a box.
 * @param {CanvasRenderingContext2D} ctx
 * @param {View} view
 * @param {Line[]} lines
 * @param {number} small
 */
function drawCarried(ctx, view, lines, small) {
  const side = view.text * 0.42 * small;
  ctx.strokeStyle = token("--series-2");
  ctx.lineCap = "round";
  const before = ctx.globalAlpha;
  ctx.globalAlpha = before * 0.38;
  ctx.lineWidth = view.text * 0.2 * small;
  strokeLines(ctx, lines);
  ctx.globalAlpha = before;
  ctx.lineCap = "butt";
  ctx.fillStyle = token("--series-2");
  for (const line of lines) ctx.fillRect(line.x2 - side, line.y2 - side / 2, side, side);
}

/**
 * A message that never arrives ends in an x, on its way or at the cut.
 * @param {CanvasRenderingContext2D} ctx
 * @param {View} view
 * @param {TraceEvent[]} lost
 * @param {(type: string) => MessageLook} lookOf
 */
function drawLost(ctx, view, lost, lookOf) {
  ctx.strokeStyle = token("--state-down");
  const arm = view.text * 0.24;
  for (const event of lost) {
    const line = arrowLine(view, event);
    if (!line) continue;
    ctx.lineWidth = view.text * 0.075;
    ctx.setLineDash(lookOf(event.type) === "heartbeat" ? [2, 4] : []);
    strokeLines(ctx, [line]);
    ctx.setLineDash([]);
    ctx.lineWidth = view.text * 0.12;
    ctx.beginPath();
    ctx.moveTo(line.x2 - arm, line.y2 - arm);
    ctx.lineTo(line.x2 + arm, line.y2 + arm);
    ctx.moveTo(line.x2 + arm, line.y2 - arm);
    ctx.lineTo(line.x2 - arm, line.y2 + arm);
    ctx.stroke();
  }
}

/**
 * Events that no message brought: a timer is a hollow ring, a finished write a square, what a
 * person did a diamond.
 * @param {CanvasRenderingContext2D} ctx
 * @param {View} view
 * @param {TraceEvent[]} events
 * @param {number} small
 */
function drawDots(ctx, view, events, small) {
  const r = view.text * 0.2 * small;
  ctx.lineWidth = Math.max(1, view.text * 0.075 * small);
  ctx.strokeStyle = token("--text");
  for (const event of events) {
    if (event.from >= 0) continue;
    const y = yOf(view, event.node);
    if (Number.isNaN(y)) continue;
    const bold = event.kind === "input" || event.kind === "setting";
    ctx.beginPath();
    dotPath(ctx, event.kind, xOf(view, event.t_us), y, bold ? r * 1.7 : r);
    ctx.fillStyle = token(bold ? "--focus" : event.kind === "written" ? "--text" : "--page");
    ctx.fill();
    ctx.stroke();
  }
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {string} kind
 * @param {number} x
 * @param {number} y
 * @param {number} r
 */
function dotPath(ctx, kind, x, y, r) {
  if (kind === "written" || kind === "read") {
    ctx.rect(x - r, y - r, 2 * r, 2 * r);
  } else if (kind === "input" || kind === "setting") {
    ctx.moveTo(x, y - r);
    ctx.lineTo(x + r, y);
    ctx.lineTo(x, y + r);
    ctx.lineTo(x - r, y);
    ctx.closePath();
  } else {
    ctx.arc(x, y, r, 0, 2 * Math.PI);
  }
}

/**
 * Causes and effects of what is chosen: along the node that thought, then the arrow.
 * @param {CanvasRenderingContext2D} ctx
 * @param {View} view
 * @param {TraceEvent[]} slice
 * @param {TraceEvent | null} chosen
 */
export function drawSlice(ctx, view, slice, chosen) {
  const byEvent = new Map(slice.map((event) => [event.event, event]));
  const u = view.text / 20;
  ctx.strokeStyle = token("--focus");
  ctx.fillStyle = token("--focus");
  for (const event of slice) {
    const bold = event === chosen;
    ctx.lineWidth = (bold ? 4 : 2.4) * u;
    thoughtLine(ctx, view, event, byEvent.get(event.cause));
    const line = event.from >= 0 ? arrowLine(view, event) : null;
    if (line) {
      strokeLines(ctx, [line]);
      ctx.beginPath();
      headPath(ctx, line, view.text * (bold ? 0.75 : 0.6));
      ctx.fill();
    }
    const y = yOf(view, event.node);
    if (event.event < 0 || Number.isNaN(y)) continue;
    ctx.beginPath();
    ctx.arc(xOf(view, event.t_us), y, (bold ? 5 : 3.4) * u, 0, 2 * Math.PI);
    ctx.fill();
  }
  if (chosen) drawEnds(ctx, view, chosen, u);
}

/**
 * From the event that caused it, along its node, to where it began.
 * @param {CanvasRenderingContext2D} ctx
 * @param {View} view
 * @param {TraceEvent} event
 * @param {TraceEvent | undefined} cause
 */
function thoughtLine(ctx, view, event, cause) {
  if (!cause) return;
  const node = event.from >= 0 ? event.from : event.node;
  const y = yOf(view, node);
  if (cause.node !== node || Number.isNaN(y)) return;
  const end_us = event.from >= 0 ? event.sent_us : event.t_us;
  const x1 = Math.max(view.left - MARGIN, xOf(view, cause.t_us));
  const x2 = Math.min(view.width + MARGIN, xOf(view, end_us));
  if (x2 > x1) strokeLines(ctx, [{ x1, y1: y, x2, y2: y }]);
}

/**
 * Both ends of what is chosen light up.
 * @param {CanvasRenderingContext2D} ctx
 * @param {View} view
 * @param {TraceEvent} chosen
 * @param {number} u
 */
function drawEnds(ctx, view, chosen, u) {
  const ends = [{ node: chosen.node, t_us: chosen.t_us }];
  if (chosen.from >= 0) ends.push({ node: chosen.from, t_us: chosen.sent_us });
  ctx.lineWidth = 3 * u;
  for (const end of ends) {
    const y = yOf(view, end.node);
    const x = xOf(view, end.t_us);
    if (Number.isNaN(y) || x < view.left - MARGIN || x > view.width + MARGIN) continue;
    ctx.beginPath();
    ctx.arc(x, y, 11 * u, 0, 2 * Math.PI);
    ctx.stroke();
  }
}
