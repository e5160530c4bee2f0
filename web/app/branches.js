// branches.js: what is done in the past opens a branch there: a run of its own with the same
// beginning. It stays in the family: entered, named, deleted, its parent returned to.

import { api } from "./api.js";
import { compareRuns } from "./comparing.js";
import { el, fill, icon } from "./dom.js";
import { menuEntry, openDialog, openMenu } from "./menu.js";
import { showRun } from "./runs.js";
import { sayNote } from "./say.js";
import { report } from "./steer.js";
import { has, humanise, nameOf, systemTitle, t, virtualTime } from "./words.js";

/**
 * @typedef {import("./model.js").Model} Model
 * @typedef {import("./types").Relative} Relative
 */

const LABEL_LETTERS_MAX = 60; /* the server's limit */

/** @param {Model} model */
export function parentOf(model) {
  const { run, family } = model;
  return family.find((one) => one.run === run?.parent) ?? null;
}

/**
 * A run of the family as people call it.
 * @param {Relative} one
 */
export function branchName(one) {
  if (one.label) return one.label;
  return t(one.parent ? "branch.unnamed" : "branch.root");
}

/** @param {Model} model @param {number} node or its name */
function whom(model, node) {
  const at = typeof node === "number" ? node : (model.plan?.node_names.indexOf(node) ?? -1);
  return at >= 0 ? model.nodeLetter(at) : String(node);
}

/**
 * An input in few words: "Policy: round robin", "Crash: B".
 * @param {Model} model
 * @param {Record<string, any>} input
 */
export function inputWords(model, input) {
  if (input.type === "setting.set") {
    const name = systemTitle("settings", input.key) ?? humanise(input.key);
    return `${name}: ${valueWords(input.value)}`;
  }
  const act = `act.${input.type}`;
  const name = has(act) ? t(act) : (systemTitle("inputs", input.type) ?? humanise(input.type));
  const ends = [input.node, input.peer].filter((end) => end !== undefined).map((end) => whom(model, end));
  if (ends.length > 0) return `${name}: ${ends.join(", ")}`;
  return input.dish ? `${name}: ${nameOf(input.dish)}` : name;
}

/**
 * A label that no other of the family has: "Crash: B", "Crash: B 2".
 * @param {Model} model
 * @param {string} label
 */
function freeLabel(model, label) {
  const taken = new Set(model.family.map((one) => one.label));
  let number = 1;
  while (taken.has(number === 1 ? label : `${label} ${number}`)) number += 1;
  return number === 1 ? label : `${label} ${number}`;
}

/** @param {unknown} value */
export function valueWords(value) {
  if (value === true || value === "on") return t("switch.on");
  if (value === false || value === "off") return t("switch.off");
  return systemTitle("choices", String(value)) ?? String(value);
}

/**
 * Opens a branch at the cursor with what was done, and goes on there: running if the replay was.
 * True when the branch is on the stage.
 * @param {Model} model
 * @param {Record<string, unknown>} input
 */
export async function branchWith(model, input) {
  const { run, replay } = model;
  if (!run || !replay) return false;
  const at_us = replay.cursor_us;
  const playing = replay.direction > 0;
  const { speed } = replay;
  const what = inputWords(model, input);
  const label = freeLabel(model, what.slice(0, LABEL_LETTERS_MAX - 3));
  const parent = { run: run.run, at_us };
  try {
    const answer = await api.branch(run.run, {
      at_ms: at_us / 1000,
      private: true,
      label,
      inputs: [input],
    });
    await showRun(answer.run, { carried: model.carried(), selection: model.selection });
    await api.pace(answer.run, { speed });
    if (playing) await api.pace(answer.run, { paused: false });
    sayNote(t("branch.opened", { time: virtualTime(at_us, 1), what }), {
      text: t("branch.back"),
      run: () => void showRun(parent.run, { at_us: parent.at_us }),
    }, {
      text: t("branch.compare"),
      run: () => void compareRuns(parent.run, answer.run, { at_us, together: true }).catch(report),
    });
    return true;
  } catch (error) {
    report(error);
    return false;
  }
}

/**
 * The family as the server has it now: names, ends, who is gone.
 * @param {Model} model
 */
export async function refreshFamily(model) {
  const run = model.run?.run;
  if (!run || !model.run) return;
  try {
    const info = await api.run(run);
    if (model.run?.run !== run) return;
    model.family = info.family ?? [];
    Object.assign(model.run, { label: info.label, parent: info.parent });
    model.tell("family");
  } catch (error) {
    report(error);
  }
}

/**
 * Enters a run of the family at the moment that is shown, if it has come so far.
 * @param {Model} model
 * @param {string} run
 */
export function enterRelative(model, run) {
  if (run === model.run?.run) return;
  const at_us = model.replay?.inPast ? model.replay.cursor_us : undefined;
  void showRun(run, { at_us, selection: model.selection }).catch(report);
}

/** @param {Model} model back to where this branch came from, at the same moment */
function returnToParent(model) {
  const parent = parentOf(model);
  if (!parent) return;
  const at_us = model.replay?.inPast ? model.replay.cursor_us : model.clock.shown_us;
  void showRun(parent.run, { at_us, selection: model.selection }).catch(report);
}

/** @param {Model} model as it was against how it became with the change */
function compareWithParent(model) {
  const parent = parentOf(model);
  if (!parent || !model.run) return;
  void compareRuns(parent.run, model.run.run, { together: true }).catch(report);
}

/**
 * How deep a branch lies under the root.
 * @param {Relative[]} family
 * @param {Relative} one
 */
function depth(family, one) {
  let steps = 0;
  for (let at = one; at.parent && steps < family.length; steps += 1) {
    const parent = family.find((other) => other.run === at.parent);
    if (!parent) break;
    at = parent;
  }
  return steps;
}

/** @param {HTMLElement} anchor @param {Model} model */
export async function openFamily(anchor, model) {
  await refreshFamily(model);
  const parent = parentOf(model);
  const inBranch = Boolean(model.run?.parent) || (model.run?.branch_at_ms ?? 0) > 0;
  const no = inBranch ? null : t("why.no_branch");
  openMenu(anchor, t("branch.menu"), [
    ...model.family.map((one) => familyEntry(model, one)),
    document.createElement("hr"),
    menuEntry({
      icon: "return", text: t("branch.return"), why: parent ? null : t("why.no_parent"),
      run: () => returnToParent(model),
    }),
    menuEntry({
      icon: "compare", text: t("branch.compare_parent"), why: parent ? null : t("why.no_parent"),
      run: () => compareWithParent(model),
    }),
    menuEntry({ icon: "rename", text: t("branch.rename"), run: () => openRename(model) }),
    menuEntry({ icon: "bin", text: t("branch.delete"), why: no, run: () => openDelete(model) }),
  ]);
}

/** @param {Model} model @param {Relative} one */
function familyEntry(model, one) {
  const entry = menuEntry({
    text: branchName(one),
    second: one.parent
      ? t("branch.span", { from: virtualTime(one.at_ms * 1000, 0), to: virtualTime(one.t_ms * 1000, 0) })
      : virtualTime(one.t_ms * 1000, 0),
    checked: one.run === model.run?.run,
    run: () => enterRelative(model, one.run),
  });
  entry.style.paddingLeft = `calc(${0.6 + 0.9 * depth(model.family, one)}em)`;
  return entry;
}

/** @param {Model} model */
function openRename(model) {
  const run = model.run?.run;
  if (!run) return;
  const { dialog, body } = openDialog("rename", t("branch.rename"));
  const input = /** @type {HTMLInputElement} */ (
    el("input", {
      id: "branch-name", type: "text", maxlength: LABEL_LETTERS_MAX, autocomplete: "off",
      value: model.run?.label ?? "",
    })
  );
  const form = el("form", { onsubmit: (/** @type {Event} */ event) => {
    event.preventDefault();
    dialog.close();
    void api.label(run, input.value.trim()).then(() => refreshFamily(model), report);
  } },
    el("div.own", null, el("label", { for: "branch-name" }, t("branch.name")), input),
    el("div.buttons.one", null, el("button", { type: "submit" }, icon("rename"), t("branch.keep"))));
  fill(body, form);
  input.focus();
  input.select();
}

/** @param {Model} model */
function openDelete(model) {
  const run = model.run?.run;
  const parent = parentOf(model);
  if (!run) return;
  const { dialog, body } = openDialog("delete", t("branch.delete"));
  const name = model.run?.label || t("branch.unnamed");
  const keep = el("button", { type: "button", onclick: () => dialog.close() }, t("branch.not"));
  fill(body,
    el("p.lead", null, t("branch.delete_about", { name })),
    el("div.buttons", null,
      keep,
      el("button.danger", { type: "button", onclick: () => {
        dialog.close();
        void removeBranch(model, run, parent?.run ?? model.family[0]?.run);
      } }, icon("bin"), t("branch.remove"))));
  keep.focus();
}

/**
 * The parent comes onto the stage first, at the same moment; then the branch goes.
 * @param {Model} model
 * @param {string} run
 * @param {string | undefined} then
 */
async function removeBranch(model, run, then) {
  const at_us = model.replay?.inPast ? model.replay.cursor_us : model.clock.shown_us;
  try {
    if (then && then !== run) await showRun(then, { at_us });
    await api.remove(run);
    await refreshFamily(model);
    sayNote(t("branch.deleted"));
  } catch (error) {
    report(error);
  }
}
