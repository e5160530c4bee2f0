// fields.js: fields made of the server's own table of settings: a slider for a number, a switch, a
// choice; always with the value and its unit, and the range is the server's.

import { el, setText } from "./dom.js";
import { changeSetting } from "./steer.js";
import { humanise, number, systemTerm, systemTitle, systemWord, t } from "./words.js";

/**
 * @typedef {import("./model.js").Model} Model
 * @typedef {import("./types").SettingInfo} SettingInfo
 */

/** @param {string} key */
export function settingName(key) {
  return systemTitle("settings", key) ?? humanise(key);
}

/** @param {string} key */
function settingAbout(key) {
  const word = systemWord("settings", key);
  const term = systemTerm("settings", key);
  const about = word?.about ?? "";
  return term ? `${about} (${term})`.trim() : about || null;
}

/** @param {Model} model @param {string} key */
export function settingInfo(model, key) {
  return model.system?.settings.find((setting) => setting.key === key) ?? null;
}

/**
 * A field of one setting, or null when the server has no such setting.
 * @param {Model} model
 * @param {string} key
 * @returns {HTMLElement | null}
 */
export function settingField(model, key) {
  const info = settingInfo(model, key);
  if (!info) return null;
  if (info.kind === "switch") return switchField(model, info);
  if (info.kind === "choice") return choiceField(model, info);
  return numberField(model, info);
}

/** @param {Model} model @param {SettingInfo} info */
function value(model, info) {
  return model.run?.settings[info.key] ?? info.standard;
}

/**
 * A disabled field says why.
 * @param {SettingInfo} info
 */
function lockedAbout(info) {
  return info.live ? settingAbout(info.key) : t("why.start_setting");
}

/** @param {Model} model @param {SettingInfo} info */
function numberField(model, info) {
  const step = 10 ** -info.decimals;
  const wide = info.max - info.min > 400 * step;
  const input = /** @type {HTMLInputElement} */ (
    el("input", { type: "range", id: `set-${info.key}`, min: info.min, max: info.max, step: wide ? niceStep(info) : step, disabled: !info.live })
  );
  const output = el("output", { for: `set-${info.key}` });
  const show = () => setText(output, `${number(Number(input.value), info.decimals)}${info.unit ? ` ${info.unit}` : ""}`);
  const read = () => {
    if (document.activeElement === input && input.matches(":active")) return;
    input.value = String(value(model, info));
    show();
  };
  input.addEventListener("input", show);
  input.addEventListener("change", () => void changeSetting(model, info.key, Number(input.value)));
  model.on(["settings", "run"], read);
  read();
  return el("div.field", { title: lockedAbout(info) }, el("label.cut", { for: `set-${info.key}` }, settingName(info.key)), output, input);
}

/** @param {SettingInfo} info */
function niceStep(info) {
  const rough = (info.max - info.min) / 200;
  return Math.max(10 ** -info.decimals, 10 ** Math.round(Math.log10(rough)));
}

/** @param {Model} model @param {SettingInfo} info */
function switchField(model, info) {
  const input = /** @type {HTMLInputElement} */ (el("input", { type: "checkbox", id: `set-${info.key}`, disabled: !info.live }));
  const read = () => {
    const now = value(model, info);
    input.checked = now === true || now === 1 || now === "on" || now === "true";
  };
  input.addEventListener("change", () => {
    const before = value(model, info);
    const on = input.checked;
    void changeSetting(model, info.key, typeof before === "number" ? Number(on) : typeof before === "string" ? (on ? "on" : "off") : on).then(read);
  });
  model.on(["settings", "run"], read);
  read();
  return el("div.field", { title: lockedAbout(info) }, el("label.cut", { for: `set-${info.key}` }, settingName(info.key)), input);
}

/** @param {Model} model @param {SettingInfo} info */
function choiceField(model, info) {
  const select = /** @type {HTMLSelectElement} */ (
    el("select", { id: `set-${info.key}`, disabled: !info.live }, ...(info.choices ?? []).map((choice) => {
      const term = systemTerm("choices", choice);
      const title = systemTitle("choices", choice) ?? humanise(choice);
      return el("option", { value: choice }, term ? `${title} (${term})` : title);
    }))
  );
  const read = () => {
    select.value = String(value(model, info));
  };
  select.addEventListener("change", () => void changeSetting(model, info.key, select.value).then(read));
  model.on(["settings", "run"], read);
  read();
  return el("div.field", { title: lockedAbout(info) }, el("label", { for: `set-${info.key}` }, settingName(info.key)), select);
}
