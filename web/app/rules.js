// rules.js: "Break a rule": every switch that turns a rule of this system off, with a paragraph about
// the rule and where it comes from, a run in which it is seen broken, and the same run with the rule.

import { api } from "./api.js";
import { compareRuns } from "./comparing.js";
import { el, fill, icon } from "./dom.js";
import { settingName } from "./fields.js";
import { openDialog } from "./menu.js";
import { showRun } from "./runs.js";
import { sayStatus } from "./say.js";
import { report } from "./steer.js";
import { t } from "./words.js";

/**
 * @typedef {import("./model.js").Model} Model
 * @typedef {import("./types").ScenarioInfo} ScenarioInfo
 * @typedef {{key: string, trap: string, rule?: string, source?: string, scenarios: ScenarioInfo[]}} Rule
 */

/** @type {() => Promise<unknown>} */
let verify = () => Promise.resolve();

/**
 * Who judges the run that is shown.
 * @param {() => Promise<unknown>} judge
 */
export function setJudge(judge) {
  verify = judge;
}

/** @param {Model} model */
export async function openRules(model) {
  const { dialog, body } = openDialog("rules", t("rules.title"));
  try {
    const rules = await rulesOf(model);
    fill(body,
      el("p.lead", null, t("rules.about")),
      el("div.rules", null, ...rules.map((rule, index) => ruleItem(rule, index === 0, dialog))));
    /** @type {HTMLElement | null} */ (body.querySelector("summary"))?.focus({ preventScroll: true });
  } catch (error) {
    dialog.close();
    report(error);
  }
}

/**
 * @param {Model} model
 * @returns {Promise<Rule[]>}
 */
async function rulesOf(model) {
  const words = (await api.rules())[model.system?.name ?? ""] ?? {};
  return (model.system?.settings ?? []).flatMap(({ key, trap }) => trap === undefined ? [] : [{
    key, trap, ...words[key], scenarios: model.scenarios.filter((scenario) => scenario.bug === key),
  }]);
}

/**
 * @param {Rule} rule
 * @param {boolean} open
 * @param {HTMLDialogElement} dialog
 */
function ruleItem(rule, open, dialog) {
  return el("details.rule", { open, name: "rule" },
    el("summary", null, el("span", null, settingName(rule.key)), el("span.second", null, rule.trap)),
    rule.rule === undefined ? null : el("p", null, rule.rule),
    rule.source === undefined ? null : el("p.second", null, t("rules.source", { source: rule.source })),
    ...rule.scenarios.map((scenario) => runsOf(rule, scenario, dialog)),
    rule.scenarios.length === 0 ? el("p.why", null, t("rules.by_hand")) : null);
}

/**
 * @param {Rule} rule
 * @param {ScenarioInfo} scenario
 * @param {HTMLDialogElement} dialog
 */
function runsOf(rule, scenario, dialog) {
  /** @param {(off: () => Promise<string>, on: () => Promise<string>) => Promise<unknown>} show */
  const press = (show) => async () => {
    dialog.close();
    sayStatus(t("rules.running", { seconds: scenario.until_s }));
    try {
      await show(() => runToEnd(scenario, { [rule.key]: true }), () => runToEnd(scenario, {}));
    } catch (error) {
      report(error);
    }
  };
  const button = (/** @type {string} */ name, /** @type {string} */ glyph, /** @type {() => void} */ run) =>
    el("button", { type: "button", "data-rule": name, onclick: run }, icon(glyph), t(`rules.${name}`));
  return el("section.story", null,
    el("h3", null, scenario.title),
    el("p", null, scenario.about),
    el("div.row", null,
      button("broken", "down", press(async (off) => {
        await showRun(await off());
        await verify();
      })),
      button("intact", "serving", press(async (_off, on) => {
        await showRun(await on());
        await verify();
      })),
      button("beside", "compare", press(async (off, on) =>
        compareRuns(await off(), await on(), { names: [t("rules.without"), t("rules.with")], together: true })))),
    el("code", { tabindex: "0" }, `chef run ${scenario.name} --set ${rule.key}=true`));
}

/**
 * A run of the scenario on its own seed, computed to its end.
 * @param {ScenarioInfo} scenario
 * @param {Record<string, boolean>} settings
 */
async function runToEnd(scenario, settings) {
  const { run } = await api.createRun({ scenario: scenario.name, seed: scenario.seed, settings, private: true });
  await api.pace(run, { advance_ms: scenario.until_s * 1000 });
  return run;
}
