// raft.js: what the council puts into the rooms of the page.

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
import { number, t } from "../../app/words.js";
import { ownActions, placeOrders } from "./actions.js";
import { councilLook } from "./look.js";
import { CouncilModel } from "./model.js";
import { charts, councilTone, FIGURES, MOMENTS, PAIR_CHARTS, PAIR_FIGURES, QUESTIONS, UNTILS } from "./parts.js";

/**
 * @typedef {CouncilModel} Model
 * @typedef {import("../../app/types").EventRow} EventRow
 */

/** Letters of the keys of the bar. */
const LETTERS = {
  orders: "o", three: "r", transfer: "h", members: "w", break: "b", heal: "a", verify: "v", download: "y",
};
const ORDERS_BY_KEY = 3;

/** @type {import("../../app/ring/kit.js").Cluster} */
const CLUSTER = {
  look: (/** @type {Model} */ model) => councilLook(model),
  tone: councilTone,
  more: (/** @type {Model} */ model, event) => memberNames(model, event),
  load: "ok_per_s",
  operations: (model) => ["ops_ok", "ops_fail", "ops_info"].reduce((sum, name) => sum + (model.figures[name] ?? 0), 0),
  explain: (model, subject, showCauses) => void explainSubject(model, subject, showCauses),
  spans: [
    { begins: "leader_elected", ends: ["leader_stepped_down", "node_crashed", "server_started"], tone: "serving", of: "node", wide: false },
    { begins: "election_begun", ends: ["leader_elected", "vote_given", "leader_stepped_down"], tone: "moving", of: "node", wide: false },
  ],
  pairFigures: PAIR_FIGURES,
  pairCharts: PAIR_CHARTS,
  presets,
  untils: UNTILS,
};

/** @type {import("../../app/types").SystemPart} */
export const part = { Model: CouncilModel, moments: MOMENTS, whyIdle, mount, mountFrame };

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
    known[name] = [...model.servers.keys()]
      .filter((node) => Math.floor(event.args[index] / 2 ** node) % 2 === 1)
      .map((node) => model.nodeLetter(node)).join(", ");
  });
  return known;
}

/** @param {import("../../app/model.js").Model} model @param {string} key */
function whyIdle(model, key) {
  return key === "lease_drift_ppm" && model.run?.settings.reads !== "lease" ? "why.no_lease" : null;
}

/**
 * @param {Model} model
 * @param {import("../../app/types").PageHands} hands
 * @returns {import("../../app/types").Mounted}
 */
function mount(model, hands) {
  const stage = new RingStage(byId("stage"), model, councilLook(model));
  const own = ownActions(model);
  const actions = mountBar(byId("actions"), model, stage, hands.verify, own);
  mountDrawer(byId("controls"), model, [
    { id: "run", icon: "runs", parts: () => runSection(model) },
    { id: "council", icon: "policy", parts: (until) => settingFields(model, [
      "election_min_ms", "election_max_ms", "heartbeat_ms", "pre_vote", "check_quorum", "reads", "lease_drift_ppm",
    ], until) },
    { id: "load", icon: "rush", parts: (until) => settingFields(model, [
      "ops_per_s", "read_pct", "cas_pct", "delete_pct", "clients", "attempt_ms", "operation_ms",
    ], until) },
    { id: "book", icon: "list", parts: (until) => settingFields(model, ["batch_bytes", "pipeline", "snapshot_entries"], until) },
    { id: "faults", icon: "break", parts: (until) => faultParts(model, stage, until) },
    { id: "rules", icon: "verify", parts: (until) => ruleParts(model, until) },
  ], "council");
  const story = { text: tellers(model, CLUSTER).text, mine: () => "", situation: () => situation(model) };
  mountCaption(byId("caption"), model, story);
  mountCaption(byId("mine"), model, story);
  mountPhoneBar(byId("ordering"), model, stage, hands.verify, own);
  return {
    ...mountedOf(model, hands, CLUSTER),
    figures: FIGURES,
    charts: charts(),
    keys: ringKeys(model, stage, { ...actions, three: () => void placeOrders(model, ORDERS_BY_KEY) }, LETTERS),
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

/** @param {import("../../app/model.js").Model} model the same orders under another rule */
function presets(model) {
  return QUESTIONS.map((question) => ({
    text: question.values.map((value) => valueName(question.setting, value)).join(" | "),
    run: () => void ask(model, question),
  }));
}
