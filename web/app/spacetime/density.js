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

/** @param {Float64Array} row */
function maxOf(row) {
  let most = 0;
  for (const value of row) if (value > most) most = value;
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
  const width = part.bucket_us * scaleOf(view);
  crossings(view, part).forEach((row, gap) => {
    const y = yOfPlace(view, gap);
    if (y > view.bottom || y + view.lane < view.top) return;
    for (let i = 0; i < row.length; i += 1) {
      if (row[i] === 0) continue;
      const x = xOf(view, part.start_us + i * part.bucket_us);
      if (x + width < view.left || x > view.width) continue;
      const share = Math.sqrt(row[i] / part.bucket_us / full);
      const step = Math.max(1, Math.ceil(share * CROSSING_STEPS));
      ctx.fillStyle = token(`--load-${step}`);
      ctx.fillRect(x, y, width + 0.6, view.lane);
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
  ctx.fillStyle = token("--load-6");
  for (const [node, row] of part.nodes) {
    const place = view.places.get(node);
    if (place === undefined) continue;
    const y = yOfPlace(view, place);
    const size = (/** @type {number} */ i) =>
      row[i] === 0 ? 0 : Math.max(0.7, most * Math.sqrt(row[i] / part.bucket_us / full));
    ctx.beginPath();
    ctx.moveTo(xOf(view, part.start_us), y);
    for (let i = 0; i < row.length; i += 1) {
      ctx.lineTo(xOf(view, part.start_us + (i + 0.5) * part.bucket_us), y - size(i));
    }
    ctx.lineTo(xOf(view, part.start_us + row.length * part.bucket_us), y);
    for (let i = row.length - 1; i >= 0; i -= 1) {
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
  for (const part of parts) {
    for (const block of blocksOf(ctx, view, part)) {
      ctx.fillStyle = token("--border");
      if (block.x1 > view.left) ctx.fillRect(Math.round(block.x1), view.top, 1, view.bottom - view.top);
      for (const { text, place } of block.numbers) {
        const y = yOfPlace(view, place) - view.lane * 0.5 + view.text * 0.1;
        boxes.write(ctx, text, (Math.max(block.x1, view.left) + Math.min(block.x2, view.right)) / 2, y, "--text", "--page");
      }
    }
  }
}

/**
 * Blocks of 64 buckets, or more where the numbers need more room.
 * @param {CanvasRenderingContext2D} ctx
 * @param {View} view
 * @param {Counts} part
 */
function blocksOf(ctx, view, part) {
  const scale = scaleOf(view);
  const first = Math.max(0, Math.round((part.from_us - part.start_us) / part.bucket_us));
  const last = Math.min(TILE_BUCKETS, Math.ceil((part.to_us - part.start_us) / part.bucket_us - 1e-9));
  for (const length of BLOCKS) {
    const wide = length * part.bucket_us * scale;
    const blocks = [];
    let fits = true;
    for (let at = first; at < last; at += length) {
      const end = Math.min(last, at + length);
      const x1 = xOf(view, part.start_us + at * part.bucket_us);
      const x2 = xOf(view, Math.min(part.to_us, part.start_us + end * part.bucket_us));
      if (x2 < view.left || x1 > view.right) continue;
      const numbers = numbersOf(view, part, at, end);
      const room = Math.min(x2, view.right) - Math.max(x1, view.left) - NUMBER_PAD;
      const widest = Math.max(0, ...numbers.map(({ text }) => ctx.measureText(text).width));
      if (widest > wide - NUMBER_PAD && length < TILE_BUCKETS) fits = false;
      blocks.push({ x1, x2, numbers: widest <= room ? numbers : [] });
    }
    if (fits) return blocks;
  }
  return [];
}

/** @param {View} view @param {Counts} part @param {number} first @param {number} end */
function numbersOf(view, part, first, end) {
  /** @type {{place: number, text: string}[]} */
  const numbers = [];
  for (const [node, row] of part.nodes) {
    const place = view.places.get(node);
    if (place === undefined) continue;
    let sum = 0;
    for (let i = first; i < end; i += 1) sum += row[i];
    if (sum > 0) numbers.push({ place, text: number(sum) });
  }
  return numbers;
}
