// ground.js: the ground of the map: districts made of blocks, a river with bridges, landmarks, names,
// and the evening over it all. Decoration computed from the plan, the same every time; drawn once a
// size, and put on the stage again when the light takes a step.

import { token } from "../../app/dom.js";
import { drawBlocks } from "./blocks.js";
import { drawLandmark, hasLandmark, LANDMARK } from "./landmarks.js";
import { LIGHT_STEPS } from "./light.js";
import { nameOf } from "../../app/words.js";

/**
 * @typedef {import("./geometry.js").Geometry} Geometry
 * @typedef {import("./geometry.js").Box} Box
 * @typedef {import("./geometry.js").Point} Point
 * @typedef {import("./light.js").Light} Light
 */

const WINDOW = 2.6; /* units */

export class Ground {
  /** @param {Geometry} geometry @param {number} ratio device pixels to CSS pixels */
  constructor(geometry, ratio) {
    this.geometry = geometry;
    /** @type {import("./blocks.js").Window[]} */
    this.windows = [];
    /** @type {(Point & {r: number, district: number})[]} */
    this.lamps = [];
    this.day = document.createElement("canvas");
    this.day.width = Math.round(geometry.width * ratio);
    this.day.height = Math.round(geometry.height * ratio);
    const ctx = /** @type {CanvasRenderingContext2D} */ (this.day.getContext("2d"));
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.paint(ctx);
    const legend = geometry.height - geometry.bottom;
    this.windows = this.windows.filter((at) => at.y < legend && !isCovered(geometry, at));
    this.glow = glow();
  }

  /** @param {CanvasRenderingContext2D} ctx */
  paint(ctx) {
    const { geometry } = this;
    const { plan, width, height, u } = geometry;
    ctx.fillStyle = token("--map-street");
    ctx.fillRect(0, 0, width, height);
    const districts = plan.districts.map((district) => districtBox(geometry, district));
    if (districts.length === 0) drawBlocks(ctx, { x: 0, y: 0, width, height }, 0, u, this.windows);
    districts.forEach((box, index) => drawBlocks(ctx, box, index, u, this.windows));
    const river = drawRiver(ctx, geometry, (lamp) => this.lamps.push({ ...lamp, district: -1 }));
    this.windows = this.windows.filter((at) => river.every((wet) => Math.hypot(at.x - wet.x, at.y - wet.y) > 19 * u));
    /** @type {Box[]} */
    const taken = [...geometry.plates.values()];
    const boxes = plan.districts.map((district, index) => this.paintLandmark(ctx, district.name, index, districts[index], taken, river));
    taken.push(...boxes.flatMap((box) => box ?? []));
    ctx.font = this.nameFont();
    plan.districts.forEach(({ name }, index) => {
      geometry.names.set(index, nameSpot(ctx, geometry, districts[index], nameOf(name), taken));
    });
    ctx.fillStyle = token("--map-street"); /* the legend's row is calm */
    ctx.globalAlpha = 0.82;
    ctx.fillRect(0, height - (geometry.bottom - 4 * u), width, geometry.bottom - 4 * u);
    ctx.globalAlpha = 1;
  }

  nameFont() {
    const { compact, u } = this.geometry;
    return `600 ${compact ? 15 * u : 20 * u}px ${token("--font")}`;
  }

  /**
   * @param {CanvasRenderingContext2D} ctx
   * @param {boolean} isDay
   */
  drawNames(ctx, isDay) {
    const { plan, names, u } = this.geometry;
    ctx.font = this.nameFont();
    ctx.textBaseline = "top";
    ctx.textAlign = "left";
    ctx.letterSpacing = `${u}px`;
    ctx.lineWidth = 5 * u;
    ctx.lineJoin = "round";
    ctx.strokeStyle = token(isDay ? "--map-land" : "--map-evening");
    ctx.fillStyle = token(isDay ? "--map-label" : "--text");
    for (const [index, { x, y }] of names) {
      const text = nameOf(plan.districts[index].name).toUpperCase();
      ctx.strokeText(text, x, y + 2 * u);
      ctx.fillText(text, x, y + 2 * u);
    }
    ctx.letterSpacing = "0px";
  }

  /**
   * @param {CanvasRenderingContext2D} ctx
   * @param {string} name of the district
   * @param {number} district
   * @param {Box} box
   * @param {Box[]} taken
   * @param {Point[]} river
   * @returns {Box | null} where it stands
   */
  paintLandmark(ctx, name, district, box, taken, river) {
    const { geometry } = this;
    const { u } = geometry;
    if (geometry.compact || !hasLandmark(name)) return null;
    const width = LANDMARK.width * u;
    const height = LANDMARK.height * u;
    const pad = 10 * u;
    const room = { x: box.x + pad, y: box.y + pad, width: box.width - 2 * pad, height: box.height - 2 * pad };
    room.height = Math.min(room.height, geometry.height - geometry.bottom - room.y);
    const wet = river.map(({ x, y }) => ({ x: x - 14 * u, y: y - 14 * u, width: 28 * u, height: 28 * u }));
    const { x, y, cost } = freeSpot([...taken, ...wet], room, width, height, 6 * u);
    if (cost > width * height * 0.12) return null;
    const place = { x, y, width, height };
    ctx.fillStyle = token("--map-land");
    ctx.beginPath();
    ctx.roundRect(x - 4 * u, y - 4 * u, width + 8 * u, height + 8 * u, 8 * u);
    ctx.fill();
    const inside = (/** @type {Point} */ at) => at.x > x - 4 * u && at.x < x + width + 4 * u && at.y > y - 4 * u && at.y < y + height + 4 * u;
    this.windows = this.windows.filter((at) => !inside(at));
    drawLandmark(ctx, name, { x: x + width / 2, y: y + height / 2 }, u, (lamp) => this.lamps.push({ ...lamp, district }));
    return place;
  }

  /**
   * The ground in this light: evening over everything, then what shines.
   * @param {CanvasRenderingContext2D} ctx
   * @param {Light} light
   */
  show(ctx, light) {
    const { width, height } = this.geometry;
    ctx.globalAlpha = 1;
    ctx.drawImage(this.day, 0, 0, width, height);
    if (light.dusk > 0) this.evening(ctx, light);
    this.drawNames(ctx, light.dusk === 0);
  }

  /** @param {CanvasRenderingContext2D} ctx @param {Light} light */
  evening(ctx, light) {
    const { width, height, u } = this.geometry;
    const sky = ctx.createLinearGradient(0, 0, 0, height);
    sky.addColorStop(0, token("--map-dusk"));
    sky.addColorStop(1, token("--map-dusk-low"));
    ctx.globalCompositeOperation = "multiply";
    ctx.globalAlpha = light.dusk / LIGHT_STEPS;
    ctx.fillStyle = sky;
    ctx.fillRect(0, 0, width, height);
    ctx.globalCompositeOperation = "source-over";
    for (const { x, y, r, district } of this.lamps) {
      const steps = district < 0 ? light.dusk : Math.max(light.districts[district] ?? 0, light.dusk / 2);
      ctx.globalAlpha = (0.85 * steps) / LIGHT_STEPS;
      ctx.drawImage(this.glow, x - r, y - r, 2 * r, 2 * r);
    }
    ctx.globalAlpha = 1;
    ctx.fillStyle = token("--window-lit");
    const side = WINDOW * u;
    for (const { x, y, district, chance } of this.windows) {
      const lit = (light.districts[district] ?? 0) / LIGHT_STEPS;
      if (chance < lit) ctx.fillRect(x - side / 2, y - side / 2, side, side);
    }
  }
}

/** The light of a lamp, drawn once. */
function glow() {
  const picture = document.createElement("canvas");
  picture.width = picture.height = 64;
  const ctx = /** @type {CanvasRenderingContext2D} */ (picture.getContext("2d"));
  const fall = ctx.createRadialGradient(32, 32, 0, 32, 32, 32);
  fall.addColorStop(0, token("--window-lit"));
  fall.addColorStop(0.25, `${token("--window-lit")}99`);
  fall.addColorStop(1, `${token("--window-lit")}00`);
  ctx.fillStyle = fall;
  ctx.fillRect(0, 0, 64, 64);
  return picture;
}

/** @param {Geometry} geometry @param {Point} at */
function isCovered(geometry, at) {
  return [...geometry.plates.values()].some((box) =>
    at.x > box.x && at.x < box.x + box.width && at.y > box.y && at.y < box.y + box.height);
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

/** The river: two cubic curves, in parts of the stage's width and height. */
const RIVER = [
  [[0.28, -0.05], [0.36, 0.3], [0.12, 0.52], [0.3, 0.72]],
  [[0.3, 0.72], [0.42, 0.86], [0.62, 0.84], [0.66, 1.05]],
];
const BRIDGES = [[0, 0.22], [0, 0.52], [0, 0.8], [1, 0.3], [1, 0.62], [1, 0.88]];

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Geometry} geometry
 * @param {(lamp: Point & {r: number}) => void} lamp
 * @returns {Point[]} places in the water, from bank to bank
 */
function drawRiver(ctx, geometry, lamp) {
  const { width, height, u } = geometry;
  const curves = RIVER.map((curve) => curve.map(([x, y]) => ({ x: x * width, y: y * height })));
  const course = new Path2D();
  course.moveTo(curves[0][0].x, curves[0][0].y);
  for (const [, b, c, d] of curves) course.bezierCurveTo(b.x, b.y, c.x, c.y, d.x, d.y);
  for (const [colour, across] of /** @type {[string, number][]} */ ([["--map-street", 37], ["--map-wall", 29.5], ["--map-water", 27]])) {
    ctx.strokeStyle = token(colour);
    ctx.lineWidth = across * u;
    ctx.stroke(course);
  }
  drawShine(ctx, course, u);
  for (const [curve, t] of BRIDGES) drawBridge(ctx, curves[curve], t, u, lamp);
  return curves.flatMap((curve) => Array.from({ length: 24 }, (_, i) => bezier(curve, i / 24)));
}

/**
 * Short lights on the water along its course.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Path2D} course
 * @param {number} u
 */
function drawShine(ctx, course, u) {
  ctx.strokeStyle = token("--map-shine");
  ctx.lineCap = "round";
  ctx.lineWidth = 1.5 * u;
  for (const [aside, dash, gap, from] of [[-7, 16, 37, 0], [-1, 9, 44, 22], [6, 13, 52, 9]]) {
    ctx.save();
    ctx.translate(aside * u, 0);
    ctx.setLineDash([dash * u, gap * u]);
    ctx.lineDashOffset = from * u;
    ctx.stroke(course);
    ctx.restore();
  }
  ctx.lineCap = "butt";
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Point[]} curve
 * @param {number} t
 * @param {number} u
 * @param {(lamp: Point & {r: number}) => void} lamp
 */
function drawBridge(ctx, curve, t, u, lamp) {
  const at = bezier(curve, t);
  const next = bezier(curve, t + 0.01);
  const half = 19 * u;
  ctx.save();
  ctx.translate(at.x, at.y);
  ctx.rotate(Math.atan2(next.y - at.y, next.x - at.x) + Math.PI / 2);
  ctx.fillStyle = token("--map-shadow");
  ctx.fillRect(-half, -3 * u, 2 * half, 10 * u);
  ctx.fillStyle = token("--map-wall");
  ctx.fillRect(-half, -5.5 * u, 2 * half, 11 * u);
  ctx.fillStyle = token("--map-street");
  ctx.fillRect(-half - u, -4 * u, 2 * half + 2 * u, 8 * u);
  const { e, f, a, b } = ctx.getTransform();
  ctx.restore();
  const ratio = Math.hypot(a, b);
  for (const side of [-1, 1]) {
    lamp({ x: (e + side * a * (half - 3 * u)) / ratio, y: (f + side * b * (half - 3 * u)) / ratio, r: 10 * u });
  }
}

/** @param {Point[]} curve @param {number} t */
function bezier([a, b, c, d], t) {
  const s = 1 - t;
  const mix = (/** @type {number} */ p, /** @type {number} */ q, /** @type {number} */ r,
    /** @type {number} */ v) => s * s * s * p + 3 * s * s * t * q + 3 * s * t * t * r + t * t * t * v;
  return { x: mix(a.x, b.x, c.x, d.x), y: mix(a.y, b.y, c.y, d.y) };
}

/**
 * Where the name of a district stands: in that corner where no kitchen is.
 * @param {CanvasRenderingContext2D} ctx with the font of names
 * @param {Geometry} geometry
 * @param {Box} box
 * @param {string} name
 * @param {Box[]} taken
 * @returns {Point}
 */
function nameSpot(ctx, geometry, box, name, taken) {
  const { u } = geometry;
  const width = ctx.measureText(name.toUpperCase()).width + name.length * u;
  const height = 24 * u;
  const pad = 14 * u;
  const bottom = Math.min(box.y + box.height, geometry.height - 34 * u);
  const room = { x: box.x + pad, y: box.y + pad, width: box.width - 2 * pad, height: bottom - box.y - 2 * pad };
  const { x, y } = freeSpot(taken, room, width, height, 6 * u, height);
  return { x, y };
}

/**
 * The first place in reading order where something is least covered, and, where that is asked for,
 * a second line of it.
 * @param {Box[]} taken
 * @param {Box} room
 * @param {number} width
 * @param {number} height
 * @param {number} eaves of what is taken, at its sides
 * @param {number} [second] height of that line
 * @returns {Point & {cost: number}}
 */
function freeSpot(taken, room, width, height, eaves, second = 0) {
  const near = taken.filter((box) => box.x < room.x + room.width + eaves && box.x + box.width > room.x - eaves &&
    box.y < room.y + room.height && box.y + box.height > room.y);
  const steps = 32;
  let best = { x: room.x, y: room.y, cost: Infinity };
  for (let down = 0; down <= steps; down += 1) {
    for (let across = 0; across <= steps; across += 1) {
      const x = room.x + ((room.width - width) * across) / steps;
      const y = room.y + ((room.height - height) * down) / steps;
      const cost = covered(near, [x, y], width, height, eaves) +
        (second > 0 ? covered(near, [x, y + height], width, second, eaves) / 4 : 0);
      if (cost < best.cost - 1) best = { x, y, cost };
    }
  }
  return best;
}

/**
 * How much of something at this spot would lie under what is taken.
 * @param {Box[]} taken
 * @param {number[]} spot
 * @param {number} width
 * @param {number} height
 * @param {number} eaves
 */
function covered(taken, [x, y], width, height, eaves) {
  let area = 0;
  for (const box of taken) {
    const w = Math.min(x + width, box.x + box.width + eaves) - Math.max(x, box.x - eaves);
    const h = Math.min(y + height, box.y + box.height) - Math.max(y, box.y);
    if (w > 0 && h > 0) area += w * h;
  }
  return area;
}
