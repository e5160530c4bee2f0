// marks.js: what a person should notice: faults and beliefs that last as shaded spans, notes as
// marks with words, names of messages. No text is ever written over another.

import { token } from "../dom.js";
import { number } from "../words.js";
import { arrowLine } from "./arrows.js";
import { xOf, yOf } from "./view.js";

/**
 * @typedef {import("./view.js").View} View
 * @typedef {import("./tiles.js").TraceEvent} TraceEvent
 * @typedef {import("./tiles.js").TraceNote} TraceNote
 * @typedef {import("../types").DiagramWords} DiagramWords
 * @typedef {{node: number, peer: number, from_us: number, to_us: number, tone: string, wide: boolean}} Span
 */

/** Faults of the host, which every system has: what begins one, and what ends it.
 * @type {import("../types").SpanRule[]} */
const HOST_SPANS = [
  { begins: "node_crashed", ends: ["node_started"], tone: "down", of: "node", wide: true },
  { begins: "node_paused", ends: ["node_resumed", "node_crashed"], tone: "off", of: "node", wide: true },
  { begins: "link_cut", ends: ["link_healed", "net_healed", "healed_all"], tone: "down", of: "both", wide: false },
  { begins: "net_partitioned", ends: ["net_healed", "healed_all"], tone: "down", of: "all", wide: false },
];
/** Whose words find their place first. */
const TONES = ["down", "slow", "moving", "serving"];
const NAMED_ARROWS_MAX = 70;
const WITH_SUBJECT_MAX = 24;
const ALL = -2;

/** Places on the canvas that are taken by text. */
export class Boxes {
  constructor() {
    /** @type {{x: number, y: number, width: number, height: number}[]} */
    this.taken = [];
  }

  /** @param {number} x @param {number} y @param {number} width @param {number} height */
  take(x, y, width, height) {
    const free = this.taken.every((box) =>
      x + width <= box.x || box.x + box.width <= x || y + height <= box.y || box.y + box.height <= y);
    if (free) this.taken.push({ x, y, width, height });
    return free;
  }

  /**
   * Writes a word if there is room for it; the halo keeps it readable over lines.
   * @param {CanvasRenderingContext2D} ctx font and alignment are set
   * @param {string} text
   * @param {number} x
   * @param {number} y its middle
   * @param {string} colour
   * @param {string} halo
   */
  write(ctx, text, x, y, colour, halo) {
    const width = ctx.measureText(text).width + 6;
    const height = parseFloat(ctx.font.replace(/^\D*\d+ /, "")) * 1.15;
    const left = ctx.textAlign === "center" ? x - width / 2 : ctx.textAlign === "right" ? x - width : x - 3;
    if (!this.take(left, y - height / 2, width, height)) return false;
    ctx.lineJoin = "round";
    ctx.lineWidth = height * 0.2;
    ctx.strokeStyle = token(halo);
    ctx.strokeText(text, x, y);
    ctx.fillStyle = token(colour);
    ctx.fillText(text, x, y);
    return true;
  }
}

/**
 * What lasts, from notes in order of time; what has not ended lasts until now.
 * @param {TraceNote[]} notes
 * @param {DiagramWords} words
 * @param {number} edge_us
 * @returns {Span[]}
 */
export function spansOf(notes, words, edge_us) {
  /** @type {Span[]} */
  const spans = [];
  for (const rule of [...HOST_SPANS, ...words.spans]) {
    /** @type {Map<string, Span>} */
    const open = new Map();
    for (const note of notes) {
      const node = rule.of === "all" ? ALL : rule.of === "peer" ? note.peer : note.node;
      const peer = rule.of === "both" ? note.peer : -1;
      const key = `${node} ${peer}`;
      if (note.name === rule.begins && !open.has(key)) {
        const span = { node, peer, from_us: note.t_us, to_us: edge_us, tone: rule.tone, wide: rule.wide };
        open.set(key, span);
        spans.push(span);
      } else if (rule.ends.includes(note.name)) {
        const over = /^(net_healed|healed_all)$/.test(note.name) ? [...open.keys()] : [key];
        for (const one of over) {
          const span = open.get(one);
          if (span) span.to_us = note.t_us;
          open.delete(one);
        }
      }
    }
  }
  return spans;
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {View} view
 * @param {Span[]} spans
 */
export function drawSpans(ctx, view, spans) {
  for (const span of spans) {
    const x1 = Math.max(view.left, xOf(view, span.from_us));
    const x2 = Math.min(view.width, xOf(view, span.to_us));
    if (x2 <= x1) continue;
    const colour = token(`--state-${span.tone}`);
    const nodes = span.node === ALL ? view.rows.map((row) => row.node) : [span.node, span.peer];
    for (const node of nodes) {
      const y = yOf(view, node);
      if (Number.isNaN(y)) continue;
      if (span.wide) drawHatch(ctx, x1, y - view.lane * 0.42, x2 - x1, view.lane * 0.84, colour, view.u);
      else drawBar(ctx, x1, y, x2 - x1, colour, view);
    }
  }
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {number} x
 * @param {number} y
 * @param {number} width
 * @param {number} height
 * @param {string} colour
 * @param {number} u
 */
function drawHatch(ctx, x, y, width, height, colour, u) {
  const before = ctx.globalAlpha;
  ctx.save();
  ctx.beginPath();
  ctx.rect(x, y, width, height);
  ctx.clip();
  ctx.fillStyle = colour;
  ctx.globalAlpha = before * 0.12;
  ctx.fillRect(x, y, width, height);
  ctx.globalAlpha = before * 0.4;
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1.4 * u;
  ctx.beginPath();
  const step = 9 * u;
  for (let at = Math.floor((x - height) / step) * step; at < x + width; at += step) {
    ctx.moveTo(at, y + height);
    ctx.lineTo(at + height, y);
  }
  ctx.stroke();
  ctx.restore();
}

/**
 * A belief, or a road that is cut: a bar along the line.
 * @param {CanvasRenderingContext2D} ctx
 * @param {number} x
 * @param {number} y
 * @param {number} width
 * @param {string} colour
 * @param {View} view
 */
function drawBar(ctx, x, y, width, colour, view) {
  const before = ctx.globalAlpha;
  ctx.fillStyle = colour;
  ctx.globalAlpha = before * 0.45;
  ctx.fillRect(x, y - view.text * 0.16, width, view.text * 0.32);
  ctx.globalAlpha = before;
}

/**
 * Notes on their node's line: a diamond, with words where there is room; several at one place are
 * one mark with their number, so that none is left out.
 * @param {CanvasRenderingContext2D} ctx
 * @param {View} view
 * @param {TraceNote[]} notes
 * @param {DiagramWords} words
 * @param {Boxes} boxes
 * @param {boolean} above words stand in a row of their own: between the lines there are numbers
 */
export function drawNotes(ctx, view, notes, words, boxes, above) {
  ctx.font = `600 ${view.text}px ${token("--font")}`;
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  const weight = (/** @type {{notes: TraceNote[]}} */ one) => TONES.indexOf(words.tone(one.notes[0].name));
  for (const cluster of clustersOf(view, notes).sort((a, b) => weight(a) - weight(b))) {
    const { x, y } = cluster;
    const colour = `--state-${words.tone(cluster.notes[0].name)}`;
    const count = cluster.notes.length;
    const one = above ? words.mark(cluster.notes[0]) : words.note(cluster.notes[0]);
    const text = count === 1 ? one : `${number(count)} ×`;
    const line = above ? view.text * 0.62 : y - view.text * 0.72;
    const written = boxes.write(ctx, text, besideOf(ctx, view, text, x), line, colour, above ? "--panel" : "--page");
    if (above && written) drawLeader(ctx, view, x, y, token(colour));
    drawDiamond(ctx, x, y, view.text, token(colour));
  }
}

/**
 * Where words begin that stand beside a mark and stay on the screen.
 * @param {CanvasRenderingContext2D} ctx
 * @param {View} view
 * @param {string} text
 * @param {number} x
 */
function besideOf(ctx, view, text, x) {
  const width = ctx.measureText(text).width;
  const away = view.text * 0.5;
  const left = x + width + away > view.right ? x - away - width : x + away;
  return Math.max(view.left + 4, Math.min(view.right - width, left));
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {View} view
 * @param {number} x
 * @param {number} y
 * @param {string} colour
 */
function drawLeader(ctx, view, x, y, colour) {
  const before = ctx.globalAlpha;
  ctx.globalAlpha = before * 0.6;
  ctx.fillStyle = colour;
  ctx.fillRect(x - view.u * 0.75, view.text * 0.2, view.u * 1.5, y - view.text * 0.2);
  ctx.globalAlpha = before;
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {number} x
 * @param {number} y
 * @param {number} text
 * @param {string} colour
 */
function drawDiamond(ctx, x, y, text, colour) {
  const r = text * 0.3;
  ctx.beginPath();
  ctx.moveTo(x, y - r);
  ctx.lineTo(x + r, y);
  ctx.lineTo(x, y + r);
  ctx.lineTo(x - r, y);
  ctx.closePath();
  ctx.fillStyle = colour;
  ctx.fill();
  ctx.lineWidth = text * 0.1;
  ctx.strokeStyle = token("--page");
  ctx.stroke();
}

/** @param {View} view @param {TraceNote[]} notes */
export function clustersOf(view, notes) {
  /** @type {Map<string, {x: number, y: number, notes: TraceNote[]}>} */
  const clusters = new Map();
  const cell = view.text * 0.75;
  for (const note of notes) {
    const x = xOf(view, note.t_us);
    if (x < view.left || x > view.width) continue;
    const own = yOf(view, note.peer >= 0 ? note.peer : note.node);
    const y = Number.isNaN(own) ? yOf(view, note.node) : own;
    if (Number.isNaN(y)) continue;
    const key = `${Math.round(x / cell)} ${y}`;
    const cluster = clusters.get(key) ?? { x, y, notes: [] };
    cluster.notes.push(note);
    clusters.set(key, cluster);
  }
  return [...clusters.values()];
}

/**
 * Names of messages beside their arrows, while there are few enough to be read.
 * @param {CanvasRenderingContext2D} ctx
 * @param {View} view
 * @param {TraceEvent[]} events
 * @param {DiagramWords} words
 * @param {Boxes} boxes
 */
export function drawMessageNames(ctx, view, events, words, boxes) {
  const named = events.filter((event) => event.from >= 0 && words.look(event.type) !== "heartbeat");
  if (named.length === 0 || named.length > NAMED_ARROWS_MAX) return;
  ctx.font = `400 ${view.text * 0.92}px ${token("--font")}`;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  for (const event of named) {
    const line = arrowLine(view, event);
    if (!line) continue;
    const x1 = Math.max(line.x1, view.left);
    const x2 = Math.min(line.x2, view.right);
    if (x2 < x1) continue;
    const share = line.x2 === line.x1 ? 0.5 : ((x1 + x2) / 2 - line.x1) / (line.x2 - line.x1);
    const withSubject = named.length <= WITH_SUBJECT_MAX && event.subject >= 0;
    const text = withSubject ? `${words.message(event.type)} ${event.subject}` : words.message(event.type);
    const half = ctx.measureText(text).width / 2;
    const x = Math.max(view.left + half + 4, Math.min(view.right - half - 4, (x1 + x2) / 2));
    boxes.write(ctx, text, x, line.y1 + (line.y2 - line.y1) * share, "--text-second", "--page");
  }
}
