// three.js: the same minute under the three promises, in one table: the same customers, the same cuts.

import { api } from "../../app/api.js";
import { compareRuns } from "../../app/comparing.js";
import { el, fill } from "../../app/dom.js";
import { openDialog, table } from "../../app/menu.js";
import { runUnder } from "../../app/question.js";
import { report } from "../../app/steer.js";
import { verdictText } from "../../app/verdict_text.js";
import { number, systemTitle, t, virtualTime } from "../../app/words.js";
import { MODES } from "./model.js";

/** @typedef {import("./model.js").CityModel} Model */

const ORDER = ["cp", "hybrid", "ap"];
const SHOWN = [
  "availability_pct", "orders_confirmed", "turned_away", "sold_out", "stale_prices", "oversold", "oversold_named",
  "orders_lost", "kept_for_nobody", "answer_p99_ms",
];
/** Promises that are worth a row. */
const CHECKS = ["sold_once", "sold_in_book", "books_agree", "linearizable"];

/** @param {Model} model */
export async function openThree(model) {
  if (!model.run) return;
  const { dialog, body } = openDialog("three", t("three.title"));
  const wait = el("p.why", { role: "status" }, t("three.waiting"));
  fill(body, wait);
  try {
    const info = await api.run(model.run.run);
    const runs = [];
    for (const mode of ORDER) runs.push(await runUnder(info, { mode, switch_to: "no" }, title(mode)));
    const [hybrid, ap] = await Promise.all([api.compare(runs[0], runs[1]), api.compare(runs[0], runs[2])]);
    /** @type {import("../../app/types").Verdict[][]} */
    const verdicts = [];
    for (const run of runs) verdicts.push(await verdictsOf(run));
    if (!dialog.open) return;
    fill(body, el("p", null, t("three.about", { time: virtualTime(Math.min(hybrid.until_ms, ap.until_ms) * 1000, 0) })),
      table(t("three.title"), ["", ...ORDER.map(title)], [
        ...SHOWN.map((name) => figureRow(model, name, hybrid, ap)),
        ...CHECKS.map((check) => checkRow(model, check, verdicts)),
      ]),
      el("div.row", null, ...sides(dialog, runs)));
  } catch (error) {
    dialog.close();
    report(error);
  }
}

/** @param {string} mode */
function title(mode) {
  return systemTitle("choices", mode) ?? mode;
}

/** @param {string} run @returns {Promise<import("../../app/types").Verdict[]>} */
async function verdictsOf(run) {
  const answer = await api.verify(run);
  return Array.isArray(answer) ? answer : answer.verdicts;
}

/**
 * @param {Model} model
 * @param {string} name
 * @param {any} hybrid cp beside hybrid
 * @param {any} ap cp beside ap
 */
function figureRow(model, name, hybrid, ap) {
  const info = model.system?.figures.find((one) => one.name === name);
  const row = (/** @type {any} */ pair) => pair.rows.find((/** @type {any} */ one) => one.figure === name) ?? {};
  const text = (/** @type {number | null | undefined} */ value) => (
    value === null || value === undefined ? "–" : `${number(value, info?.unit === "%" ? 1 : 0)}${unitOf(info?.unit)}`);
  return [t(`strip.${name}`), text(row(hybrid).a), text(row(hybrid).b), text(row(ap).b)];
}

/** @param {string | undefined} unit */
function unitOf(unit) {
  return unit === "%" || unit === "ms" ? `\u00a0${unit}` : "";
}

/**
 * @param {Model} model
 * @param {string} check
 * @param {import("../../app/types").Verdict[][]} verdicts
 */
function checkRow(model, check, verdicts) {
  return [t(`three.check.${check}`), ...verdicts.map((list) => {
    const found = list.find((one) => one.check === check);
    return found ? el("span", { title: verdictText(model, found) }, t(`three.${found.verdict}`)) : "–";
  })];
}

/**
 * Two of them on two stages.
 * @param {HTMLDialogElement} dialog
 * @param {string[]} runs in the order of ORDER
 */
function sides(dialog, runs) {
  return [[0, 2], [0, 1], [1, 2]].map(([a, b]) => {
    const names = [ORDER[a], ORDER[b]].map(title);
    return el("button", { type: "button", onclick: () => {
      dialog.close();
      void compareRuns(runs[a], runs[b], { names, together: true }).catch(report);
    } }, t("three.beside", { a: names[0], b: names[1] }));
  });
}

/** All pairs of modes, for the questions of the page. */
export function modePairs() {
  return MODES.flatMap((a, index) => MODES.slice(index + 1).map((b) => /** @type {[string, string]} */ ([a, b])));
}
