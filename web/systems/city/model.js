// model.js: what the page knows of the city of one book: each kitchen, and the pantry as each has it.

import { Model } from "../../app/model.js";
import { UP } from "../../app/ring/plates.js";

/**
 * @typedef {import("./types").Kitchen} Kitchen
 * @typedef {import("./types").Counts} Counts
 */

const LEADER = 4; /* enum raft_role */
export const MODES = ["ap", "cp", "hybrid"]; /* server/systems/city/settings.c */

/** @type {Counts} */
const NOTHING = {
  placed: 0, confirmed: 0, served: 0, away: 0, soldOut: 0, stale: 0, oversold: 0, named: 0, lost: 0,
};

export class CityModel extends Model {
  /** @type {import("./types").CityPlan | null} */
  plan = null;
  /** @type {Map<number, Kitchen>} */
  kitchens = new Map();
  /** Of each lobster the order that has it, by the copy of each kitchen; 0: nobody, -1: nothing is known.
   * @type {number[][]} */
  pantry = [];
  /** The mode that is wished now. */
  wished = 1;
  counts = NOTHING;

  beginView() {
    this.rewindView();
  }

  rewindView() {
    this.pantry = [];
    this.counts = NOTHING;
    this.kitchens = new Map((this.plan?.kitchens ?? []).map(({ node }) => [node, kitchen([node, UP])]));
  }

  /**
   * The server tells all of it or nothing.
   * @param {import("./types").CityView} view
   * @param {boolean} _key
   * @param {number} _before_us
   * @param {Set<import("../../app/types").Topic>} changed
   */
  takeView(view, _key, _before_us, changed) {
    for (const row of view.k ?? []) this.kitchens.set(row[0], kitchen(row));
    if (view.pantry) this.pantry = view.pantry;
    if (view.m) this.wished = view.m.mode;
    if (view.s) {
      const [placed, confirmed, served, away, soldOut, stale, oversold, named, lost] = view.s;
      this.counts = { placed, confirmed, served, away, soldOut, stale, oversold, named, lost };
    }
    changed.add("view");
  }

  /** @param {number} node */
  isPlace(node) {
    return this.kitchens.has(node);
  }

  /** @param {number} node */
  nodeLetter(node) {
    return this.plan?.kitchens.find((one) => one.node === node)?.name ?? this.nodeName(node);
  }

  /** @param {number} node */
  title(node) {
    return (this.plan?.kitchens.find((one) => one.node === node)?.title ?? "").replace(/\s+kitchen$/i, "");
  }

  /** The mode that most kitchens go by. */
  modeKey() {
    const open = [...this.kitchens.values()].filter((one) => one.truth === UP);
    const counts = MODES.map((_, mode) => open.filter((one) => one.mode === mode).length);
    return MODES[counts.indexOf(Math.max(...counts))];
  }

  wishedKey() {
    return MODES[this.wished] ?? "cp";
  }

  /** Is a switch of modes under way? */
  switches() {
    return [...this.kitchens.values()].some((one) => one.truth === UP && (one.next >= 0 || one.mode !== this.wished));
  }

  /** Does a log decide about lobsters? */
  hasLog() {
    return this.modeKey() !== "ap";
  }

  /** Kitchens that believe to lead, the newest term first. */
  leaders() {
    return [...this.kitchens.values()]
      .filter((one) => one.truth === UP && one.role === LEADER)
      .sort((a, b) => b.term - a.term);
  }

  /**
   * Does it dispatch for the others?
   * @param {number} node
   */
  dispatches(node) {
    return this.hasLog() && this.leaders()[0]?.node === node;
  }

  /**
   * Do all kitchens that run say the same of a lobster?
   * @param {number} lobster
   */
  agrees(lobster) {
    const known = (this.pantry[lobster] ?? []).filter((order) => order >= 0);
    return known.every((order) => order === known[0]);
  }
}

/** @param {number[]} row @returns {Kitchen} */
function kitchen(row) {
  const [
    node, truth, ready = 1, role = 0, term = 0, leader = -1, tasks = 0, cooking = 0, left = 0, delivery = 0, lobster = 0,
    soup = 0, suspected = 0, siblings = 0, hints = 0, dispatcher = node, mode = 1, next = -1,
  ] = row;
  return {
    node, truth, ready: ready === 1, role, term, leader, tasks, cooking, left, delivery, prices: [lobster, soup],
    suspected, siblings, hints, dispatcher, mode, next,
  };
}
