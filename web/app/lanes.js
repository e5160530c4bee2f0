// lanes.js: the operations of a proof as a picture: a lane each, a bar from the question to the answer.
//
// What matters is what was over before what began, so each moment gets the same room: the picture is in
// order, not to scale. The table of the same operations says the times.

import { el } from "./dom.js";
import { t } from "./words.js";

/** @typedef {import("./types").ProofOperation} Operation */

/**
 * @param {Operation[]} operations in the order in which they began
 * @param {(operation: Operation) => string} words what was asked and told, in a line
 */
export function lanesOf(operations, words) {
  const moments = momentsOf(operations);
  const last = moments.length + (operations.some(isOpen) ? 1 : 0); /* line behind the last column */
  const column = (/** @type {number} */ ns) => moments.indexOf(ns) + 1;
  const rows = operations.flatMap((operation, index) => {
    const from = column(operation.invoke_ns ?? 0);
    const to = isOpen(operation) ? last : column(operation.complete_ns ?? 0);
    const late = from > last / 2;
    const label = el("span.words", { "data-late": late || null }, words(operation));
    place(label, 2 * index + 1, late ? 1 : from, late ? to : -1);
    const bar = el("span.bar", { "data-type": operation.type });
    place(bar, 2 * index + 2, from, Math.max(to, from + 1));
    return [label, bar];
  });
  const lanes = el("div.lanes", { "aria-hidden": "true" }, ...rows);
  lanes.style.gridTemplateColumns = `repeat(${Math.max(1, last - 1)}, minmax(0, 1fr))`;
  return el("figure.lanes", null, lanes, el("figcaption.note", null, t("proof.lanes")));
}

/**
 * Nobody knows when it happened, if it did: its bar has no end.
 * @param {Operation} operation
 */
function isOpen(operation) {
  return operation.complete_ns === undefined || operation.type === "info";
}

/** @param {Operation[]} operations all moments at which something began or ended, once each */
function momentsOf(operations) {
  const all = operations.flatMap((one) => isOpen(one) ? [one.invoke_ns ?? 0] : [one.invoke_ns ?? 0, one.complete_ns ?? 0]);
  return [...new Set(all)].sort((a, b) => a - b);
}

/**
 * @param {HTMLElement} element
 * @param {number} row
 * @param {number} from
 * @param {number} to
 */
function place(element, row, from, to) {
  element.style.gridRow = String(row);
  element.style.gridColumn = `${from} / ${to}`;
}
