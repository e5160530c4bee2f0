// ground.js: the ground of the map: districts made of blocks, parks, a river with bridges,
// district names. Decoration computed from the plan, the same every time; drawn once a size.

import { token } from "../../app/dom.js";
import { roundedBox } from "../../app/stage/drawing.js";

/**
 * @typedef {import("./geometry.js").Geometry} Geometry
 * @typedef {import("./geometry.js").Box} Box
 */

const BLOCK_WIDTH = 46;
const BLOCK_HEIGHT = 34;
const STREET = 5;
const AVENUE = 12;

/**
 * A number in 0 .. 1 from a place: the same block looks the same for ever.
 * @param {number} a
 * @param {number} b
 * @param {number} c
 */
function pick(a, b, c) {
  let h = (a * 374761393 + b * 668265263 + c * 2246822519) | 0;
  h = Math.imul(h ^ (h >>> 13), 1274126177);
  return ((h ^ (h >>> 16)) >>> 0) / 4294967296;
}

/** @param {CanvasRenderingContext2D} ctx @param {Geometry} geometry */
export function drawGround(ctx, geometry) {
  ctx.fillStyle = token("--map-street");
  ctx.fillRect(0, 0, geometry.width, geometry.height);
  const districts = geometry.plan.districts.map((district) => districtBox(geometry, district));
  if (districts.length === 0) {
    drawBlocks(ctx, { x: 0, y: 0, width: geometry.width, height: geometry.height }, 0, geometry.u);
  }
  districts.forEach((box, index) => drawBlocks(ctx, box, index, geometry.u));
  drawRiver(ctx, geometry);
  geometry.plan.districts.forEach((district, index) => {
    geometry.names.set(index, drawName(ctx, geometry, districts[index], district.name));
  });
}

/**
 * A district's box on the screen; what touches the edge of the map goes on to the edge of the
 * stage.
 * @param {Geometry} geometry
 * @param {import("./types").District} district
 * @returns {Box}
 */
function districtBox(geometry, district) {
  const { map } = geometry.plan;
  const a = geometry.point(district.x_m, district.y_m);
  const b = geometry.point(district.x_m + district.width_m, district.y_m + district.height_m);
  const near = 0.02;
  const left = district.x_m <= map.width_m * near ? 0 : a.x;
  const top = district.y_m <= map.height_m * near ? 0 : a.y;
  const right = district.x_m + district.width_m >= map.width_m * (1 - near) ? geometry.width : b.x;
  const bottom =
    district.y_m + district.height_m >= map.height_m * (1 - near) ? geometry.height : b.y;
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Box} box
 * @param {number} seed
 * @param {number} u
 */
function drawBlocks(ctx, box, seed, u) {
  const inner = {
    x: box.x + (AVENUE / 2) * u, y: box.y + (AVENUE / 2) * u,
    width: box.width - AVENUE * u, height: box.height - AVENUE * u,
  };
  const columns = Math.max(1, Math.round(inner.width / (BLOCK_WIDTH * u)));
  const rows = Math.max(1, Math.round(inner.height / (BLOCK_HEIGHT * u)));
  const width = inner.width / columns;
  const height = inner.height / rows;
  const land = token("--map-land");
  const park = token("--map-park");
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const chance = pick(seed + 1, row, column);
      const block = {
        x: inner.x + column * width + (STREET / 2) * u,
        y: inner.y + row * height + (STREET / 2) * u,
        width: width - STREET * u,
        height: height - STREET * u,
      };
      ctx.fillStyle = chance < 0.07 ? park : land;
      roundedBox(ctx, block, 3 * u);
      ctx.fill();
      if (chance >= 0.07) drawRoofs(ctx, block, seed * 97 + row * 13 + column, u);
    }
  }
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Box} block
 * @param {number} seed
 * @param {number} u
 */
function drawRoofs(ctx, block, seed, u) {
  ctx.fillStyle = token("--map-roof");
  const parts = 2 + Math.floor(pick(seed, 1, 7) * 3);
  const width = (block.width - 6 * u) / parts;
  for (let part = 0; part < parts; part += 1) {
    if (pick(seed, part, 3) < 0.25) continue;
    const height = (block.height - 6 * u) * (0.45 + 0.55 * pick(seed, part, 5));
    ctx.fillRect(block.x + 3 * u + part * width, block.y + 3 * u, width - 2 * u, height);
  }
}

/** The river: two cubic curves, in parts of the stage's width and height. */
const RIVER = [
  [[0.28, -0.05], [0.36, 0.3], [0.12, 0.52], [0.3, 0.72]],
  [[0.3, 0.72], [0.42, 0.86], [0.62, 0.84], [0.66, 1.05]],
];
const BRIDGES = [[0, 0.22], [0, 0.52], [0, 0.8], [1, 0.3], [1, 0.62], [1, 0.88]];

/** @param {CanvasRenderingContext2D} ctx @param {Geometry} geometry */
function drawRiver(ctx, geometry) {
  const { width, height, u } = geometry;
  const curves = RIVER.map((curve) => curve.map(([x, y]) => ({ x: x * width, y: y * height })));
  ctx.beginPath();
  ctx.moveTo(curves[0][0].x, curves[0][0].y);
  for (const [, b, c, d] of curves) ctx.bezierCurveTo(b.x, b.y, c.x, c.y, d.x, d.y);
  stroke(ctx, "--map-street", 32 * u);
  stroke(ctx, "--map-water", 24 * u);
  for (const [curve, t] of BRIDGES) {
    const at = bezier(curves[curve], t);
    const next = bezier(curves[curve], t + 0.01);
    const length = Math.hypot(next.x - at.x, next.y - at.y);
    const across = { x: -(next.y - at.y) / length, y: (next.x - at.x) / length };
    ctx.beginPath();
    ctx.moveTo(at.x - across.x * 17 * u, at.y - across.y * 17 * u);
    ctx.lineTo(at.x + across.x * 17 * u, at.y + across.y * 17 * u);
    stroke(ctx, "--map-street", 7 * u);
  }
}

/** @param {CanvasRenderingContext2D} ctx @param {string} colour @param {number} width */
function stroke(ctx, colour, width) {
  ctx.strokeStyle = token(colour);
  ctx.lineWidth = width;
  ctx.stroke();
}

/** @param {{x: number, y: number}[]} curve @param {number} t */
function bezier([a, b, c, d], t) {
  const s = 1 - t;
  const mix = (/** @type {number} */ p, /** @type {number} */ q, /** @type {number} */ r,
    /** @type {number} */ v) => s * s * s * p + 3 * s * s * t * q + 3 * s * t * t * r + t * t * t * v;
  return { x: mix(a.x, b.x, c.x, d.x), y: mix(a.y, b.y, c.y, d.y) };
}

/**
 * The name of a district, in that corner where no kitchen stands.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Geometry} geometry
 * @param {Box} box
 * @param {string} name
 */
function drawName(ctx, geometry, box, name) {
  const u = geometry.u;
  ctx.font = `600 ${geometry.compact ? 15 * u : 20 * u}px ${token("--font")}`;
  const text = name.toUpperCase();
  const width = ctx.measureText(text).width + text.length * u;
  const height = 24 * u;
  const pad = 14 * u;
  const bottom = Math.min(box.y + box.height, geometry.height - 34 * u);
  const free = freeSpot(
    geometry,
    {
      x: box.x + pad,
      y: box.y + pad,
      width: box.width - 2 * pad,
      height: bottom - box.y - 2 * pad,
    },
    width,
    height,
  );
  const { x, y } = free;
  ctx.textBaseline = "top";
  ctx.textAlign = "left";
  ctx.letterSpacing = `${u}px`;
  ctx.lineWidth = 5 * u;
  ctx.lineJoin = "round";
  ctx.strokeStyle = token("--map-land");
  ctx.strokeText(text, x, y + 2 * u);
  ctx.fillStyle = token("--map-label");
  ctx.fillText(text, x, y + 2 * u);
  ctx.letterSpacing = "0px";
  return { x, y };
}

/**
 * The first place in reading order where a label, and a second line under it, is least covered.
 * @param {Geometry} geometry
 * @param {Box} box
 * @param {number} width
 * @param {number} height
 */
function freeSpot(geometry, box, width, height) {
  const steps = 32;
  let best = { x: box.x, y: box.y };
  let least = Infinity;
  for (let down = 0; down <= steps; down += 1) {
    for (let across = 0; across <= steps; across += 1) {
      const x = box.x + ((box.width - width) * across) / steps;
      const y = box.y + ((box.height - height) * down) / steps;
      const cost = covered(geometry, [x, y], width, height) + covered(geometry, [x, y + height], width, height) / 4;
      if (cost < least - 1) [least, best] = [cost, { x, y }];
    }
  }
  return best;
}

/**
 * How much of a label at this spot would lie under plates.
 * @param {Geometry} geometry
 * @param {number[]} spot
 * @param {number} width
 * @param {number} height
 */
function covered(geometry, [x, y], width, height) {
  let area = 0;
  const eaves = 6 * geometry.u;
  for (const box of geometry.plates.values()) {
    const w = Math.min(x + width, box.x + box.width + eaves) - Math.max(x, box.x - eaves);
    const h = Math.min(y + height, box.y + box.height) - Math.max(y, box.y);
    if (w > 0 && h > 0) area += w * h;
  }
  return area;
}
