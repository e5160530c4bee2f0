// tell.js: sentences about the city: a node's state, an event, what just happened.

import { eventBrief, eventSentence } from "../../app/tell.js";
import { duration, nameOf, number, t } from "../../app/words.js";
import { DISPATCHER, shortName } from "./geometry.js";
import { beliefWord, mistaken, truthWord } from "./state.js";

/**
 * @typedef {import("./model.js").CityModel} Model
 * @typedef {import("../../app/types").EventRow} EventRow
 */

/**
 * A node as people call it: "B Harbour", "the dispatcher".
 * @param {Model} model
 * @param {number} node
 */
export function nodeLabel(model, node) {
  if (node === DISPATCHER) return t("desk.the");
  const kitchen = model.kitchens.get(node);
  if (kitchen) return t("kitchen.label", { letter: kitchen.letter, name: shortName(kitchen.name) });
  const last = (model.plan?.node_names.length ?? 0) - 1;
  return node === last ? t("customers") : model.nodeName(node);
}

/**
 * Everything the picture shows of a node, in words.
 * @param {Model} model
 * @param {number} node
 */
export function nodeSentence(model, node) {
  if (node === DISPATCHER) {
    return t("desk.sentence", {
      state: t(truthWord(model.dispatcher.truth)),
      open: number(model.dispatcher.open),
      waiting: number(model.dispatcher.waiting),
    });
  }
  const kitchen = model.kitchens.get(node);
  if (!kitchen) return model.nodeName(node);
  const sentence = t("kitchen.sentence", {
    letter: kitchen.letter,
    name: shortName(kitchen.name),
    state: t(truthWord(kitchen.truth)),
    cooking: kitchen.cooking,
    pending: kitchen.pending,
    capacity: kitchen.capacity,
    believed: kitchen.believed,
  });
  if (!mistaken(kitchen.truth, kitchen.belief)) return sentence;
  return `${sentence} ${t("kitchen.mistaken", { belief: t(beliefWord(kitchen.belief)) })}`;
}

/**
 * An event in words.
 * @param {Model} model
 * @param {EventRow} event
 */
export function eventText(model, event) {
  if (event.kind === "rush") return t("said.rush_event", rushValues(model, event));
  return eventSentence(model, event, (node) => nodeLabel(model, node));
}

/**
 * A rush as people speak of it: the note carries percent and milliseconds.
 * @param {Model} model
 * @param {EventRow} event
 */
function rushValues(model, event) {
  const [district, factor_pct, length_ms] = event.args;
  const factor = factor_pct / 100;
  return {
    where: nameOf(model.plan?.districts[district]?.name) || t("everywhere"),
    factor: number(factor, factor % 1 === 0 ? 0 : 2),
    length: length_ms % 1000 === 0 && length_ms < 120_000 ? `${length_ms / 1000} s` : duration(length_ms),
  };
}

/**
 * The same in few words, for a list in a hall.
 * @param {Model} model
 * @param {EventRow} event
 */
export function eventShort(model, event) {
  const more = event.kind === "rush" ? rushValues(model, event) : {};
  const road = /^link_/.test(event.kind); /* two names do not fit into the line */
  return eventBrief(model, event, (node) => (road ? model.nodeLetter(node) : nodeLabel(model, node)), more);
}

/**
 * The tone of an event, for its glyph.
 * @param {string} kind
 */
export function eventTone(kind) {
  if (/crash|cut|lost|halt|violat|isolat|partition/.test(kind)) return "down";
  if (/suspect|eject|slow|overload|refused|rush|paused|missing|torn|skew/.test(kind)) return "slow";
  if (/hand|recover|restart|register|join|open|migrat/.test(kind)) return "moving";
  return "serving";
}
