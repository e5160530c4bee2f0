// fields.js: fields made of the server's own table of settings: a slider for a number, a switch, a
// choice; always with the value and its unit, and the range is the server's.

import { el, setText } from "./dom.js";
import { changeSetting } from "./steer.js";
import { duration, humanise, number, systemTerm, systemTitle, systemWord, t, unitWord } from "./words.js";

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
 * @param {AbortSignal} until
 * @returns {HTMLElement | null}
 */
export function settingField(model, key, until) {
  const info = settingInfo(model, key);
  if (!info) return null;
  if (info.kind === "switch") return switchField(model, info, until);
  if (info.kind === "choice") return choiceField(model, info, until);
  return numberField(model, info, until);
}

/** @param {Model} model @param {SettingInfo} info */
function value(model, info) {
  return model.run?.settings[info.key] ?? info.standard;
}

/** Why a setting does nothing now, as a key of the words; null when it counts.
 * @type {(model: Model, key: string) => string | null} */
let idle = () => null;

/**
 * The system says which of its settings count under which choice.
 * @param {(model: Model, key: string) => string | null} why
 */
export function setIdle(why) {
  idle = why;
}

/**
 * A field whose control is disabled, saying why, while its setting cannot be changed or does
 * nothing.
 * @param {Model} model
 * @param {SettingInfo} info
 * @param {HTMLElement} control
 * @param {AbortSignal} until
 * @param {...HTMLElement} between label and control
 */
function field(model, info, control, until, ...between) {
  const why = el("p.why", { hidden: true });
  const whole = el(
    "div.field",
    null,
    el("label", { for: control.id }, settingName(info.key)),
    ...between,
    control,
    why,
  );
  const read = () => {
    const reason = info.live ? idle(model, info.key) : "why.start_setting";
    control.toggleAttribute("disabled", reason !== null);
    const branches = model.replay?.inPast && reason === null ? t("branch.opens") : "";
    whole.title = [reason === null ? settingAbout(info.key) : t(reason), branches].filter(Boolean).join(". ");
    why.hidden = reason === null || !info.live;
    setText(why, reason === null ? "" : t(reason));
  };
  model.on(["settings", "run", "replay"], read, until);
  read();
  return whole;
}

/**
 * @param {Model} model
 * @param {SettingInfo} info
 * @param {AbortSignal} until
 */
function numberField(model, info, until) {
  const max = sliderMax(info, Number(value(model, info)));
  const step = niceStep(info, max);
  const input = /** @type {HTMLInputElement} */ (
    el(
      "input",
      { type: "range", id: `set-${info.key}`, min: info.min, max, step },
    )
  );
  const output = el("output", { for: `set-${info.key}` });
  const show = (/** @type {number} */ now) => setText(output, withUnit(now, info));
  const read = () => {
    if (document.activeElement === input && input.matches(":active")) return;
    input.value = String(value(model, info));
    show(Number(value(model, info)));
  };
  input.addEventListener("input", () => show(Number(input.value)));
  input.addEventListener("change", () => void changeSetting(model, info.key, Number(input.value)));
  model.on(["settings", "run"], read, until);
  read();
  return field(model, info, input, until, output);
}

/**
 * A slider ends where settings are still useful to move by hand; the server takes more.
 * @param {SettingInfo} info
 * @param {number} now
 */
function sliderMax(info, now) {
  const useful = Math.max(4 * Number(info.standard), 2 * now);
  return info.max > 8 * Number(info.standard) && useful > 0 ? Math.min(info.max, useful) : info.max;
}

/**
 * @param {number} now
 * @param {SettingInfo} info
 */
function withUnit(now, info) {
  if (info.unit === "ms") return duration(now);
  return `${number(now, info.decimals)} ${unitWord(info.unit, now)}`.trim();
}

/**
 * About two hundred steps, each a round number.
 * @param {SettingInfo} info
 * @param {number} max
 */
function niceStep(info, max) {
  const finest = 10 ** -info.decimals;
  return Math.max(finest, 10 ** Math.floor(Math.log10(Math.max(finest, (max - info.min) / 100))));
}

/**
 * A switch in the form in which the server sends it: true, 1 or "on".
 * @param {boolean} on
 * @param {number | string | boolean} as
 */
export function asSent(on, as) {
  if (typeof as === "number") return Number(on);
  if (typeof as === "string") return on ? "on" : "off";
  return on;
}

/**
 * Is a switch on, in whichever form it came?
 * @param {unknown} value
 */
export function isOn(value) {
  return value === true || value === 1 || value === "on" || value === "true";
}

/**
 * @param {Model} model
 * @param {SettingInfo} info
 * @param {AbortSignal} until
 */
function switchField(model, info, until) {
  const input = /** @type {HTMLInputElement} */ (
    el("input", { type: "checkbox", id: `set-${info.key}` })
  );
  const read = () => {
    input.checked = isOn(value(model, info));
  };
  input.addEventListener("change", () => {
    void changeSetting(model, info.key, asSent(input.checked, value(model, info))).then(read);
  });
  model.on(["settings", "run"], read, until);
  read();
  return field(model, info, input, until);
}

/**
 * @param {Model} model
 * @param {SettingInfo} info
 * @param {AbortSignal} until
 */
function choiceField(model, info, until) {
  const select = /** @type {HTMLSelectElement} */ (
    el("select", { id: `set-${info.key}` }, ...(info.choices ?? []).map((choice) => {
      const term = systemTerm("choices", choice);
      const title = systemTitle("choices", choice) ?? humanise(choice);
      return el("option", { value: choice }, term ? `${title} (${term})` : title);
    }))
  );
  const read = () => {
    select.value = String(value(model, info));
  };
  select.addEventListener(
    "change",
    () => void changeSetting(model, info.key, select.value).then(read),
  );
  model.on(["settings", "run"], read, until);
  read();
  return field(model, info, select, until);
}
