// explain.js: an order's way through the city: every interval with what it waited for (they sum
// to the response), and why this kitchen: every candidate with the terms of its score.

import { api } from "../../app/api.js";
import { el, fill, icon } from "../../app/dom.js";
import { openDialog, table } from "../../app/menu.js";
import { report } from "../../app/steer.js";
import { duration, fillIn, humanise, nameOf, number, systemTitle, systemWord, t } from "../../app/words.js";
import { nodeLabel } from "./tell.js";

/**
 * @typedef {import("./model.js").CityModel} Model
 * @typedef {{
 *   from_ms: number, to_ms: number, blocker: string, kitchen: number | null,
 *   order?: number, wait?: string, at_node?: number, open?: boolean,
 * }} Interval
 */

/** What an interval is made of, for its colour.
 * @type {Record<string, string>} */
const KINDS = {
  message: "message",
  road_closed: "message",
  no_answer: "message",
  rejected: "message",
  handover: "message",
  order_book: "disk",
  cooks_busy: "queue",
  cooking: "cook",
  no_free_kitchen: "wait",
  node_busy: "wait",
  kitchen_closed: "wait",
  kitchen_paused: "wait",
  dispatcher_down: "wait",
  ticket_dropped: "wait",
};
const TERMS = ["load", "specialty", "time", "distance"];

/**
 * @param {Model} model
 * @param {number} order
 * @param {(what: {subject: number}) => void} [showCauses] none: not from here
 */
export async function explainOrder(model, order, showCauses) {
  if (!model.run) return;
  try {
    const at_ms = model.replay?.inPast ? model.replay.cursor_us / 1000 : undefined;
    const answer = await api.subject(model.run.run, order, at_ms);
    const { body } = openDialog("explain", t("explain.title", { order: number(order) }));
    fill(body, ...content(model, answer, order));
    if (!showCauses) return;
    body.append(el("div", null,
      el("button", { type: "button", onclick: () => showCauses({ subject: order }) },
        icon("spacetime"), t("spacetime.show"))));
  } catch (error) {
    report(error);
  }
}

/**
 * @param {Model} model
 * @param {any} answer
 * @param {number} order
 */
function content(model, answer, order) {
  /** @type {Interval[]} */
  const intervals = answer.intervals ?? [];
  const sum = intervals.reduce((total, interval) => total + length(interval), 0);
  const parts = [el("p.lead", null, lead(answer, sum))];
  if (intervals.length > 0) {
    parts.push(bar(intervals, sum), intervalTable(model, intervals, sum));
  }
  parts.push(el("h3", null, t("explain.why")));
  if (answer.candidates?.length > 0) parts.push(candidateTable(model, answer.candidates));
  else parts.push(el("p.second", null, t("explain.no_candidates")));
  if (answer.handovers?.length > 0) {
    parts.push(el("h3", null, t("explain.handovers")), handoverTable(model, answer.handovers));
  }
  parts.push(el("p.second", null, t("explain.order_in_csv", { order })));
  return parts;
}

/** @param {Interval} interval */
function length(interval) {
  return interval.to_ms - interval.from_ms;
}

/**
 * @param {any} answer
 * @param {number} sum
 */
function lead(answer, sum) {
  const open = answer.response_ms === undefined;
  return t(open ? "explain.lead_open" : "explain.lead", {
    dish: nameOf(answer.dish),
    response: duration(open ? sum : answer.response_ms),
    sum: duration(sum),
  });
}

/** @param {Interval} interval */
function kindOf(interval) {
  return KINDS[interval.blocker] ?? "other";
}

/** @param {Interval} interval */
function intervalName(interval) {
  return systemTitle("intervals", interval.blocker) ?? humanise(interval.blocker);
}

/**
 * @param {Model} model
 * @param {Interval} interval
 */
function blockerText(model, interval) {
  const at = interval.at_node ?? interval.kitchen;
  const words = systemTitle("blockers", interval.blocker) ?? humanise(interval.blocker);
  const sentence = fillIn(words, {
    order: interval.order ?? "",
    at_node: at === null || at === undefined ? t("customers") : nodeLabel(model, at),
  });
  if (!interval.wait) return sentence;
  return `${sentence}: ${systemWord("lists", "waits")?.[interval.wait] ?? humanise(interval.wait)}`;
}

/**
 * @param {Interval[]} intervals
 * @param {number} sum
 */
function bar(intervals, sum) {
  const parts = intervals.map((interval) => {
    const words = `${intervalName(interval)}: ${duration(length(interval))}`;
    const span = el("span", { "data-phase": kindOf(interval), title: words });
    span.style.flexGrow = String(Math.max(0.002, length(interval) / Math.max(sum, 1e-9)));
    return span;
  });
  return el("div.interval-bar", { role: "img", "aria-label": t("explain.bar") }, ...parts);
}

/**
 * @param {Model} model
 * @param {Interval[]} intervals
 * @param {number} sum
 */
function intervalTable(model, intervals, sum) {
  /** @type {(string | Node)[][]} */
  const rows = intervals.map((interval) => [
    el("span", null, el("span.swatch", { "data-phase": kindOf(interval) }), intervalName(interval)),
    blockerText(model, interval),
    duration(length(interval)),
    `${number((100 * length(interval)) / Math.max(sum, 1e-9), 1)} %`,
  ]);
  rows.push([el("b", null, t("explain.sum")), "", el("b", null, duration(sum)), "100 %"]);
  const head = ["interval", "blocker", "length", "share"].map((name) => t(`explain.${name}`));
  const built = table(t("explain.bar"), head, rows);
  built.classList.add("intervals");
  return built;
}

/**
 * Every kitchen that could have cooked it, with the terms of its score; the chosen one in bold.
 * @param {Model} model
 * @param {any[]} candidates
 */
function candidateTable(model, candidates) {
  const sorted = [...candidates].sort((a, b) => b.score - a.score);
  const rows = sorted.map((one) => [
    nodeLabel(model, one.node),
    ...[...TERMS, "score"].map((term) => number(one[term], 3)),
  ]);
  const head = [t("table.kitchen"), ...[...TERMS, "score"].map((term) => t(`term.${term}`))];
  const built = table(t("explain.why"), head, rows);
  const lines = built.querySelectorAll("tbody tr");
  sorted.forEach((one, index) => {
    if (one.chosen) lines[index].classList.add("chosen");
  });
  return built;
}

/**
 * @param {Model} model
 * @param {{from: number, to: number | null, released_ms: number, taken_ms: number}[]} handovers
 */
function handoverTable(model, handovers) {
  const name = (/** @type {number | null} */ node) => (
    node === null ? "–" : nodeLabel(model, node)
  );
  const head = ["from", "to", "released", "taken"].map((column) => t(`explain.${column}`));
  const rows = handovers.map((one) => [
    name(one.from), name(one.to), duration(one.released_ms), duration(one.taken_ms),
  ]);
  return table(t("explain.handovers"), head, rows);
}
