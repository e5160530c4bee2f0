// kv.js: what the store puts into the rooms of the page.

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
import { modeName, storeLook } from "./look.js";
import { StoreModel } from "./model.js";
import { charts, FIGURES, MOMENTS, PAIR_CHARTS, PAIR_FIGURES, storeTone, UNTILS } from "./parts.js";
import { mountVersions } from "./versions.js";

/**
 * @typedef {StoreModel} Model
 * @typedef {import("../../app/types").EventRow} EventRow
 */

/** Letters of the keys of the bar. */
const LETTERS = {
  write: "w", read: "r", mode: "o", repair: "h", break: "b", heal: "a", verify: "v", download: "y",
};
const HINTS = ["hint_window_ms"];
const STRONG = 1; /* enum kv_mode */

/** @type {import("../../app/ring/kit.js").Cluster} */
const CLUSTER = {
  look: (/** @type {Model} */ model) => storeLook(model),
  tone: storeTone,
  more: (/** @type {Model} */ model, event) => named(model, event),
  load: "ok_per_s",
  operations: (model) => ["ops_ok", "unavailable", "unknown"].reduce((sum, name) => sum + (model.figures[name] ?? 0), 0),
  explain: (model, subject, showCauses) => void explainSubject(model, subject, showCauses),
  spans: [
    { begins: "replica_suspected", ends: ["replica_trusted"], tone: "slow", of: "peer", wide: false },
  ],
  pairFigures: PAIR_FIGURES,
  pairCharts: PAIR_CHARTS,
  presets,
  untils: UNTILS,
};

/** @type {import("../../app/types").SystemPart} */
export const part = { Model: StoreModel, moments: MOMENTS, whyIdle, mount, mountFrame };

/** Arguments of notes that are modes. */
const MODES = ["from", "to", "mode"];

/**
 * A note names a key, or a mode, by its number.
 * @param {Model} model
 * @param {EventRow} event
 * @returns {Record<string, unknown>}
 */
function named(model, event) {
  const args = model.system?.notes.find((note) => note.name === event.kind)?.args ?? [];
  /** @type {Record<string, unknown>} */
  const names = {};
  args.forEach((name, at) => {
    if (name === null) return;
    if (name === "key") names.key = model.keyName(event.args[at]);
    if (MODES.includes(name)) names[name] = modeName(model, event.args[at]);
  });
  return names;
}

/** @param {import("../../app/model.js").Model} model @param {string} key */
function whyIdle(model, key) {
  const { settings } = model.run ?? { settings: {} };
  return HINTS.includes(key) && (settings.hinted_handoff === false || settings.hinted_handoff === "off") ? "why.no_hints" : null;
}

/**
 * @param {Model} model
 * @param {import("../../app/types").PageHands} hands
 * @returns {import("../../app/types").Mounted}
 */
function mount(model, hands) {
  const stage = new RingStage(byId("stage"), model, storeLook(model));
  const actions = mountBar(byId("actions"), model, stage, hands.verify, ownActions(model));
  mountDrawer(byId("controls"), model, [
    { id: "run", icon: "runs", parts: () => runSection(model) },
    { id: "store", icon: "policy", parts: (until) => settingFields(model, ["switch_to", "mode", "n", "r", "w", "quorum", "conflict"], until) },
    { id: "versions", icon: "list", parts: (until) => mountVersions(model, until) },
    { id: "repair", icon: "heal", parts: (until) => settingFields(model, [
      "read_repair", "hinted_handoff", "hint_window_ms", "anti_entropy", "repair_interval_ms", "tombstone_ms",
    ], until) },
    { id: "load", icon: "rush", parts: (until) => settingFields(model, [
      "ops_per_s", "batch_pct", "read_pct", "delete_pct", "context_pct", "local_pct", "key_zipf", "clients",
    ], until) },
    { id: "faults", icon: "break", parts: (until) => faultParts(model, stage, until) },
    { id: "rules", icon: "verify", parts: (until) => ruleParts(model, until) },
  ], "store");
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
 * What the store is doing, when nothing special happens.
 * @param {Model} model
 */
function situation(model) {
  const { n, r, w } = model.mode;
  const next = model.switchingTo;
  const letter = model.waitsFor === undefined ? "" : model.nodeLetter(model.waitsFor);
  if (next >= 0)
    return t(letter ? "situation.switch_waits" : "situation.switching", {
      from: modeName(model), to: modeName(model, next), letter,
    });
  if (model.mode.mode === STRONG) return t("situation.strong", { mode: modeName(model) });
  const key = r + w > n ? "situation.overlap" : "situation.miss";
  return t(key, { mode: modeName(model), n, r, w });
}

/**
 * The same minute under two modes, and the other questions of the store.
 * @param {import("../../app/model.js").Model} model
 */
function presets(model) {
  const modes = model.system?.settings.find((one) => one.key === "mode")?.choices ?? [];
  const pairs = modes.flatMap((a, index) => modes.slice(index + 1).map((b) => /** @type {[string, string]} */ ([a, b])));
  /** @type {import("../../app/question.js").Question[]} */
  const questions = [
    ...pairs.map((values) => ({ setting: "mode", values })),
    { setting: "quorum", values: ["strict", "sloppy"] },
    { setting: "read_repair", values: ["off", "blocking"] },
    { setting: "conflict", values: ["last-write-wins", "siblings"] },
  ];
  return questions.map((question) => ({
    text: question.values.map((value) => valueName(question.setting, value)).join(" | "),
    run: () => void ask(model, question),
  }));
}
