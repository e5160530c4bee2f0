// parts.js: the council's figures, charts, tones, and what is worth waiting or looking for.

import { figureOrColumn, length, percent } from "../../app/figures.js";
import { line, lineChart } from "../../app/line_chart.js";
import { chartMarks } from "../../app/tell.js";
import { duration, number, t } from "../../app/words.js";

/**
 * @typedef {import("./model.js").CouncilModel} Model
 * @typedef {import("../../app/figures.js").Figure} Figure
 * @typedef {import("../../app/charts.js").ChartKind} ChartKind
 * @typedef {import("../../app/stage/looks.js").Tone} Tone
 */

/** @param {string} kind @returns {Tone} */
export function councilTone(kind) {
  if (/crash|cut|halt|violat|partition|broken|corrupt|isolat|struck/.test(kind)) return "down";
  if (/stepped_down|fail|unknown|refused|paused|slow|set$/.test(kind)) return "slow";
  if (/election|vote|started|handed|members|image|catching/.test(kind)) return "moving";
  return "serving";
}

/** The four of the hall first.
 * @type {Figure[]} */
export const FIGURES = [
  { name: "commit", value: (model) => length(model.figures.commit_p50_ms) },
  { name: "leaderless", value: (model) => length(model.figures.no_leader_max_ms) },
  { name: "availability", value: (model) => percent(figureOrColumn(model, "availability_pct", "availability_pct")) },
  { name: "struck", value: (model) => [number(figureOrColumn(model, "struck_out", "struck_out")), ""] },
  { name: "changes", value: (model) => [number(figureOrColumn(model, "leader_changes", "leader_changes")), ""] },
  { name: "elections", value: (model) => [number(figureOrColumn(model, "elections", "elections")), ""] },
  { name: "p99", value: (model) => length(model.figures.latency_p99_ms) },
  { name: "rate", value: (model) => [number(model.figures.ops_per_s), "/s"] },
];

/** @param {import("../../app/model.js").Model} model */
const marks = (model) => chartMarks(model, (event) => model.nodeLetter(event.node), councilTone);

/** @type {() => ChartKind} */
const answersChart = () => lineChart({
  id: "answers",
  unit: "",
  lines: () => [
    line(t("line.ok"), "--six-1", [], 3.5),
    line(t("line.failed"), "--six-4", [8, 4], 3),
    line(t("line.unknown"), "--six-2", [2, 3], 2.5),
  ],
  values: [
    { column: "ok_per_s", factor: 1, name: t("line.ok") },
    { column: "failed_per_s", factor: 1, name: t("line.failed") },
    { column: "unknown_per_s", factor: 1, name: t("line.unknown") },
  ],
  caption: (model) => t("caption.answers", {
    ok: number(model.latest("ok_per_s")),
    not: number((model.latest("failed_per_s") ?? 0) + (model.latest("unknown_per_s") ?? 0)),
  }),
  marks,
});

/** @type {() => ChartKind} */
const latencyChart = () => lineChart({
  id: "latency",
  unit: " ms",
  lines: () => [
    line("p99", "--six-4", [], 2.5), line("p50", "--six-1", [], 3.5), line(t("line.commit"), "--six-3", [8, 4], 2.5),
  ],
  values: [
    { column: "latency_p99_ms", factor: 1, name: "p99" },
    { column: "latency_p50_ms", factor: 1, name: "p50" },
    { column: "commit_p50_ms", factor: 1, name: t("line.commit") },
  ],
  caption: (model) => t("caption.latency", {
    p50: duration(model.latest("latency_p50_ms")), p99: duration(model.latest("latency_p99_ms")),
  }),
  marks,
});

/** @type {() => ChartKind} */
const termsChart = () => lineChart({
  id: "terms",
  unit: "",
  lines: () => [line(t("line.term"), "--six-1", [], 3.5), line(t("line.elections"), "--six-2", [8, 4], 2.5)],
  values: [
    { column: "term", factor: 1, name: t("line.term") },
    { column: "elections", factor: 1, name: t("line.elections") },
  ],
  caption: (model) => t("caption.terms", {
    count: model.latest("elections") ?? 0, term: number(model.latest("term")), elections: number(model.latest("elections")),
  }),
  marks,
});

/** @returns {[ChartKind[], ChartKind[]]} */
export function charts() {
  return [[answersChart(), latencyChart(), termsChart()], [termsChart(), latencyChart(), answersChart()]];
}

/** @type {import("../../app/pair_chart.js").What[]} */
export const PAIR_CHARTS = [
  { id: "pair_ok", column: "ok_per_s", factor: 1, unit: " /s", decimals: 0 },
  { id: "pair_term", column: "term", factor: 1, unit: "", decimals: 0 },
  { id: "pair_latency", column: "latency_p99_ms", factor: 1, unit: " ms", decimals: 1 },
];

export const PAIR_FIGURES = [
  "availability_pct", "latency_p50_ms", "latency_p99_ms", "commit_p50_ms", "commit_p99_ms", "leader_changes", "elections",
  "no_leader_max_ms", "struck_out", "safety_violations",
];

/** @type {[string, string][]} */
export const UNTILS = [
  ["leader", "leader_elected"],
  ["election", "election_begun"],
  ["struck", "entries_struck_out"],
  ["members", "members_changed"],
  ["image", "image_installed"],
  ["violation", "safety_violations > 0"],
];

/** Worth looking for among seeds.
 * @type {import("../../app/search.js").Moment[]} */
export const MOMENTS = [
  { id: "split", condition: "elections > leader_changes + 1", within: "1m" },
  { id: "late", condition: "no_leader_max_ms > 1500", within: "1m" },
];

/** @type {{setting: string, values: [any, any]}[]} */
export const QUESTIONS = [
  { setting: "pre_vote", values: [false, true] },
  { setting: "check_quorum", values: [false, true] },
  { setting: "reads", values: ["read-index", "lease"] },
];
