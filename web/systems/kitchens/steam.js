// steam.js: steam over the chimneys of kitchens that run hot: puffs leave a chimney
// while all its cooks are at work, thicker ones when tickets wait besides. A puff was born in
// the heat of its own moment, so that the picture follows from virtual time, forwards and backwards.

import { token } from "../../app/dom.js";
import { chimneyTop } from "../../app/stage/house.js";

/**
 * @typedef {import("./model.js").CityModel} Model
 * @typedef {import("./geometry.js").Geometry} Geometry
 * @typedef {import("./geometry.js").Point} Point
 */

const EVERY_US = 4.5e5;
const LIFE_US = 1.9e6;
const RISE = 27; /* units, in its life */
const BLOWN = 13; /* to the right: the wind is the same everywhere */
const FAST = 4; /* times real time; beyond it moving puffs would flicker */

/** @typedef {{x: number, y: number, r: number, alpha: number}} Puff */

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Model} model
 * @param {Geometry} geometry
 * @param {number} t_us
 */
export function drawSteam(ctx, model, geometry, t_us) {
  const isStill = model.look.still || model.pace.speed > FAST;
  /** @type {Puff[]} */
  const puffs = [];
  for (const { node, truth } of model.kitchens.values()) {
    const wall = geometry.walls.get(node);
    if (!wall || (truth !== 1 && truth !== 2)) continue;
    const from = chimneyTop(wall, geometry.u, geometry.roof);
    for (const { age, heat, sway } of (isStill ? stillPuffs : movingPuffs)(model, node, t_us)) {
      puffs.push(puffAt(from, age, heat, sway, geometry));
    }
  }
  const edge = 0.9 * geometry.u;
  for (const [colour, more] of /** @type {[string, number][]} */ ([["--steam-edge", edge], ["--steam", 0]])) {
    ctx.fillStyle = token(colour);
    for (const { x, y, r, alpha } of puffs) {
      ctx.globalAlpha = alpha;
      ctx.beginPath();
      ctx.arc(x, y, r + more, 0, 2 * Math.PI);
      ctx.fill();
    }
  }
  ctx.globalAlpha = 1;
}

/** @typedef {{age: number, heat: number, sway: number}} Stage age 0 .. 1, sway -1 .. 1 */

/** @param {Model} model @param {number} node @param {number} t_us @returns {Stage[]} */
function movingPuffs(model, node, t_us) {
  const beat_us = node * 1.3e5; /* chimneys do not puff in step */
  const oldest = Math.ceil((t_us - beat_us - LIFE_US) / EVERY_US);
  const newest = Math.floor((t_us - beat_us) / EVERY_US);
  const puffs = [];
  for (let puff = oldest; puff <= newest; puff += 1) {
    const born_us = puff * EVERY_US + beat_us;
    const heat = model.heatAt(node, born_us);
    if (heat > 0) puffs.push({ age: (t_us - born_us) / LIFE_US, heat, sway: (puff % 3) - 1 });
  }
  return puffs;
}

/**
 * What does not move: three puffs of different age, as hot as it was at the full second.
 * @param {Model} model
 * @param {number} node
 * @param {number} t_us
 * @returns {Stage[]}
 */
function stillPuffs(model, node, t_us) {
  const step_us = 1e6 * Math.max(1, model.pace.speed);
  const heat = model.heatAt(node, Math.floor(t_us / step_us) * step_us);
  return heat === 0 ? [] : [0.12, 0.36, 0.6].map((age) => ({ age, heat, sway: 0 }));
}

/**
 * @param {Point} from
 * @param {number} age
 * @param {number} heat
 * @param {number} sway
 * @param {Geometry} geometry
 * @returns {Puff}
 */
function puffAt(from, age, heat, sway, { u, compact }) {
  const size = (compact ? 0.5 : 1) * u;
  const [small, growth] = heat > 1 ? [3, 6] : [2.2, 4];
  return {
    x: from.x + (BLOWN * age * age + sway * 2.4 * age) * size,
    y: from.y - (RISE * age - 1) * size,
    r: (small + growth * Math.sqrt(age)) * size,
    alpha: Math.min(1, age * 8) * (1 - age),
  };
}
