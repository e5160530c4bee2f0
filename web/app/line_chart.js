// line_chart.js: a chart of a few lines over the last minute, each with its name at its end.

import { baseOptions, chartFont, marksPlugin, series, slideWindow, timeAxis, windowRows } from "./charts.js";
import { token } from "./dom.js";
import { number, t, virtualTime } from "./words.js";

/**
 * @typedef {import("./model.js").Model} Model
 * @typedef {import("./charts.js").ChartKind} ChartKind
 */

/**
 * A line of a time chart.
 * @param {string} label
 * @param {string} colour token
 * @param {number[]} dash
 * @param {number} width
 */
export function line(label, colour, dash, width) {
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
 * @typedef {{
 *   id: string,
 *   lines: () => ReturnType<typeof line>[],
 *   values: {column: string, factor: number, name: string}[],
 *   unit: string,
 *   caption(model: Model): string,
 *   marks(model: Model): import("./charts.js").Mark[],
 * }} What
 */

/**
 * A chart over the last minute.
 * @param {What} what
 * @returns {ChartKind}
 */
export function lineChart(what) {
  return {
    id: what.id,
    title: () => t(`chart.${what.id}`),
    caption: what.caption,
    csv: "metrics",
    config: (model) => {
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
        plugins: [marksPlugin(() => what.marks(model)), endLabels],
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
