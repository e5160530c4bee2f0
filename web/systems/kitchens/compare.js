// compare.js: what the kitchens put side by side: the same orders and the same faults under another
// policy, with and without the hand-over, under two thresholds; and their part of the two stages.

import { ask } from "../../app/question.js";
import { t } from "../../app/words.js";
import { Stage } from "./stage.js";
import { DISPATCHER } from "./geometry.js";
import { nodeLabel } from "./tell.js";

/**
 * @typedef {import("./model.js").CityModel} Model
 * @typedef {import("../../app/types").PartingSide} PartingSide
 * @typedef {import("../../app/question.js").Question} Question
 */

/** Asked with one click; `beside` is what both sides need. */
const QUESTIONS = /** @type {Record<"policies" | "handover" | "thresholds", Question>} */ ({
  policies: { setting: "policy", values: ["round-robin", "weighted-score"] },
  handover: { setting: "migration", values: [false, true] },
  thresholds: { setting: "overload_threshold", values: [0.8, 0.9], beside: { migration: true } },
});

/** @param {Model} model */
export function comparePolicies(model) {
  return ask(model, QUESTIONS.policies);
}

/** @param {Model} model */
export function compareHandover(model) {
  return ask(model, QUESTIONS.handover);
}

/** @param {Model} model */
export function compareThresholds(model) {
  return ask(model, QUESTIONS.thresholds);
}

/**
 * For the menu of what can be compared.
 * @param {Model} model
 */
export function comparePresets(model) {
  return Object.entries(QUESTIONS).map(([id, question]) => ({
    text: t(`compare.${id}`),
    run: () => void ask(model, question),
  }));
}

/** Of the strip between the stages, in this order. */
const FIGURES = [
  "response_mean_ms", "response_p99_ms", "waiting", "orders_cooked", "max_over_mean", "jain_utilisation",
  "misrouted_pct", "migrations", "bounces", "reassigned", "wasted", "refused", "orders_lost",
];

/** @type {import("../../app/pair_chart.js").What[]} */
export const PAIR_CHARTS = [
  { id: "response_mean", column: "resp_mean_ms", factor: 0.001, unit: " s", decimals: 2 },
  { id: "waiting_desk", column: "waiting", factor: 1, unit: "", decimals: 0 },
  { id: "cooked_a_minute", column: "throughput_per_min", factor: 1, unit: "", decimals: 0 },
  { id: "busiest", column: "max_over_mean", factor: 1, unit: " ×", decimals: 2 },
];

export function pairFigures() {
  return FIGURES.map((name) => ({ name, short: t(`strip.${name}`) }));
}

/**
 * One of the two stages: nothing can be done on it, only chosen.
 * @param {HTMLElement} root
 * @param {Model} model
 * @param {(model: Model, order: number) => void} explain
 */
export function mountPairStage(root, model, explain) {
  return new Stage(root, model, (order) => explain(model, order), { looking: true });
}

/**
 * A node of one side in few words.
 * @param {Model} model
 * @param {number} node
 */
export function nodeWords(model, node) {
  const who = nodeLabel(model, node);
  const name = who.charAt(0).toUpperCase() + who.slice(1);
  if (node === DISPATCHER) {
    const { open, waiting } = model.dispatcher;
    return `${name}: ${t("card.book_value", { open, waiting })}`;
  }
  const { cooking, pending, capacity } = model.kitchens.get(node) ?? { cooking: 0, pending: 0, capacity: 0 };
  return `${name}: ${t("pair.tickets", { cooking, pending, capacity })}`;
}

/**
 * Lights up whom the first difference was about, or nothing.
 * @param {Model} model
 * @param {PartingSide | null} side
 */
export function light(model, side) {
  if (!side) {
    model.setFocus(null);
    return;
  }
  const order = side.subject === undefined ? undefined : model.orders.get(side.subject);
  const goes = order?.moves[order.moves.length - 1];
  const node = goes?.to ?? side.node;
  if (model.focus?.node === node && model.focus.event === side.event) return;
  model.setFocus({
    event: side.event, node, from: goes?.from ?? -1, subject: side.subject ?? -1, t_us: side.t_ms * 1000,
    slice: new Set(),
  });
}
