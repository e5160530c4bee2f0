// shapes.js: the small pictures that move, drawn once and then copied: an order (the dish of its
// cuisine), a customer waiting at a door (the same dish, hollow), a courier (a scooter with the dish
// on its box; couriers carry food, messages carry words: never one shape for both).

import { token } from "../../app/dom.js";
import { cuisineColour, dishesOf, drawDish, outlineDish } from "./dishes.js";

/** @typedef {import("./dishes.js").Dish} Dish */

/** Ready pictures for one size, theme, menu and screen resolution; indexed by cuisine. */
export class Shapes {
  /** @param {string[]} cuisines @param {number} u @param {number} ratio device pixels to CSS pixels */
  constructor(cuisines, u, ratio) {
    this.u = u;
    this.ratio = ratio;
    this.side = Math.ceil(30 * u);
    this.page = token("--page");
    this.text = token("--text");
    const dishes = dishesOf(cuisines);
    const pictures = (/** @type {(ctx: CanvasRenderingContext2D, dish: Dish, colour: string) => void} */ draw) =>
      dishes.map((dish, cuisine) => this.picture((ctx) => draw(ctx, dish, cuisineColour(cuisine))));
    this.orders = pictures((ctx, dish, colour) => this.order(ctx, dish, colour));
    this.customers = pictures((ctx, dish, colour) => this.customer(ctx, dish, colour));
    this.couriers = [1, -1].map((way) =>
      pictures((ctx, dish, colour) => this.courier(ctx, dish, colour, way)));
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

  /** @param {CanvasRenderingContext2D} ctx @param {Dish} dish @param {string} colour */
  order(ctx, dish, colour) {
    outlineDish(ctx, dish, 8.5 * this.u, this.page, 3.6 * this.u);
    drawDish(ctx, dish, 8.5 * this.u, colour, this.page);
  }

  /** @param {CanvasRenderingContext2D} ctx @param {Dish} dish @param {string} colour */
  customer(ctx, dish, colour) {
    outlineDish(ctx, dish, 5.8 * this.u, this.page, 5.6 * this.u);
    outlineDish(ctx, dish, 5.8 * this.u, colour, 2.8 * this.u, this.page);
    drawDish(ctx, dish, 5.8 * this.u, "#0000", colour);
  }

  /**
   * @param {CanvasRenderingContext2D} ctx
   * @param {Dish} dish
   * @param {string} colour
   * @param {number} way 1: to the right, -1: to the left
   */
  courier(ctx, dish, colour, way) {
    const { u } = this;
    ctx.scale(way * u, u);
    ctx.lineCap = "round";
    ctx.lineJoin = "round";
    const box = new Path2D("M-9.5-10.5H.5Q3-10.5 3-8V1Q3 3.5 .5 3.5H-9.5Q-12 3.5-12 1V-8Q-12-10.5-9.5-10.5Z");
    const frame = new Path2D("M-11 5.6H3.4L6.8-3.6M4.6-6.2L8-5.4L9.4 5.4");
    const wheels = new Path2D("M-10.6 8.2a3.2 3.2 0 1 1 6.4 0a3.2 3.2 0 1 1-6.4 0ZM6.6 8.2a3.2 3.2 0 1 1 6.4 0a3.2 3.2 0 1 1-6.4 0Z");
    ctx.strokeStyle = this.page;
    ctx.lineWidth = 4.6;
    for (const path of [box, frame, wheels]) ctx.stroke(path);
    ctx.fillStyle = this.page;
    ctx.fill(box);
    ctx.strokeStyle = this.text;
    ctx.lineWidth = 2;
    ctx.stroke(frame);
    ctx.fillStyle = this.text;
    ctx.fill(wheels);
    ctx.fillStyle = colour;
    ctx.fill(box);
    ctx.translate(-4.5, -3.5);
    drawDish(ctx, dish, 5.4, this.page, colour);
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
