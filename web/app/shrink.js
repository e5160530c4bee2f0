// shrink.js: "Smallest counter-example": the server takes away from a run that broke a promise all
// that is not needed for it. What is left is a run of its own, small enough to be watched whole.

import { api } from "./api.js";
import { inputWords } from "./branches.js";
import { el, fill, icon } from "./dom.js";
import { followJob, isOver, showProgress } from "./jobs.js";
import { openDialog, table } from "./menu.js";
import { refusalText } from "./problem_words.js";
import { showRun } from "./runs.js";
import { slowLine } from "./say.js";
import { report } from "./steer.js";
import { verdictText } from "./verdict_text.js";
import { duration, number, systemTitle, t, virtualTime } from "./words.js";

/**
 * @typedef {import("./model.js").Model} Model
 * @typedef {import("./types").Job} Job
 */

/**
 * @param {Model} model
 * @param {string} check
 * @param {() => Promise<void>} verify
 */
export async function openShrink(model, check, verify) {
  const run = model.run;
  if (!run) return;
  const { dialog, body } = openDialog("shrink", t("shrink.title"));
  const said = el("p.said", { role: "status" }, t("shrink.begins"));
  const bar = /** @type {HTMLProgressElement} */ (el("progress", { "aria-label": t("shrink.title") }));
  const say = slowLine(said);
  const stop = el("button", { type: "button" }, icon("close"), t("find.cancel"));
  const work = el("div.row", null, stop, bar, said);
  const lead = el("p.lead", null, t("shrink.about", { check: systemTitle("checks", check) ?? check }));
  fill(body, lead, work);
  stop.focus({ preventScroll: true });
  const show = (/** @type {Job} */ job) => {
    showProgress(bar, job);
    if (!isOver(job)) {
      say(t(job.state === "waiting" ? "find.waiting" : "shrink.running", {
        count: job.progress.done, runs: number(job.progress.done),
      }), false);
    } else if (job.state === "done") {
      fill(body, lead, ...resultParts(model, job.result, dialog, verify));
      /** @type {HTMLElement | null} */ (body.querySelector("button"))?.focus();
    } else {
      stop.hidden = true;
      bar.hidden = true;
      say(job.state === "failed" ? refusalText(job.problem ?? "") : t("shrink.cancelled"), true);
    }
  };
  try {
    const { job } = await api.shrink(run.run, check);
    const following = followJob(job, show);
    stop.addEventListener("click", () => void following.cancel());
    dialog.addEventListener("close", () => following.leave());
    if (!dialog.open) following.leave();
  } catch (error) {
    dialog.close();
    report(error);
  }
}

/**
 * The small run opens at its end, where some promises are seen to be broken only once it is healed:
 * it is verified at once.
 * @param {Model} model
 * @param {any} result
 * @param {HTMLDialogElement} dialog
 * @param {() => Promise<void>} verify
 */
function resultParts(model, result, dialog, verify) {
  const open = el("button.main", { type: "button", onclick: () => {
    dialog.close();
    void showRun(result.run).then(verify).catch(report);
  } }, icon("play"), t("shrink.open"));
  const code = el("code", { tabindex: "0" }, `chef run ${result.repeat}`);
  return [
    el("p.verdict-words", null, verdictText(model, result)),
    sizes(result),
    el("h3", null, t(result.inputs.length === 0 ? "shrink.nothing_left" : "shrink.left")),
    el("ol.inputs", null, ...result.inputs.map((/** @type {any} */ input) =>
      el("li", null, el("span.second", null, virtualTime(input.t_ms * 1000, 3)), " ", inputWords(model, input)))),
    el("div.row", null, open, el("span.second", null,
      t(result.minimal ? "shrink.minimal" : "shrink.bounded", { count: result.runs, runs: number(result.runs), end: refusalText(result.end) }))),
    el("details.names", null, el("summary", null, t("shrink.repeat")), el("p", null, t("shrink.repeat_about")), code),
  ];
}

/** @param {any} result */
function sizes(result) {
  const { before, after } = result;
  const rows = [
    [t("shrink.time"), duration(before.until_ms), duration(after.until_ms)],
    [t("shrink.inputs"), number(before.inputs), number(after.inputs)],
    [t("shrink.orders"), number(before.orders), number(after.orders)],
    [t("shrink.parts"), before.parts > 0 ? number(before.parts) : t("shrink.all"), after.parts > 0 ? number(after.parts) : t("shrink.all")],
  ];
  return table(t("shrink.sizes"), ["", t("shrink.before"), t("shrink.after")], rows);
}
