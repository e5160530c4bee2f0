// density.js: too many events to tell apart: on every node's line a river as wide as its events,
// between the lines the messages that cross, and in every block the exact number.

import { token } from "../dom.js";
import { number } from "../words.js";
import { TILE_BUCKETS } from "./tiles.js";
import { scaleOf, xOf, yOfPlace } from "./view.js";

/**
 * @typedef {import("./view.js").View} View
 * @typedef {import("./scene.js").Counts} Counts
 * @typedef {import("./marks.js").Boxes} Boxes
 */

const CROSSING_STEPS = 3; /* of the load ramp: quiet, for words stand on it */
const RIVER = 0.23; /* of a lane, to each side */
const NUMBER_PAD = 14;
const BLOCKS = [64, 128, TILE_BUCKETS]; /* buckets that share a number */

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {View} view
 * @param {Counts[]} parts
 */
export function drawCounts(ctx, view, parts) {
  const rates = heights(view, parts);
  for (const part of parts) {
    ctx.save();
    clipTo(ctx, view, part);
    drawCrossings(ctx, view, part, rates.cells);
    drawRivers(ctx, view, part, rates.nodes);
    ctx.restore();
  }
}

/** @param {CanvasRenderingContext2D} ctx @param {View} view @param {Counts} part */
function clipTo(ctx, view, part) {
  const x1 = Math.max(view.left, xOf(view, part.from_us));
  const x2 = Math.min(view.width, xOf(view, part.to_us));
  ctx.beginPath();
  ctx.rect(x1, view.top, Math.max(0, x2 - x1), view.bottom - view.top);
  ctx.clip();
}

/**
 * What counts as full: the next power of two over the most that is to be seen a microsecond, so
 * that it seldom changes while one pans.
 * @param {View} view
 * @param {Counts[]} parts
 */
function heights(view, parts) {
  let nodes = 0;
  let cells = 0;
  for (const part of parts) {
    for (const [node, row] of part.nodes) {
      if (view.places.has(node)) nodes = Math.max(nodes, maxOf(row) / part.bucket_us);
    }
    for (const row of crossings(view, part)) cells = Math.max(cells, maxOf(row) / part.bucket_us);
  }
  const up = (/** @type {number} */ rate) => 2 ** Math.ceil(Math.log2(Math.max(rate, 1e-12)));
  return { nodes: up(nodes), cells: up(cells) };
}

/** @type {WeakMap<Float64Array, number>} */
const maxima = new WeakMap();

/** @param {Float64Array} row */
function maxOf(row) {
  const kept = maxima.get(row);
  if (kept !== undefined) return kept;
  const most = Math.max(...row);
  maxima.set(row, most);
  return most;
}

/** @type {WeakMap<object, {rows: unknown, gaps: Float64Array[]}>} */
const known = new WeakMap();

/**
 * Messages that cross each gap between two neighbouring lines, bucket by bucket.
 * @param {View} view
 * @param {Counts} part
 */
function crossings(view, part) {
  const cached = known.get(part.cells);
  if (cached?.rows === view.rows) return cached.gaps;
  const gaps = Array.from({ length: Math.max(0, view.rows.length - 1) }, () => new Float64Array(TILE_BUCKETS));
  for (const { from, to, counts, lost } of part.cells) {
    const a = view.places.get(from);
    const b = view.places.get(to);
    if (a === undefined || b === undefined) continue;
    for (let gap = Math.min(a, b); gap < Math.max(a, b); gap += 1) {
      for (let i = 0; i < TILE_BUCKETS; i += 1) gaps[gap][i] += counts[i] + lost[i];
    }
  }
  known.set(part.cells, { rows: view.rows, gaps });
  return gaps;
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {View} view
 * @param {Counts} part
 * @param {number} full
 */
function drawCrossings(ctx, view, part, full) {
  const x = (/** @type {number} */ bucket) => xOf(view, part.start_us + bucket * part.bucket_us);
  const first = Math.max(0, Math.floor((view.from_us - part.start_us) / part.bucket_us));
  const end = Math.min(TILE_BUCKETS, Math.ceil((view.to_us - part.start_us) / part.bucket_us));
  const colours = Array.from({ length: CROSSING_STEPS }, (_, step) => token(`--load-${step + 1}`));
  const most = full * part.bucket_us;
  crossings(view, part).forEach((row, gap) => {
    const y = yOfPlace(view, gap);
    if (y > view.bottom || y + view.lane < view.top) return;
    const step = (/** @type {number} */ i) => Math.ceil(Math.sqrt(row[i] / most) * CROSSING_STEPS);
    /* Neighbours of the same colour are one rectangle. */
    for (let i = first; i < end;) {
      const begin = i;
      const colour = step(i);
      while (i < end && step(i) === colour) i += 1;
      if (colour === 0) continue;
      ctx.fillStyle = colours[colour - 1];
      ctx.fillRect(x(begin), y, x(i) - x(begin) + 0.6, view.lane);
    }
  });
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {View} view
 * @param {Counts} part
 * @param {number} full
 */
function drawRivers(ctx, view, part, full) {
  const most = view.lane * RIVER;
  const first = Math.max(0, Math.floor((view.from_us - part.start_us) / part.bucket_us) - 1);
  const end = Math.min(TILE_BUCKETS, Math.ceil((view.to_us - part.start_us) / part.bucket_us) + 1);
  ctx.fillStyle = token("--load-6");
  for (const [node, row] of part.nodes) {
    const place = view.places.get(node);
    if (place === undefined) continue;
    const y = yOfPlace(view, place);
    const size = (/** @type {number} */ i) =>
      row[i] === 0 ? 0 : Math.max(0.7, most * Math.sqrt(row[i] / part.bucket_us / full));
    ctx.beginPath();
    ctx.moveTo(xOf(view, part.start_us + first * part.bucket_us), y);
    for (let i = first; i < end; i += 1) {
      ctx.lineTo(xOf(view, part.start_us + (i + 0.5) * part.bucket_us), y - size(i));
    }
    ctx.lineTo(xOf(view, part.start_us + end * part.bucket_us), y);
    for (let i = end - 1; i >= first; i -= 1) {
      ctx.lineTo(xOf(view, part.start_us + (i + 0.5) * part.bucket_us), y + size(i));
    }
    ctx.closePath();
    ctx.fill();
  }
}

/**
 * The exact number of a node's events in a block of whole buckets, between fine lines.
 * @param {CanvasRenderingContext2D} ctx
 * @param {View} view
 * @param {Counts[]} parts
 * @param {Boxes} boxes
 */
export function drawNumbers(ctx, view, parts, boxes) {
  ctx.font = `500 ${view.text}px ${token("--font")}`;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  const digit = ctx.measureText("0").width;
  const before = ctx.globalAlpha;
  for (const part of parts) {
    for (const { x1, x2, numbers } of blocksOf(view, part, digit)) {
      ctx.fillStyle = token("--border");
      if (x1 > view.left) ctx.fillRect(Math.round(x1), view.top, 1, view.bottom - view.top);
      const x = (Math.max(x1, view.left) + Math.min(x2, view.right)) / 2;
      for (const { text, place } of numbers) {
        const y = yOfPlace(view, place) - view.lane * 0.5 + view.text * 0.1;
        const width = text.length * digit;
        if (y < view.text || !boxes.take(x - width / 2, y - view.text / 2, width, view.text)) continue;
        ctx.globalAlpha = before * 0.7;
        ctx.fillStyle = token("--page");
        ctx.fillRect(x - width / 2 - 2, y - view.text * 0.5, width + 4, view.text * 0.95);
        ctx.globalAlpha = before;
        ctx.fillStyle = token("--text");
        ctx.fillText(text, x, y);
      }
    }
  }
}

/**
 * Blocks of 64 buckets, or more where the numbers need more room.
 * @param {View} view
 * @param {Counts} part
 * @param {number} digit how wide one is
 */
function blocksOf(view, part, digit) {
  const first = Math.max(0, Math.round((part.from_us - part.start_us) / part.bucket_us));
  const last = Math.min(TILE_BUCKETS, Math.ceil((part.to_us - part.start_us) / part.bucket_us - 1e-9));
  for (const length of BLOCKS) {
    const wide = length * part.bucket_us * scaleOf(view) - NUMBER_PAD;
    const blocks = [];
    let widest = 0;
    for (let at = first; at < last; at += length) {
      const x1 = xOf(view, part.start_us + at * part.bucket_us);
      const x2 = xOf(view, Math.min(part.to_us, part.start_us + Math.min(last, at + length) * part.bucket_us));
      if (x2 < view.left || x1 > view.right) continue;
      const numbers = numbersOf(view, part, at, Math.min(last, at + length));
      const room = Math.min(x2, view.right) - Math.max(x1, view.left) - NUMBER_PAD;
      const width = digit * Math.max(0, ...numbers.map(({ text }) => text.length));
      widest = Math.max(widest, width);
      blocks.push({ x1, x2, numbers: width <= room ? numbers : [] });
    }
    if (widest <= wide || length === TILE_BUCKETS) return blocks;
  }
  return [];
}

/** Sums of a part's blocks, which stay the same while one pans.
 * @type {WeakMap<Map<number, Float64Array>, Map<string, {node: number, text: string}[]>>} */
const summed = new WeakMap();

/**
 * @param {View} view
 * @param {Counts} part
 * @param {number} first
 * @param {number} end
 * @returns {{place: number, text: string}[]}
 */
function numbersOf(view, part, first, end) {
  const sums = summed.get(part.nodes) ?? new Map();
  summed.set(part.nodes, sums);
  const key = `${first} ${end}`;
  let texts = sums.get(key);
  if (!texts) {
    texts = [...part.nodes].map(([node, row]) => ({ node, sum: sumOf(row, first, end) }))
      .filter(({ sum }) => sum > 0)
      .map(({ node, sum }) => ({ node, text: number(sum) }));
    sums.set(key, texts);
  }
  return texts.flatMap((/** @type {{node: number, text: string}} */ { node, text }) => {
    const place = view.places.get(node);
    return place === undefined ? [] : [{ place, text }];
  });
}

/**
 * @param {Float64Array} row
 * @param {number} first
 * @param {number} end
 */
function sumOf(row, first, end) {
  let sum = 0;
  for (let i = first; i < end; i += 1) sum += row[i];
  return sum;
}
