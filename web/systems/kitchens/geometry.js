// geometry.js: where things of the city are on the screen: metres to pixels, the plate of every
// kitchen, the desk. Positions never move during a run.

import { ROOF } from "../../app/stage/house.js";

/**
 * @typedef {import("./types").Kitchen} Kitchen
 * @typedef {import("./types").CityPlan} Plan
 * @typedef {{x: number, y: number}} Point
 * @typedef {{x: number, y: number, width: number, height: number}} Box
 */

export const DISPATCHER = 0;
export const DISH = 21; /* units from dish to dish in a shop window */
const COMPACT_FROM = 13; /* so many open kitchens lose their names on the map */
const COMPACT_WIDTH = 560; /* units: a stage so narrow has no room for names either */
const SMALL_ROOF = 7;
const PUSHES = 240;
const DRAWS = 180; /* the first of them also draw each plate back to its place */
const ASIDE = 5; /* a stage is wider than its map */

/**
 * A short name for the map: the word "Kitchen" is said by the shape.
 * @param {string} name
 */
export function shortName(name) {
  return name.replace(/\s+(kitchen|kitchens)$/i, "");
}

export class Geometry {
  /**
   * @param {Plan} plan
   * @param {Kitchen[]} kitchens those with a place on the map
   * @param {number} width stage, CSS pixels
   * @param {number} height
   * @param {number} u one unit of the density
   * @param {(text: string) => number} measure width of a text in the stage's font
   * @param {boolean} [bare] without a legend
   */
  constructor(plan, kitchens, width, height, u, measure, bare = false) {
    this.plan = plan;
    this.width = width;
    this.height = height;
    this.u = u;
    const open = kitchens.filter((kitchen) => kitchen.truth !== 0).length;
    this.compact = open >= COMPACT_FROM || width < COMPACT_WIDTH * u;
    this.roof = this.compact ? SMALL_ROOF : ROOF; /* units of a plate's height */
    const top = 8 * u;
    const bottom = (bare ? 8 : 34) * u; /* the legend's row */
    this.bottom = bottom;
    const side = 10 * u;
    const { width_m, height_m } = plan.map;
    this.scale = Math.min((width - 2 * side) / width_m, (height - top - bottom) / height_m);
    this.left = (width - width_m * this.scale) / 2;
    this.top = top + (height - top - bottom - height_m * this.scale) / 2;
    this.customers = plan.node_names.length - 1;
    /** @type {Map<number, Box>} */
    this.plates = new Map();
    /** The part of a plate under its roof.
     * @type {Map<number, Box>} */
    this.walls = new Map();
    /** Where the names of the districts stand; the ground sets them.
     * @type {Map<number, Point>} */
    this.names = new Map();
    this.placePlates(kitchens, measure);
  }

  /**
   * @param {number} x_m
   * @param {number} y_m
   * @returns {Point}
   */
  point(x_m, y_m) {
    return { x: this.left + x_m * this.scale, y: this.top + y_m * this.scale };
  }

  /**
   * The place on the map, in metres, under a point of the stage.
   * @param {number} x
   * @param {number} y
   */
  metres(x, y) {
    const { width_m, height_m } = this.plan.map;
    const clamp = (/** @type {number} */ v, /** @type {number} */ max) =>
      Math.round(Math.max(0, Math.min(max, v)));
    return {
      x_m: clamp((x - this.left) / this.scale, width_m),
      y_m: clamp((y - this.top) / this.scale, height_m),
    };
  }

  /** @param {Kitchen[]} kitchens @param {(text: string) => number} measure */
  placePlates(kitchens, measure) {
    const u = this.u;
    const { x_m, y_m } = this.plan.dispatcher;
    /** @type {{node: number, box: Box, home: Point}[]} */
    const plates = [];
    const add = (/** @type {number} */ node, /** @type {Point} */ home, /** @type {number} */ width,
      /** @type {number} */ height) => {
      plates.push({
        node, home, box: { x: home.x - width / 2, y: home.y - height / 2, width, height },
      });
    };
    add(DISPATCHER, this.point(x_m, y_m), measure("Dispatcher") + 52 * u, (54 + this.roof) * u);
    for (const kitchen of kitchens) {
      const home = this.point(kitchen.x_m, kitchen.y_m);
      if (kitchen.truth === 0) {
        add(kitchen.node, home, 34 * u, 34 * u);
      } else if (this.compact) {
        add(kitchen.node, home, 44 * u, (41 + this.roof) * u);
      } else {
        const window = Math.max(66, kitchen.specialties.length * DISH + 8) * u;
        add(kitchen.node, home, Math.max(112 * u, measure(shortName(kitchen.name)) + 54 * u + window),
          (50 + this.roof) * u);
      }
    }
    for (let round = 0; round < PUSHES; round += 1) {
      if (round < DRAWS) for (const { box, home } of plates) drawHome(box, home);
      if (!this.push(plates, round < DRAWS / 3 ? 1 : ASIDE) && round >= DRAWS) break;
    }
    for (const { node, box } of plates) {
      this.plates.set(node, box);
      const high = kitchens.find((kitchen) => kitchen.node === node)?.truth === 0 ? 0 : this.roof * u;
      this.walls.set(node, { ...box, y: box.y + high, height: box.height - high });
    }
  }

  /**
   * Plates that overlap give way to each other; all stay on the stage.
   * @param {{box: Box, home: Point}[]} plates
   * @param {number} aside how much further a plate would rather go aside than up or down
   * @returns {boolean} something moved
   */
  push(plates, aside) {
    const gap = (this.compact ? 3 : 14) * this.u;
    let moved = false;
    for (let i = 0; i < plates.length; i += 1) {
      for (let j = i + 1; j < plates.length; j += 1) {
        if (separate(plates[i].box, plates[j].box, gap, aside)) moved = true;
      }
    }
    const margin = 10 * this.u;
    for (const { box } of plates) {
      box.x = Math.max(margin, Math.min(this.width - box.width - margin, box.x));
      box.y = Math.max(margin + 4 * this.u, Math.min(this.height - this.bottom - 10 * this.u - box.height, box.y));
    }
    return moved;
  }

  /**
   * Where a node is; an order's customer stands at the order's place.
   * @param {number} node
   * @param {Point | null} customer
   * @returns {Point | null}
   */
  nodePoint(node, customer) {
    const plate = this.plates.get(node);
    if (plate) return { x: plate.x + plate.width / 2, y: plate.y + plate.height / 2 };
    return node === this.customers ? customer : null;
  }

  /**
   * The line between two nodes as far as it can be seen: from the edge of one plate to that of the
   * other.
   * @param {number} from
   * @param {number} to
   * @param {Point | null} customer
   * @returns {[Point | null, Point | null]}
   */
  between(from, to, customer) {
    const a = this.nodePoint(from, customer);
    const b = this.nodePoint(to, customer);
    if (!a || !b) return [a, b];
    return [atEdge(this.plates.get(from), a, b), atEdge(this.plates.get(to), b, a)];
  }
}

/**
 * Where a line from the middle of a plate to another point leaves the plate.
 * @param {Box | undefined} box
 * @param {Point} middle
 * @param {Point} other
 * @returns {Point}
 */
function atEdge(box, middle, other) {
  if (!box) return middle;
  const dx = Math.abs(other.x - middle.x);
  const dy = Math.abs(other.y - middle.y);
  const part = Math.min(0.45, dx < 1 ? 1 : box.width / 2 / dx, dy < 1 ? 1 : box.height / 2 / dy);
  return { x: middle.x + (other.x - middle.x) * part, y: middle.y + (other.y - middle.y) * part };
}

/**
 * What was pushed away comes back as far as there is room.
 * @param {Box} box
 * @param {Point} home
 */
function drawHome(box, home) {
  box.x += 0.04 * (home.x - box.x - box.width / 2);
  box.y += 0.04 * (home.y - box.y - box.height / 2);
}

/**
 * Moves two boxes apart along the shorter way. True when they had overlapped.
 * @param {Box} a
 * @param {Box} b
 * @param {number} gap
 * @param {number} aside
 */
function separate(a, b, gap, aside) {
  const dx = (a.width + b.width) / 2 + gap * 1.4 - Math.abs(a.x + a.width / 2 - b.x - b.width / 2);
  const dy = (a.height + b.height) / 2 + gap * 0.8 - Math.abs(
    a.y + a.height / 2 - b.y - b.height / 2,
  );
  if (dx <= 0 || dy <= 0) return false;
  if (dx < dy * aside) {
    const sign = a.x + a.width / 2 <= b.x + b.width / 2 ? 1 : -1;
    a.x -= (sign * dx) / 2;
    b.x += (sign * dx) / 2;
  } else {
    const sign = a.y + a.height / 2 <= b.y + b.height / 2 ? 1 : -1;
    a.y -= (sign * dy) / 2;
    b.y += (sign * dy) / 2;
  }
  return true;
}

/**
 * A way through the streets: first along one axis, then along the other, at constant speed.
 * @param {Point} from
 * @param {Point} to
 * @param {number} done 0 .. 1
 * @param {boolean} acrossFirst
 * @returns {Point}
 */
export function alongStreets(from, to, done, acrossFirst) {
  const across = Math.abs(to.x - from.x);
  const along = Math.abs(to.y - from.y);
  const way = (across + along) * done;
  const first = acrossFirst ? across : along;
  const firstPart = first === 0 ? 1 : Math.min(1, way / first);
  const secondLength = across + along - first;
  const secondPart = secondLength === 0 ? 1 : Math.max(0, way - first) / secondLength;
  const partX = acrossFirst ? firstPart : secondPart;
  const partY = acrossFirst ? secondPart : firstPart;
  return { x: from.x + (to.x - from.x) * partX, y: from.y + (to.y - from.y) * partY };
}
