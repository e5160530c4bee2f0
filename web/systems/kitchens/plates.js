// plates.js: kitchens and the dispatcher's desk: a plate each, with letter, name, state badge and
// load bar: the solid bar is the truth, the hollow one over it what the dispatcher believes.

import { token } from "../../app/dom.js";
import { drawBadge, roundedBox, write } from "../../app/stage/drawing.js";
import { number, t } from "../../app/words.js";
import { DISPATCHER } from "./geometry.js";
import { beliefWord, mistaken, toneOf, truthWord } from "./state.js";

/**
 * @typedef {import("./model.js").CityModel} Model
 * @typedef {import("./types").Kitchen} Kitchen
 * @typedef {import("./geometry.js").Geometry} Geometry
 * @typedef {import("./geometry.js").Box} Box
 * @typedef {import("./faces.js").Faces} Faces
 */

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Model} model
 * @param {Geometry} geometry
 * @param {Faces} faces
 */
export function drawPlates(ctx, model, geometry, faces) {
  ctx.clearRect(0, 0, geometry.width, geometry.height);
  const desk = geometry.walls.get(DISPATCHER);
  if (desk) drawDesk(ctx, model, desk, geometry.u, faces);
  for (const kitchen of model.kitchens.values()) {
    const wall = geometry.walls.get(kitchen.node);
    if (wall) drawKitchen(ctx, kitchen, wall, geometry, faces);
  }
  if (geometry.compact) return;
  for (const kitchen of model.kitchens.values()) {
    const wall = geometry.walls.get(kitchen.node);
    if (wall && mistaken(kitchen.truth, kitchen.belief)) {
      drawBelief(ctx, t(beliefWord(kitchen.belief)), wall, geometry.u);
    }
  }
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Kitchen} kitchen
 * @param {Box} wall
 * @param {Geometry} geometry
 * @param {Faces} faces
 */
function drawKitchen(ctx, kitchen, wall, geometry, faces) {
  const u = geometry.u;
  const tone = toneOf(kitchen.truth);
  if (kitchen.truth === 0) {
    drawEmpty(ctx, kitchen.letter, wall, u);
    return;
  }
  faces.putKitchen(ctx, kitchen, wall, tone);
  if (geometry.compact) {
    drawLoad(ctx, kitchen, wall.x + 5 * u, wall.y + 30 * u, wall.width - 10 * u, 7 * u, u);
  } else {
    drawLoad(ctx, kitchen, wall.x + 9 * u, wall.y + 37.5 * u, wall.width - 18 * u, 7.5 * u, u);
  }
  if (tone !== "serving") drawBadge(ctx, tone, wall.x + wall.width - 3 * u, wall.y - 2 * u, u);
}

/**
 * What the dispatcher believes when it is wrong, as a tag under the plate.
 * @param {CanvasRenderingContext2D} ctx
 * @param {string} words
 * @param {Box} box
 * @param {number} u
 */
function drawBelief(ctx, words, box, u) {
  ctx.font = `500 ${20.2 * u}px ${token("--font")}`;
  const width = ctx.measureText(words).width + 18 * u;
  const tag = {
    x: box.x + box.width / 2 - width / 2,
    y: box.y + box.height - 3 * u,
    width,
    height: 26 * u,
  };
  roundedBox(ctx, tag, 7 * u);
  ctx.fillStyle = token("--page");
  ctx.fill();
  ctx.strokeStyle = token("--text");
  ctx.lineWidth = 1.6 * u;
  ctx.stroke();
  ctx.fillStyle = token("--text");
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.fillText(words, tag.x + width / 2, tag.y + tag.height / 2 + u);
  ctx.textBaseline = "alphabetic";
}

/**
 * A place where no kitchen stands yet.
 * @param {CanvasRenderingContext2D} ctx
 * @param {string} letter
 * @param {Box} box
 * @param {number} u
 */
function drawEmpty(ctx, letter, box, u) {
  roundedBox(ctx, box, 8 * u);
  ctx.fillStyle = token("--panel");
  ctx.fill();
  ctx.strokeStyle = token("--border");
  ctx.lineWidth = 2 * u;
  ctx.setLineDash([2 * u, 4 * u]);
  ctx.stroke();
  ctx.setLineDash([]);
  ctx.font = `600 ${20.2 * u}px ${token("--font")}`;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.fillStyle = token("--text-second");
  ctx.fillText(letter, box.x + box.width / 2, box.y + box.height / 2 + u);
}

/**
 * The load bar: a cell for each ticket the kitchen can hold. Dark: cooking, light: waiting; the
 * hollow bar over it: how many tickets the dispatcher believes.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Kitchen} kitchen
 * @param {number} x
 * @param {number} y
 * @param {number} width
 * @param {number} height
 * @param {number} u
 */
function drawLoad(ctx, kitchen, x, y, width, height, u) {
  const cells = Math.max(1, kitchen.capacity);
  const cell = width / cells;
  const gap = Math.min(1.5 * u, cell / 4);
  for (let i = 0; i < cells; i += 1) {
    const cooking = i < kitchen.cooking;
    const pending = !cooking && i < kitchen.cooking + kitchen.pending;
    ctx.fillStyle = token(cooking ? "--load-6" : pending ? "--load-3" : "--load-1");
    ctx.fillRect(x + i * cell + gap / 2, y, cell - gap, height);
  }
  if (kitchen.belief === 0 && kitchen.believed === 0) return;
  const believed = Math.min(cells, kitchen.believed) * cell;
  ctx.strokeStyle = token(kitchen.believed > cells ? "--state-slow" : "--text");
  ctx.lineWidth = 1.6 * u;
  ctx.strokeRect(x - 1.5 * u, y - 2.5 * u, Math.max(2 * u, believed + 3 * u), height + 5 * u);
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Model} model
 * @param {Box} wall
 * @param {number} u
 * @param {Faces} faces
 */
function drawDesk(ctx, model, wall, u, faces) {
  const desk = model.dispatcher;
  const tone = toneOf(desk.truth);
  faces.putDesk(ctx, wall, tone);
  const waiting = desk.truth === 1 ? t("desk.waiting", { count: number(desk.waiting) }) : t(truthWord(desk.truth));
  const colour = desk.truth !== 1 ? `--state-${tone}` : desk.waiting > 0 ? "--state-slow" : "--text-second";
  write(ctx, waiting, wall.x + 40 * u, wall.y + 47.5 * u, 20.2 * u, 400, colour);
  if (tone !== "serving") drawBadge(ctx, tone, wall.x + wall.width - 3 * u, wall.y - 2 * u, u);
}
