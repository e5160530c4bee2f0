// faces.js: the faces of kitchens and desk that change seldom: house, letter on its sign, name, shop
// window with what it is known for. Drawn once for each state and copied whenever bars change.

import { token } from "../../app/dom.js";
import { drawLetter, roundedBox, write } from "../../app/stage/drawing.js";
import { drawHouse } from "../../app/stage/house.js";
import { t } from "../../app/words.js";
import { cuisineColour, cuisineIndex, dishesOf, drawDish } from "./dishes.js";
import { DISH, DISPATCHER, shortName } from "./geometry.js";
import { toneOf, truthWord } from "./state.js";

/**
 * @typedef {import("./types").Kitchen} Kitchen
 * @typedef {import("./geometry.js").Geometry} Geometry
 * @typedef {import("./geometry.js").Box} Box
 * @typedef {import("./state.js").Tone} Tone
 */

const ROUND = 22; /* units round a wall for roof, chimney and shadow */

export class Faces {
  /** @param {Geometry} geometry @param {number} ratio device pixels to CSS pixels */
  constructor(geometry, ratio) {
    this.geometry = geometry;
    this.ratio = ratio;
    this.dishes = dishesOf(geometry.plan.cuisines);
    /** @type {Map<string, HTMLCanvasElement>} */
    this.pictures = new Map();
  }

  /**
   * @param {CanvasRenderingContext2D} ctx
   * @param {Box} wall
   * @param {string} key of what is drawn
   * @param {(ctx: CanvasRenderingContext2D) => void} draw in the stage's coordinates
   */
  put(ctx, wall, key, draw) {
    const round = ROUND * this.geometry.u;
    const width = wall.width + 2 * round;
    const height = wall.height + 2 * round;
    let picture = this.pictures.get(key);
    if (!picture) {
      picture = document.createElement("canvas");
      picture.width = Math.ceil(width * this.ratio);
      picture.height = Math.ceil(height * this.ratio);
      const on = /** @type {CanvasRenderingContext2D} */ (picture.getContext("2d"));
      on.scale(picture.width / width, picture.height / height);
      on.translate(round - wall.x, round - wall.y);
      draw(on);
      this.pictures.set(key, picture);
    }
    ctx.drawImage(picture, wall.x - round, wall.y - round, width, height);
  }

  /**
   * @param {CanvasRenderingContext2D} ctx
   * @param {Kitchen} kitchen
   * @param {Box} wall
   * @param {Tone} tone
   */
  putKitchen(ctx, kitchen, wall, tone) {
    const { compact } = this.geometry;
    this.put(ctx, wall, `${kitchen.node} ${kitchen.truth}`, (on) => {
      this.house(on, wall, tone, kitchen.node - 1, this.colourOf(kitchen));
      if (compact) this.smallSign(on, kitchen, wall);
      else this.front(on, kitchen, wall);
    });
  }

  /** @param {CanvasRenderingContext2D} ctx @param {Box} wall @param {Tone} tone */
  putDesk(ctx, wall, tone) {
    this.put(ctx, wall, `${DISPATCHER} ${tone}`, (on) => this.desk(on, wall, tone));
  }

  /**
   * @param {CanvasRenderingContext2D} ctx
   * @param {Box} wall
   * @param {Tone} tone
   * @param {number} place
   * @param {string} stripes
   */
  house(ctx, wall, tone, place, stripes) {
    drawHouse(ctx, wall, tone, this.geometry.u, { place, stripes, high: this.geometry.roof });
  }

  /** @param {Kitchen} kitchen */
  colourOf(kitchen) {
    const first = kitchen.specialties[0];
    return first === undefined ? token("--border") : cuisineColour(cuisineIndex(this.geometry.plan.cuisines, first));
  }

  /** @param {CanvasRenderingContext2D} ctx @param {Kitchen} kitchen @param {Box} wall */
  smallSign(ctx, kitchen, wall) {
    const { u } = this.geometry;
    drawLetter(ctx, kitchen.letter, { x: wall.x + 5 * u, y: wall.y + 6 * u, width: wall.width - 10 * u, height: 19 * u }, u);
  }

  /** @param {CanvasRenderingContext2D} ctx @param {Kitchen} kitchen @param {Box} wall */
  front(ctx, kitchen, wall) {
    const { u } = this.geometry;
    drawLetter(ctx, kitchen.letter, { x: wall.x + 8 * u, y: wall.y + 11 * u, width: 24 * u, height: 22 * u }, u);
    const end = write(ctx, shortName(kitchen.name), wall.x + 39 * u, wall.y + 29 * u, 20.2 * u, 600, "--text");
    if (kitchen.truth === 1) this.window(ctx, kitchen, wall);
    else this.word(ctx, kitchen, wall, end + 6 * u);
  }

  /**
   * The state's word, where the window is while all is well.
   * @param {CanvasRenderingContext2D} ctx
   * @param {Kitchen} kitchen
   * @param {Box} wall
   * @param {number} left
   */
  word(ctx, kitchen, wall, left) {
    const { u } = this.geometry;
    const right = wall.x + wall.width - 11 * u;
    ctx.textAlign = "right";
    ctx.fillStyle = token(`--state-${toneOf(kitchen.truth)}`);
    ctx.fillText(t(truthWord(kitchen.truth)), right, wall.y + 29 * u, right - left);
    ctx.textAlign = "left";
  }

  /**
   * What a kitchen is known for.
   * @param {CanvasRenderingContext2D} ctx
   * @param {Kitchen} kitchen
   * @param {Box} wall
   */
  window(ctx, kitchen, wall) {
    const { u } = this.geometry;
    const { cuisines } = this.geometry.plan;
    const count = kitchen.specialties.length;
    if (count === 0) return;
    const pane = { width: (count * DISH + 5) * u, height: 22 * u, y: wall.y + 11 * u, x: 0 };
    pane.x = wall.x + wall.width - pane.width - 8 * u;
    roundedBox(ctx, pane, 4 * u);
    ctx.fillStyle = token("--window");
    ctx.fill();
    ctx.strokeStyle = token("--grid");
    ctx.lineWidth = 1.2 * u;
    ctx.stroke();
    kitchen.specialties.forEach((specialty, index) => {
      const cuisine = cuisineIndex(cuisines, specialty);
      ctx.save();
      ctx.translate(pane.x + (2.5 + DISH * (index + 0.5)) * u, pane.y + pane.height / 2);
      drawDish(ctx, this.dishes[cuisine], 8.2 * u, cuisineColour(cuisine), token("--window"));
      ctx.restore();
    });
  }

  /** @param {CanvasRenderingContext2D} ctx @param {Box} wall @param {Tone} tone */
  desk(ctx, wall, tone) {
    const { u } = this.geometry;
    this.house(ctx, wall, tone, 3, token("--text-second"));
    ctx.fillStyle = token("--text");
    ctx.beginPath();
    ctx.arc(wall.x + 20 * u, wall.y + 31 * u, 11 * u, Math.PI, 2 * Math.PI);
    ctx.closePath();
    ctx.arc(wall.x + 20 * u, wall.y + 18 * u, 2.2 * u, 0, 2 * Math.PI);
    ctx.fill();
    ctx.fillRect(wall.x + 7 * u, wall.y + 33 * u, 26 * u, 2.5 * u);
    write(ctx, t("desk.name"), wall.x + 40 * u, wall.y + 27 * u, 20.2 * u, 600, "--text");
  }
}
