// city.js: what the city of one book puts into the rooms of the page.

import { ringPart } from "../../app/ring/mount.js";
import { t } from "../../app/words.js";
import { ownActions } from "./actions.js";
import { cityLook, modeName } from "./look.js";
import { CityModel } from "./model.js";
import { charts, cityTone, FIGURES, MOMENTS, PAIR_CHARTS, PAIR_FIGURES, UNTILS } from "./parts.js";
import { modePairs } from "./three.js";

/** @typedef {CityModel} Model */

/** @type {import("../../app/ring/kit.js").Cluster} */
const CLUSTER = {
  look: (/** @type {Model} */ model) => cityLook(model),
  tone: cityTone,
  more: () => ({}),
  load: "confirmed_per_s",
  operations: (model) => model.figures.orders_placed ?? 0,
  spans: [
    { begins: "kitchen_suspected", ends: ["kitchen_trusted"], tone: "slow", of: "peer", wide: false },
  ],
  pairFigures: PAIR_FIGURES,
  pairCharts: PAIR_CHARTS,
  questions: () => [
    ...modePairs().map((values) => ({ setting: "mode", values })),
    { setting: "conflict", values: ["last-write-wins", "siblings"] },
  ],
  untils: UNTILS,
};

export const part = ringPart({
  Model: CityModel,
  moments: MOMENTS,
  whyIdle,
  cluster: CLUSTER,
  actions: (/** @type {Model} */ model) => ownActions(model),
  sections: [
    { id: "promise", icon: "policy", settings: [
      "switch_to", "mode", "conflict", "r", "w", "election_ms", "suspect_after_ms", "anti_entropy", "repair_interval_ms",
    ] },
    { id: "load", icon: "rush", settings: [
      "orders_per_min", "lobster_pct", "delivery_s", "answer_ms", "dish_s", "lobster_ms", "soup_ms", "stoves",
    ] },
  ],
  situation: (/** @type {Model} */ model) => situation(model),
  figures: FIGURES,
  charts,
});

/** @param {import("../../app/model.js").Model} model @param {string} key */
function whyIdle(model, key) {
  const { mode, switch_to: to } = model.run?.settings ?? {};
  if (to !== undefined && to !== "no") return null;
  if (["r", "w", "conflict"].includes(key) && mode === "cp") return "why.all_strong";
  return key === "election_ms" && mode === "ap" ? "why.no_log" : null;
}

/**
 * What the city is doing, when nothing special happens.
 * @param {Model} model
 */
function situation(model) {
  const [leader] = model.leaders();
  const mode = modeName(model);
  if (model.switches()) return t("situation.switching", { mode });
  if (!model.hasLog()) return t("situation.ap", { mode });
  if (!leader) return t("situation.nobody", { mode });
  return t(`situation.${model.modeKey()}`, { mode, letter: model.nodeLetter(leader.node), name: model.title(leader.node) });
}
