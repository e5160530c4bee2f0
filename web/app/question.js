// question.js: one click puts two runs side by side: the run on the stage under both values of a
// setting, with the same inputs.

import { api } from "./api.js";
import { compareRuns } from "./comparing.js";
import { valueName } from "./side_names.js";
import { report } from "./steer.js";

/**
 * @typedef {import("./model.js").Model} Model
 * @typedef {import("./types").RunInfo} RunInfo
 * @typedef {import("./types").SettingValue} SettingValue
 * @typedef {Record<string, SettingValue>} Settings
 * @typedef {{setting: string, values: [SettingValue, SettingValue], beside?: Settings}} Question
 *   beside: what both sides need
 */

let asking = false; /* a second click makes no second branch */

/**
 * The run on the stage under both values of a setting: the same orders, the same faults. A side is
 * the run itself where it has been so from its beginning; else a branch at its beginning.
 * @param {Model} model
 * @param {Question} question
 */
export async function ask(model, { setting, values, beside = {} }) {
  if (!model.run || asking) return;
  asking = true;
  const names = values.map((value) => valueName(setting, value));
  const { replay, clock } = model;
  const at_us = replay?.inPast ? replay.cursor_us : Math.max(0, clock.shown_us);
  try {
    const info = await api.run(model.run.run);
    const sides = [];
    for (const [index, value] of values.entries()) {
      sides.push(await runUnder(info, { ...beside, [setting]: value }, names[index]));
    }
    await compareRuns(sides[0], sides[1], { at_us, names, together: true });
  } catch (error) {
    report(error);
  } finally {
    asking = false;
  }
}

/**
 * The run itself, if it has been so from its beginning; else a branch at its beginning, made or found.
 * @param {RunInfo} info
 * @param {Settings} settings
 * @param {string} name
 * @returns {Promise<string>} a run
 */
export async function runUnder(info, settings, name) {
  if (isSo(info, settings)) return info.run;
  const before = await earlierBranch(info, settings, name);
  if (before) return before;
  const branch = await api.branch(info.run, {
    at_ms: 0, settings, keep_later: true, until_ms: info.t_ms, private: true, label: name,
  });
  return branch.run;
}

/**
 * Has the run been so from its beginning, and is it so now?
 * @param {RunInfo} info
 * @param {Settings} settings
 */
function isSo(info, settings) {
  return Object.entries(settings).every(
    ([key, value]) => info.settings_at_start[key] === value && info.settings[key] === value,
  );
}

/**
 * A branch that was made for the same question, if nothing has been done to the run since.
 * @param {RunInfo} info
 * @param {Settings} settings
 * @param {string} name
 */
async function earlierBranch(info, settings, name) {
  const like = (info.family ?? []).filter(
    (one) => one.parent === info.run && one.at_ms === 0 && one.label === name,
  );
  for (const one of like) {
    const branch = /** @type {RunInfo} */ (await api.run(one.run));
    if (branch.inputs_count === info.inputs_count && isSo(branch, settings)) return one.run;
  }
  return null;
}
