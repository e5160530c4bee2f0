// house.js: the front of a house, for the nodes of every stage: chimney, roof, wall with the border
// of its state, awning. Light falls from the left above; what the house is like follows from its
// place in the plan, so that it looks the same for ever.

import { token } from "../dom.js";
import { drawBody } from "./drawing.js";

/**
 * @typedef {import("./looks.js").Tone} Tone
 * @typedef {import("./drawing.js").Point} Point
 * @typedef {import("./drawing.js").Box} Box
 */

export const ROOF = 12; /* units that a roof stands over its wall */
const EAVES = 5; /* units that it stands out at the sides */
const STRIPE = 12;
const KINDS = 3; /* of tiles: slate, clay, copper */

/**
 * The outlines of roofs, from the left eaves to the right ones: parts of the width, and of the
 * height from the wall up.
 * @type {((ctx: CanvasRenderingContext2D, x: (part: number) => number, y: (part: number) => number) => void)[]}
 */
const ROOFS = [
  (ctx, x, y) => { /* hipped, with a turret */
    for (const [at, up] of [[0, 0], [0.06, 0.62], [0.4, 0.62], [0.43, 0.8], [0.5, 1.25], [0.57, 0.8], [0.6, 0.62], [0.94, 0.62], [1, 0]]) ctx.lineTo(x(at), y(up));
  },
  (ctx, x, y) => { /* sheds of a warehouse */
    for (let i = 0; i < 5; i += 1) {
      ctx.lineTo(x(i / 5), y(0.28));
      ctx.lineTo(x(i / 5 + 0.06), y(1));
    }
    ctx.lineTo(x(1), y(0.28));
  },
  (ctx, x, y) => { /* three vaults of a market hall */
    ctx.lineTo(x(0), y(0.3));
    ctx.quadraticCurveTo(x(0.15), y(1.3), x(0.3), y(0.3));
    ctx.quadraticCurveTo(x(0.5), y(1.9), x(0.7), y(0.3));
    ctx.quadraticCurveTo(x(0.85), y(1.3), x(1), y(0.3));
  },
  (ctx, x, y) => { /* a pediment between wings */
    for (const [at, up] of [[0, 0], [0, 0.5], [0.26, 0.5], [0.5, 1.2], [0.74, 0.5], [1, 0.5]]) ctx.lineTo(x(at), y(up));
  },
  (ctx, x, y) => { /* the vault of a stadium */
    ctx.lineTo(x(0), y(0.18));
    ctx.quadraticCurveTo(x(0.5), y(1.9), x(1), y(0.18));
  },
  (ctx, x, y) => { /* two gables of a chalet */
    for (const [at, up] of [[0, 0], [0.27, 1.1], [0.48, 0.28], [0.72, 1.1], [1, 0]]) ctx.lineTo(x(at), y(up));
  },
  (ctx, x, y) => { /* swung eaves, and a second roof on the first */
    ctx.lineTo(x(-0.015), y(0.42));
    ctx.quadraticCurveTo(x(0.08), y(0.28), x(0.22), y(0.52));
    ctx.lineTo(x(0.24), y(0.86));
    ctx.quadraticCurveTo(x(0.36), y(0.74), x(0.44), y(1.15));
    ctx.lineTo(x(0.56), y(1.15));
    ctx.quadraticCurveTo(x(0.64), y(0.74), x(0.76), y(0.86));
    ctx.lineTo(x(0.78), y(0.52));
    ctx.quadraticCurveTo(x(0.92), y(0.28), x(1.015), y(0.42));
  },
  (ctx, x, y) => { /* mansard */
    ctx.lineTo(x(0), y(0.05));
    ctx.quadraticCurveTo(x(0.035), y(0.5), x(0.04), y(1));
    ctx.lineTo(x(0.96), y(1));
    ctx.quadraticCurveTo(x(0.965), y(0.5), x(1), y(0.05));
  },
];
/** Where windows fit into each of them: parts of the width, and of the height.
 * @type {[number, number][][]} */
const WINDOWS = [
  [[0.2, 0.34], [0.5, 0.7], [0.8, 0.34]],
  [[0.14, 0.4], [0.34, 0.4], [0.54, 0.4], [0.74, 0.4]],
  [[0.15, 0.42], [0.44, 0.55], [0.56, 0.55], [0.85, 0.42]],
  [[0.12, 0.26], [0.5, 0.6], [0.88, 0.26]],
  [[0.24, 0.38], [0.5, 0.56], [0.76, 0.38]],
  [[0.27, 0.5], [0.73, 0.5]],
  [[0.36, 0.42], [0.5, 0.42], [0.64, 0.42]],
  [[0.2, 0.5], [0.4, 0.5], [0.6, 0.5], [0.8, 0.5]],
];

/**
 * Where steam leaves the house.
 * @param {Box} wall
 * @param {number} u
 * @param {number} high of the roof, in units
 * @returns {Point}
 */
export function chimneyTop(wall, u, high = ROOF) {
  return { x: wall.x + wall.width * 0.86, y: wall.y - (high + 5) * u };
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Box} wall
 * @param {Tone} tone
 * @param {number} u
 * @param {{place: number, stripes?: string, high?: number}} front place: which roof; stripes: colour
 *   of an awning under it; high: of the roof, in units
 */
export function drawHouse(ctx, wall, tone, u, { place, stripes, high = ROOF }) {
  const top = chimneyTop(wall, u, high);
  const wide = (high < ROOF ? 6 : 10) * u;
  ctx.fillStyle = token("--roof-shade");
  ctx.fillRect(top.x - wide / 2, top.y + 2 * u, wide, (high + 4) * u);
  ctx.fillStyle = token("--roof-1");
  ctx.fillRect(top.x - wide / 2 - 1.5 * u, top.y, wide + 3 * u, 3.4 * u);
  drawBody(ctx, wall, tone, u);
  if (stripes) drawAwning(ctx, wall, u, stripes, high / ROOF);
  drawRoof(ctx, wall, tone, u, place, high);
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Box} wall
 * @param {Tone} tone
 * @param {number} u
 * @param {number} place
 * @param {number} high
 */
function drawRoof(ctx, wall, tone, u, place, high) {
  const style = (place + ROOFS.length) % ROOFS.length;
  const out = EAVES * u * (high / ROOF);
  const x = (/** @type {number} */ part) => wall.x - out + part * (wall.width + 2 * out);
  const y = (/** @type {number} */ part) => wall.y + 1 * u - part * high * u;
  const base = wall.y + 3 * u;
  ctx.save();
  ctx.beginPath();
  ctx.moveTo(x(0), base);
  ROOFS[style](ctx, x, y);
  ctx.lineTo(x(1), base);
  ctx.closePath();
  ctx.lineJoin = "round";
  ctx.fillStyle = ctx.strokeStyle = token(`--roof-${(((style % KINDS) + KINDS) % KINDS) + 1}`);
  ctx.fill();
  ctx.lineWidth = 2 * u;
  ctx.stroke();
  ctx.clip();
  ctx.globalAlpha = 0.3;
  ctx.strokeStyle = token("--roof-shade"); /* rows of tiles */
  ctx.lineWidth = 1 * u;
  ctx.beginPath();
  for (let row = y(1.3); row < base; row += 4 * u) {
    ctx.moveTo(x(0), row);
    ctx.lineTo(x(1), row);
  }
  ctx.stroke();
  ctx.restore();
  ctx.fillStyle = token("--roof-shade"); /* the eaves' own shadow */
  ctx.fillRect(x(0) - u, base - 1.4 * u, x(1) - x(0) + 2 * u, 1.8 * u);
  if (high < ROOF) return;
  ctx.fillStyle = token(tone === "down" || tone === "off" ? "--window-dark" : "--window-lit");
  for (const [at, up] of WINDOWS[style]) {
    ctx.beginPath();
    ctx.roundRect(x(at) - 3.4 * u, y(up) - 2.4 * u, 6.8 * u, 5 * u, 2 * u);
    ctx.fill();
  }
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Box} wall
 * @param {number} u
 * @param {string} colour
 * @param {number} size
 */
function drawAwning(ctx, wall, u, colour, size) {
  const left = wall.x - 1.5 * u;
  const right = wall.x + wall.width + 1.5 * u;
  const stripes = 2 * Math.round((right - left) / (STRIPE * u * size) / 2) + 1;
  const width = (right - left) / stripes;
  const top = wall.y + 1 * u;
  const low = top + 6 * size * u;
  const cloth = (/** @type {number} */ first) => {
    ctx.beginPath();
    for (let i = first; i < stripes; i += 2) {
      const x = left + i * width;
      ctx.moveTo(x, top);
      ctx.lineTo(x, low);
      ctx.ellipse(x + width / 2, low, width / 2, 3 * size * u, 0, Math.PI, 0, true);
      ctx.lineTo(x + width, top);
    }
  };
  cloth(1);
  ctx.fillStyle = token("--page");
  ctx.fill();
  ctx.strokeStyle = token("--grid");
  ctx.lineWidth = 1 * u;
  ctx.stroke();
  cloth(0);
  ctx.fillStyle = colour;
  ctx.fill();
}

/**
 * A flag over the roof; before the house.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Box} wall
 * @param {number} u
 */
export function drawFlag(ctx, wall, u) {
  const foot = { x: wall.x + wall.width * 0.14, y: wall.y };
  const top = foot.y - (ROOF + 9) * u;
  ctx.fillStyle = token("--text");
  ctx.fillRect(foot.x - u, top, 2 * u, foot.y - top);
  ctx.beginPath();
  ctx.moveTo(foot.x, top);
  ctx.lineTo(foot.x + 15 * u, top + 4.5 * u);
  ctx.lineTo(foot.x, top + 9 * u);
  ctx.fill();
}
