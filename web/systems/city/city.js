// city.js: what the city of one book puts into the rooms of the page.

import { mountCaption } from "../../app/caption.js";
import { byId } from "../../app/dom.js";
import { mountDrawer, ruleParts, settingFields } from "../../app/drawer.js";
import { ask } from "../../app/question.js";
import { mountBar, mountPhoneBar } from "../../app/ring/bar.js";
import { faultParts } from "../../app/ring/fault_parts.js";
import { mountedOf, mountRingFrame, ringKeys, tellers } from "../../app/ring/kit.js";
import { RingStage } from "../../app/ring/stage.js";
import { explainSubject } from "../../app/ring/subject.js";
import { runSection } from "../../app/runs.js";
import { valueName } from "../../app/side_names.js";
import { t } from "../../app/words.js";
import { ownActions } from "./actions.js";
import { cityLook, modeName } from "./look.js";
import { CityModel } from "./model.js";
import { charts, cityTone, FIGURES, MOMENTS, PAIR_CHARTS, PAIR_FIGURES, UNTILS } from "./parts.js";
import { modePairs } from "./three.js";

/**
 * @typedef {CityModel} Model
 * @typedef {import("../../app/types").EventRow} EventRow
 */

/** Letters of the keys of the bar. */
const LETTERS = {
  orders: "r", mode: "o", three: "w", pantry: "h", break: "b", heal: "a", verify: "v", download: "y",
};

/** @type {import("../../app/ring/kit.js").Cluster} */
const CLUSTER = {
  look: (/** @type {Model} */ model) => cityLook(model),
  tone: cityTone,
  more: () => ({}),
  load: "confirmed_per_s",
  operations: (model) => model.figures.orders_placed ?? 0,
  explain: (model, subject, showCauses) => void explainSubject(model, subject, showCauses),
  spans: [
    { begins: "kitchen_suspected", ends: ["kitchen_trusted"], tone: "slow", of: "peer", wide: false },
  ],
  pairFigures: PAIR_FIGURES,
  pairCharts: PAIR_CHARTS,
  presets: (model) => [
    ...modePairs().map((values) => ({ setting: "mode", values })),
    { setting: "conflict", values: /** @type {[string, string]} */ (["last-write-wins", "siblings"]) },
  ].map((question) => ({
    text: question.values.map((value) => valueName(question.setting, value)).join(" | "),
    run: () => void ask(model, question),
  })),
  untils: UNTILS,
};

/** @type {import("../../app/types").SystemPart} */
export const part = { Model: CityModel, moments: MOMENTS, whyIdle, mount, mountFrame };

/** @param {import("../../app/model.js").Model} model @param {string} key */
function whyIdle(model, key) {
  const { mode, switch_to: to } = model.run?.settings ?? {};
  if (to !== undefined && to !== "no") return null;
  if (["r", "w", "conflict"].includes(key) && mode === "cp") return "why.all_strong";
  return key === "election_ms" && mode === "ap" ? "why.no_log" : null;
}

/**
 * @param {Model} model
 * @param {import("../../app/types").PageHands} hands
 * @returns {import("../../app/types").Mounted}
 */
function mount(model, hands) {
  const stage = new RingStage(byId("stage"), model, cityLook(model));
  const actions = mountBar(byId("actions"), model, stage, hands.verify, ownActions(model));
  mountDrawer(byId("controls"), model, [
    { id: "run", icon: "runs", parts: () => runSection(model) },
    { id: "promise", icon: "policy", parts: (until) => settingFields(model, [
      "switch_to", "mode", "conflict", "r", "w", "election_ms", "suspect_after_ms", "anti_entropy", "repair_interval_ms",
    ], until) },
    { id: "load", icon: "rush", parts: (until) => settingFields(model, [
      "orders_per_min", "lobster_pct", "delivery_s", "answer_ms", "dish_s", "lobster_ms", "soup_ms", "stoves",
    ], until) },
    { id: "faults", icon: "break", parts: (until) => faultParts(model, stage, until) },
    { id: "rules", icon: "verify", parts: (until) => ruleParts(model, until) },
  ], "promise");
  const story = { text: tellers(model, CLUSTER).text, mine: () => "", situation: () => situation(model) };
  mountCaption(byId("caption"), model, story);
  mountCaption(byId("mine"), model, story);
  mountPhoneBar(byId("ordering"), model, stage, hands.verify, ownActions(model));
  return {
    ...mountedOf(model, hands, CLUSTER),
    figures: FIGURES,
    charts: charts(),
    keys: ringKeys(model, stage, actions, LETTERS),
  };
}

/**
 * @param {Model} model
 * @param {(event: EventRow) => void} choose
 */
function mountFrame(model, choose) {
  mountCaption(byId("caption"), model, {
    text: tellers(model, CLUSTER).text, mine: () => "", situation: () => situation(model),
  });
  return mountRingFrame(model, CLUSTER, choose);
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
