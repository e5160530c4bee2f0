// shapes.js: the small pictures that move, drawn once and then copied: an order (the shape and
// colour of its cuisine), a customer waiting at a door (the same shape, hollow), a courier (a bag
// with handle and wheels; couriers carry food, messages carry words: never one shape for both).

import { token } from "../../app/dom.js";

const SLOTS = 8;

/**
 * The outline of a cuisine's point shape around 0,0.
 * @param {CanvasRenderingContext2D} ctx
 * @param {number} slot 0 .. 7
 * @param {number} r
 */
export function shapePath(ctx, slot, r) {
  ctx.beginPath();
  switch (slot % SLOTS) {
    case 0:
      ctx.arc(0, 0, r, 0, 2 * Math.PI);
      break;
    case 1:
      ctx.rect(-r * 0.88, -r * 0.88, r * 1.76, r * 1.76);
      break;
    case 2:
      polygon(ctx, 3, r * 1.25, -Math.PI / 2);
      break;
    case 3:
      polygon(ctx, 4, r * 1.2, 0);
      break;
    case 4:
      cross(ctx, r * 1.05);
      break;
    case 5:
      polygon(ctx, 3, r * 1.25, Math.PI / 2);
      break;
    case 6:
      star(ctx, r * 1.25);
      break;
    default:
      polygon(ctx, 6, r * 1.08, 0);
  }
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {number} n
 * @param {number} r
 * @param {number} turn
 */
function polygon(ctx, n, r, turn) {
  for (let i = 0; i < n; i += 1) {
    const angle = turn + (2 * Math.PI * i) / n;
    ctx.lineTo(r * Math.cos(angle), r * Math.sin(angle));
  }
  ctx.closePath();
}

/** @param {CanvasRenderingContext2D} ctx @param {number} r */
function star(ctx, r) {
  for (let i = 0; i < 10; i += 1) {
    const length = i % 2 === 0 ? r : r * 0.5;
    const angle = (Math.PI * i) / 5 - Math.PI / 2;
    ctx.lineTo(length * Math.cos(angle), length * Math.sin(angle));
  }
  ctx.closePath();
}

/** @param {CanvasRenderingContext2D} ctx @param {number} r */
function cross(ctx, r) {
  const w = r * 0.38;
  const steps = [[-w, -r], [w, -r], [w, -w], [r, -w], [r, w], [w, w], [w, r], [-w, r], [-w, w],
    [-r, w], [-r, -w], [-w, -w]];
  for (const [x, y] of steps) ctx.lineTo(x, y);
  ctx.closePath();
}

/** @param {number} cuisine */
export function cuisineColour(cuisine) {
  return token(`--series-${(cuisine % SLOTS) + 1}`);
}

/** Ready pictures for one size, theme and screen resolution. */
export class Shapes {
  /** @param {number} u @param {number} ratio device pixels to CSS pixels */
  constructor(u, ratio) {
    this.u = u;
    this.ratio = ratio;
    this.side = Math.ceil(26 * u);
    this.page = token("--page");
    this.text = token("--text");
    /** @type {HTMLCanvasElement[]} */
    this.orders = [];
    /** @type {HTMLCanvasElement[]} */
    this.customers = [];
    /** @type {HTMLCanvasElement[]} */
    this.couriers = [];
    for (let slot = 0; slot < SLOTS; slot += 1) {
      this.orders.push(this.picture((ctx) => this.order(ctx, slot)));
      this.customers.push(this.picture((ctx) => this.customer(ctx, slot)));
      this.couriers.push(this.picture((ctx) => this.courier(ctx, slot)));
    }
  }

  /** @param {(ctx: CanvasRenderingContext2D) => void} draw */
  picture(draw) {
    const canvas = document.createElement("canvas");
    canvas.width = this.side * this.ratio;
    canvas.height = this.side * this.ratio;
    const ctx = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    ctx.scale(this.ratio, this.ratio);
    ctx.translate(this.side / 2, this.side / 2);
    draw(ctx);
    return canvas;
  }

  /** @param {CanvasRenderingContext2D} ctx @param {number} slot */
  order(ctx, slot) {
    shapePath(ctx, slot, 6 * this.u);
    ctx.lineWidth = 3 * this.u;
    ctx.strokeStyle = this.page;
    ctx.stroke();
    ctx.fillStyle = cuisineColour(slot);
    ctx.fill();
  }

  /** @param {CanvasRenderingContext2D} ctx @param {number} slot */
  customer(ctx, slot) {
    shapePath(ctx, slot, 4.2 * this.u);
    ctx.fillStyle = this.page;
    ctx.lineWidth = 4.6 * this.u;
    ctx.strokeStyle = this.page;
    ctx.stroke();
    ctx.fill();
    ctx.lineWidth = 2 * this.u;
    ctx.strokeStyle = cuisineColour(slot);
    ctx.stroke();
  }

  /** @param {CanvasRenderingContext2D} ctx @param {number} slot */
  courier(ctx, slot) {
    const u = this.u;
    const bag = () => {
      ctx.beginPath();
      ctx.roundRect(-7 * u, -5 * u, 14 * u, 10 * u, 2.5 * u);
    };
    bag();
    ctx.lineWidth = 4.5 * u;
    ctx.strokeStyle = this.page;
    ctx.stroke();
    ctx.fillStyle = cuisineColour(slot);
    ctx.fill();
    ctx.lineWidth = 1.6 * u;
    ctx.strokeStyle = this.text;
    ctx.stroke();
    ctx.beginPath();
    ctx.arc(0, -5 * u, 3.4 * u, Math.PI, 2 * Math.PI);
    ctx.stroke();
    ctx.fillStyle = this.text;
    for (const x of [-3.6, 3.6]) {
      ctx.beginPath();
      ctx.arc(x * u, 6.6 * u, 2 * u, 0, 2 * Math.PI);
      ctx.fill();
    }
  }

  /**
   * @param {CanvasRenderingContext2D} ctx
   * @param {HTMLCanvasElement} picture
   * @param {number} x
   * @param {number} y
   */
  put(ctx, picture, x, y) {
    ctx.drawImage(picture, x - this.side / 2, y - this.side / 2, this.side, this.side);
  }
}
