// plates.js: kitchens and the dispatcher's desk: a plate each, with letter, name, state badge and
// load bar: the solid bar is the truth, the hollow one over it what the dispatcher believes.

import { token } from "../../app/dom.js";
import { drawBadge, drawBody, drawLetter, roundedBox, write } from "../../app/stage/drawing.js";
import { number, t } from "../../app/words.js";
import { cuisineColour, cuisineIndex, dishesOf, drawDish } from "./dishes.js";
import { DISPATCHER, shortName } from "./geometry.js";
import { beliefWord, mistaken, toneOf, truthWord } from "./state.js";

/**
 * @typedef {import("./model.js").CityModel} Model
 * @typedef {import("./types").Kitchen} Kitchen
 * @typedef {import("./geometry.js").Geometry} Geometry
 * @typedef {import("./geometry.js").Box} Box
 * @typedef {import("./state.js").Tone} Tone
 */

/** @param {CanvasRenderingContext2D} ctx @param {Model} model @param {Geometry} geometry */
export function drawPlates(ctx, model, geometry) {
  ctx.clearRect(0, 0, geometry.width, geometry.height);
  const desk = geometry.plates.get(DISPATCHER);
  if (desk) drawDesk(ctx, model, desk, geometry.u);
  for (const kitchen of model.kitchens.values()) {
    const box = geometry.plates.get(kitchen.node);
    if (box) drawKitchen(ctx, model, kitchen, box, geometry);
  }
  if (geometry.compact) return;
  for (const kitchen of model.kitchens.values()) {
    const box = geometry.plates.get(kitchen.node);
    if (box && mistaken(kitchen.truth, kitchen.belief)) drawBelief(
      ctx,
      t(beliefWord(kitchen.belief)),
      box,
      geometry.u,
    );
  }
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Model} model
 * @param {Kitchen} kitchen
 * @param {Box} box
 * @param {Geometry} geometry
 */
function drawKitchen(ctx, model, kitchen, box, geometry) {
  const u = geometry.u;
  const tone = toneOf(kitchen.truth);
  if (kitchen.truth === 0) {
    drawEmpty(ctx, kitchen.letter, box, u);
    return;
  }
  drawBody(ctx, box, tone, u);
  if (geometry.compact) {
    drawLetter(
      ctx,
      kitchen.letter,
      { x: box.x + 5 * u, y: box.y + 4 * u, width: box.width - 10 * u, height: 20 * u },
      u,
    );
    drawLoad(ctx, kitchen, box.x + 5 * u, box.y + 28 * u, box.width - 10 * u, 7 * u, u);
  } else {
    drawLetter(
      ctx,
      kitchen.letter,
      { x: box.x + 7 * u, y: box.y + 6 * u, width: 24 * u, height: 24 * u },
      u,
    );
    const end = write(
      ctx,
      shortName(kitchen.name),
      box.x + 38 * u,
      box.y + 25 * u,
      20.2 * u,
      600,
      "--text",
    );
    if (kitchen.truth === 1) drawPips(ctx, model, kitchen, box, u);
    else drawWord(ctx, t(truthWord(kitchen.truth)), end + 6 * u, box, tone, u);
    drawLoad(ctx, kitchen, box.x + 8 * u, box.y + 37 * u, box.width - 16 * u, 9 * u, u);
  }
  if (tone !== "serving") drawBadge(ctx, tone, box.x + box.width - 3 * u, box.y - 2 * u, u);
}

/**
 * The state's word at the right of the name, where the specialties are while all is well.
 * @param {CanvasRenderingContext2D} ctx
 * @param {string} word
 * @param {number} left
 * @param {Box} box
 * @param {Tone} tone
 * @param {number} u
 */
function drawWord(ctx, word, left, box, tone, u) {
  const right = box.x + box.width - 11 * u;
  ctx.font = `600 ${20.2 * u}px ${token("--font")}`;
  ctx.textAlign = "right";
  ctx.fillStyle = token(`--state-${tone}`);
  ctx.fillText(word, right, box.y + 25 * u, right - left);
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
 * What a kitchen is known for.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Model} model
 * @param {Kitchen} kitchen
 * @param {Box} box
 * @param {number} u
 */
function drawPips(ctx, model, kitchen, box, u) {
  const dishes = dishesOf(model.plan?.cuisines ?? []);
  let x = box.x + box.width - 17 * u;
  for (const specialty of [...kitchen.specialties].reverse()) {
    const cuisine = cuisineIndex(model.plan?.cuisines ?? [], specialty);
    ctx.save();
    ctx.translate(x, box.y + 19 * u);
    drawDish(ctx, dishes[cuisine], 8 * u, cuisineColour(cuisine), token("--page"));
    ctx.restore();
    x -= 21 * u;
  }
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
 * @param {Box} box
 * @param {number} u
 */
function drawDesk(ctx, model, box, u) {
  const desk = model.dispatcher;
  const tone = toneOf(desk.truth);
  drawBody(ctx, box, tone, u);
  ctx.fillStyle = token("--text");
  ctx.beginPath();
  ctx.arc(box.x + 20 * u, box.y + 25 * u, 11 * u, Math.PI, 2 * Math.PI);
  ctx.closePath();
  ctx.fill();
  ctx.fillRect(box.x + 7 * u, box.y + 27 * u, 26 * u, 2.5 * u);
  write(ctx, t("desk.name"), box.x + 40 * u, box.y + 24 * u, 20.2 * u, 600, "--text");
  const waiting = desk.truth === 1 ? t("desk.waiting", { count: number(desk.waiting) }) : t(
    truthWord(desk.truth),
  );
  write(
    ctx,
    waiting,
    box.x + 40 * u,
    box.y + 46 * u,
    20.2 * u,
    400,
    desk.truth !== 1 ? `--state-${tone}` : desk.waiting > 0 ? "--state-slow" : "--text-second",
  );
  if (tone !== "serving") drawBadge(ctx, tone, box.x + box.width - 3 * u, box.y + 2 * u, u);
}
