// under_way.js: the twin of what moves on a stage, as a list for who does not see the picture: cuts, messages
// and what the system sends about. It is there to be read and never speaks by itself.

import { el, fill } from "../dom.js";
import { inTurn } from "../turns.js";
import { number, t } from "../words.js";
import { FATE_CARRIED, FATE_UNDER_WAY, showsFlights } from "./messages.js";

/**
 * @typedef {import("../model.js").Model} Model
 * @typedef {{
 *   label: (node: number) => string,
 *   message: (type: string) => string,
 *   things: () => string[],
 * }} Words things: what else is drawn between the nodes
 */

const EVERY_MS = 2000; /* while the run moves: nobody can read a list that changes under them */
const LINES_MAX = 60;
const STAYS_US = 1e6; /* a lost message stays on the stage so long, at real speed */

/**
 * @param {HTMLElement} stage
 * @param {Model} model
 * @param {Words} words
 */
export function mountUnderWay(stage, model, words) {
  const list = el("ul.unseen", { "aria-label": t("under_way") });
  stage.append(list);
  let written = -Infinity;
  let last = "";
  const write = () => {
    const lines = [...cuts(model, words), ...words.things(), ...messages(model, words)];
    const shown = lines.length > LINES_MAX
      ? [...lines.slice(0, LINES_MAX), t("under_way.more", { count: number(lines.length - LINES_MAX) })] : lines;
    const all = shown.join("\n");
    if (all !== last) fill(list, ...shown.map((line) => el("li", null, line)));
    last = all;
  };
  const due = () => {
    const now = performance.now();
    if (!model.clock.paused && now - written < EVERY_MS) return;
    written = now;
    inTurn(write);
  };
  model.on(["run", "view", "frame", "faults", "pace", "replay"], due);
}

/** @param {Model} model @param {Words} words */
function cuts(model, { label }) {
  return model.faults.flatMap(({ kind, node, peer }) => {
    if (kind === "link.cut") return [t("under_way.cut", { node: label(node), peer: label(peer) })];
    if (kind === "node.isolate") return [t("under_way.isolated", { node: label(node) })];
    return kind === "net.partition" ? [t("under_way.parted")] : [];
  });
}

/**
 * The same messages as the picture shows.
 * @param {Model} model
 * @param {Words} words
 */
function messages(model, { label, message }) {
  if (!showsFlights(model)) return [];
  const t_us = model.clock.shown_us;
  return model.flights.flatMap(({ type, from, to, fate, sent_us, arrives_us }) => {
    const lost = fate !== FATE_UNDER_WAY;
    const until_us = arrives_us + (lost ? STAYS_US * model.pace.speed : 0);
    if (fate === FATE_CARRIED || sent_us > t_us || t_us > until_us) return [];
    return [t(lost ? "under_way.lost" : "under_way.message", { message: message(type), from: label(from), to: label(to) })];
  });
}
