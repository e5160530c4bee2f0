// drawer.js: everything that is not in the bar, in sections that open: a drawer in the hall, a rail in
// the lab, a tab on the phone.

import { el, fill, icon } from "./dom.js";
import { settingField } from "./fields.js";
import { openRules } from "./rules.js";
import { t } from "./words.js";

/**
 * @typedef {import("./model.js").Model} Model
 * @typedef {{id: string, icon: string, parts: (until: AbortSignal) => (Node | null)[]}} Section words are
 *   section.ID; what listens ends with `until`, when the drawer is built anew
 */

/**
 * @param {HTMLElement} root
 * @param {Model} model
 * @param {Section[]} sections
 * @param {string} first which is open at the beginning
 */
export function mountDrawer(root, model, sections, first) {
  let built = new AbortController();
  const build = () => {
    if (!model.run || !model.system) return;
    built.abort();
    built = new AbortController();
    const open = new Set(
      [...root.querySelectorAll("details[open]")].map((one) => one.getAttribute("data-section")),
    );
    if (open.size === 0) open.add(first);
    fill(root, ...sections.map((section) => el("details", { "data-section": section.id, open: open.has(section.id) },
      el("summary", null, icon(section.icon), el("h2", null, t(`section.${section.id}`)), icon("chevron")),
      el("div.section", null, ...section.parts(built.signal)))));
  };
  model.on("run", build);
  build();
}

/**
 * A field for each of these settings that the server has.
 * @param {Model} model
 * @param {string[]} keys
 * @param {AbortSignal} until
 */
export function settingFields(model, keys, until) {
  return keys.map((key) => settingField(model, key, until));
}

/**
 * Rules that can be turned off, to see why they exist.
 * @param {Model} model
 * @param {AbortSignal} until
 * @param {string[]} [before] settings that stand with them
 */
export function ruleParts(model, until, before = []) {
  const switches = (model.system?.settings ?? []).filter((setting) => setting.trap);
  return [
    el("p.why", null, t("rules.about")),
    switches.length === 0 ? null : el("div.buttons.one", null,
      el("button", { type: "button", "data-tool": "rules", onclick: () => void openRules(model) },
        icon("break"), t("rules.why"))),
    ...settingFields(model, [...before, ...switches.map((setting) => setting.key)], until),
  ];
}
