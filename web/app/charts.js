// charts.js: the charts: each has a caption sentence, a table and a CSV, and every fault, mode and
// verdict as a labelled vertical line. Drawn at most four times a second, never animated.

import { api } from "./api.js";
import { el, fill, icon, setText, token, unit } from "./dom.js";
import { table } from "./menu.js";
import { hatch } from "./stage/drawing.js";
import { inTurn } from "./turns.js";
import { t, virtualTime } from "./words.js";

/**
 * @typedef {import("./model.js").Model} Model
 * @typedef {{
 *   id: string,
 *   title: () => string,
 *   caption(model: Model): string,
 *   csv: string,
 *   overTime: boolean,
 *   href?: () => string,
 *   config(model: Model): any,
 *   update(model: Model, chart: ChartInstance): void,
 *   table(model: Model): {head: string[], rows: (string | number)[][]},
 * }} ChartKind
 * @typedef {{t_s: number, text: string, tone: string}} Mark
 * @typedef {{from_us: number, until_us: number}} Span
 */

const REDRAW_MS = 300;
export const WINDOW_S = 60;
const TICK_S = 20;

/**
 * Rows of the visible window.
 * @param {Model} model
 */
export function windowRows(model) {
  const end = model.t_us / 1e6;
  let from = model.points.length;
  while (from > 0 && (model.points[from - 1][0] ?? 0) > end - WINDOW_S) from -= 1;
  return model.points.slice(from);
}

/**
 * A column of the window as points of a line.
 * @param {Model} model
 * @param {string} name
 * @param {number} factor
 */
export function series(model, name, factor) {
  const column = model.columns.indexOf(name);
  if (column < 0) return [];
  return windowRows(model).map((row) => ({
    x: row[0] ?? 0,
    y: row[column] === null ? null : Number(row[column]) * factor,
  }));
}

/** The size of chart text in this density. */
export function chartFont() {
  const density = document.documentElement.dataset.density;
  return density === "lecture" ? 20.2 * unit() : density === "lab" ? 14 : 13;
}

/** Options every chart shares. */
export function baseOptions() {
  const size = chartFont();
  Chart.defaults.font.family = token("--font");
  Chart.defaults.font.size = size;
  Chart.defaults.color = token("--text-second");
  return {
    animation: false,
    responsive: true,
    maintainAspectRatio: false,
    resizeDelay: 100,
    events: /** @type {string[]} */ ([]),
    layout: { padding: { top: size * 0.3, right: size * 0.3 } },
    plugins: { legend: { display: false }, tooltip: { enabled: false } },
  };
}

/** An axis of virtual time, the newest instant at the right edge. */
export function timeAxis() {
  return {
    type: "linear",
    grid: { color: token("--grid"), drawTicks: false, borderColor: token("--border") },
    ticks: {
      maxRotation: 0,
      padding: 6,
      callback: (/** @type {number} */ value) => virtualTime(value * 1e6, 0),
    },
    afterBuildTicks: (/** @type {any} */ axis) => {
      const first = Math.ceil(axis.min / TICK_S) * TICK_S;
      axis.ticks = [];
      for (let value = first; value <= axis.max; value += TICK_S) axis.ticks.push({ value });
    },
  };
}

/**
 * Chart.js 3.9 updates a chart once more when it waited for the end of a resize (resizeDelay) as it went.
 * @param {ChartInstance | null} chart
 */
function destroy(chart) {
  if (!chart) return;
  chart.destroy();
  chart.update = () => {};
}

/** @param {Model} model @param {ChartInstance} chart */
export function slideWindow(model, chart) {
  const end = Math.max(WINDOW_S, model.t_us / 1e6);
  chart.options.scales.x.min = end - WINDOW_S;
  chart.options.scales.x.max = end;
}

/**
 * Vertical lines with short words, always visible: the own plugin.
 * @param {() => Mark[]} marks
 */
export function marksPlugin(marks) {
  return {
    id: "marks",
    /** @param {ChartInstance} chart */
    afterDatasetsDraw(chart) {
      const { ctx, chartArea } = chart;
      const x = chart.scales.x;
      const size = chartFont() * 0.9;
      /** @type {number[]} */
      const freeFrom = [Infinity, Infinity];
      for (const mark of [...marks()].reverse()) {
        if (mark.t_s < x.min || mark.t_s > x.max) continue;
        const at = x.getPixelForValue(mark.t_s);
        ctx.fillStyle = token(`--state-${mark.tone}`);
        ctx.fillRect(at - 1, chartArea.top, 2, chartArea.bottom - chartArea.top);
        ctx.font = `600 ${size}px ${token("--font")}`;
        const width = ctx.measureText(mark.text).width;
        const flip = at + width + 6 > chartArea.right;
        const left = flip ? at - width - 5 : at + 5;
        const row = freeFrom.findIndex((free) => left + width < free);
        if (row < 0 || left < chartArea.left) continue;
        freeFrom[row] = Math.min(left, at) - 4;
        ctx.textBaseline = "top";
        ctx.textAlign = "left";
        ctx.lineWidth = 4;
        ctx.lineJoin = "round";
        ctx.strokeStyle = token("--panel");
        ctx.strokeText(mark.text, left, chartArea.top + row * size * 1.15);
        ctx.fillText(mark.text, left, chartArea.top + row * size * 1.15);
      }
    },
  };
}

/**
 * Faults as long as they last, hatched as on the timeline.
 * @param {() => Span[]} spans
 */
function spansPlugin(spans) {
  return {
    id: "spans",
    /** @param {ChartInstance} chart */
    beforeDatasetsDraw(chart) {
      const { ctx, chartArea: { left, right, top, bottom }, scales: { x } } = chart;
      const at = (/** @type {number} */ t_us) => Math.max(left, Math.min(right, x.getPixelForValue(t_us / 1e6)));
      const area = new Path2D();
      for (const { from_us, until_us } of spans()) {
        const from = at(from_us);
        const until = at(Math.min(until_us, x.max * 1e6));
        if (until > from) area.rect(from, top, Math.max(2, until - from), bottom - top);
      }
      ctx.save();
      ctx.clip(area);
      hatch(ctx, { left, right, top, bottom }, chartFont() * 0.4);
      ctx.restore();
    },
  };
}

/**
 * A chart's room: shows one of several kinds, or its table.
 * @param {HTMLElement} root
 * @param {Model} model
 * @param {ChartKind[]} kinds the first is shown at the start
 * @param {() => Span[]} spans faults to be shaded
 * @param {boolean} [choice] one may always choose, not only where there is room for it
 */
export function mountChart(root, model, kinds, spans, choice = false) {
  let kind = kinds[0];
  let asTable = false;
  /** @type {ChartInstance | null} */
  let chart = null;
  let drawnAt = -Infinity;
  let later = 0;

  const caption = el("p.cut");
  const choose = /** @type {HTMLSelectElement} */ (
    el("select", {
      "aria-label": t("chart.choose"),
      onchange: () => show(kinds[choose.selectedIndex]),
    },
      ...kinds.map((one) => el("option", null, one.title())))
  );
  const toggle = el("button.bare", { type: "button", onclick: () => setTable(!asTable) });
  const csv = el(
    "a",
    { title: t("chart.csv"), "aria-label": t("chart.csv"), download: true },
    icon("download"),
  );
  const plot = el("div.plot");
  const rows = el("div.scroll", { hidden: true, tabindex: 0 });
  fill(root, el("header", null, choose, caption, toggle, csv), plot, rows);

  const show = (/** @type {ChartKind} */ one) => {
    kind = one;
    rebuild();
  };
  const setTable = (/** @type {boolean} */ on) => {
    asTable = on;
    rebuild();
  };
  const rebuild = () => {
    destroy(chart);
    chart = null;
    choose.hidden = model.look.density !== "lab" && !choice;
    plot.hidden = asTable;
    rows.hidden = !asTable;
    const name = t(asTable ? "chart.as_chart" : "chart.as_table");
    toggle.title = name;
    toggle.setAttribute("aria-label", name);
    fill(toggle, icon(asTable ? "chart" : "table"));
    root.setAttribute("aria-label", kind.title());
    if (model.run) csv.setAttribute("href", kind.href?.() ?? api.exportUrl(model.run.run, kind.csv, false));
    drawnAt = -Infinity;
    draw();
  };
  /* what came last is drawn too, also when nothing comes after it */
  const drawSoon = () => {
    if (later !== 0) return;
    later = window.setTimeout(() => inTurn(() => {
      later = 0;
      draw();
    }), Math.max(0, drawnAt + REDRAW_MS - performance.now()));
  };
  const draw = () => {
    if (document.hidden || !model.run || model.until.aborted || root.clientWidth === 0) return;
    drawnAt = performance.now();
    setText(caption, kind.caption(model));
    if (asTable) {
      const { head, rows: body } = kind.table(model);
      fill(rows, table(kind.title(), head, body));
      return;
    }
    if (typeof Chart === "undefined") return;
    if (!chart) {
      const canvas = /** @type {HTMLCanvasElement} */ (
        el("canvas", { role: "img", "aria-label": kind.title() })
      );
      fill(plot, canvas);
      const config = kind.config(model);
      if (kind.overTime) config.plugins = [spansPlugin(spans), ...config.plugins];
      chart = new Chart(canvas, config);
    }
    kind.update(model, chart);
    chart.update("none");
  };
  model.until.addEventListener("abort", () => {
    window.clearTimeout(later);
    destroy(chart);
  });
  model.on(["run", "look"], rebuild);
  model.on(["points", "view", "frame"], drawSoon);
  rebuild();
}
