// parts.js: the store's figures, charts, tones, and what is worth waiting or looking for.

import { figureOrColumn, length, percent } from "../../app/figures.js";
import { line, lineChart } from "../../app/line_chart.js";
import { chartMarks } from "../../app/tell.js";
import { duration, number, t } from "../../app/words.js";

/**
 * @typedef {import("./model.js").StoreModel} Model
 * @typedef {import("../../app/figures.js").Figure} Figure
 * @typedef {import("../../app/charts.js").ChartKind} ChartKind
 * @typedef {import("../../app/stage/looks.js").Tone} Tone
 */

/** @param {string} kind @returns {Tone} */
export function storeTone(kind) {
  if (/^mode_(waits|dropped)/.test(kind)) return "slow";
  if (/^mode_(sealed|agreed)|seeded|settled/.test(kind)) return "moving";
  if (/crash|cut|halt|violat|partition|broken|expired/.test(kind)) return "down";
  if (/suspect|fail|unknown|paused|dropped|slow|set$/.test(kind)) return "slow";
  if (/hint|repair|recover|started|trees|asked|collected/.test(kind)) return "moving";
  return "serving";
}

/** @param {string} name @param {string} column @returns {Figure} */
const count = (name, column) => ({
  name, value: (model) => [number(figureOrColumn(model, column, column)), ""],
});

/** The four of the hall first.
 * @type {Figure[]} */
export const FIGURES = [
  { name: "availability", value: (model) => percent(figureOrColumn(model, "availability_pct", "availability_pct")) },
  count("refused", "unavailable"),
  count("stale", "stale_reads"),
  count("different", "different_keys"),
  { name: "p99", value: (model) => length(model.figures.latency_p99_ms) },
  count("lost", "lost_concurrent_writes"),
  count("hints", "hints_stored"),
  { name: "converge", value: (model) => length(model.figures.converge_ms) },
];

/** @param {import("../../app/model.js").Model} model */
const marks = (model) => chartMarks(model, (event) => model.nodeLetter(event.node), storeTone);

/** @type {() => ChartKind} */
const answersChart = () => lineChart({
  id: "answers",
  unit: "",
  lines: () => [
    line(t("line.ok"), "--six-1", [], 3.5),
    line(t("line.refused"), "--six-4", [8, 4], 3),
    line(t("line.unknown"), "--six-2", [2, 3], 2.5),
  ],
  values: [
    { column: "ok_per_s", factor: 1, name: t("line.ok") },
    { column: "unavailable_per_s", factor: 1, name: t("line.refused") },
    { column: "unknown_per_s", factor: 1, name: t("line.unknown") },
  ],
  caption: (model) => t("caption.answers", {
    ok: number(model.latest("ok_per_s")), refused: number(model.latest("unavailable_per_s")),
  }),
  marks,
});

/** @type {() => ChartKind} */
const agreementChart = () => lineChart({
  id: "agreement",
  unit: "",
  lines: () => [
    line(t("line.different"), "--six-4", [], 3.5),
    line(t("line.stale"), "--six-2", [8, 4], 2.5),
  ],
  values: [
    { column: "different_keys", factor: 1, name: t("line.different") },
    { column: "stale_per_s", factor: 1, name: t("line.stale") },
  ],
  caption: (model) => t("caption.agreement", {
    count: model.latest("different_keys") ?? 0, different: number(model.latest("different_keys")),
  }),
  marks,
});

/** @type {() => ChartKind} */
const latencyChart = () => lineChart({
  id: "latency",
  unit: " ms",
  lines: () => [line("p99", "--six-4", [], 2.5), line("p50", "--six-1", [], 3.5)],
  values: [
    { column: "latency_p99_ms", factor: 1, name: "p99" },
    { column: "latency_p50_ms", factor: 1, name: "p50" },
  ],
  caption: (model) => t("caption.latency", {
    p50: duration(model.latest("latency_p50_ms")), p99: duration(model.latest("latency_p99_ms")),
  }),
  marks,
});

/** @returns {[ChartKind[], ChartKind[]]} */
export function charts() {
  return [[answersChart(), latencyChart(), agreementChart()], [agreementChart(), latencyChart(), answersChart()]];
}

/** @type {import("../../app/pair_chart.js").What[]} */
export const PAIR_CHARTS = [
  { id: "pair_ok", column: "ok_per_s", factor: 1, unit: " /s", decimals: 0 },
  { id: "pair_refused", column: "unavailable_per_s", factor: 1, unit: " /s", decimals: 0 },
  { id: "pair_different", column: "different_keys", factor: 1, unit: "", decimals: 0 },
  { id: "pair_latency", column: "latency_p99_ms", factor: 1, unit: " ms", decimals: 1 },
];

export const PAIR_FIGURES = [
  "availability_pct", "unavailable", "unknown", "stale_reads", "staleness_max_ms", "latency_p50_ms", "latency_p99_ms",
  "different_keys", "lost_concurrent_writes", "hints_stored", "read_repairs",
];

/** @type {[string, string][]} */
export const UNTILS = [
  ["stale", "stale_reads > 0"],
  ["refused", "unavailable > 0"],
  ["different", "different_keys > 0"],
  ["siblings", "siblings > 1"],
  ["agree", "different_keys == 0"],
];

/** Worth looking for among seeds; each of them occurs in the scenario of the run.
 * @type {import("../../app/search.js").Moment[]} */
export const MOMENTS = [
  { id: "stale", condition: "stale_reads > 0", within: "1m" },
  { id: "lost", condition: "lost_concurrent_writes > 0", within: "1m" },
];
