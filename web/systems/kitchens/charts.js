// charts.js: the charts of the kitchens: response and throughput, how busy each kitchen's cooks
// are (bars in map order), hand-overs, waiting orders.

import { baseOptions, chartFont } from "../../app/charts.js";
import { token } from "../../app/dom.js";
import { seconds } from "../../app/figures.js";
import { line, lineChart } from "../../app/line_chart.js";
import { chartMarks } from "../../app/tell.js";
import { number, t } from "../../app/words.js";
import { eventTone } from "./tell.js";

/**
 * @typedef {import("./model.js").CityModel} Model
 * @typedef {import("../../app/charts.js").ChartKind} ChartKind
 */

/**
 * How busy the cooks of one kitchen were in the last virtual minute, in percent: each frame's share
 * weighs as long as it lasted.
 * @param {Model} model
 * @param {number} node
 */
function busyPercent(model, node) {
  const { samples } = model;
  let sum = 0;
  let length_us = 0;
  for (let i = 1; i < samples.length; i += 1) {
    const lasted_us = samples[i].t_us - samples[i - 1].t_us;
    sum += (samples[i].shares.get(node) ?? 0) * lasted_us;
    length_us += lasted_us;
  }
  return length_us > 0 ? (100 * sum) / length_us : 100 * (samples[0]?.shares.get(node) ?? 0);
}

/**
 * Places in reading order of the map: row by row.
 * @param {Model} model
 */
export function mapOrder(model) {
  return [...model.kitchens.values()]
    .filter((kitchen) => kitchen.truth !== 0)
    .sort((a, b) => a.letter.length - b.letter.length || a.letter.localeCompare(b.letter));
}

/**
 * A chart over the last minute, with what happened in the city as lines.
 * @param {Omit<import("../../app/line_chart.js").What, "marks">} what
 */
function timeChart(what) {
  const who = (/** @type {Model} */ model, /** @type {import("../../app/types").EventRow} */ event) =>
    model.kitchens.get(event.peer > 0 ? event.peer : event.node)?.letter ?? "";
  return lineChart({
    ...what,
    marks: (model) => chartMarks(model, (event) => who(/** @type {Model} */ (model), event), eventTone),
  });
}

/** @type {() => ChartKind} */
export const responseChart = () =>
  timeChart({
    id: "response",
    unit: " s",
    lines: () => [
      line("p99", "--six-4", [], 2.5),
      line("p95", "--six-2", [8, 4], 2.5),
      line("p50", "--six-1", [], 3.5),
    ],
    values: [
      { column: "resp_p99_ms", factor: 0.001, name: "p99" },
      { column: "resp_p95_ms", factor: 0.001, name: "p95" },
      { column: "resp_p50_ms", factor: 0.001, name: "p50" },
    ],
    caption: (model) => t(
      "caption.response",
      {
        p50: seconds(model.latest("resp_p50_ms")).join(" "),
        p99: seconds(model.latest("resp_p99_ms")).join(" "),
      },
    ),
  });

export const throughputChart = () =>
  timeChart({
    id: "throughput",
    unit: "",
    lines: () => [
      line(t("line.offered"), "--six-2", [8, 4], 2.5),
      line(t("line.cooked"), "--six-1", [], 3.5),
    ],
    values: [
      { column: "offered_per_min", factor: 1, name: t("line.offered") },
      { column: "throughput_per_min", factor: 1, name: t("line.cooked") },
    ],
    caption: (model) => t(
      "caption.throughput",
      {
        offered: number(model.latest("offered_per_min")),
        cooked: number(model.latest("throughput_per_min")),
      },
    ),
  });

export const waitingChart = () =>
  timeChart({
    id: "waiting",
    unit: "",
    lines: () => [
      line(t("line.waiting"), "--six-4", [], 3),
      line(t("line.cooking"), "--six-3", [8, 4], 3),
    ],
    values: [
      { column: "waiting", factor: 1, name: t("line.waiting") },
      { column: "cooking", factor: 1, name: t("line.cooking") },
    ],
    caption: (model) => t(
      "caption.waiting",
      { waiting: number(model.latest("waiting")), cooking: number(model.latest("cooking")) },
    ),
  });

export const migrationsChart = () =>
  timeChart({
    id: "migrations",
    unit: "",
    lines: () => [line(t("line.migrations"), "--six-3", [], 3)],
    values: [{ column: "migrations", factor: 1, name: t("line.migrations") }],
    caption: (model) => t("caption.migrations", { count: number(model.figures.migrations) }),
  });

/** @param {number} percent */
function busyColour(percent) {
  if (percent > 95) return "--load-7";
  if (percent > 80) return "--load-6";
  return percent > 50 ? "--load-5" : "--load-4";
}

/**
 * Bars: how busy the cooks of each kitchen are.
 * @returns {ChartKind}
 */
export function busyChart() {
  return {
    id: "busy",
    title: () => t("chart.busy"),
    csv: "kitchens",
    overTime: false,
    caption: (/** @type {Model} */ model) => {
      const shares = mapOrder(model).map(
        (kitchen) => ({ kitchen, percent: busyPercent(model, kitchen.node) }),
      );
      if (shares.length === 0) return t("chart.busy");
      const top = shares.reduce((a, b) => (b.percent > a.percent ? b : a));
      const low = shares.reduce((a, b) => (b.percent < a.percent ? b : a));
      return t(
        "caption.busy",
        {
          top: top.kitchen.letter,
          most: number(top.percent),
          low: low.kitchen.letter,
          least: number(low.percent),
        },
      );
    },
    config: () => ({
      type: "bar",
      data: { labels: [], datasets: [{ data: [], categoryPercentage: 0.9, barPercentage: 0.8 }] },
      options: {
        ...baseOptions(),
        scales: {
          x: {
            grid: { display: false, borderColor: token("--border") },
            ticks: { autoSkip: true, maxRotation: 0, padding: 0, color: token("--text") },
          },
          y: {
            min: 0,
            max: 100,
            grid: { color: token("--grid"), drawTicks: false, drawBorder: false },
            ticks: {
              stepSize: 50,
              padding: 4,
              callback: (/** @type {number} */ value) => `${value} %`,
            },
          },
        },
      },
      plugins: [barNumbers],
    }),
    update: (/** @type {Model} */ model, chart) => {
      const kitchens = mapOrder(model);
      const percents = kitchens.map((kitchen) => busyPercent(model, kitchen.node));
      chart.data.labels = kitchens.map((kitchen) => kitchen.letter);
      chart.data.datasets[0].data = percents;
      chart.data.datasets[0].backgroundColor = percents.map(
        (percent) => token(
          busyColour(percent),
        ),
      );
    },
    table: (/** @type {Model} */ model) => ({
      head: [t("table.kitchen"), t("table.busy"), t("table.tickets"), t("table.cooked")],
      rows: mapOrder(model).map((kitchen) => [
        `${kitchen.letter} ${kitchen.name}`,
        `${number(busyPercent(model, kitchen.node))} %`,
        `${kitchen.cooking + kitchen.pending}/${kitchen.capacity}`,
        number(kitchen.served),
      ]),
    }),
  };
}

/** The number on the bar, when there is room for it. */
const barNumbers = {
  id: "barNumbers",
  /** @param {ChartInstance} chart */
  afterDatasetsDraw(chart) {
    const { ctx, chartArea } = chart;
    const bars = chart.getDatasetMeta(0).data;
    const size = chartFont() * 0.9;
    ctx.font = `600 ${size}px ${token("--font")}`;
    ctx.textAlign = "center";
    ctx.textBaseline = "bottom";
    bars.forEach((bar, index) => {
      if ((bar.width ?? 0) < size * 1.4) return;
      const inside = bar.y - size - 2 < chartArea.top;
      ctx.fillStyle = token(inside ? "--page" : "--text");
      ctx.fillText(
        number(chart.data.datasets[0].data[index]),
        bar.x,
        inside ? bar.y + size + 4 : bar.y - 1,
      );
    });
  },
};
