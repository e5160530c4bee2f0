// look.js: the store on the stage: a plate for each replica with the price tags of one key, and the
// table in the middle with the mode.

import { el, token } from "../../app/dom.js";
import { NODE_FAULTS, SLOW_DISK } from "../../app/faults.js";
import { isApart } from "../../app/ring/roads.js";
import { DOWN, drawTableOf, HELD, lettersOf, SMALL, TEXT, TRUTHS, UP } from "../../app/ring/plates.js";
import { drawBadge, drawLetter, write } from "../../app/stage/drawing.js";
import { drawHouse } from "../../app/stage/house.js";
import { humanise, number, systemTitle, systemWord, t } from "../../app/words.js";

/**
 * @typedef {import("./model.js").StoreModel} Model
 * @typedef {import("./types").Sibling} Sibling
 * @typedef {import("../../app/stage/drawing.js").Box} Box
 * @typedef {import("../../app/stage/looks.js").Tone} Tone
 */

const REPLIES = new Set(["reply", "wrote", "value", "agree"]);

/**
 * The name of a mode, for people: "AP".
 * @param {Model} model
 * @param {number} [mode] without it: the one that the store is in
 */
export function modeName(model, mode = model.mode.mode) {
  const setting = model.system?.settings.find((one) => one.key === "mode");
  const value = setting?.choices?.[mode] ?? "";
  return systemTitle("choices", value) ?? value.toUpperCase();
}

/**
 * A value as a price tag.
 * @param {Sibling} one
 */
export function price(one) {
  return one.deleted ? t("tag.deleted") : number(one.value);
}

/** @param {Model} model @param {number} node @returns {Tone} */
export function toneOf(model, node) {
  const replica = model.replicas.get(node);
  if (!replica || replica.truth === HELD) return "off";
  if (replica.truth !== UP) return "down";
  if (!replica.ready || replica.next >= 0) return "moving";
  return isApart(model, [...model.replicas.keys()], node) ? "off" : "serving";
}

/**
 * A closed replica tells nothing.
 * @param {Model} model
 * @param {number} node
 */
function isClosed(model, node) {
  return (model.replicas.get(node)?.truth ?? DOWN) === DOWN;
}

/** @param {Model} model @param {number} node */
function stateWord(model, node) {
  const replica = model.replicas.get(node);
  if (replica?.truth === HELD) return t("state.paused");
  if (replica?.truth !== UP) return t("state.closed");
  if (!replica.ready) return t("state.recovering");
  if (replica.next >= 0) return t("state.sealed");
  return t(isApart(model, [...model.replicas.keys()], node) ? "state.apart" : "state.open");
}

/**
 * @param {Model} model
 * @returns {import("../../app/ring/stage.js").Look}
 */
export function storeLook(model) {
  const label = (/** @type {number} */ node) => (
    model.replicas.has(node) ? t("replica.label", { letter: model.nodeLetter(node) }) : t("customers"));
  return {
    truthOf: (node) => TRUTHS[model.replicas.get(node)?.truth ?? 0],
    label,
    faultsOf: () => [...NODE_FAULTS, SLOW_DISK],
    nodes: () => [...model.replicas.keys()],
    centre: () => model.replicas.size,
    plate: { width: 226, height: 100, table: { width: 214, height: 100 } },
    drawPlate: (ctx, node, box, u) => drawReplica(ctx, model, node, box, u),
    drawTable: (ctx, box, u) => drawTable(ctx, model, box, u),
    sentence: (node) => sentence(model, node),
    facts: (node) => facts(model, node),
    tone: (node) => toneOf(model, node),
    tile: (node) => ({ word: tagsText(model, node), lines: [stateWord(model, node), countsText(model, node)] }),
    legend: () => ["tag", "other"].map((kind) =>
      el("span", null, el(`i.tag`, { "data-tag": kind }), t(`legend.${kind}`))),
    look: (type) => (type === "ping" ? "heartbeat" : REPLIES.has(type) ? "reply" : "request"),
    message: (type) => systemWord("messages", type) ?? humanise(type),
  };
}

/**
 * The values of the shown key at a replica, in words.
 * @param {Model} model
 * @param {number} node
 */
function tagsText(model, node) {
  if (isClosed(model, node)) return t("tag.closed");
  if (!model.homes(model.key).includes(node)) return t("tag.no_home");
  const siblings = model.siblings(node, model.key) ?? [];
  return siblings.length === 0 ? t("tag.nothing") : siblings.map(price).join(" | ");
}

/** @param {Model} model @param {number} node */
function countsText(model, node) {
  const replica = model.replicas.get(node);
  if (!replica || isClosed(model, node)) return t("card.not_serving");
  const parts = [];
  if (replica.hints > 0) parts.push(t("replica.hints", { count: replica.hints, hints: number(replica.hints) }));
  if (replica.different > 0) parts.push(t("replica.different", { count: replica.different, different: replica.different }));
  return parts.join(" · ") || t("replica.even");
}

/** @param {Model} model @param {number} node */
function sentence(model, node) {
  return t("replica.sentence", {
    letter: model.nodeLetter(node), state: stateWord(model, node), key: model.keyName(model.key),
    tags: tagsText(model, node), counts: countsText(model, node),
  });
}

/** @param {Model} model @param {number} node @returns {[string, string][]} */
function facts(model, node) {
  const replica = model.replicas.get(node);
  if (!replica) return [];
  if (isClosed(model, node)) {
    return [[t("card.is"), stateWord(model, node)], [t("card.knows_now"), t("card.not_serving")]];
  }
  return [
    [t("card.is"), stateWord(model, node)],
    [t("card.mode"), t("card.mode.epoch", { mode: modeName(model, replica.mode), epoch: number(replica.epoch) })],
    [model.keyName(model.key), tagsText(model, node)],
    [t("card.keys"), number(replica.keys)],
    [t("card.operations"), number(replica.operations)],
    [t("card.hints"), number(replica.hints)],
    [t("card.different"), number(replica.different)],
    [t("card.suspects"), lettersOf(model, model.replicas.keys(), replica.suspected) || t("card.nobody")],
  ];
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Model} model
 * @param {number} node
 * @param {Box} box
 * @param {number} u
 */
function drawReplica(ctx, model, node, box, u) {
  const tone = toneOf(model, node);
  drawHouse(ctx, box, tone, u, { place: node });
  drawLetter(ctx, model.nodeLetter(node), { x: box.x + 8 * u, y: box.y + 8 * u, width: 26 * u, height: 24 * u }, u);
  write(ctx, stateWord(model, node), box.x + 42 * u, box.y + 27 * u, TEXT * u, 600, `--state-${tone}`);
  if (tone !== "serving") drawBadge(ctx, tone, box.x + box.width - 3 * u, box.y + 2 * u, u);
  drawTags(ctx, model, node, { x: box.x + 8 * u, y: box.y + 37 * u, width: box.width - 16 * u, height: 32 * u }, u);
  const counts = countsText(model, node);
  const replica = model.replicas.get(node);
  const uneven = (replica?.hints ?? 0) + (replica?.different ?? 0) > 0;
  ctx.save();
  ctx.beginPath();
  ctx.rect(box.x, box.y, box.width - 6 * u, box.height);
  ctx.clip();
  write(ctx, counts, box.x + 9 * u, box.y + box.height - 9 * u, SMALL * u, 400, uneven ? "--text" : "--text-second");
  ctx.restore();
}

/**
 * A tag for each value; one that not all homes have is turned round: light on dark.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Model} model
 * @param {number} node
 * @param {Box} box
 * @param {number} u
 */
function drawTags(ctx, model, node, box, u) {
  const siblings = model.siblings(node, model.key) ?? [];
  if (siblings.length === 0 || !model.homes(model.key).includes(node)) {
    write(ctx, tagsText(model, node), box.x + 2 * u, box.y + 23 * u, SMALL * u, 400, "--text-second");
    return;
  }
  const agreed = model.agrees(model.key);
  let x = box.x;
  for (const one of siblings) {
    ctx.font = `700 ${22 * u}px ${token("--font")}`;
    const text = price(one);
    const width = ctx.measureText(text).width + 30 * u;
    if (x + width > box.x + box.width && x > box.x) {
      write(ctx, "…", x, box.y + 22 * u, 22 * u, 700, "--text");
      return;
    }
    drawTag(ctx, text, { x, y: box.y, width: Math.min(width, box.width), height: box.height }, agreed, u);
    x += width + 6 * u;
  }
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {string} text
 * @param {Box} box
 * @param {boolean} agreed
 * @param {number} u
 */
function drawTag(ctx, text, box, agreed, u) {
  const nose = 12 * u;
  ctx.beginPath();
  ctx.moveTo(box.x, box.y + box.height / 2);
  ctx.lineTo(box.x + nose, box.y);
  ctx.lineTo(box.x + box.width, box.y);
  ctx.lineTo(box.x + box.width, box.y + box.height);
  ctx.lineTo(box.x + nose, box.y + box.height);
  ctx.closePath();
  ctx.fillStyle = token(agreed ? "--panel" : "--text");
  ctx.fill();
  ctx.strokeStyle = token("--text");
  ctx.lineWidth = 1.8 * u;
  ctx.stroke();
  ctx.beginPath();
  ctx.arc(box.x + nose, box.y + box.height / 2, 2.6 * u, 0, 2 * Math.PI);
  ctx.fillStyle = token(agreed ? "--text" : "--page");
  ctx.fill();
  write(ctx, text, box.x + nose + 8 * u, box.y + box.height / 2 + 8 * u, 22 * u, 700, agreed ? "--text" : "--page");
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Model} model
 * @param {Box} box
 * @param {number} u
 */
function drawTable(ctx, model, box, u) {
  const { n, r, w } = model.mode;
  const next = model.switchingTo;
  const title = next < 0 ? modeName(model)
    : t("table.switching", { from: modeName(model), to: modeName(model, next) });
  drawTableOf(ctx, box, u, [
    [title, 34, 800, "--text"],
    [t("table.quorum", { n, r, w }), SMALL, 400, "--text-second"],
    [t("table.key", { key: model.keyName(model.key) }), TEXT, 600, "--text"],
  ], { first: 38, step: 26 });
}
