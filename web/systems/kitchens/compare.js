// compare.js: the same orders under two policies, or two values of a setting, side by side, as a plain table. Both runs are
// computed headless from the same seed.

import { api } from "../../app/api.js";
import { el, fill } from "../../app/dom.js";
import { settingName } from "../../app/fields.js";
import { openDialog, table } from "../../app/menu.js";
import { report } from "../../app/steer.js";
import { humanise, number, systemTerm, systemTitle, t } from "../../app/words.js";
import { policyName } from "./policies.js";

/** @typedef {import("../../app/model.js").Model} Model */

const SHOWN_UNITS = ["s", "%"]; /* others stand in the name already */
const LOWER_IS_BETTER = /_ms|_s$|max_over|refused|lost|waste|bounce|waiting|misrouted|twice/;

/** @param {Model} model */
export function comparePolicies(model) {
  return compareValues(model, "policy", ["round-robin", "weighted-score"]);
}

/**
 * The same orders under several values of one setting; the others as this run has them.
 * @param {Model} model
 * @param {string} setting
 * @param {(string | number | boolean)[]} values
 * @param {Record<string, string | number | boolean>} [beside] other settings that it needs
 */
export async function compareValues(model, setting, values, beside = {}) {
  const run = model.run;
  if (!run) return;
  const name = settingName(setting);
  const title = setting === "policy" ? t("compare.title") : t("compare.title_of", { setting: name });
  const { body, dialog } = openDialog("compare", title);
  fill(body, el("p.lead", null, t("compare.working")));
  try {
    const answer = await api.compare({
      scenario: run.scenario,
      seed: Number(run.seed),
      setting,
      values,
      settings: { ...run.settings, ...beside },
    });
    if (!dialog.open) return;
    fill(body, el("p.lead", null, t("compare.about", { setting: name, scenario: run.title || run.scenario, seed: run.seed }),
        beside.migration ? ` ${t("compare.with_handover")}` : null), comparison(answer, title),
      el(
        "p.second",
        null,
        t(
          "compare.digests",
          {
            digests: (answer.digests ?? []).map(
              (/** @type {string} */ digest) => digest.slice(0, 8),
            ).join(" · "),
          },
        ),
      ));
  } catch (error) {
    dialog.close();
    report(error);
  }
}

/** @param {string | number | boolean} value */
function valueName(value) {
  if (typeof value === "boolean") return t(value ? "switch.on" : "switch.off");
  if (typeof value === "number") return String(value);
  return systemTerm("choices", value) ?? policyName(value);
}

/**
 * @param {any} answer
 * @param {string} title
 */
function comparison(answer, title) {
  /** @type {(string | number | boolean)[]} */
  const columns = answer.columns;
  const rows = answer.rows.map((/** @type {any} */ row) => {
    const [name, unit, factor, decimals] = figure(row.figure, row.unit);
    const better = best(row);
    return [
      el(
        "span",
        null,
        name,
        SHOWN_UNITS.includes(unit) ? el("span.second", null, ` ${unit}`) : null,
      ),
      ...row.values.map((/** @type {number | null} */ value, /** @type {number} */ index) =>
        el(
          index === better ? "span.best" : "span",
          null,
          value === null ? "–" : number(value * factor, decimals),
        )),
    ];
  });
  return table(
    title,
    [
      t("compare.figure"),
      ...columns.map(valueName),
    ],
    rows,
  );
}

/**
 * Which column is better; -1 when they are equal or it cannot be said.
 * @param {any} row
 */
function best(row) {
  const [a, b] = row.values;
  if (a === null || b === null || a === b || row.values.length !== 2) return -1;
  if (LOWER_IS_BETTER.test(row.figure)) return a < b ? 0 : 1;
  return /jain|throughput|per_min|uptime/.test(row.figure) ? (a > b ? 0 : 1) : -1;
}

/**
 * Name, unit, factor and decimals of a figure for a person: milliseconds are read as seconds.
 * @param {string} figureName
 * @param {string} unit
 * @returns {[string, string, number, number]}
 */
function figure(figureName, unit) {
  const name = systemTitle("figures", figureName) ?? humanise(figureName.replace(/_ms$/, ""));
  if (unit === "ms") return [name, "s", 0.001, 2];
  const whole = /orders|count|migrations|bounces|refused|lost|wasted/.test(figureName);
  return [name, unit, 1, whole ? 0 : 2];
}
