// figures.js: the key figures: name, value, unit; four in a hall, more in the lab. A press on any of
// them says what all of them mean.

import { el, fill, setText } from "./dom.js";
import { openDialog, table } from "./menu.js";
import { duration, number, t } from "./words.js";

/**
 * @typedef {import("./model.js").Model} Model
 * @typedef {{name: string, value(model: Model): [string, string]}} Figure
 */

/** @param {HTMLElement} root @param {Model} model @param {Figure[]} figures */
export function mountFigures(root, model, figures) {
  const shown = () => (model.look.density === "lab" ? figures : figures.slice(0, 4));
  /** @type {{value: Element, unit: Element, figure: Figure}[]} */
  let cells = [];
  const build = () => {
    cells = [];
    fill(root, ...shown().map((figure) => {
      const value = el("span");
      const unit = el("small");
      cells.push({ value, unit, figure });
      return el(
        "dl.figure",
        { title: t(`figure.${figure.name}.about`) },
        el("dt", null, t(`figure.${figure.name}`)),
        el("dd", null, value, unit),
      );
    }), el("button.explain", { type: "button", onclick: (/** @type {Event} */ event) => {
      event.stopPropagation();
      openAbout(model, figures);
    } }, t("figures.explain")));
    render();
  };
  const render = () => {
    for (const cell of cells) {
      const [value, unit] = cell.figure.value(model);
      setText(cell.value, value);
      setText(cell.unit, unit);
    }
  };
  root.addEventListener("click", () => openAbout(model, figures)); /* the button is for the keyboard */
  model.on(["run", "look"], build);
  model.on(["figures", "points"], render);
  build();
}

/** @param {Model} model @param {Figure[]} figures */
function openAbout(model, figures) {
  const { body } = openDialog("figures-about", t("figures.title"));
  const built = table(t("figures.title"), ["figure", "now", "meaning"].map((name) => t(`figures.${name}`)),
    figures.map((figure) => [
      t(`figure.${figure.name}`), figure.value(model).join("\u00a0").trim(), t(`figure.${figure.name}.about`),
    ]));
  built.classList.add("wordy");
  fill(body, built);
}

/**
 * A share with its unit; near to all of it more exactly, all of it without a point.
 * @param {number | null} value percent
 * @returns {[string, string]}
 */
export function percent(value) {
  if (value === null) return ["–", ""];
  const decimals = value === 100 ? 0 : value > 99.9 ? 2 : 1;
  return [number(value, decimals), "%"];
}

/**
 * A figure of the frames, or the newest value of a metrics column.
 * @param {Model} model
 * @param {string} figure
 * @param {string} column
 */
export function figureOrColumn(model, figure, column) {
  const value = model.figures[figure];
  return value === undefined ? model.latest(column) : value;
}

/**
 * A length of time with its unit.
 * @param {number | null | undefined} ms
 * @returns {[string, string]}
 */
export function length(ms) {
  const [value, unit = ""] = duration(ms ?? null).split(" ");
  return [value, unit];
}

/** @param {number | null} ms @returns {[string, string]} */
export function seconds(ms) {
  return ms === null ? ["–", ""] : [number(ms / 1000, ms < 100_000 ? 2 : 0), "s"];
}
