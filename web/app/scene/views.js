// views.js: what a step shows beside its words: who is meant, the space-time diagram, the judged copy,
// two runs side by side; and all of it put away again.

import { ask } from "../question.js";

/**
 * @typedef {import("../rooms.js").Rooms} Rooms
 * @typedef {import("./types").State} State
 * @typedef {import("./types").Step} Step
 */

const LAST_S = 2;

/** @param {Rooms} rooms */
export function putAway({ model, diagram, comparing }) {
  model.setFocus(null);
  diagram?.setOpen(false);
  if (comparing?.isOpen) comparing.close();
  if (model.look.density === "phone") chooseTab("city");
}

/**
 * @param {Rooms} rooms
 * @param {Step} step
 * @param {State} state
 * @param {number} t_us the moment of the step
 */
export async function showView(rooms, step, state, t_us) {
  const { model, diagram } = rooms;
  const nodes = focusOf(step, state, model.plan?.node_names ?? []);
  if (nodes.length > 0) {
    model.setFocus({ event: -1, node: nodes[0], from: -1, subject: -1, t_us, slice: new Set(), nodes });
  }
  if (step.beat !== "explain") return;
  const last_us = (step.last_s ?? LAST_S) * 1e6;
  if (step.view === "spacetime") await diagram?.showLast(t_us, last_us);
  else if (step.view === "verdict") {
    if (model.look.density === "phone") chooseTab("truth");
    await rooms.verify?.();
  } else if (step.view === "compare" && step.setting !== undefined && step.sides?.length === 2) {
    const [a, b] = step.sides.map((side) => side.value ?? false);
    await ask(model, { setting: step.setting, values: [a, b] });
  }
}

/**
 * @param {Step} step
 * @param {State} state
 * @param {string[]} names of the nodes
 * @returns {number[]}
 */
export function focusOf(step, state, names) {
  return (step.focus ?? [])
    .map((name) => (name === "@node" ? state.who.node : name === "@peer" ? state.who.peer : name))
    .map((name) => names.indexOf(name ?? ""))
    .filter((node) => node >= 0);
}

/**
 * On a phone each room is a tab.
 * @param {string} tab
 */
function chooseTab(tab) {
  /** @type {HTMLElement | null} */ (document.querySelector(`#tabs [data-tab="${tab}"]`))?.click();
}
