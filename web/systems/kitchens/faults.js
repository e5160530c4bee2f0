// faults.js: what can be done to a kitchen, and to the dispatcher.

import { el, icon } from "../../app/dom.js";
import { faultButtons as buttonsOf, NODE_FAULTS, SLOW_DISK, whenUp } from "../../app/faults.js";
import { t } from "../../app/words.js";
import { DISPATCHER } from "./geometry.js";
import { nodeLabel } from "./tell.js";

/**
 * @typedef {import("./model.js").CityModel} Model
 * @typedef {import("../../app/faults.js").Fault} Fault
 */

/** @type {Fault[]} */
const OF_DISPATCHER = [...NODE_FAULTS, SLOW_DISK];

/** @type {Fault[]} */
const OF_KITCHEN = [
  ...NODE_FAULTS,
  {
    id: "slow_oven", icon: "slow",
    input: (node) => ({ type: "kitchen.slow", node, factor_pct: 25 }),
    why: whenUp,
  },
  {
    id: "cut", icon: "cut",
    input: (node) => ({ type: "link.cut", node, peer: "dispatcher" }),
    why: whenUp,
  },
];

/**
 * The faults that make sense for a node.
 * @param {number} node
 */
export function faultsFor(node) {
  return node === DISPATCHER ? OF_DISPATCHER : OF_KITCHEN;
}

/** @param {Model} model @param {number} node */
export function truthOf(model, node) {
  return node === DISPATCHER ? model.dispatcher.truth : (model.kitchens.get(node)?.truth ?? 0);
}

/**
 * @param {Model} model
 * @returns {import("../../app/faults.js").Nodes}
 */
export function nodesOf(model) {
  return {
    truthOf: (node) => truthOf(model, node),
    label: (node) => nodeLabel(model, node),
    faultsOf: faultsFor,
  };
}

/**
 * The faults of a card; the dispatcher's roads can be cut by a line.
 * @param {Model} model
 * @param {number} node
 * @param {(mode: {kind: "cut"}) => void} setMode
 */
export function faultButtons(model, node, setMode) {
  const draw = el(
    "button",
    { type: "button", onclick: () => setMode({ kind: "cut" }) },
    icon("cut"),
    t("fault.draw"),
  );
  return buttonsOf(model, nodesOf(model), node, node === DISPATCHER ? draw : null);
}
