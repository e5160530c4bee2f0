// faults.js: what can be done to one node, as data, and the buttons made of it. A button that
// cannot be used now stays visible and says why.

import { el, icon } from "../../app/dom.js";
import { sayProblem, sayStatus } from "../../app/say.js";
import { sendInput } from "../../app/steer.js";
import { t } from "../../app/words.js";
import { DISPATCHER } from "./geometry.js";
import { nodeLabel } from "./tell.js";

/**
 * @typedef {import("./model.js").CityModel} Model
 * @typedef {{
 *   id: string,
 *   icon: string,
 *   desk: boolean,
 *   kitchen: boolean,
 *   input: (name: string) => Record<string, unknown>,
 *   why: (truth: number) => string | null,
 * }} Fault
 */

const CLOSED = 3;
const PAUSED = 4;

/** @param {number} truth */
const whenUp = (truth) => (truth === 0 ? "why.empty" : truth === CLOSED ? "why.closed" : null);

/** In the order of the card.
 * @type {Fault[]} */
export const FAULTS = [
  {
    id: "crash", icon: "power", desk: true, kitchen: true,
    input: (node) => ({ type: "node.crash", node }),
    why: whenUp,
  },
  {
    id: "restart", icon: "restart", desk: true, kitchen: true,
    input: (node) => ({ type: "node.restart", node }),
    why: (truth) => (truth === CLOSED ? null : truth === 0 ? "why.empty" : "why.not_closed"),
  },
  {
    id: "pause", icon: "pause", desk: true, kitchen: true,
    input: (node) => ({ type: "node.pause", node }),
    why: (truth) => (truth === PAUSED ? "why.paused" : whenUp(truth)),
  },
  {
    id: "resume", icon: "play", desk: true, kitchen: true,
    input: (node) => ({ type: "node.resume", node }),
    why: (truth) => (truth === PAUSED ? null : "why.not_paused"),
  },
  {
    id: "slow_oven", icon: "slow", desk: false, kitchen: true,
    input: (node) => ({ type: "kitchen.slow", node, factor_pct: 25 }),
    why: whenUp,
  },
  {
    id: "slow_disk", icon: "disk", desk: true, kitchen: false,
    input: (node) => ({ type: "disk.slow", node, factor_pct: 5000 }),
    why: whenUp,
  },
  {
    id: "cut", icon: "cut", desk: false, kitchen: true,
    input: (node) => ({ type: "link.cut", node, peer: "dispatcher" }),
    why: whenUp,
  },
  {
    id: "isolate", icon: "isolate", desk: true, kitchen: true,
    input: (node) => ({ type: "node.isolate", node }),
    why: whenUp,
  },
];

/**
 * The faults that make sense for a node.
 * @param {number} node
 */
export function faultsFor(node) {
  return FAULTS.filter((fault) => (node === DISPATCHER ? fault.desk : fault.kitchen));
}

/** @param {Model} model @param {number} node */
export function truthOf(model, node) {
  return node === DISPATCHER ? model.dispatcher.truth : (model.kitchens.get(node)?.truth ?? 0);
}

/**
 * Does it, or says why it cannot be done now.
 * @param {Model} model
 * @param {number} node
 * @param {Fault} fault
 */
export async function applyFault(model, node, fault) {
  const why = fault.why(truthOf(model, node));
  if (why) {
    sayProblem(t(why, { node: nodeLabel(model, node) }));
    return;
  }
  if (await sendInput(model, fault.input(model.nodeName(node)))) {
    sayStatus(t(`said.${fault.id}`, { node: nodeLabel(model, node) }));
  }
}

/**
 * A button for a fault on a node.
 * @param {Model} model
 * @param {number} node
 * @param {Fault} fault
 */
export function faultButton(model, node, fault) {
  const why = fault.why(truthOf(model, node));
  return el(
    "button",
    {
      type: "button",
      "data-fault": fault.id,
      "aria-disabled": why ? "true" : null,
      title: why
        ? t(why, { node: nodeLabel(model, node) })
        : model.replay?.inPast ? t("branch.opens") : null,
      onclick: () => void applyFault(model, node, fault),
    },
    icon(fault.icon),
    t(`fault.${fault.id}`),
  );
}

/**
 * The faults of a card: of a pair (pause and resume) only the one that can be used.
 * @param {Model} model
 * @param {number} node
 * @param {(mode: {kind: "cut"}) => void} setMode
 */
export function faultButtons(model, node, setMode) {
  const truth = truthOf(model, node);
  const hidden = [truth === CLOSED ? "crash" : "restart", truth === PAUSED ? "pause" : "resume"];
  const buttons = faultsFor(node)
    .filter((fault) => !hidden.includes(fault.id))
    .map((fault) => faultButton(model, node, fault));
  const draw = el(
    "button",
    { type: "button", onclick: () => setMode({ kind: "cut" }) },
    icon("cut"),
    t("fault.draw"),
  );
  return el("div.buttons", null, ...buttons, node === DISPATCHER ? draw : null);
}
