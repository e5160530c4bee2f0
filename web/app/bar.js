// bar.js: what the bar of actions is made of, for every system: buttons that say why they cannot be
// used now, the entries of CSV, faults and recipes, and healing.

import { recipeForm } from "./anyfault.js";
import { api } from "./api.js";
import { el, icon } from "./dom.js";
import { menuEntry } from "./menu.js";
import { sayStatus } from "./say.js";
import { sendInput } from "./steer.js";
import { systemWord, t } from "./words.js";

/** @typedef {import("./model.js").Model} Model */

const RECIPE_MS = 20_000; /* a recipe lasts so long, virtual */
const NEMESIS_MS = 60_000;
const FIRST_TABLES = ["events", "inputs", "verdicts", "columns"]; /* after the system's own */

/**
 * @param {string} id of its words
 * @param {() => void} run
 * @param {string} [picture] its icon
 */
export function barButton(id, run, picture = id) {
  const button = el(
    "button",
    { type: "button", "data-action": id, title: t(`action.${id}.about`) },
    icon(picture),
    el("span", null, t(`action.${id}`)),
  );
  button.addEventListener("click", () => {
    const why = button.getAttribute("aria-disabled") === "true" ? button.title : "";
    if (why) sayStatus(why);
    else run();
  });
  return button;
}

/**
 * @param {HTMLElement} button
 * @param {string | null} why it cannot be used now
 * @param {boolean} [branches] what it does opens a branch
 */
export function setWhy(button, why, branches = false) {
  if (why) button.setAttribute("aria-disabled", "true");
  else button.removeAttribute("aria-disabled");
  const about = t(`action.${button.dataset.action}.about`);
  const title = why ?? (branches ? `${about}. ${t("branch.opens")}` : about);
  if (button.title !== title) button.title = title;
}

/** @param {Model} model */
export function healAll(model) {
  sayStatus(t("said.heal"));
  return sendInput(model, { type: "heal.all" });
}

/**
 * Situations that people know by name, from the host's table of recipes.
 * @param {Model} model
 */
function recipes(model) {
  return (model.system?.recipes ?? []).map((recipe) => {
    const { name, about } = systemWord("recipes", recipe.name) ?? { name: recipe.name, about: "" };
    const nemesis = recipe.name === "recipe.nemesis";
    const seeded = recipe.args.some((one) => one.name === "seed");
    const run = () => {
      sayStatus(about);
      void sendInput(model, {
        type: recipe.name,
        length_ms: nemesis ? NEMESIS_MS : RECIPE_MS,
        ...(seeded ? { seed: Number(model.run?.seed ?? 1) } : {}),
      });
    };
    return { icon: nemesis ? "dice" : "break", text: name, about, run };
  });
}

/** @param {Model} model for a menu */
export function recipeEntries(model) {
  return recipes(model).map((recipe) => {
    const entry = menuEntry(recipe);
    entry.title = recipe.about;
    return entry;
  });
}

/** @param {Model} model for the drawer: with how long, and how hard */
export function recipeButtons(model) {
  return el("div", null, ...recipeForm(model));
}

/**
 * All tables of the run, the subjects' first.
 * @param {Model} model
 */
export function csvEntries(model) {
  const run = model.run?.run ?? "";
  const link = (/** @type {string} */ text, /** @type {string} */ href, /** @type {string} */ picture) =>
    el("a", { href, download: true, role: "menuitem" }, icon(picture), text);
  const excel = /** @type {HTMLInputElement} */ (
    el("input", { type: "checkbox", id: "csv-excel", role: "menuitemcheckbox" })
  );
  const names = model.system?.tables.map((one) => one.name) ?? [];
  const tables = [...new Set([
    ...names.filter((name) => !FIRST_TABLES.includes(name)), ...FIRST_TABLES,
  ])].filter((name) => names.includes(name) || FIRST_TABLES.includes(name));
  const links = tables.map((name) => link(`${name}.csv`, api.exportUrl(run, name, false), "table"));
  excel.addEventListener("change", () =>
    links.forEach(
      (one, index) => one.setAttribute("href", api.exportUrl(run, tables[index], excel.checked)),
    ));
  return [
    ...evidenceEntries(run),
    document.createElement("hr"),
    ...links,
    document.createElement("hr"),
    el("label.field", { for: "csv-excel" }, t("csv.excel"), excel),
  ];
}

/**
 * What one keeps of a run: everything in one archive, and the report alone.
 * @param {string} run
 */
function evidenceEntries(run) {
  const entry = (/** @type {string} */ picture, /** @type {string} */ text, /** @type {string} */ about, /** @type {Record<string, unknown>} */ more) =>
    el(
      "a",
      { role: "menuitem", ...more },
      icon(picture),
      el("span", null, text, el("span.under", null, about)),
    );
  return [
    entry("download", t("csv.evidence"), t("csv.evidence.about"), { href: api.zipUrl(run), download: true }),
    entry(
      "chart",
      t("csv.report"),
      t("csv.report.about"),
      { href: api.reportUrl(run), target: "_blank", rel: "noopener" },
    ),
  ];
}
