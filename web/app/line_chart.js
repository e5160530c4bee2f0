// line_chart.js: a chart of a few lines over the last minute, each with its name at its end.

import { baseOptions, chartFont, marksPlugin, series, slideWindow, timeAxis, windowRows } from "./charts.js";
import { token } from "./dom.js";
import { number, t, virtualTime } from "./words.js";

/**
 * @typedef {import("./model.js").Model} Model
 * @typedef {import("./charts.js").ChartKind} ChartKind
 */

const LABEL_LINE = 1.05; /* of the height of its letters */

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
    const sets = chart.data.datasets
      .map((set, index) => ({ set, points: chart.getDatasetMeta(index).data }))
      .filter(({ set, points }) => set.label && points.length > 0)
      .map(({ set, points }) => ({ set, y: points[points.length - 1].y }));
    spread(sets, chartArea.top + size / 2, chartArea.bottom, size * LABEL_LINE).forEach(({ set, y }) => {
      ctx.fillStyle = set.borderColor ?? token("--text");
      ctx.fillRect(chartArea.right + 5, y - size * 0.28, size * 0.3, size * 0.56);
      ctx.fillStyle = token("--text");
      ctx.fillText(set.label, chartArea.right + 8 + size * 0.3, y);
    });
  },
};

/**
 * Labels one under the other, each as near to the end of its line as the others let it.
 * @template {{y: number}} T
 * @param {T[]} labels the first goes above those that end in the same place
 * @param {number} top of the highest
 * @param {number} bottom of the lowest
 * @param {number} line from one to the next
 */
function spread(labels, top, bottom, line) {
  const rows = labels.map((label, index) => ({ ...label, index })).sort((a, b) => a.y - b.y || a.index - b.index);
  let free = top;
  for (const row of rows) {
    row.y = Math.max(free, row.y);
    free = row.y + line;
  }
  free = bottom;
  for (const row of rows.reverse()) {
    row.y = Math.min(free, row.y);
    free = row.y - line;
  }
  return rows;
}

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
    overTime: true,
    config: (model) => {
      const options = baseOptions();
      const size = chartFont();
      const width = Math.max(...what.values.map((value) => value.name.length));
      return {
        type: "line",
        data: { datasets: what.lines() },
        options: {
          ...options,
          parsing: false, /* series() gives points, in order of time */
          normalized: true,
          layout: { padding: { top: size * 0.4, right: size * (0.9 + width * 0.56) } },
          scales: {
            x: timeAxis(),
            y: {
              beginAtZero: true,
              grid: { color: token("--grid"), drawTicks: false, drawBorder: false },
              ticks: {
                maxTicksLimit: 4,
                precision: what.unit === "" ? 0 : undefined, /* nobody counts half of one */
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
