// raft.js: what the council puts into the rooms of the page.

import { ringPart } from "../../app/ring/mount.js";
import { lettersOf } from "../../app/ring/plates.js";
import { number, t } from "../../app/words.js";
import { ownActions, placeOrders } from "./actions.js";
import { councilLook } from "./look.js";
import { CouncilModel } from "./model.js";
import { charts, councilTone, FIGURES, MOMENTS, PAIR_CHARTS, PAIR_FIGURES, QUESTIONS, UNTILS } from "./parts.js";

/**
 * @typedef {CouncilModel} Model
 * @typedef {import("../../app/types").EventRow} EventRow
 */

const ORDERS_BY_KEY = 3;

/** @type {import("../../app/ring/kit.js").Cluster} */
const CLUSTER = {
  look: (/** @type {Model} */ model) => councilLook(model),
  tone: councilTone,
  more: (/** @type {Model} */ model, event) => memberNames(model, event),
  load: "ok_per_s",
  operations: (model) => ["ops_ok", "ops_fail", "ops_info"].reduce((sum, name) => sum + (model.figures[name] ?? 0), 0),
  spans: [
    { begins: "leader_elected", ends: ["leader_stepped_down", "node_crashed", "server_started"], tone: "serving", of: "node", wide: false },
    { begins: "election_begun", ends: ["leader_elected", "vote_given", "leader_stepped_down"], tone: "moving", of: "node", wide: false },
  ],
  pairFigures: PAIR_FIGURES,
  pairCharts: PAIR_CHARTS,
  questions: () => QUESTIONS,
  untils: UNTILS,
};

export const part = ringPart({
  Model: CouncilModel,
  moments: MOMENTS,
  whyIdle,
  cluster: CLUSTER,
  actions: (/** @type {Model} */ model) => ownActions(model),
  byKey: (/** @type {Model} */ model) => ({ three: () => void placeOrders(model, ORDERS_BY_KEY) }),
  sections: [
    { id: "council", icon: "policy", settings: [
      "election_min_ms", "election_max_ms", "heartbeat_ms", "pre_vote", "check_quorum", "reads", "lease_drift_ppm",
    ] },
    { id: "load", icon: "rush", settings: [
      "ops_per_s", "read_pct", "cas_pct", "delete_pct", "clients", "attempt_ms", "operation_ms",
    ] },
    { id: "book", icon: "list", settings: ["batch_bytes", "pipeline", "snapshot_entries"] },
  ],
  situation: (/** @type {Model} */ model) => situation(model),
  figures: FIGURES,
  charts,
});

/**
 * Sets of servers travel as bits; people read letters.
 * @param {Model} model
 * @param {EventRow} event
 */
function memberNames(model, event) {
  const names = model.system?.notes.find((note) => note.name === event.kind)?.args ?? [];
  /** @type {Record<string, unknown>} */
  const known = {};
  names.forEach((name, index) => {
    if (name !== "voters" && name !== "next_voters" && name !== "learners") return;
    known[name] = lettersOf(model, model.servers.keys(), event.args[index]);
  });
  return known;
}

/** @param {import("../../app/model.js").Model} model @param {string} key */
function whyIdle(model, key) {
  return key === "lease_drift_ppm" && model.run?.settings.reads !== "lease" ? "why.no_lease" : null;
}

/**
 * Who leads, when nothing special happens.
 * @param {Model} model
 */
function situation(model) {
  const leaders = model.leaders();
  const voters = [...model.servers.keys()].filter((node) => Math.floor(model.voters() / 2 ** node) % 2 === 1).length;
  const majority = Math.floor(voters / 2) + 1;
  if (leaders.length === 0) return t("situation.nobody", { majority, voters });
  const [{ node, term }] = leaders;
  const values = { name: model.title(node), term: number(term), majority, voters };
  return t(leaders.length > 1 ? "situation.two" : "situation", values);
}
