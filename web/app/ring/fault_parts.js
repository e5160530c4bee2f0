// fault_parts.js: the section of the drawer in which a small cluster is broken and healed.

import { healAll, recipeButtons, recipeEntries } from "../bar.js";
import { el, fill, icon } from "../dom.js";
import { faultButtons } from "../faults.js";
import { menuEntry } from "../menu.js";
import { sendInput } from "../steer.js";
import { t } from "../words.js";

/**
 * @typedef {import("../model.js").Model} Model
 * @typedef {import("./stage.js").RingStage} RingStage
 */

/**
 * Who is broken, and how: the same choice on the bar and in the drawer.
 * @param {Model} model
 * @param {RingStage} stage
 * @param {string} id of the field
 */
function nodeChoice(model, stage, id) {
  const { look } = stage;
  const chosen = model.selection ?? look.nodes()[0] ?? 0;
  const select = /** @type {HTMLSelectElement} */ (el("select", {
    id, "aria-label": t("break.who"), onchange: () => model.select(Number(select.value)),
  }, ...look.nodes().map((node) => el("option", { value: node, selected: node === chosen }, look.label(node)))));
  return select;
}

/**
 * The entries of the bar's menu: one node, a drawn cut, situations with a name.
 * @param {Model} model
 * @param {RingStage} stage
 */
export function breakEntries(model, stage) {
  const select = nodeChoice(model, stage, "break-node");
  const list = el("div", { role: "group" });
  const render = () => fill(list, faultButtons(model, stage.look, Number(select.value)));
  select.addEventListener("change", render);
  render();
  return [
    select, list, document.createElement("hr"),
    menuEntry({ icon: "cut", text: t("fault.draw"), run: () => stage.setCutting(true) }),
    document.createElement("hr"),
    ...recipeEntries(model),
  ];
}

/**
 * @param {Model} model
 * @param {RingStage} stage
 * @param {AbortSignal} until
 */
export function faultParts(model, stage, until) {
  const select = nodeChoice(model, stage, "fault-node");
  const buttons = el("div");
  let shown = "";
  const render = () => {
    const node = model.selection ?? Number(select.value);
    const key = `${node} ${stage.look.truthOf(node)}`;
    if (key === shown) return;
    shown = key;
    select.value = String(node);
    fill(buttons, faultButtons(model, stage.look, node));
  };
  model.on(["selection", "view"], render, until);
  render();
  const button = (/** @type {string} */ picture, /** @type {string} */ key, /** @type {() => void} */ run) =>
    el("button", { type: "button", onclick: run }, icon(picture), t(key));
  return [
    el("div.field", null, el("label", { for: "fault-node" }, t("fault.node")), select),
    buttons,
    el("h3", null, t("cut.title")),
    el("div.buttons", null,
      button("cut", "fault.draw", () => stage.setCutting(true)),
      button("restart", "cut.heal", () => void sendInput(model, { type: "net.heal" }))),
    el("h3", null, t("recipes.title")),
    recipeButtons(model),
    el("div.buttons.one", null, button("heal", "action.heal", () => void healAll(model))),
  ];
}
