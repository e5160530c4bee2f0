// landmarks.js: what a district is known by, in the quiet colours of the ground: where a district has
// a name that is drawn here and room for it.

import { token } from "../../app/dom.js";

/**
 * @typedef {import("./geometry.js").Point} Point
 * @typedef {{ctx: CanvasRenderingContext2D, lamps: (x: number, y: number, r: number) => void}} Hand
 *   draws in units around the landmark's middle, light from the left above
 */

export const LANDMARK = { width: 82, height: 54 }; /* units */

/** @param {CanvasRenderingContext2D} ctx @param {string} colour @param {string} d */
function area(ctx, colour, d) {
  ctx.fillStyle = token(colour);
  ctx.fill(new Path2D(d));
}

/** @param {CanvasRenderingContext2D} ctx @param {string} colour @param {number} width @param {string} d */
function line(ctx, colour, width, d) {
  ctx.strokeStyle = token(colour);
  ctx.lineWidth = width;
  ctx.stroke(new Path2D(d));
}

/** @param {CanvasRenderingContext2D} ctx @param {Point[]} places @param {number} r */
export function drawTrees(ctx, places, r) {
  for (const [colour, dx, dy, size] of /** @type {[string, number, number, number][]} */ ([
    ["--map-shadow", 0.35, 0.4, 1], ["--map-tree", 0, 0, 1], ["--map-leaf", -0.25, -0.28, 0.55]])) {
    ctx.fillStyle = token(colour);
    ctx.beginPath();
    for (const { x, y } of places) {
      ctx.moveTo(x + (dx + size) * r, y + dy * r);
      ctx.arc(x + dx * r, y + dy * r, size * r, 0, 2 * Math.PI);
    }
    ctx.fill();
  }
}

/** @type {Record<string, (hand: Hand) => void>} */
const LANDMARKS = {
  Stadium({ ctx, lamps }) {
    area(ctx, "--map-shadow", "M-37 3a38 24 0 1 0 78 0a38 24 0 1 0-78 0Z");
    area(ctx, "--map-mark", "M-39 0a39 24 0 1 0 78 0a39 24 0 1 0-78 0Z");
    area(ctx, "--map-mark-light", "M-35 0a35 20.5 0 1 0 70 0a35 20.5 0 1 0-70 0Z");
    line(ctx, "--map-mark", 1, "M-30 0a30 16.5 0 1 0 60 0a30 16.5 0 1 0-60 0ZM-36 0H-24M24 0H36M0-22V-13M0 13V22M-27-14L-18-9M27-14L18-9M-27 14L-18 9M27 14L18 9");
    area(ctx, "--map-tree", "M-21-8.5Q-21-10.5-19-10.5H19Q21-10.5 21-8.5V8.5Q21 10.5 19 10.5H-19Q-21 10.5-21 8.5Z");
    area(ctx, "--map-leaf", "M-14-10.5h7v21h-7ZM0-10.5h7v21H0ZM14-10.5h5q2 0 2 2v17q0 2-2 2h-5Z");
    line(ctx, "--map-street", 1.1, "M-18.5-8.2H18.5V8.2H-18.5ZM0-8.2V8.2M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0M-18.5-4H-14.5V4H-18.5M18.5-4H14.5V4H18.5");
    for (const [x, y] of [[-30, -18], [30, -18], [-30, 18], [30, 18]]) lamps(x, y, 15);
    lamps(0, 0, 22);
  },
  Harbour({ ctx, lamps }) {
    area(ctx, "--map-water", "M-41 12H41V25Q41 27 39 27H-39Q-41 27-41 25Z");
    line(ctx, "--map-shine", 1.2, "M-34 18h10M-18 23h12M8 20h9M24 24h10");
    area(ctx, "--map-mark", "M-41 10H41V13H-41Z");
    area(ctx, "--map-roof-2", "M-38 3h12v7h-12ZM-32-4h12v7h-12Z");
    area(ctx, "--map-roof-3", "M-25 3h12v7h-12Z");
    area(ctx, "--map-mark-light", "M-19-4h12v7h-12ZM-12 3h8v7h-8Z");
    line(ctx, "--map-mark", 2.2, "M4 10L10-16L16 10M6 0H14M10-16V-25M-8-18H36M10-25L34-18M10-25L-6-18");
    line(ctx, "--map-mark", 1, "M29-18V-7");
    area(ctx, "--map-mark", "M24-7H34V-1H24Z");
    area(ctx, "--map-mark", "M16 18H40L36 24H20Z");
    area(ctx, "--map-mark-light", "M22 13H29V18H22Z");
    lamps(10, -25, 8);
    lamps(25, 15, 6);
  },
  University({ ctx, lamps }) {
    area(ctx, "--map-shadow", "M-36 23H41V27H-32Z");
    area(ctx, "--map-mark-light", "M-38 4H38V24H-38Z");
    area(ctx, "--map-mark", "M-40 1H40V5H-40ZM-41 23H41V26H-41Z");
    area(ctx, "--map-mark", "M-19 1L0-8L19 1Z");
    area(ctx, "--map-mark-light", "M-11 1L0-4.4L11 1Z");
    line(ctx, "--map-mark", 2, "M-15 5V23M-7.5 5V23M0 5V23M7.5 5V23M15 5V23");
    line(ctx, "--map-mark", 2.6, "M-33 9v5M-27 9v5M-33 17v4M-27 17v4M33 9v5M27 9v5M33 17v4M27 17v4");
    area(ctx, "--map-roof-3", "M-12-8C-12-19-6-23 0-23S12-19 12-8Z");
    line(ctx, "--map-mark", 1.2, "M-12-8C-12-19-6-23 0-23S12-19 12-8ZM-5-8C-5-17-3-21 0-23M5-8C5-17 3-21 0-23");
    area(ctx, "--map-mark", "M-13-9H13V-6H-13ZM-2-27H2V-22H-2Z");
    lamps(0, 12, 12);
    lamps(-30, 14, 7);
    lamps(30, 14, 7);
  },
  "Old Town"({ ctx, lamps }) {
    area(ctx, "--map-shadow", "M-34 24H40V27H-30Z");
    area(ctx, "--map-mark-light", "M-36 8H-20V25H-36ZM-20 3H-7V25H-20ZM9 5H23V25H9ZM23 9H38V25H23Z");
    area(ctx, "--map-roof-2", "M-38 9L-28-1L-18 9ZM-21 4L-13.5-5L-6 4ZM8 6L16-4L24 6ZM22 10L30.5 0L40 10Z");
    area(ctx, "--map-mark", "M-8-12H10V25H-8Z");
    area(ctx, "--map-mark-light", "M-8-12H1V25H-8Z");
    area(ctx, "--map-roof-2", "M-10-11L1-28L12-11Z");
    area(ctx, "--map-street", "M-3.6-4a4.6 4.6 0 1 0 9.2 0a4.6 4.6 0 1 0-9.2 0Z");
    line(ctx, "--map-mark", 1.2, "M1-7V-4L3.4-2.6");
    line(ctx, "--map-mark", 2.4, "M-31 14v4M-25 14v4M-16 10v4M-11 10v4M13 12v4M19 12v4M28 15v4M33 15v4M1 16V25");
    lamps(1, -4, 9);
    lamps(-13, 14, 7);
    lamps(28, 17, 7);
  },
  Market({ ctx, lamps }) {
    for (const [x, colour] of /** @type {[number, string][]} */ ([[-28, "--map-roof-2"], [0, "--map-roof-3"], [28, "--map-roof-2"]])) {
      ctx.save();
      ctx.translate(x, 4);
      area(ctx, "--map-shadow", "M-10 17H14V20H-8Z");
      line(ctx, "--map-mark", 1.4, "M-10-6V18M10-6V18");
      area(ctx, "--map-mark-light", "M-11 8H11V17H-11Z");
      area(ctx, "--map-mark", "M-11 7H11V10H-11Z");
      area(ctx, "--map-tree", "M-8 7a2.6 2.6 0 1 1 5.2 0ZM3 7a2.6 2.6 0 1 1 5.2 0Z");
      area(ctx, "--map-street", "M-9-14H9L13-4A2.6 2.6 0 0 1 7.8-4A2.6 2.6 0 0 1 2.6-4A2.6 2.6 0 0 1-2.6-4A2.6 2.6 0 0 1-7.8-4A2.6 2.6 0 0 1-13-4Z");
      area(ctx, colour, "M-9-14H-5.4L-7.8-4A2.6 2.6 0 0 1-13-4ZM-1.8-14H1.8L2.6-4A2.6 2.6 0 0 1-2.6-4ZM5.4-14H9L13-4A2.6 2.6 0 0 1 7.8-4Z");
      ctx.restore();
      lamps(x, 4, 9);
    }
  },
  Hillside({ ctx, lamps }) {
    area(ctx, "--map-park", "M-41 26C-34 4-20-8-8-8C6-8 12 6 18 14C24 8 34 10 41 26Z");
    area(ctx, "--map-leaf", "M-34 14C-27 0-18-8-8-8C2-8 8 0 12 6C2 0-14-2-34 14Z");
    line(ctx, "--map-street", 1.4, "M-36 24C-20 22-24 12-12 12S-4 4-10-6");
    area(ctx, "--map-mark-light", "M-14-8L-12-22H-6L-4-8Z");
    area(ctx, "--map-roof-2", "M-13-21C-13-26-5-26-5-21Z");
    line(ctx, "--map-mark", 1.8, "M-9-21L-20-27M-9-21L-3-32M-9-21L2-15M-9-21L-15-10");
    drawTrees(ctx, [[4, 10], [10, 17], [-26, 17], [-30, 22], [26, 19], [32, 22]].map(([x, y]) => ({ x, y })), 3.4);
    lamps(-9, -12, 8);
  },
  Airport({ ctx, lamps }) {
    area(ctx, "--map-mark-light", "M-41 12H41V22H-41Z");
    line(ctx, "--map-street", 1.4, "M-36 17h8M-20 17h8M-4 17h8M12 17h8M28 17h8");
    area(ctx, "--map-mark-light", "M-33-6H-25V12H-33Z");
    area(ctx, "--map-mark", "M-37-13H-21L-24-6H-34Z");
    area(ctx, "--map-mark", "M-8 2C-4-1 20-2 28-2C34-2 34 4 28 4H-4L-14-6H-10ZM8 2L20 14H14L0 2ZM10-1L20-9H16L4-1Z");
    lamps(-29, -10, 9);
    lamps(-20, 17, 6);
    lamps(20, 17, 6);
  },
  "North Gate"({ ctx, lamps }) {
    area(ctx, "--map-shadow", "M-26 24H32V27H-22Z");
    area(ctx, "--map-mark-light", "M-28-10H-12V25H-28ZM12-10H28V25H12ZM-12 0H12V25H-12Z");
    area(ctx, "--map-mark", "M-30-13h4v4h4v-4h4v4h4v-4h4v7h-20ZM10-13h4v4h4v-4h4v4h4v-4h4v7H10ZM-12-3H12V2H-12Z");
    area(ctx, "--map-street", "M-7 25V14C-7 6 7 6 7 14V25Z");
    line(ctx, "--map-mark", 2.4, "M-20 4v6M20 4v6");
    lamps(0, 16, 9);
  },
};

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {string} district its name
 * @param {Point} at
 * @param {number} u
 * @param {(lamp: Point & {r: number}) => void} lamp what shines in the evening
 */
export function drawLandmark(ctx, district, at, u, lamp) {
  const draw = LANDMARKS[district];
  ctx.save();
  ctx.translate(at.x, at.y);
  ctx.scale(u, u);
  ctx.lineCap = "round";
  ctx.lineJoin = "round";
  draw({ ctx, lamps: (x, y, r) => lamp({ x: at.x + x * u, y: at.y + y * u, r: r * u }) });
  ctx.restore();
}

/** @param {string} district */
export function hasLandmark(district) {
  return Object.hasOwn(LANDMARKS, district);
}
