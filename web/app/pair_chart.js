// pair_chart.js: a figure of two runs over their whole length on shared axes: A solid, B dashed,
// the moment that is shown as a line, and where they came apart.

import { baseOptions, chartFont } from "./charts.js";
import { token } from "./dom.js";
import { number, t, virtualTime } from "./words.js";

/**
 * @typedef {import("./pair.js").Pair} Pair
 * @typedef {import("./history.js").History} History
 * @typedef {import("./charts.js").ChartKind} ChartKind
 * @typedef {{id: string, column: string, factor: number, unit: string, decimals: number}} What
 */

const POINTS_MAX = 240;
const TABLE_ROWS_MAX = 120;
const TICK_STEPS_S = [5, 10, 20, 60, 120, 300, 600, 1200, 3600, 7200, 14400];
const TICKS_WANTED = 4;

/**
 * @param {Pair} pair
 * @param {History[]} histories of both sides
 * @param {What} what
 * @param {() => {moment_s: number | null, csv: string}} about where they came apart; the table of both
 * @returns {ChartKind}
 */
export function pairChart(pair, histories, what, about) {
  const now_s = () => pair.cursor_us / 1e6;
  const value = (/** @type {number} */ side) => {
    const raw = histories[side].at(what.column, now_s());
    return raw === null ? "–" : `${number(raw * what.factor, what.decimals)}${what.unit}`;
  };
  return {
    id: what.id,
    title: () => t(`chart.${what.id}`),
    caption: () => t("pair.chart_caption", { a: value(0), b: value(1) }),
    csv: "metrics",
    overTime: true,
    href: () => about().csv,
    config: () => chartConfig(what, now_s, () => about().moment_s),
    update: (_model, chart) => {
      const end_s = Math.max(1, pair.end_us / 1e6);
      chart.options.scales.x.max = end_s;
      histories.forEach((history, side) => {
        chart.data.datasets[side].data = history.line(what.column, what.factor, end_s, POINTS_MAX);
      });
    },
    table: () => tableOf(pair, histories, what),
  };
}

/**
 * @param {What} what
 * @param {() => number} now_s
 * @param {() => number | null} parting_s
 */
function chartConfig(what, now_s, parting_s) {
  const options = baseOptions();
  const size = chartFont();
  return {
    type: "line",
    data: { datasets: [line("A", "--a-3", []), { ...line("B", "--b-3", [9, 5]), order: -1 }] }, /* B over A */
    options: {
      ...options,
      layout: { padding: { top: size * 0.4, right: size * 1.6 } },
      scales: {
        x: {
          type: "linear",
          min: 0,
          grid: { color: token("--grid"), drawTicks: false, borderColor: token("--border") },
          ticks: {
            maxRotation: 0, padding: 6,
            callback: (/** @type {number} */ second) => virtualTime(second * 1e6, 0),
          },
          afterBuildTicks: placeTicks,
        },
        y: {
          beginAtZero: true,
          grid: { color: token("--grid"), drawTicks: false, drawBorder: false },
          ticks: {
            maxTicksLimit: 4, padding: 4,
            callback: (/** @type {number} */ tick) => `${number(tick, tick % 1 === 0 ? 0 : 1)}${what.unit}`,
          },
        },
      },
    },
    plugins: [momentLines(now_s, parting_s), endLetters],
  };
}

/** @param {string} label @param {string} colour @param {number[]} dash */
function line(label, colour, dash) {
  return {
    label, data: [], borderColor: token(colour), borderWidth: 3, borderDash: dash,
    pointRadius: 0, tension: 0, spanGaps: true,
  };
}

/** @param {any} axis round times, a few of them */
function placeTicks(axis) {
  const step_s = TICK_STEPS_S.find((step) => axis.max / step <= TICKS_WANTED) ?? 28_800;
  axis.ticks = [];
  for (let second = 0; second <= axis.max; second += step_s) axis.ticks.push({ value: second });
}

/**
 * @param {() => number} now_s
 * @param {() => number | null} parting_s
 */
function momentLines(now_s, parting_s) {
  return {
    id: "moments",
    /** @param {ChartInstance} chart */
    afterDatasetsDraw(chart) {
      const { ctx, chartArea: { top, bottom }, scales: { x } } = chart;
      const parting = parting_s();
      const upright = (/** @type {number} */ second, /** @type {string} */ colour, /** @type {number} */ width) => {
        if (second < x.min || second > x.max) return;
        ctx.fillStyle = token(colour);
        ctx.fillRect(x.getPixelForValue(second) - width / 2, top, width, bottom - top);
      };
      if (parting !== null) upright(parting, "--state-moving", 2);
      upright(now_s(), "--text", 2);
    },
  };
}

/** The letters of the sides at the ends of their lines, so that no legend is needed. */
const endLetters = {
  id: "endLetters",
  /** @param {ChartInstance} chart */
  afterDatasetsDraw(chart) {
    const { ctx, chartArea } = chart;
    const size = chartFont();
    ctx.font = `700 ${size}px ${token("--font")}`;
    ctx.textAlign = "left";
    ctx.textBaseline = "middle";
    const ends = chart.data.datasets
      .map((set, index) => ({ set, points: chart.getDatasetMeta(index).data }))
      .filter(({ points }) => points.length > 0)
      .map(({ set, points }) => ({ set, y: points[points.length - 1].y }))
      .sort((one, other) => other.y - one.y);
    let free = chartArea.bottom + size / 2;
    for (const { set, y } of ends) {
      const at = Math.max(chartArea.top - size / 2, Math.min(y, free - size));
      free = at;
      ctx.fillStyle = set.borderColor;
      ctx.fillText(set.label, chartArea.right + size * 0.35, at);
    }
  },
};

/**
 * @param {Pair} pair
 * @param {History[]} histories
 * @param {What} what
 */
function tableOf(pair, histories, what) {
  const end_s = Math.floor(pair.end_us / 1e6);
  const step_s = Math.max(1, Math.ceil(end_s / TABLE_ROWS_MAX));
  /** @type {(string | number)[][]} */
  const rows = [];
  for (let second = step_s; second <= end_s; second += step_s) {
    const [a, b] = histories.map((history) => history.at(what.column, second));
    const cell = (/** @type {number | null} */ raw) => (
      raw === null ? "–" : number(raw * what.factor, what.decimals)
    );
    rows.push([
      virtualTime(second * 1e6, 0), cell(a), cell(b), a === null || b === null ? "–" : cell(b - a),
    ]);
  }
  return { head: [t("table.time"), "A", "B", t("pair.diff")], rows };
}
