// model.js: what the page knows of the council: role, term, timer and the end of the log of each
// server, and which entries were struck out a moment ago.

import { Model } from "../../app/model.js";
import { UP } from "../../app/ring/plates.js";

/**
 * @typedef {import("./types").Server} Server
 * @typedef {import("./types").ServerView} ServerView
 */

export const ROLE = /** @type {const} */ ({ READING: 0, FOLLOWER: 1, REHEARSING: 2, CANDIDATE: 3, LEADER: 4, OUT: 5 });
export const ROLES = /** @type {const} */ (["reading", "follower", "rehearsing", "candidate", "leader", "out"]);
const STRUCK_KEPT_US = 4e6; /* virtual: so long a struck-out entry still shows */
const STRUCK_MAX = 12;
const PATIENCE_KEPT = 12; /* frames: the picture is a little behind the newest */

/** @param {number} node @returns {Server} */
function unknown(node) {
  return {
    node, up: 1, role: ROLE.READING, term: 0, vote: -1, leader: -1, last: 0, durable: 0, commit: 0, applied: 0, image: 0,
    voters: 0, next: 0, learners: 0, deadline_us: 0, wait_us: 0, first: 1, terms: [], struck: [], patience: [],
  };
}

export class CouncilModel extends Model {
  /** @type {import("./types").CouncilPlan | null} */
  plan = null;
  /** @type {Map<number, Server>} */
  servers = new Map();
  violations = 0;

  beginView() {
    this.rewindView();
  }

  rewindView() {
    this.servers = new Map((this.plan?.servers ?? []).map(({ node }) => [node, unknown(node)]));
    this.violations = 0;
  }

  /**
   * @param {import("./types").CouncilView} view
   * @param {boolean} key
   * @param {number} _before_us
   * @param {Set<import("../../app/types").Topic>} changed
   */
  takeView(view, key, _before_us, changed) {
    for (const told of view.servers ?? []) this.takeServer(told, key);
    view.patience?.forEach((left_ms, node) => {
      const server = this.servers.get(node);
      if (!server || left_ms < 0) return;
      const told = key ? [] : server.patience.slice(1 - PATIENCE_KEPT);
      server.patience = [...told, { t_us: this.t_us, deadline_us: this.t_us + left_ms * 1000 }];
    });
    if (view.s) this.violations = view.s[5];
    changed.add("view");
  }

  /**
   * When a server's patience ends, as it was known at a moment.
   * @param {Server} server
   * @param {number} t_us
   */
  deadline(server, t_us) {
    const known = server.patience.filter((one) => one.t_us <= t_us);
    return (known[known.length - 1] ?? server.patience[0] ?? server).deadline_us;
  }

  /** @param {ServerView} told @param {boolean} key */
  takeServer(told, key) {
    const before = this.servers.get(told.n) ?? unknown(told.n);
    const { n, log, ...rest } = told;
    const [first, ...terms] = log ?? [before.first, ...before.terms];
    const gone = key || !log ? [] : struckOut(before, first, terms, this.t_us);
    const struck = [...before.struck, ...gone].filter((one) => one.t_us > this.t_us - STRUCK_KEPT_US).slice(-STRUCK_MAX);
    this.servers.set(n, { ...before, ...rest, node: n, first, terms, struck: key ? [] : struck });
  }

  /** @param {number} node */
  isPlace(node) {
    return this.servers.has(node);
  }

  /** @param {number} node */
  nodeLetter(node) {
    return this.plan?.servers.find((one) => one.node === node)?.name ?? this.nodeName(node);
  }

  /** @param {number} node */
  title(node) {
    const known = this.plan?.servers.find((one) => one.node === node);
    return (known?.title || known?.name || this.nodeName(node)).replace(/\s+kitchen$/i, "");
  }

  /** Those who lead, the highest term first: more than one while an old one has not heard. */
  leaders() {
    return [...this.servers.values()]
      .filter((server) => server.up === UP && server.role === ROLE.LEADER)
      .sort((a, b) => b.term - a.term);
  }

  /** The highest term that anybody has heard of. */
  term() {
    return Math.max(0, ...[...this.servers.values()].map((server) => server.term));
  }

  /** The bits of who votes, as the leader has it. */
  voters() {
    const [leader] = this.leaders();
    const known = leader ?? [...this.servers.values()].sort((a, b) => b.term - a.term)[0];
    return known ? known.voters | known.next : 0;
  }
}

/**
 * The entries that a log had and has not any more: cut off, or another in their place. What an image
 * has taken in is not struck out.
 * @param {Server} before
 * @param {number} first
 * @param {number[]} terms
 * @param {number} t_us
 */
function struckOut(before, first, terms, t_us) {
  return before.terms
    .map((term, offset) => ({ index: before.first + offset, term, t_us }))
    .filter(({ index, term }) => index >= first && terms[index - first] !== term);
}
