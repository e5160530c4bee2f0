// side_names.js: what two runs are called side by side: by what differs, in words; and the
// sentences that say what differs and where they came apart.

import { branchName, inputWords, valueWords } from "./branches.js";
import { settingName } from "./fields.js";
import { noteText } from "./tell.js";
import { number, systemTerm, t, virtualTime } from "./words.js";

/**
 * @typedef {import("./model.js").Model} Model
 * @typedef {import("./types").Comparison} Comparison
 * @typedef {import("./types").RunInfo} RunInfo
 * @typedef {import("./types").SettingValue} SettingValue
 * @typedef {"a" | "b"} Side
 */

/** @type {Side[]} */
export const SIDES = ["a", "b"];
const CHANGES_NAMED = 2;
const MINUTE_MS = 60_000;

/** @param {string} text */
function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/**
 * A setting's value as the name of a side: "Round robin", "Hand-over on", "Overloaded above 0.8".
 * @param {string} setting
 * @param {SettingValue} value
 */
export function valueName(setting, value) {
  if (typeof value === "string") return capital(systemTerm("choices", value) ?? valueWords(value));
  const words = typeof value === "number" ? String(value) : valueWords(value);
  return `${settingName(setting)} ${words}`;
}

/**
 * @param {string[]} words
 */
function some(words) {
  const more = words.length - CHANGES_NAMED;
  const named = words.slice(0, CHANGES_NAMED).join(", ");
  return more > 0 ? t("pair.and_more", { named, count: more }) : named;
}

/**
 * The names of both sides.
 * @param {Model} model
 * @param {RunInfo[]} runs
 * @param {Comparison | null} comparison null: not known yet
 */
export function sideNames(model, runs, comparison) {
  const [a, b] = runs;
  if (a.scenario !== b.scenario || a.seed !== b.seed) {
    return runs.map((run) => t("pair.run", { title: run.title || run.scenario, seed: run.seed }));
  }
  if (!comparison) return runs.map((run) => run.label || t("branch.root"));
  if (comparison.changes.length > 0) {
    return SIDES.map((side) => some(
      comparison.changes.map((change) => valueName(change.setting, change[side])),
    ));
  }
  return SIDES.map((side) => {
    const own = comparison.inputs.filter((input) => input.side === side);
    if (own.length === 0) return t("pair.as_it_was");
    return t("pair.with", { what: some(own.map((input) => inputWords(model, input))) });
  });
}

/**
 * What the two runs do not have in common, in one sentence.
 * @param {Model} model
 * @param {RunInfo[]} runs
 * @param {Comparison} comparison
 */
export function changesSentence(model, runs, comparison) {
  const [one, other] = runs;
  if (one.scenario !== other.scenario) return t("pair.other_scenario");
  if (one.seed !== other.seed) return t("pair.other_seed");
  const changes = comparison.changes.map(({ setting, a, b }) =>
    t("pair.change", { setting: settingName(setting), a: valueShort(a), b: valueShort(b) }));
  const inputs = comparison.inputs.map((input) => t("pair.input", {
    side: input.side.toUpperCase(),
    time: virtualTime(input.t_ms * 1000, 1),
    what: inputWords(model, input),
  }));
  const all = [...changes, ...inputs];
  return all.length === 0 ? t("pair.no_change") : `${some(all)}.`;
}

/** @param {SettingValue} value */
function valueShort(value) {
  return typeof value === "string" ? (systemTerm("choices", value) ?? valueWords(value)) : valueWords(value);
}

/**
 * A moment as a sentence has it: "0.013 s", "01:02.345".
 * @param {number} t_ms
 */
export function momentWords(t_ms) {
  return t_ms < MINUTE_MS ? `${number(t_ms / 1000, 3)} s` : virtualTime(t_ms * 1000, 3);
}

/**
 * Where the two runs came apart, or that they did not.
 * @param {Model} model
 * @param {Comparison} comparison
 */
export function partingSentence(model, { divergence, until_ms }) {
  if (!divergence) return t("pair.no_difference", { time: virtualTime(until_ms * 1000, 1) });
  return t("pair.parting", {
    time: momentWords(divergence.t_ms),
    a: happening(model, divergence.a),
    b: happening(model, divergence.b),
  });
}

/** @param {Model} model @param {import("./types").PartingSide | null} side null: nothing happened there */
function happening(model, side) {
  if (!side) return t("pair.nothing");
  return side.note ? noteText(model, side.note) : side.text;
}

/**
 * A run of the family, or any other, for a menu.
 * @param {RunInfo | import("./types").Relative} run
 */
export function runWords(run) {
  if ("seed" in run) {
    return t("run.entry", {
      title: run.label || run.title || run.scenario, seed: run.seed, time: virtualTime(run.t_ms * 1000, 0),
    });
  }
  return branchName(run);
}
