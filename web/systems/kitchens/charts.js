// charts.js: the charts of the kitchens: response and throughput, how busy each kitchen's cooks
// are (bars in map order), hand-overs, waiting orders.

import { baseOptions, chartFont, marksPlugin, series, slideWindow, timeAxis, windowRows } from "../../app/charts.js";
import { token } from "../../app/dom.js";
import { seconds } from "../../app/figures.js";
import { number, t, virtualTime } from "../../app/words.js";
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
 * Short words of the events that stand as lines in every chart.
 * @param {Model} model
 */
function marks(model) {
  const names = new Set(
    model.system?.notes.filter((note) => note.interesting).map((note) => note.name) ?? [],
  );
  return model.events
    .filter((event) => names.has(event.kind) && t(`mark.${event.kind}`) !== `mark.${event.kind}`)
    .map((event) => {
      const who = event.peer > 0 ? event.peer : event.node;
      const letter = model.kitchens.get(who)?.letter ?? "";
      return {
        t_s: event.t_us / 1e6,
        text: t(`mark.${event.kind}`, { letter }).trim(),
        tone: eventTone(event.kind),
      };
    });
}

/**
 * A line of a time chart.
 * @param {string} label
 * @param {string} colour token
 * @param {number[]} dash
 * @param {number} width
 */
function line(label, colour, dash, width) {
  return {
    label,
    data: [],
    borderColor: token(colour),
    borderWidth: width,
    borderDash: dash,
    pointRadius: 0,
    tension: 0,
    spanGaps: true,
  };
}

/** Names at the ends of the lines, so that no legend is needed. */
const endLabels = {
  id: "endLabels",
  /** @param {ChartInstance} chart */
  afterDatasetsDraw(chart) {
    const { ctx, chartArea } = chart;
    const size = chartFont() * 0.9;
    ctx.font = `600 ${size}px ${token("--font")}`;
    ctx.textAlign = "left";
    ctx.textBaseline = "middle";
    const rows = chart.data.datasets
      .map((set, index) => ({ set, points: chart.getDatasetMeta(index).data }))
      .filter(({ set, points }) => set.label && points.length > 0)
      .map(({ set, points }) => ({ set, y: points[points.length - 1].y }))
      .map((row, index) => ({ ...row, index }))
      .sort((a, b) => b.y - a.y || b.index - a.index);
    let free = chartArea.bottom + size / 2;
    for (const { set, y } of rows) {
      const at = Math.max(chartArea.top - size / 2, Math.min(y, free - size));
      free = at;
      ctx.fillStyle = set.borderColor ?? token("--text");
      ctx.fillRect(chartArea.right + 5, at - size * 0.28, size * 0.3, size * 0.56);
      ctx.fillStyle = token("--text");
      ctx.fillText(set.label, chartArea.right + 8 + size * 0.3, at);
    }
  },
};

/**
 * A chart over the last minute.
 * @param {{
 *   id: string,
 *   lines: () => ReturnType<typeof line>[],
 *   values: {column: string, factor: number, name: string}[],
 *   unit: string,
 *   caption(model: Model): string,
 * }} what
 * @returns {ChartKind}
 */
function timeChart(what) {
  return {
    id: what.id,
    title: () => t(`chart.${what.id}`),
    caption: what.caption,
    csv: "metrics",
    config: (/** @type {Model} */ model) => {
      const options = baseOptions();
      const size = chartFont();
      const width = Math.max(...what.values.map((value) => value.name.length));
      return {
        type: "line",
        data: { datasets: what.lines() },
        options: {
          ...options,
          layout: { padding: { top: size * 0.4, right: size * (0.9 + width * 0.56) } },
          scales: {
            x: timeAxis(),
            y: {
              beginAtZero: true,
              grid: { color: token("--grid"), drawTicks: false, drawBorder: false },
              ticks: {
                maxTicksLimit: 4,
                padding: 4,
                callback: (/** @type {number} */ value) => `${number(value, value % 1 === 0 ? 0 : 1)}${what.unit}`,
              },
            },
          },
        },
        plugins: [marksPlugin(() => marks(model)), endLabels],
      };
    },
    update: (model, chart) => {
      slideWindow(model, chart);
      what.values.forEach(({ column, factor }, index) => {
        chart.data.datasets[index].data = series(model, column, factor);
      });
    },
    table: (model) => {
      const columns = what.values.map(({ column }) => model.columns.indexOf(column));
      return {
        head: [
          t("table.time"),
          ...what.values.map(
            (value) => `${value.name}${what.unit ? ` (${what.unit.trim()})` : ""}`,
          ),
        ],
        rows: windowRows(model).reverse().map((row) => [
          virtualTime((row[0] ?? 0) * 1e6, 0),
          ...columns.map(
            (column, i) => (
              column < 0 || row[column] === null ? "–" : number(
                Number(row[column]) * what.values[i].factor,
                2,
              )
            ),
          ),
        ]),
      };
    },
  };
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
