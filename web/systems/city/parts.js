// parts.js: the city's figures, charts, tones, and what is worth waiting or looking for.

import { figureOrColumn, length, percent } from "../../app/figures.js";
import { line, lineChart } from "../../app/line_chart.js";
import { chartMarks } from "../../app/tell.js";
import { number, t } from "../../app/words.js";

/**
 * @typedef {import("../../app/figures.js").Figure} Figure
 * @typedef {import("../../app/charts.js").ChartKind} ChartKind
 * @typedef {import("../../app/stage/looks.js").Tone} Tone
 */

/** @param {string} kind @returns {Tone} */
export function cityTone(kind) {
  if (/crash|cut|halt|violat|partition|broken|oversold|sorry|missing/.test(kind)) return "down";
  if (/suspect|refused|unanswered|too_many|paused|slow|stepped|sold_out|set$/.test(kind)) return "slow";
  if (/deliver|price|trusted|started|elected|hint/.test(kind)) return "moving";
  return "serving";
}

/** @param {string} name @param {string} column @returns {Figure} */
const count = (name, column) => ({
  name, value: (model) => [number(figureOrColumn(model, column, column)), ""],
});

/** The four of the hall first: what the promise costs.
 * @type {Figure[]} */
export const FIGURES = [
  count("refused", "turned_away"),
  count("stale", "stale_prices"),
  count("oversold", "oversold"),
  count("lost", "orders_lost"),
  { name: "availability", value: (model) => percent(figureOrColumn(model, "availability_pct", "availability_pct")) },
  count("confirmed", "orders_confirmed"),
  { name: "p99", value: (model) => length(model.figures.answer_p99_ms) },
  count("different", "different_keys"),
];

/** @param {import("../../app/model.js").Model} model */
const marks = (model) => chartMarks(model, (event) => model.nodeLetter(event.node), cityTone);

/** @type {() => ChartKind} */
const answersChart = () => lineChart({
  id: "answers",
  unit: "",
  lines: () => [
    line(t("line.confirmed"), "--six-1", [], 3.5),
    line(t("line.refused"), "--six-4", [8, 4], 3),
    line(t("line.sold_out"), "--six-2", [2, 3], 2.5),
  ],
  values: [
    { column: "confirmed_per_s", factor: 1, name: t("line.confirmed") },
    { column: "turned_away_per_s", factor: 1, name: t("line.refused") },
    { column: "sold_out_per_s", factor: 1, name: t("line.sold_out") },
  ],
  caption: (model) => t("caption.answers", {
    confirmed: number(model.latest("confirmed")), refused: number(model.latest("turned_away")),
  }),
  marks,
});

/** @type {() => ChartKind} */
const costChart = () => lineChart({
  id: "cost",
  unit: "",
  lines: () => [
    line(t("line.stale"), "--six-2", [2, 3], 3),
    line(t("line.oversold"), "--six-4", [], 3.5),
    line(t("line.lost"), "--six-1", [8, 4], 2.5),
  ],
  values: [
    { column: "stale", factor: 1, name: t("line.stale") },
    { column: "oversold", factor: 1, name: t("line.oversold") },
    { column: "lost", factor: 1, name: t("line.lost") },
  ],
  caption: (model) => t("caption.cost", {
    stale: number(model.latest("stale")), oversold: number(model.latest("oversold")), lost: number(model.latest("lost")),
  }),
  marks,
});

/** @type {() => ChartKind} */
const agreementChart = () => lineChart({
  id: "agreement",
  unit: "",
  lines: () => [line(t("line.different"), "--six-4", [], 3.5)],
  values: [{ column: "different_keys", factor: 1, name: t("line.different") }],
  caption: (model) => t("caption.agreement", {
    count: model.latest("different_keys") ?? 0, different: number(model.latest("different_keys")),
  }),
  marks,
});

/** @returns {[ChartKind[], ChartKind[]]} */
export function charts() {
  return [[answersChart(), costChart(), agreementChart()], [costChart(), agreementChart(), answersChart()]];
}

/** @type {import("../../app/pair_chart.js").What[]} */
export const PAIR_CHARTS = [
  { id: "pair_confirmed", column: "confirmed", factor: 1, unit: "", decimals: 0 },
  { id: "pair_refused", column: "turned_away", factor: 1, unit: "", decimals: 0 },
  { id: "pair_oversold", column: "oversold", factor: 1, unit: "", decimals: 0 },
  { id: "pair_different", column: "different_keys", factor: 1, unit: "", decimals: 0 },
];

export const PAIR_FIGURES = [
  "availability_pct", "orders_confirmed", "turned_away", "sold_out", "stale_prices", "oversold", "oversold_named",
  "orders_lost", "kept_for_nobody", "answer_p50_ms", "answer_p99_ms", "different_keys",
];

/** @type {[string, string][]} */
export const UNTILS = [
  ["refused", "turned_away > 0"],
  ["stale", "stale_prices > 0"],
  ["oversold", "oversold > 0"],
  ["different", "different_keys > 0"],
  ["agree", "different_keys == 0"],
];

/** Worth looking for among seeds.
 * @type {import("../../app/search.js").Moment[]} */
export const MOMENTS = [
  { id: "oversold", condition: "oversold > 0", within: "1m" },
  { id: "refused", condition: "turned_away > 3", within: "1m" },
];
