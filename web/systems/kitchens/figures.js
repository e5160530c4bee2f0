// figures.js: the key figures of the kitchens, the four of the hall first.

import { figureOrColumn, seconds } from "../../app/figures.js";
import { number } from "../../app/words.js";

/**
 * @typedef {import("../../app/figures.js").Figure} Figure
 * @typedef {import("./model.js").CityModel} Model
 */

/** @param {number | null} value @returns {[string, string]} */
const count = (value) => [number(value), ""];

/** @type {Figure[]} */
export const FIGURES = [
  {
    name: "response",
    value: (model) => seconds(figureOrColumn(model, "response_mean_ms", "resp_mean_ms")),
  },
  {
    name: "p99",
    /* the same source as the chart beside it, so that the two never disagree */
    value: (model) => seconds(model.latest("resp_p99_ms")),
  },
  {
    name: "busiest",
    value: (model) => {
      const value = figureOrColumn(model, "max_over_mean", "max_over_mean");
      return value === null ? ["–", ""] : [number(value, 1), "×"];
    },
  },
  {
    name: "per_min",
    value: (model) => count(figureOrColumn(model, "orders_per_min", "throughput_per_min")),
  },
  { name: "open", value: (/** @type {Model} */ model) => count(model.dispatcher.open) },
  { name: "waiting", value: (/** @type {Model} */ model) => count(model.dispatcher.waiting) },
  {
    name: "migrations",
    value: (model) => count(figureOrColumn(model, "migrations", "migrations")),
  },
  {
    name: "jain",
    value: (model) => {
      const value = figureOrColumn(model, "jain_utilisation", "jain_utilisation");
      return [value === null ? "–" : value.toFixed(3), ""];
    },
  },
];

/**
 * Orders placed so far, for the verdict card.
 * @param {Model} model
 */
export function ordersSoFar(model) {
  for (const name of ["orders_placed", "orders_served"]) {
    const value = model.figures[name];
    if (value !== undefined && value !== null) return value;
  }
  return [...model.kitchens.values()].reduce(
    (sum, kitchen) => sum + kitchen.served,
    model.dispatcher.open,
  );
}
