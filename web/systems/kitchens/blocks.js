// blocks.js: the blocks of a district, seen from above and a little from the south: roofs, walls
// with windows, parks with trees. The same place looks the same for ever.

import { token } from "../../app/dom.js";
import { roundedBox } from "../../app/stage/drawing.js";
import { drawTrees } from "./landmarks.js";

/**
 * @typedef {import("./geometry.js").Box} Box
 * @typedef {import("./geometry.js").Point} Point
 * @typedef {Point & {district: number, chance: number}} Window lit when its district has so much light,
 *   0 .. 1
 */

const BLOCK_WIDTH = 46;
const BLOCK_HEIGHT = 34;
const STREET = 5;
const AVENUE = 12;
const PARKS = 0.1; /* of the blocks */
const WALL = 4.4; /* units of a house's height that are its south wall */
const ROOFS = ["--map-roof", "--map-roof", "--map-roof-2", "--map-roof-3"];

/**
 * A number in 0 .. 1 from a place.
 * @param {number} a
 * @param {number} b
 * @param {number} c
 */
export function pick(a, b, c) {
  let h = (a * 374761393 + b * 668265263 + c * 2246822519) | 0;
  h = Math.imul(h ^ (h >>> 13), 1274126177);
  return ((h ^ (h >>> 16)) >>> 0) / 4294967296;
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Box} box of the district
 * @param {number} district
 * @param {number} u
 * @param {Window[]} windows of its houses are added
 */
export function drawBlocks(ctx, box, district, u, windows) {
  const inner = {
    x: box.x + (AVENUE / 2) * u, y: box.y + (AVENUE / 2) * u,
    width: box.width - AVENUE * u, height: box.height - AVENUE * u,
  };
  const columns = Math.max(1, Math.round(inner.width / (BLOCK_WIDTH * u)));
  const rows = Math.max(1, Math.round(inner.height / (BLOCK_HEIGHT * u)));
  const width = inner.width / columns;
  const height = inner.height / rows;
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const block = {
        x: inner.x + column * width + (STREET / 2) * u,
        y: inner.y + row * height + (STREET / 2) * u,
        width: width - STREET * u,
        height: height - STREET * u,
      };
      const isPark = pick(district + 1, row, column) < PARKS;
      ctx.fillStyle = token(isPark ? "--map-park" : "--map-land");
      roundedBox(ctx, block, 3.5 * u);
      ctx.fill();
      const seed = district * 97 + row * 13 + column;
      if (isPark) drawPark(ctx, block, seed, u);
      else drawHouses(ctx, block, seed, u, district, windows);
    }
  }
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Box} block
 * @param {number} seed
 * @param {number} u
 */
function drawPark(ctx, block, seed, u) {
  ctx.strokeStyle = token("--map-street");
  ctx.lineWidth = 1.6 * u;
  ctx.beginPath(); /* a path across */
  ctx.moveTo(block.x, block.y + block.height * (0.2 + 0.6 * pick(seed, 2, 1)));
  ctx.quadraticCurveTo(block.x + block.width / 2, block.y + block.height * pick(seed, 2, 2),
    block.x + block.width, block.y + block.height * (0.2 + 0.6 * pick(seed, 2, 3)));
  ctx.stroke();
  const trees = [];
  const count = 5 + Math.floor(5 * pick(seed, 2, 4));
  for (let i = 0; i < count; i += 1) {
    trees.push({
      x: block.x + 4 * u + (block.width - 8 * u) * ((i + 0.8 * pick(seed, i, 5)) / count),
      y: block.y + 4 * u + (block.height - 8 * u) * pick(seed, i, 6),
    });
  }
  drawTrees(ctx, trees, 3.3 * u);
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Box} block
 * @param {number} seed
 * @param {number} u
 * @param {number} district
 * @param {Window[]} windows
 */
function drawHouses(ctx, block, seed, u, district, windows) {
  const lots = 2 + Math.floor(pick(seed, 1, 7) * 2.6);
  const width = (block.width - 5 * u) / lots;
  /** @type {Point[]} */
  const trees = [];
  for (let lot = 0; lot < lots; lot += 1) {
    const x = block.x + 3 * u + lot * width;
    const free = pick(seed, lot, 3);
    if (free < 0.14) { /* a garden */
      trees.push({ x: x + width / 2 - 2 * u, y: block.y + block.height * 0.35 }, { x: x + width / 2 + u, y: block.y + block.height * 0.68 });
      continue;
    }
    const height = (block.height - 7 * u) * (0.62 + 0.38 * pick(seed, lot, 5));
    const y = block.y + 3 * u + (pick(seed, lot, 8) < 0.5 ? 0 : block.height - 7 * u - height);
    const house = { x, y, width: width - 2 * u, height };
    drawHouse(ctx, house, ROOFS[Math.floor(pick(seed, lot, 9) * ROOFS.length)], pick(seed, lot, 4) < 0.5, u);
    addWindows(windows, house, seed * 7 + lot, district, u);
  }
  drawTrees(ctx, trees, 2.7 * u);
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Box} house
 * @param {string} roof
 * @param {boolean} isFlat
 * @param {number} u
 */
function drawHouse(ctx, { x, y, width, height }, roof, isFlat, u) {
  const top = height - WALL * u;
  ctx.fillStyle = token("--map-shadow");
  ctx.globalAlpha = 0.6;
  ctx.fillRect(x + 1.6 * u, y + 1.8 * u, width, height);
  ctx.globalAlpha = 1;
  ctx.fillStyle = token("--map-wall");
  ctx.fillRect(x, y, width, height);
  ctx.fillStyle = token(roof);
  ctx.fillRect(x, y, width, top);
  ctx.fillStyle = token("--map-shadow");
  ctx.globalAlpha = 0.3; /* the side of a roof away from the light; a flat one has a rim */
  if (isFlat) ctx.fillRect(x + 2 * u, y + 2 * u, width - 4 * u, top - 4 * u);
  else ctx.fillRect(x + width / 2, y, width / 2, top);
  ctx.globalAlpha = 1;
}

/**
 * @param {Window[]} windows
 * @param {Box} house
 * @param {number} seed
 * @param {number} district
 * @param {number} u
 */
function addWindows(windows, { x, y, width, height }, seed, district, u) {
  const count = Math.floor((width - u) / (3.6 * u));
  const gap = width / Math.max(1, count);
  for (let i = 0; i < count; i += 1) {
    windows.push({
      x: x + gap * (i + 0.5), y: y + height - (WALL / 2) * u, district, chance: pick(seed, i, 11),
    });
  }
}
