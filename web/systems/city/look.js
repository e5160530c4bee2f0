// look.js: the city of one book on the stage: a plate for each kitchen with the pantry as its own copy
// has it, and the table in the middle with the promise and what it has cost so far.

import { el, token } from "../../app/dom.js";
import { NODE_FAULTS, SLOW_DISK } from "../../app/faults.js";
import { isApart } from "../../app/ring/roads.js";
import { DOWN, drawLeads, drawTableOf, HELD, lettersOf, SMALL, TEXT, TRUTHS, UP } from "../../app/ring/plates.js";
import { drawBadge, drawLetter, write } from "../../app/stage/drawing.js";
import { drawHouse } from "../../app/stage/house.js";
import { humanise, number, systemTitle, systemWord, t } from "../../app/words.js";
import { drawLobster, lobsterPicture } from "./lobster.js";

/**
 * @typedef {import("./model.js").CityModel} Model
 * @typedef {import("../../app/stage/drawing.js").Box} Box
 * @typedef {import("../../app/stage/looks.js").Tone} Tone
 */

const REPLIES = new Set(["reply", "wrote", "value", "agree", "appended", "vote", "answer", "taken", "assign", "cooked"]);
const SIGNS = new Set(["ping", "load"]);
const ROW = 12; /* lobsters in a row of the plate */

/**
 * The name of the mode, for people.
 * @param {Model} model
 */
export function modeName(model) {
  const title = (/** @type {string} */ key) => systemTitle("choices", key) ?? key.toUpperCase();
  if (!model.switches() || model.modeKey() === model.wishedKey()) return title(model.modeKey());
  return t("table.switching", { from: title(model.modeKey()), to: title(model.wishedKey()) });
}

/** @param {Model} model @param {number} node @returns {Tone} */
export function toneOf(model, node) {
  const kitchen = model.kitchens.get(node);
  if (!kitchen || kitchen.truth === HELD) return "off";
  if (kitchen.truth !== UP) return "down";
  if (!kitchen.ready) return "moving";
  return isApart(model, [...model.kitchens.keys()], node) ? "off" : "serving";
}

/**
 * A closed kitchen tells nothing.
 * @param {Model} model
 * @param {number} node
 */
function isClosed(model, node) {
  return (model.kitchens.get(node)?.truth ?? DOWN) === DOWN;
}

/** @param {Model} model @param {number} node */
function stateWord(model, node) {
  const kitchen = model.kitchens.get(node);
  if (kitchen?.truth === HELD) return t("state.paused");
  if (kitchen?.truth !== UP) return t("state.closed");
  if (!kitchen.ready) return t("state.recovering");
  if (kitchen.next >= 0) return t("state.sealed");
  if (model.dispatches(node)) return t("state.presides");
  return t(isApart(model, [...model.kitchens.keys()], node) ? "state.apart" : "state.open");
}

/**
 * @param {Model} model
 * @returns {import("../../app/ring/stage.js").Look}
 */
export function cityLook(model) {
  const label = (/** @type {number} */ node) => (
    model.kitchens.has(node) ? t("kitchen.label", { letter: model.nodeLetter(node), name: model.title(node) })
      : t("customers"));
  return {
    truthOf: (node) => TRUTHS[model.kitchens.get(node)?.truth ?? 0],
    label,
    faultsOf: () => [...NODE_FAULTS, SLOW_DISK],
    nodes: () => [...model.kitchens.keys()],
    centre: () => model.kitchens.size,
    plate: { width: 244, height: 104, table: { width: 216, height: 110 } },
    drawPlate: (ctx, node, box, u) => drawKitchen(ctx, model, node, box, u),
    drawTable: (ctx, box, u) => drawTable(ctx, model, box, u),
    sentence: (node) => sentence(model, node),
    facts: (node) => facts(model, node),
    tone: (node) => toneOf(model, node),
    tile: (node) => ({ word: stateWord(model, node), lines: [leftText(model, node), workText(model, node)].filter(Boolean) }),
    legend: () => /** @type {const} */ (["free", "sold", "other"]).map((kind) =>
      el("span", null, lobsterPicture(kind), t(`legend.${kind}`))),
    look: (type) => (SIGNS.has(type) ? "heartbeat" : REPLIES.has(type) ? "reply" : "request"),
    message: (type) => systemWord("messages", type) ?? humanise(type),
  };
}

/** @param {Model} model @param {number} node */
function leftText(model, node) {
  if (isClosed(model, node)) return t("card.not_serving");
  const left = model.kitchens.get(node)?.left ?? 0;
  return t("kitchen.left", { count: left, left: number(left) });
}

/** @param {Model} model @param {number} node */
function workText(model, node) {
  const kitchen = model.kitchens.get(node);
  if (!kitchen || kitchen.truth !== UP) return "";
  if (kitchen.siblings > 0) return t("kitchen.siblings", { count: kitchen.siblings, siblings: number(kitchen.siblings) });
  return t("kitchen.cooking", { count: kitchen.cooking, cooking: number(kitchen.cooking) });
}

/** @param {Model} model @param {number} node */
function sentence(model, node) {
  const kitchen = model.kitchens.get(node);
  return t(isClosed(model, node) ? "kitchen.sentence.closed" : "kitchen.sentence", {
    letter: model.nodeLetter(node), name: model.title(node), state: stateWord(model, node),
    left: leftText(model, node), price: number(kitchen?.prices[0] ?? 0), work: workText(model, node),
  });
}

/** @param {Model} model @param {number} node @returns {[string, string][]} */
function facts(model, node) {
  const kitchen = model.kitchens.get(node);
  if (!kitchen) return [];
  if (isClosed(model, node)) {
    return [[t("card.is"), stateWord(model, node)], [t("card.knows_now"), t("card.not_serving")]];
  }
  return [
    [t("card.is"), stateWord(model, node)],
    [t("card.pantry"), t("card.pantry_value", { left: leftText(model, node), delivery: number(kitchen.delivery) })],
    [t("card.prices"), kitchen.prices.map((price) => number(price)).join(" | ")],
    [t("card.desk"), number(kitchen.tasks)],
    [t("card.cooking"), number(kitchen.cooking)],
    [t("card.dispatcher"), model.nodeLetter(kitchen.dispatcher)],
    kitchen.siblings > 0 ? [t("card.siblings"), number(kitchen.siblings)] : [t("card.hints"), number(kitchen.hints)],
    [t("card.suspects"), lettersOf(model, model.kitchens.keys(), kitchen.suspected) || t("card.nobody")],
  ];
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Model} model
 * @param {number} node
 * @param {Box} box
 * @param {number} u
 */
function drawKitchen(ctx, model, node, box, u) {
  const kitchen = model.kitchens.get(node);
  const tone = toneOf(model, node);
  if (model.dispatches(node)) drawLeads(ctx, box, u);
  drawHouse(ctx, box, tone, u, { place: node });
  drawLetter(ctx, model.nodeLetter(node), { x: box.x + 8 * u, y: box.y + 8 * u, width: 26 * u, height: 24 * u }, u);
  ctx.save();
  ctx.beginPath();
  ctx.rect(box.x, box.y, box.width - 8 * u, box.height);
  ctx.clip();
  write(ctx, stateWord(model, node), box.x + 42 * u, box.y + 27 * u, TEXT * u, 600, `--state-${tone}`);
  const height = box.height - 70 * u;
  drawPantry(ctx, model, node, { x: box.x + 9 * u, y: box.y + 38 * u, width: box.width - 18 * u, height }, u);
  const line = box.y + box.height - 9 * u;
  const end = write(ctx, leftText(model, node), box.x + 9 * u, line, SMALL * u, 600, "--text");
  const uneven = (kitchen?.siblings ?? 0) > 0;
  write(ctx, workText(model, node), end + 9 * u, line, SMALL * u, 400, uneven ? "--text" : "--text-second");
  ctx.restore();
  if (tone !== "serving") drawBadge(ctx, tone, box.x + box.width - 3 * u, box.y + 2 * u, u);
}

/**
 * A mark for each lobster: full while nobody has it, hollow when it is sold; a cross where the kitchens
 * say different things of it.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Model} model
 * @param {number} node
 * @param {Box} box
 * @param {number} u
 */
function drawPantry(ctx, model, node, box, u) {
  const index = [...model.kitchens.keys()].indexOf(node);
  const rows = Math.max(1, Math.ceil(model.pantry.length / ROW));
  const step = { x: box.width / ROW, y: box.height / rows };
  const r = Math.min(step.x, step.y) * 0.45;
  model.pantry.forEach((orders, lobster) => {
    const order = orders[index] ?? -1;
    if (order < 0) return;
    const x = box.x + ((lobster % ROW) + 0.5) * step.x;
    const y = box.y + (Math.floor(lobster / ROW) + 0.5) * step.y;
    drawLobster(ctx, x, y, r, token(order === 0 ? "--six-1" : "--text-second"), order === 0);
    if (model.agrees(lobster)) return;
    ctx.strokeStyle = token("--text");
    ctx.lineWidth = 2.2 * u;
    ctx.beginPath();
    ctx.arc(x, y, r + 1.2 * u, 0, 2 * Math.PI);
    if (order !== 0) {
      ctx.moveTo(x - r * 0.6, y - r * 0.6);
      ctx.lineTo(x + r * 0.6, y + r * 0.6);
    }
    ctx.stroke();
  });
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Model} model
 * @param {Box} box
 * @param {number} u
 */
function drawTable(ctx, model, box, u) {
  const { confirmed, away, oversold, named } = model.counts;
  drawTableOf(ctx, box, u, [
    [modeName(model), 31, 800, "--text"],
    [t("table.sold", { count: confirmed, sold: number(confirmed) }), TEXT, 600, "--text"],
    [t("table.away", { count: away, away: number(away) }), SMALL, away > 0 ? 600 : 400, away > 0 ? "--text" : "--text-second"],
    [
      t("table.oversold", { count: oversold, oversold: number(oversold), named: number(named) }),
      SMALL, oversold > 0 ? 600 : 400, oversold > 0 ? "--state-down" : "--text-second",
    ],
  ], { first: 33, step: 23 });
}
