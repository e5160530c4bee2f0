// explain.js: an order's way through the city: every interval with what it waited for (they sum
// to the response), and why this kitchen: every candidate with the terms of its score.

import { api } from "../../app/api.js";
import { el, fill } from "../../app/dom.js";
import { openDialog, table } from "../../app/menu.js";
import { report } from "../../app/steer.js";
import { duration, fillIn, has, humanise, number, systemWord, t } from "../../app/words.js";
import { nodeLabel } from "./tell.js";

/** @typedef {import("../../app/model.js").Model} Model */

/** @param {Model} model @param {number} order */
export async function explainOrder(model, order) {
  if (!model.run) return;
  try {
    const answer = await api.subject(model.run.run, order);
    const { body } = openDialog("explain", t("explain.title", { order: number(order) }));
    fill(body, ...content(model, answer, order));
  } catch (error) {
    report(error);
  }
}

/** @param {Model} model @param {any} answer @param {number} order */
function content(model, answer, order) {
  /** @type {any[]} */
  const intervals = answer.intervals ?? [];
  const sum = intervals.reduce((total, interval) => total + length(interval), 0);
  const parts = [el("p.lead", null, lead(answer, sum))];
  if (intervals.length > 0) {
    parts.push(bar(intervals, sum), intervalTable(model, intervals, sum));
  }
  if (answer.candidates?.length > 0) {
    parts.push(el("h3", null, t("explain.why")), candidateTable(model, answer));
  }
  if (answer.handovers?.length > 0) {
    parts.push(el("h3", null, t("explain.handovers")), handoverTable(answer.handovers));
  }
  parts.push(el("p.second", null, t("explain.order_in_csv", { order: number(order) })));
  return parts;
}

/** @param {any} interval */
function length(interval) {
  return interval.duration_ms ?? (interval.until_ms ?? interval.to_ms ?? interval.from_ms) - interval.from_ms;
}

/** @param {any} answer @param {number} sum */
function lead(answer, sum) {
  const key = answer.outcome && has(`explain.lead.${answer.outcome}`) ? `explain.lead.${answer.outcome}` : "explain.lead";
  return t(key, { dish: answer.dish ?? "", response: duration(answer.response_ms ?? sum), sum: duration(sum) });
}

/**
 * What an interval is made of, for its colour.
 * @param {any} interval
 */
function kindOf(interval) {
  const text = `${interval.name ?? interval.phase ?? ""} ${interval.blocker?.kind ?? interval.blocker ?? ""}`;
  if (/cook(ing)?\b(?!.*slot)/.test(text) && !/slot|queue/.test(text)) return "cook";
  if (/fsync|disk|writ|book/.test(text)) return "disk";
  if (/slot|queue/.test(text)) return "queue";
  if (/message|way|link|network/.test(text)) return "message";
  return /wait|timer|quorum/.test(text) ? "wait" : "other";
}

/** @param {any} interval */
function intervalName(interval) {
  const name = String(interval.name ?? interval.phase ?? interval.blocker?.kind ?? interval.blocker ?? "");
  return systemWord("intervals", name) ?? (has(`interval.${name}`) ? t(`interval.${name}`) : humanise(name));
}

/** @param {Model} model @param {any} interval */
function blockerText(model, interval) {
  const blocker = interval.blocker;
  if (interval.text) return interval.text;
  if (blocker && typeof blocker === "object" && blocker.text) return blocker.text;
  const name = String(blocker?.kind ?? blocker ?? "");
  const order = interval.order ?? blocker?.order ?? "";
  const at = interval.at_node ?? interval.kitchen;
  const values = { order, node: interval.node ?? blocker?.node ?? "", at_node: at === undefined ? "" : nodeLabel(model, at) };
  const sentence = systemWord("blockers", name);
  if (sentence) return fillIn(sentence, values);
  return has(`blocker.${name}`) ? t(`blocker.${name}`, values) : humanise(name);
}

/** @param {any[]} intervals @param {number} sum */
function bar(intervals, sum) {
  return el("div.interval-bar", { role: "img", "aria-label": t("explain.bar") },
    ...intervals.map((interval) => {
      const span = el("span", { "data-phase": kindOf(interval), title: `${intervalName(interval)}: ${duration(length(interval))}` });
      span.style.flexGrow = String(Math.max(0.002, length(interval) / Math.max(sum, 1e-9)));
      return span;
    }));
}

/** @param {Model} model @param {any[]} intervals @param {number} sum */
function intervalTable(model, intervals, sum) {
  const rows = intervals.map((interval) => [
    el("span", null, el("span.swatch", { "data-phase": kindOf(interval) }), intervalName(interval)),
    blockerText(model, interval),
    duration(length(interval)),
    `${number((100 * length(interval)) / Math.max(sum, 1e-9), 1)} %`,
  ]);
  rows.push([el("b", null, t("explain.sum")), "", el("b", null, duration(sum)), "100 %"]);
  return table(t("explain.bar"), [t("explain.interval"), t("explain.blocker"), t("explain.length"), t("explain.share")], rows);
}

/** @param {Model} model @param {any} answer */
function candidateTable(model, answer) {
  const name = (/** @type {any} */ node) => {
    const index = typeof node === "number" ? node : (model.plan?.node_names.indexOf(node) ?? -1);
    const kitchen = model.kitchens.get(index);
    return kitchen ? `${kitchen.letter} ${kitchen.name}` : String(node);
  };
  const candidates = [...answer.candidates].sort((a, b) => b.score - a.score);
  const scale = candidates.some((one) => Math.abs(one.score) > 10) ? 1e-6 : 1;
  const rows = candidates.map((one) => [
    name(one.node ?? one.kitchen),
    ...["load", "specialty", "time", "distance"].map((term) => number((one[term] ?? one.terms?.[term] ?? 0) * scale, 3)),
    number(one.score * scale, 3),
  ]);
  const built = table(t("explain.why"), [t("table.kitchen"), t("term.load"), t("term.specialty"), t("term.time"), t("term.distance"), t("term.score")], rows);
  const chosen = candidates.findIndex((one) => one.chosen ?? false);
  built.querySelectorAll("tbody tr")[chosen < 0 ? 0 : chosen]?.classList.add("chosen");
  return built;
}

/** @param {any[]} handovers */
function handoverTable(handovers) {
  const columns = Object.keys(handovers[0]);
  return table(t("explain.handovers"), columns.map(humanise), handovers.map((row) => columns.map((column) => String(row[column] ?? ""))));
}
