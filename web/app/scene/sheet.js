// sheet.js: what a student hands in: votes and tasks of a scene with the run that proves them, as CSV and
// as a page that prints. Both are made here, from what the run said; nothing is sent anywhere.

import { api } from "../api.js";
import { el } from "../dom.js";
import { virtualTime } from "../words.js";
import { taskKey } from "./asking.js";
import { choiceText, ps, stepText, titleOf } from "./words.js";

/**
 * @typedef {import("./player.js").Player} Player
 * @typedef {import("./types").Step} Step
 * @typedef {{kind: string, step: string, text: string, before: string, after: string, run_says: string, t_ms: number | "", run: string}} Row
 */

/**
 * @param {Player} player
 * @returns {Row[]}
 */
function rowsOf({ scene, state }) {
  /** @type {Row[]} */
  const rows = [];
  for (const step of scene.steps) {
    const words = (/** @type {string | undefined} */ id) => {
      const option = step.options?.find((one) => one.id === id);
      return option ? choiceText(scene, step, "options", option) : "";
    };
    const votes = state.votes[step.id] ?? {};
    if (step.beat === "predict") {
      rows.push({
        kind: "question", step: step.id, text: stepText(scene, step, "question"),
        before: words(votes.before), after: words(votes.after), run_says: words(state.answers[step.id]), t_ms: "", run: state.run,
      });
    }
    for (const task of step.tasks ?? []) {
      const key = taskKey(step, task.id);
      const t_ms = state.tasks[key];
      rows.push({
        kind: "task", step: step.id, text: choiceText(scene, step, "tasks", task),
        before: "", after: "", run_says: t_ms === undefined ? "" : ps("sheet.true"), t_ms: t_ms ?? "",
        run: state.task_runs[key] ?? state.run,
      });
    }
  }
  return rows;
}

/**
 * RFC 4180; what a spreadsheet would take for a formula stays a text.
 * @param {unknown} value
 */
function cell(value) {
  const text = /^[=+\-@\t\r]/.test(String(value)) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** @typedef {import("../types").LinkInfo} LinkInfo */

/** @param {Player} player @param {LinkInfo} info */
function csvOf(player, info) {
  const { scene, state } = player;
  const head = ["scene", "scenario", "seed", "run", "edge_ms", "digest", "kind", "step", "text", "before", "after", "run_says", "t_ms"];
  const same = [scene.name, scene.scenario, scene.seed];
  /* edge and digest are of the run that is handed in */
  const proof = (/** @type {Row} */ row) => (row.run === state.run ? [row.run, info.edge_ms, info.digest] : [row.run, "", ""]);
  const rows = rowsOf(player).map((row) => [...same, ...proof(row), row.kind, row.step, row.text, row.before, row.after, row.run_says, row.t_ms]);
  return [head, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

const STYLE = "body{font:16px/1.4 system-ui,sans-serif;max-width:46em;margin:2em auto;padding:0 1em}"
  + "table{width:100%;border-collapse:collapse}td,th{padding:.4em .6em;border:1px solid #7a8594;text-align:left;vertical-align:top}"
  + ".name{margin:1.5em 0}.name span{display:inline-block;width:16em;border-bottom:1px solid #17202b}"
  + "code{word-break:break-all}@media print{body{margin:0}}";

/** @param {Player} player @param {LinkInfo} info */
function htmlOf(player, info) {
  const { scene, state } = player;
  const columns = /** @type {const} */ (["text", "before", "after", "run_says"]);
  const rows = rowsOf(player).map((row) => el("tr", null, ...columns.map((name) => el("td", null, row[name])),
    el("td", null, row.t_ms === "" ? "" : virtualTime(Number(row.t_ms) * 1000),
      row.run === state.run ? null : ` (${row.run})`)));
  const name = (/** @type {string} */ key) => el("p.name", null, `${ps(key)}: `, el("span"));
  const title = titleOf(scene);
  const page = el("html", { lang: document.documentElement.lang },
    el("head", null, el("meta", { charset: "utf-8" }), el("title", null, title), el("style", null, STYLE)),
    el("body", null,
      el("h1", null, title), name("sheet.name"),
      el("p", null, ps("sheet.run", { scenario: scene.scenario, seed: scene.seed, run: state.run })),
      el("table", null,
        el("thead", null, el("tr", null, ...[...columns, "t"].map((one) => el("th", { scope: "col" }, ps(`sheet.${one}`))))),
        el("tbody", null, ...rows)),
      el("p", null, ps("sheet.digest", { digest: info.digest, time: virtualTime(info.edge_ms * 1000) })),
      info.fits ? el("p", null, ps("sheet.link"), " ", el("code", null, info.link)) : null));
  return `<!doctype html>\n${page.outerHTML}\n`;
}

/** @param {string} name @param {string} type @param {string} text */
function save(name, type, text) {
  const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  const anchor = /** @type {HTMLAnchorElement} */ (el("a", { href: url, download: name }));
  anchor.click();
  window.setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/**
 * @param {Player} player
 * @param {"csv" | "html"} format
 */
export async function saveSheet(player, format) {
  const { scene, state } = player;
  const info = await api.link(state.run);
  const name = `${scene.name}-${scene.seed}.${format}`;
  if (format === "csv") save(name, "text/csv", csvOf(player, info));
  else save(name, "text/html", htmlOf(player, info));
}
