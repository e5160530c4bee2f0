// faults.js: what can be done to one node, as data, and the buttons made of it. A button that cannot
// be used now stays visible and says why.

import { el, icon } from "./dom.js";
import { sayProblem, sayStatus } from "./say.js";
import { sendInput } from "./steer.js";
import { t } from "./words.js";

/**
 * @typedef {import("./model.js").Model} Model
 * @typedef {{
 *   id: string,
 *   icon: string,
 *   input: (name: string) => Record<string, unknown>,
 *   why: (truth: number) => string | null,
 * }} Fault
 * @typedef {{
 *   truthOf: (node: number) => number,
 *   label: (node: number) => string,
 *   faultsOf: (node: number) => Fault[],
 * }} Nodes what the system says of its nodes; truth as the host has it
 */

const CLOSED = 3;
const PAUSED = 4;

/** @param {number} truth */
export const whenUp = (truth) => (truth === 0 ? "why.empty" : truth === CLOSED ? "why.closed" : null);

/** Of any node of any system, in the order of its card.
 * @type {Fault[]} */
export const NODE_FAULTS = [
  { id: "crash", icon: "power", input: (node) => ({ type: "node.crash", node }), why: whenUp },
  {
    id: "restart", icon: "restart",
    input: (node) => ({ type: "node.restart", node }),
    why: (truth) => (truth === CLOSED ? null : truth === 0 ? "why.empty" : "why.not_closed"),
  },
  {
    id: "pause", icon: "pause",
    input: (node) => ({ type: "node.pause", node }),
    why: (truth) => (truth === PAUSED ? "why.paused" : whenUp(truth)),
  },
  {
    id: "resume", icon: "play",
    input: (node) => ({ type: "node.resume", node }),
    why: (truth) => (truth === PAUSED ? null : "why.not_paused"),
  },
  { id: "isolate", icon: "isolate", input: (node) => ({ type: "node.isolate", node }), why: whenUp },
];

/** @type {Fault} */
export const SLOW_DISK = {
  id: "slow_disk", icon: "disk",
  input: (node) => ({ type: "disk.slow", node, factor_pct: 5000 }),
  why: whenUp,
};

/**
 * Does it, or says why it cannot be done now.
 * @param {Model} model
 * @param {Nodes} nodes
 * @param {number} node
 * @param {Fault} fault
 */
export async function applyFault(model, nodes, node, fault) {
  const why = fault.why(nodes.truthOf(node));
  if (why) {
    sayProblem(t(why, { node: nodes.label(node) }));
    return;
  }
  if (await sendInput(model, fault.input(model.nodeName(node)))) {
    sayStatus(t(`said.${fault.id}`, { node: nodes.label(node) }));
  }
}

/**
 * Crashes a node, or restarts it when it is down: the same key takes it back.
 * @param {Model} model
 * @param {Nodes} nodes
 * @param {number} node
 */
export async function crashOrRestart(model, nodes, node) {
  const wanted = nodes.truthOf(node) === CLOSED ? "restart" : "crash";
  const fault = NODE_FAULTS.find((one) => one.id === wanted);
  if (fault) await applyFault(model, nodes, node, fault);
}

/**
 * A button for a fault on a node.
 * @param {Model} model
 * @param {Nodes} nodes
 * @param {number} node
 * @param {Fault} fault
 */
export function faultButton(model, nodes, node, fault) {
  const why = fault.why(nodes.truthOf(node));
  return el(
    "button",
    {
      type: "button",
      "data-fault": fault.id,
      "aria-disabled": why ? "true" : null,
      title: why
        ? t(why, { node: nodes.label(node) })
        : model.replay?.inPast ? t("branch.opens") : null,
      onclick: () => void applyFault(model, nodes, node, fault),
    },
    icon(fault.icon),
    t(`fault.${fault.id}`),
  );
}

/**
 * The faults of a card: of a pair (pause and resume) only the one that can be used.
 * @param {Model} model
 * @param {Nodes} nodes
 * @param {number} node
 * @param {...(Node | null)} more
 */
export function faultButtons(model, nodes, node, ...more) {
  const truth = nodes.truthOf(node);
  const hidden = [truth === CLOSED ? "crash" : "restart", truth === PAUSED ? "pause" : "resume"];
  const buttons = nodes.faultsOf(node)
    .filter((fault) => !hidden.includes(fault.id))
    .map((fault) => faultButton(model, nodes, node, fault));
  return el("div.buttons", null, ...buttons, ...more);
}
