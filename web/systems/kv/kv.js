// kv.js: what the store puts into the rooms of the page.

import { ringPart } from "../../app/ring/mount.js";
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

const HINTS = ["hint_window_ms"];
const STRONG = 1; /* enum kv_mode */

/** @type {import("../../app/ring/kit.js").Cluster} */
const CLUSTER = {
  look: (/** @type {Model} */ model) => storeLook(model),
  tone: storeTone,
  more: (/** @type {Model} */ model, event) => named(model, event),
  load: "ok_per_s",
  operations: (model) => ["ops_ok", "unavailable", "unknown"].reduce((sum, name) => sum + (model.figures[name] ?? 0), 0),
  spans: [
    { begins: "replica_suspected", ends: ["replica_trusted"], tone: "slow", of: "peer", wide: false },
  ],
  pairFigures: PAIR_FIGURES,
  pairCharts: PAIR_CHARTS,
  questions,
  untils: UNTILS,
};

export const part = ringPart({
  Model: StoreModel,
  moments: MOMENTS,
  whyIdle,
  cluster: CLUSTER,
  actions: (/** @type {Model} */ model) => ownActions(model),
  sections: [
    { id: "store", icon: "policy", settings: ["switch_to", "mode", "n", "r", "w", "quorum", "conflict"] },
    { id: "versions", icon: "list", parts: (/** @type {Model} */ model, until) => mountVersions(model, until) },
    { id: "repair", icon: "heal", settings: [
      "read_repair", "hinted_handoff", "hint_window_ms", "anti_entropy", "repair_interval_ms", "tombstone_ms",
    ] },
    { id: "load", icon: "rush", settings: [
      "ops_per_s", "batch_pct", "read_pct", "delete_pct", "context_pct", "local_pct", "key_zipf", "clients",
    ] },
  ],
  situation: (/** @type {Model} */ model) => situation(model),
  figures: FIGURES,
  charts,
});

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
 * @returns {import("../../app/question.js").Question[]}
 */
function questions(model) {
  const modes = model.system?.settings.find((one) => one.key === "mode")?.choices ?? [];
  const pairs = modes.flatMap((a, index) => modes.slice(index + 1).map((b) => /** @type {[string, string]} */ ([a, b])));
  return [
    ...pairs.map((values) => ({ setting: "mode", values })),
    { setting: "quorum", values: ["strict", "sloppy"] },
    { setting: "read_repair", values: ["off", "blocking"] },
    { setting: "conflict", values: ["last-write-wins", "siblings"] },
  ];
}
