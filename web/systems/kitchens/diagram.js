// diagram.js: what the kitchens tell the space-time diagram: which lines in which order, how each
// message looks, what lasts from one note to another.

import { has, humanise, systemWord, t } from "../../app/words.js";
import { DISPATCHER } from "./geometry.js";
import { messageKind } from "./messages.js";
import { eventShort, eventTone, nodeLabel } from "./tell.js";

/** @typedef {import("./model.js").CityModel} Model */

const FOOD = "parcel"; /* carried by a courier: no word */
const EMPTY = 0;
/** Slower, or as built again: which of them is in the note's number, and a trace has no numbers. */
const SPEED = "kitchen_slowed";

/** Beliefs of the dispatcher that last.
 * @type {import("../../app/types").SpanRule[]} */
const SPANS = [
  { begins: "kitchen_suspected", ends: ["kitchen_trusted", "kitchen_registered"], tone: "slow", of: "peer", wide: false },
  { begins: "kitchen_ejected", ends: ["kitchen_trusted", "kitchen_registered"], tone: "slow", of: "peer", wide: false },
  { begins: "kitchen_overloaded", ends: ["kitchen_relieved"], tone: "moving", of: "peer", wide: false },
];

/**
 * @param {Model} model
 * @param {(order: number) => void} explain
 * @returns {import("../../app/types").DiagramWords}
 */
export function diagramWords(model, explain) {
  const capital = (/** @type {string} */ text) => text.charAt(0).toUpperCase() + text.slice(1);
  return {
    rows: () => rows(model),
    name: (node) => nodeLabel(model, node),
    short: (node) => rowLabel(model, node),
    message: (type) => systemWord("messages", type) ?? humanise(type),
    look: (type) => (type === FOOD ? "carried" : messageKind(type)),
    note: (note) => capital(noteText(model, note)),
    mark: (note) => markText(model, note),
    tone: (name) => (name === SPEED ? "moving" : eventTone(name)),
    subject: (order) => t("order.named", { order }),
    only: () => t("order.only"),
    explain,
    spans: SPANS,
  };
}

/**
 * A note's short sentence. The numbers that it came with are not in a trace: what would need them
 * is left out.
 * @param {Model} model
 * @param {import("../../app/types").DiagramNote} note
 */
function noteText(model, note) {
  if (note.name === SPEED) return t("diagram.speed", { node: nodeLabel(model, note.node) });
  const event = { ...note, kind: note.name, cause: -1, args: [] };
  return eventShort(model, event).replace(/\s*[^\s{]*\{\w+\}.*$/, "");
}

/**
 * As at a line of a chart: "C crashed".
 * @param {Model} model
 * @param {import("../../app/types").DiagramNote} note
 */
function markText(model, note) {
  const kitchen = model.kitchens.get(note.peer) ?? model.kitchens.get(note.node);
  if (note.name === SPEED) return t("diagram.mark.speed", { letter: kitchen?.letter ?? "" });
  const key = `mark.${note.name}`;
  if (!has(key)) return noteText(model, note);
  return t(key, { letter: kitchen?.letter ?? t("desk.name") });
}

/**
 * The dispatcher, the kitchens in the order of the map, the customers.
 * @param {Model} model
 */
function rows(model) {
  const kitchens = [...model.kitchens.values()].filter((kitchen) => kitchen.truth !== EMPTY);
  const customers = (model.plan?.node_names.length ?? 1) - 1;
  const nodes = [DISPATCHER, ...kitchens.map((kitchen) => kitchen.node), customers];
  return nodes.map((node) => ({ node, label: rowLabel(model, node) }));
}

/** @param {Model} model @param {number} node */
function rowLabel(model, node) {
  if (node === DISPATCHER) return t("desk.name");
  return model.kitchens.has(node) ? nodeLabel(model, node) : t("customers.name");
}
