// difference.js: the strip between two runs: each figure of both at the moment that is shown, the
// signed difference, and which side is better: by its letter, by the side to which a bar points,
// and by colour. A table, so that it can be read without seeing it.

import { el, fill, setText } from "./dom.js";
import { openDialog, table } from "./menu.js";
import { humanise, number, systemTitle, t, virtualTime } from "./words.js";

/**
 * @typedef {import("./pair.js").Pair} Pair
 * @typedef {import("./types").SystemInfo["figures"][number]} FigureInfo
 * @typedef {import("./types").Comparison} Comparison
 * @typedef {"a" | "b" | null} Better
 * @typedef {{a: HTMLElement, b: HTMLElement, diff: HTMLElement, better: HTMLElement, said: HTMLElement,
 *   bar: HTMLElement, info: FigureInfo}} Row
 */

const REDRAW_MS = 250;
const STEPS = [0.1, 0.4]; /* of the larger value: little, clearly, far better */
const SHOWN_DECIMALS_MAX = 3;

/**
 * How a figure is shown: milliseconds are read as seconds.
 * @param {{unit: string, decimals: number}} info
 * @returns {{factor: number, decimals: number, unit: string}}
 */
export function scaleOf({ unit, decimals }) {
  if (unit === "ms") return { factor: 0.001, decimals: 2, unit: "s" };
  const shown = unit === "%" ? "%" : unit === "x" ? "×" : "";
  return { factor: 1, decimals: Math.min(decimals, SHOWN_DECIMALS_MAX), unit: shown };
}

/**
 * @param {number | null | undefined} value
 * @param {{unit: string, decimals: number}} info
 */
function words(value, info) {
  const { factor, decimals } = scaleOf(info);
  return value === null || value === undefined ? "–" : number(value * factor, decimals);
}

/**
 * A difference with its sign; only no difference has none. One that is too small for the decimals
 * of the figure gets more of them.
 * @param {number | null} diff
 * @param {{unit: string, decimals: number}} info
 */
export function signed(diff, info) {
  if (diff === null) return "–";
  if (diff === 0) return "0";
  const { factor, decimals } = scaleOf(info);
  const size = Math.abs(diff) * factor;
  const finest = info.decimals - Math.round(Math.log10(factor));
  const visible = size >= 0.5 * 10 ** -decimals;
  return `${diff > 0 ? "+" : "−"}${number(size, visible ? decimals : finest)}`;
}

/**
 * B - A, in the figure's own decimals.
 * @param {number | null} a
 * @param {number | null} b
 * @param {{decimals: number}} info
 */
function difference(a, b, { decimals }) {
  return a === null || b === null ? null : Number((b - a).toFixed(decimals));
}

/**
 * Which side is better in a figure.
 * @param {FigureInfo} info
 * @param {number | null} a
 * @param {number | null} b
 * @returns {Better}
 */
export function betterSide({ better }, a, b) {
  if (!better || a === null || b === null || a === b) return null;
  return (a < b) === (better === "lower") ? "a" : "b";
}

/**
 * From 0 to 3: how far the sides are apart.
 * @param {number | null} a
 * @param {number | null} b
 */
function distance(a, b) {
  if (a === null || b === null || a === b) return 0;
  const share = Math.abs(b - a) / Math.max(Math.abs(a), Math.abs(b));
  return 1 + STEPS.filter((step) => share > step).length;
}

/** @param {string} name */
function figureTitle(name) {
  return systemTitle("figures", name) ?? humanise(name);
}

/**
 * @param {HTMLElement} root
 * @param {Pair} pair
 * @param {{name: string, short: string}[]} shown which figures, and their names in a strip
 */
export function mountDifferences(root, pair, shown) {
  /** @type {Row[]} */
  let rows = [];
  const caption = el("caption");
  const body = el("tbody");
  const head = ["pair.figure", "pair.a", "pair.b", "pair.diff", "pair.better"]
    .map((key) => el("th", { scope: "col", title: t(`${key}.about`) }, t(key)));
  const whole = el("table.differences", null, caption, el("thead", null, el("tr", null, ...head)), body);
  fill(root, whole);
  let drawnAt = -Infinity;
  let later = 0;

  const build = () => {
    const known = pair.front.system?.figures ?? [];
    rows = [];
    fill(body, ...shown.flatMap(({ name, short }) => {
      const info = known.find((figure) => figure.name === name);
      if (!info) return [];
      const row = emptyRow(info);
      rows.push(row);
      const { unit } = scaleOf(info);
      return [el("tr", { "data-figure": name },
        el("th", { scope: "row", title: figureTitle(name) }, short, unit ? el("small", null, ` ${unit}`) : null),
        row.a, row.b, row.diff, row.better)];
    }));
  };
  const draw = () => {
    window.clearTimeout(later);
    later = 0;
    drawnAt = performance.now();
    setText(caption, t("pair.strip", { time: virtualTime(pair.models[0].clock.shown_us, 1) }));
    for (const row of rows) fillRow(row, pair);
  };
  const drawSoon = () => {
    if (root.clientWidth === 0) return;
    const wait = pair.direction === 0 ? 0 : drawnAt + REDRAW_MS - performance.now();
    if (wait <= 0) draw();
    else if (later === 0) later = window.setTimeout(draw, wait);
  };
  pair.front.on("run", build);
  pair.front.on(["frame", "look"], drawSoon);
  pair.models[1].on("frame", drawSoon);
}

/** @param {FigureInfo} info @returns {Row} */
function emptyRow(info) {
  const bar = el("i");
  const letter = el("b", { "aria-hidden": "true" });
  const said = el("span.unseen");
  const better = el("td.better", null, bar, letter, said);
  return { a: el("td"), b: el("td"), diff: el("td.diff"), better, bar, said, info };
}

/** @param {Row} row @param {Pair} pair */
function fillRow(row, pair) {
  const { info } = row;
  const [a, b] = pair.models.map((model) => model.figures[info.name] ?? null);
  const better = betterSide(info, a, b);
  setText(row.a, words(a, info));
  setText(row.b, words(b, info));
  setText(row.diff, signed(difference(a, b, info), info));
  row.a.dataset.better = String(better === "a");
  row.b.dataset.better = String(better === "b");
  row.better.dataset.side = better ?? "";
  row.better.dataset.step = String(better ? distance(a, b) : 0);
  setText(row.better.children[1], better ? better.toUpperCase() : "");
  setText(row.said, better ? t(`pair.${better}_better`) : t(a === b ? "pair.equal" : "pair.neither"));
}

/**
 * The plain table of all figures, as the server has them for both runs up to their end.
 * @param {Comparison} comparison
 * @param {string[]} names of the sides
 */
export function openFigures(comparison, names) {
  const { body } = openDialog("figures-of-both", t("pair.figures"));
  const until = virtualTime(comparison.until_ms * 1000, 1);
  const caption = t("pair.figures_about", { a: names[0], b: names[1], time: until });
  const rows = comparison.rows.map((row) => {
    const { unit } = scaleOf(row);
    const cell = (/** @type {"a" | "b"} */ side) =>
      el(row.better === side ? "span.best" : "span", null, words(row[side], row));
    return [
      el("span", null, figureTitle(row.figure), unit ? el("span.second", null, ` ${unit}`) : null),
      cell("a"), cell("b"), signed(row.diff, row),
      row.better ? t(`pair.${row.better}_better`) : row.diff === 0 ? t("pair.equal") : "–",
    ];
  });
  fill(body,
    el("p.lead", null, caption),
    table(caption, [t("pair.figure"), t("pair.a"), t("pair.b"), t("pair.diff"), t("pair.better")], rows));
}
