// anyfault.js: whatever can befall a node, a road, a disk or a clock, as single controls, and recipes:
// faults that have a name. All of it is made of the server's own tables, so it is the same for every
// system.

import { el, fill, icon } from "./dom.js";
import { sayStatus } from "./say.js";
import { sendInput } from "./steer.js";
import { humanise, number, systemWord, t } from "./words.js";

/**
 * @typedef {import("./model.js").Model} Model
 * @typedef {import("./types").InputInfo} InputInfo
 * @typedef {import("./types").InputArgument} ArgumentInfo
 */

const FAULT = /^(node|link|disk|clock)\./;
const LENGTHS_MS = [5000, 10_000, 20_000, 60_000, 300_000];
const SEEDS = 1_000_000;

/** What people call a fault or a recipe.
 * @param {"faults" | "recipes"} group @param {string} name */
function nameOf(group, name) {
  return systemWord(group, name)?.name ?? humanise(name);
}

/** @param {string} id @param {string} label @param {HTMLElement} control @param {...HTMLElement} more */
function field(id, label, control, ...more) {
  control.id = id;
  return el("div.field", null, el("label", { for: id }, label), control, ...more);
}

/** @param {[string, string][]} options value and text @param {() => void} [onchange] */
function select(options, onchange) {
  return /** @type {HTMLSelectElement} */ (
    el("select", { onchange }, ...options.map(([value, text]) => el("option", { value }, text)))
  );
}

/**
 * An argument: a switch where it is 0 or 1, else a number in its unit, within the server's range.
 * @param {ArgumentInfo} argument
 */
function argumentField(argument) {
  const id = `fault-${argument.name}`;
  const label = t("fault.argument", { name: humanise(argument.name), min: number(argument.min), max: number(argument.max) });
  const input = /** @type {HTMLInputElement} */ (el("input", {
    type: "number", min: argument.min, max: argument.max, step: 1, value: argument.standard, required: true,
    "data-argument": argument.name,
  }));
  return field(id, label, input);
}

/** @param {HTMLElement} form @returns {Record<string, number>} */
function argumentsOf(form) {
  const inputs = /** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll("[data-argument]"));
  return Object.fromEntries([...inputs].map((input) => [input.dataset.argument ?? "", Number(input.value)]));
}

/**
 * One fault of any kind, on any node.
 * @param {Model} model
 * @param {(node: string) => string} label of a node
 */
export function anyFault(model, label) {
  const kinds = (model.system?.inputs ?? []).filter((input) => FAULT.test(input.name));
  const nodes = model.plan?.node_names ?? [];
  const options = nodes.map((node) => /** @type {[string, string]} */ ([node, label(node)]));
  const kind = select(kinds.map((input) => [input.name, nameOf("faults", input.name)]), () => build());
  const about = el("p.why");
  const form = el("form.faultform", { onsubmit: (/** @type {Event} */ event) => {
    event.preventDefault();
    void send();
  } });
  const node = select(options);
  const peer = select(options);
  if (nodes.length > 1) peer.value = nodes[1];
  const chosen = () => /** @type {InputInfo} */ (kinds.find((input) => input.name === kind.value) ?? kinds[0]);
  const build = () => {
    const input = chosen();
    about.textContent = systemWord("faults", input.name)?.about ?? "";
    fill(form,
      input.needs_node ? field("any-node", t("fault.node"), node) : null,
      input.needs_peer ? field("any-peer", t("fault.peer"), peer) : null,
      ...input.args.map(argumentField),
      el("div.buttons.one", null, el("button", { type: "submit" }, icon("break"), t("fault.do"))));
  };
  const send = async () => {
    const input = chosen();
    const body = {
      type: input.name,
      ...(input.needs_node ? { node: node.value } : {}),
      ...(input.needs_peer ? { peer: peer.value } : {}),
      ...argumentsOf(form),
    };
    if (await sendInput(model, body)) sayStatus(t("fault.done", { fault: nameOf("faults", input.name) }));
  };
  if (kinds.length > 0) build();
  return [field("any-fault", t("fault.kind"), kind, about), form];
}

/**
 * Faults that have a name, for a while.
 * @param {Model} model
 */
export function recipeForm(model) {
  const list = model.system?.recipes ?? [];
  const kind = select(list.map((recipe) => [recipe.name, nameOf("recipes", recipe.name)]), () => build());
  const about = el("p.why");
  const length = select(LENGTHS_MS.map((ms) => [String(ms), t("recipe.seconds", { seconds: ms / 1000 })]));
  length.value = "20000";
  const form = el("form.faultform", { onsubmit: (/** @type {Event} */ event) => {
    event.preventDefault();
    void send();
  } });
  const chosen = () => list.find((recipe) => recipe.name === kind.value) ?? list[0];
  const build = () => {
    const recipe = chosen();
    about.textContent = systemWord("recipes", recipe.name)?.about ?? "";
    const intensity = recipe.args.find((argument) => argument.name === "intensity");
    fill(form,
      field("recipe-length", t("recipe.length"), length),
      intensity ? argumentField(intensity) : null,
      el("div.buttons.one", null, el("button", { type: "submit" }, icon("break"), t("recipe.start"))));
  };
  const send = async () => {
    const recipe = chosen();
    const random = recipe.args.some((argument) => argument.name === "seed");
    const body = {
      type: recipe.name,
      length_ms: Number(length.value),
      ...(random ? { seed: Math.floor(Math.random() * SEEDS) } : {}), /* stored with the inputs it becomes */
      ...argumentsOf(form),
    };
    if (await sendInput(model, body)) {
      sayStatus(t("recipe.started", { recipe: nameOf("recipes", recipe.name), seconds: Number(length.value) / 1000 }));
    }
  };
  if (list.length > 0) build();
  return [field("recipe", t("recipe.which"), kind, about), form];
}
