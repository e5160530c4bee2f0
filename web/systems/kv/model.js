// model.js: what the page knows of the store: each replica, and what every home of a key has.

import { Model } from "../../app/model.js";

/**
 * @typedef {import("./types").Replica} Replica
 * @typedef {import("./types").Sibling} Sibling
 */

export class StoreModel extends Model {
  /** @type {import("./types").StorePlan | null} */
  plan = null;
  /** @type {Map<number, Replica>} */
  replicas = new Map();
  /** Of the keys that were written last: what each home has; none: nothing.
   * @type {Map<number, Map<number, Sibling[]>>} */
  keys = new Map();
  /** @type {import("./types").StoreMode} */
  mode = { mode: 0, wish: 0, n: 0, r: 0, w: 0, quorum: 0 };
  /** The key whose price tags are shown. */
  key = 0;

  beginView() {
    this.rewindView();
  }

  rewindView() {
    this.keys = new Map();
    this.replicas = new Map((this.plan?.replicas ?? []).map(({ node }) => [node, {
      node, truth: 1, ready: true, operations: 0, hints: 0, suspected: 0, different: 0, keys: 0,
      epoch: 0, mode: 0, next: -1, waits: -1,
    }]));
  }

  /**
   * The server tells all of it or nothing.
   * @param {import("./types").StoreView} view
   * @param {boolean} _key
   * @param {number} _before_us
   * @param {Set<import("../../app/types").Topic>} changed
   */
  takeView(view, _key, _before_us, changed) {
    if (view.m) this.mode = view.m;
    for (const row of view.r ?? []) {
      const [node, truth, ready, operations, hints, suspected, different, keys, , , epoch, mode, next, waits] = row;
      this.replicas.set(node, {
        node, truth, ready: ready === 1, operations, hints, suspected, different, keys, epoch, mode, next, waits,
      });
    }
    if (view.keys) {
      this.keys = new Map(view.keys.map(([key, homes]) => [key, new Map(homes.map(([node, siblings]) => [
        node,
        siblings.map(([value, wall_ms, writer, counter, deleted]) => ({
          value, wall_ms, writer, counter, deleted: deleted === 1,
        })),
      ]))]));
    }
    changed.add("view");
  }

  /** @param {number} node */
  isPlace(node) {
    return this.replicas.has(node);
  }

  /** @param {number} node */
  nodeLetter(node) {
    return this.plan?.replicas.find((one) => one.node === node)?.name ?? this.nodeName(node);
  }

  /** @param {number} key */
  keyName(key) {
    return this.plan?.keys[key] ?? `#${key}`;
  }

  /** The mode that a switch under way leads to; -1: none is under way. */
  get switchingTo() {
    return this.mode.wish === this.mode.mode ? -1 : this.mode.wish;
  }

  /** Whom the leader of a switch waits for; undefined: nobody. */
  get waitsFor() {
    return [...this.replicas.values()].find(({ waits }) => waits >= 0)?.waits;
  }

  /** @param {number} key another one's price tags */
  showKey(key) {
    this.key = key;
    this.tell("view");
  }

  /**
   * The replicas that keep a key.
   * @param {number} key
   */
  homes(key) {
    const nodes = [...this.replicas.keys()];
    const first = this.plan?.ranges[key] ?? 0;
    return nodes.slice(0, Math.min(this.mode.n, nodes.length)).map((_, index) => nodes[(first + index) % nodes.length]);
  }

  /**
   * What a replica has of a key; undefined: it is no home of it, or nothing is known.
   * @param {number} node
   * @param {number} key
   */
  siblings(node, key) {
    return this.keys.get(key)?.get(node);
  }

  /**
   * Do all homes have the same of a key?
   * @param {number} key
   */
  agrees(key) {
    const homes = this.keys.get(key);
    if (!homes) return true;
    const texts = this.homes(key).map((node) => versions(homes.get(node) ?? []));
    return texts.every((text) => text === texts[0]);
  }
}

/** @param {Sibling[]} siblings */
function versions(siblings) {
  return siblings.map((one) => `${one.writer} ${one.counter} ${one.value} ${one.deleted}`).sort().join("|");
}
