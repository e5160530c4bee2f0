// chain.js: causes and effects of what is chosen, as the server answers them, and how one walks
// along them: back to the cause, forward to an effect, across to another effect of the same cause.

import { api } from "../api.js";
import { noteText } from "../tell.js";

/**
 * @typedef {import("../model.js").Model} Model
 * @typedef {import("./tiles.js").TraceEvent} TraceEvent
 * @typedef {import("../types").CauseItem} CauseItem
 * @typedef {TraceEvent & {notes: {name: string, text: string}[]}} Link
 * @typedef {{
 *   chosen: Link, subject: number, back: Link[], forward: Link[],
 *   backMore: boolean, forwardMore: boolean,
 * }} Chain subject: the order all of it is about, or -1
 */

export const BACK_MAX = 60;
export const FORWARD_MAX = 120;
const SIBLINGS_MAX = 40;

/**
 * A node comes as its name or as its number.
 * @param {Model} model
 * @param {string | number | null | undefined} node
 */
function nodeNumber(model, node) {
  if (node === undefined || node === null) return -1;
  return typeof node === "number" ? node : (model.plan?.node_names.indexOf(node) ?? -1);
}

/** @param {Model} model @param {CauseItem} item @returns {Link} */
function readItem(model, item) {
  return {
    event: item.event, cause: item.cause, t_us: Math.round(item.t_ms * 1000),
    node: nodeNumber(model, item.node), kind: item.kind, from: nodeNumber(model, item.from),
    type: item.type ?? "", sent_us: Math.round((item.sent_ms ?? item.t_ms) * 1000),
    subject: item.subject ?? -1, fate: 0, notes: (item.notes ?? []).map((note) => ({ name: note.name, text: noteText(model, note) })),
  };
}

/**
 * What is known of an event before the server has answered.
 * @param {TraceEvent} event
 * @param {Link["notes"]} notes
 * @returns {Chain}
 */
export function lonely(event, notes) {
  const chosen = { ...event, notes };
  return { chosen, subject: -1, back: [], forward: [], backMore: false, forwardMore: false };
}

/**
 * @param {Model} model
 * @param {string} run
 * @param {number} event
 * @returns {Promise<Chain>}
 */
export async function chainOf(model, run, event) {
  const answer = await api.causes(run, { event, back: BACK_MAX, forward: FORWARD_MAX });
  return {
    chosen: readItem(model, answer.event), subject: -1,
    back: answer.back.map((/** @type {CauseItem} */ item) => readItem(model, item)),
    forward: answer.forward.map((/** @type {CauseItem} */ item) => readItem(model, item)),
    backMore: answer.back_more, forwardMore: answer.forward_more,
  };
}

/**
 * A message that never arrived is no event; but what sent it is.
 * @param {Model} model
 * @param {string} run
 * @param {TraceEvent} lost
 * @returns {Promise<Chain>}
 */
export async function chainOfLost(model, run, lost) {
  const sender = await api.causes(run, { event: lost.cause, back: BACK_MAX, forward: 1 });
  const back = [sender.event, ...sender.back].map((item) => readItem(model, item));
  return { ...lonely(lost, []), back, backMore: sender.back_more };
}

/**
 * Everything about an order, from its first event on.
 * @param {Model} model
 * @param {string} run
 * @param {number} subject
 * @returns {Promise<Chain | null>}
 */
export async function chainOfSubject(model, run, subject) {
  const answer = await api.causes(run, { subject });
  const items = /** @type {CauseItem[]} */ (answer.events ?? answer.items ?? answer.forward ?? []);
  const links = items.map((item) => readItem(model, item)).sort((a, b) => a.t_us - b.t_us);
  if (links.length === 0) return null;
  const first = links.findIndex((link) => link.subject === subject);
  const at = Math.max(0, first);
  const chain = { ...lonely(links[at], []), chosen: links[at], subject, forwardMore: Boolean(answer.more) };
  return around({ ...chain, forward: links.filter((link) => link !== links[at]) }, links[at]);
}

/**
 * All of a chain in order of time.
 * @param {Chain} chain
 * @returns {Link[]}
 */
export function sliceOf(chain) {
  return [...chain.back, chain.chosen, ...chain.forward].sort((a, b) => a.t_us - b.t_us);
}

/**
 * The same links around another one of them.
 * @param {Chain} chain
 * @param {Link} chosen
 * @returns {Chain}
 */
export function around(chain, chosen) {
  const links = sliceOf(chain);
  const at = links.indexOf(chosen);
  return { ...chain, chosen, back: links.slice(0, at).reverse(), forward: links.slice(at + 1) };
}

/** @param {Chain} chain */
export function causeOf(chain) {
  return sliceOf(chain).find((link) => link.event === chain.chosen.cause) ?? null;
}

/**
 * Effects of exactly this event.
 * @param {Chain} chain
 * @param {number} event
 */
export function effectsOf(chain, event) {
  return sliceOf(chain).filter((link) => link.cause === event && link.event !== event);
}

/**
 * What else the same cause brought about, itself among it.
 * @param {Model} model
 * @param {string} run
 * @param {Chain} chain
 */
export async function siblingsOf(model, run, chain) {
  const cause = chain.chosen.cause;
  if (cause < 0 || chain.chosen.event < 0) return [chain.chosen];
  const answer = await api.causes(run, { event: cause, back: 1, forward: SIBLINGS_MAX });
  const links = answer.forward.map((/** @type {CauseItem} */ item) => readItem(model, item));
  return links.filter((/** @type {Link} */ link) => link.cause === cause);
}
