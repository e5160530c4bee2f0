// model.js: what the page knows of the kitchens: who is open, who cooks what, every order on its way.

import { eventOf, Model } from "../../app/model.js";

/**
 * @typedef {import("./types").Order} Order
 * @typedef {import("./types").Kitchen} Kitchen
 * @typedef {import("../../app/types").Topic} Topic
 */

export const PHASE = /** @type {const} */ ({
  TO_DESK: 1,
  WRITING: 2,
  WAITING: 3,
  TO_KITCHEN: 4,
  QUEUED: 5,
  COOKING: 6,
  COURIER: 7,
  HANDOVER: 8,
  SERVED: 9,
  REFUSED: 10,
  LOST: 11,
});
export const TRUTH = /** @type {const} */ ([
  "empty", "open", "slow", "closed", "paused", "recovering", "leaving", "cut_off",
]);
export const BELIEF = /** @type {const} */ ([
  "unknown", "thought_open", "thought_closed", "ejected", "left",
]);

const GONE_KEPT_US = 1.5e6; /* how long a finished order still shows, virtual */
const FLOW_KEPT_US = 3e6;
const SAMPLE_EVERY_US = 1e5;
const SAMPLES_SPAN_US = 60e6;
const SAMPLES_MIN = 20; /* also when a frame spans more than the window */

/**
 * A frame tells only the newest phase of an order; which way it went to this kitchen follows from
 * where it was before.
 * @param {Order} order
 * @param {number} phase
 * @param {number} node
 * @param {number} t_us
 */
function noteMove(order, phase, node, t_us) {
  if (phase < PHASE.TO_KITCHEN || phase > PHASE.COOKING) return;
  const from = order.moves[order.moves.length - 1]?.to ?? 0;
  if (from === node) return;
  order.moves.push({ from, to: node, t_us });
  if (order.moves.length > 4) order.moves.shift();
}

/**
 * How hot a kitchen runs. 0: cold; 1: all cooks at work; 2: and tickets wait.
 * @param {Kitchen} kitchen
 */
export function heatOf({ truth, cooking, cooks, pending }) {
  if (truth !== 1 && truth !== 2) return 0;
  return cooking < cooks ? 0 : pending > 0 ? 2 : 1;
}

export class CityModel extends Model {
  /** @type {import("./types").CityPlan | null} */
  plan = null;
  /** @type {Map<number, Kitchen>} */
  kitchens = new Map();
  /** @type {import("./types").Dispatcher} */
  dispatcher = { truth: 1, open: 0, waiting: 0, believed: 0 };
  /** @type {Map<number, Order>} */
  orders = new Map();
  /** @type {{from: number, to: number, count: number, t_us: number, span_us: number}[]} */
  flow = [];
  sprites = true;
  /** The share of cooks at work in each kitchen, and how hot it ran, over the last virtual minute.
   * @type {{t_us: number, shares: Map<number, number>, heats: Map<number, number>}[]} */
  samples = [];
  /** Every rush of this run that the page has heard of: what was, stays true wherever one looks.
   * @type {{district: number, factor: number, since_us: number, until_us: number}[]} */
  rushes = [];
  /** Orders that this page placed and follows; the newest last.
   * @type {number[]} */
  mine = [];
  /** Placed here, not yet seen in a frame.
   * @type {{dish: number, x_m: number, y_m: number}[]} */
  expected = [];

  beginView() {
    for (const kitchen of this.plan?.kitchens ?? []) this.addKitchen(kitchen);
  }

  rewindView() {
    for (const kitchen of this.plan?.kitchens ?? []) {
      const truth = kitchen.open ? 1 : 0;
      this.kitchens.set(kitchen.node, {
        ...kitchen, truth, cooking: 0, pending: 0, belief: 0, believed: 0, served: 0,
      });
    }
    for (const node of this.kitchens.keys()) {
      if (!this.plan?.kitchens.some((kitchen) => kitchen.node === node)) this.kitchens.delete(node);
    }
    this.dispatcher = { truth: 1, open: 0, waiting: 0, believed: 0 };
    this.orders = new Map();
    this.flow = [];
    this.sprites = true;
    this.samples = [];
  }

  /** @param {import("./types").PlanKitchen} kitchen */
  addKitchen(kitchen) {
    const before = this.kitchens.get(kitchen.node);
    this.kitchens.set(kitchen.node, {
      truth: kitchen.open ? 1 : 0,
      cooking: 0,
      pending: 0,
      belief: 0,
      believed: 0,
      served: 0,
      ...before,
      ...kitchen,
    });
  }

  /** How busy the cooks are now, remembered for a virtual minute. */
  endFrame() {
    const { t_us, samples } = this;
    while (samples.length > 0 && samples[samples.length - 1].t_us > t_us) samples.pop();
    if (t_us - (samples[samples.length - 1]?.t_us ?? -Infinity) < SAMPLE_EVERY_US) return;
    /** @type {Map<number, number>} */
    const shares = new Map();
    /** @type {Map<number, number>} */
    const heats = new Map();
    for (const kitchen of this.kitchens.values()) {
      shares.set(kitchen.node, kitchen.cooking / Math.max(1, kitchen.cooks));
      heats.set(kitchen.node, heatOf(kitchen));
    }
    samples.push({ t_us, shares, heats });
    while (samples.length > SAMPLES_MIN && samples[0].t_us < t_us - SAMPLES_SPAN_US) samples.shift();
  }

  /**
   * How hot a kitchen ran at a moment of the last virtual minute.
   * @param {number} node
   * @param {number} t_us
   */
  heatAt(node, t_us) {
    for (let i = this.samples.length - 1; i >= 0; i -= 1) {
      if (this.samples[i].t_us <= t_us) return this.samples[i].heats.get(node) ?? 0;
    }
    const kitchen = this.kitchens.get(node);
    return kitchen ? heatOf(kitchen) : 0;
  }

  wantsPast() {
    return this.samples.length === 0;
  }

  /** @param {Model} past @param {number} t_us */
  takePast(past, t_us) {
    const { samples, rushes } = /** @type {CityModel} */ (past);
    for (const rush of rushes) this.addRush(rush);
    this.samples = [...samples.filter((one) => one.t_us < t_us), ...this.samples];
    this.tell("points");
  }

  /** @param {(number | string)[][]} rows @param {boolean} key @param {Set<Topic>} changed */
  addEvents(rows, key, changed) {
    super.addEvents(rows, key, changed);
    for (const { kind, t_us, args } of rows.map(eventOf)) {
      if (kind !== "rush") continue;
      const [district, factor_pct, duration_ms] = args;
      this.addRush({ district, factor: factor_pct / 100, since_us: t_us, until_us: t_us + duration_ms * 1000 });
    }
  }

  /** @param {CityModel["rushes"][number]} rush */
  addRush(rush) {
    const known = this.rushes.some(({ since_us, district }) => since_us === rush.since_us && district === rush.district);
    if (!known) this.rushes.push(rush);
  }

  /** Orders on their way to the run are looked for in the branch. */
  carried() {
    return this.expected;
  }

  /** @param {unknown} carried */
  takeCarried(carried) {
    this.expected = /** @type {CityModel["expected"]} */ (carried) ?? [];
  }

  /** @param {number} node */
  isPlace(node) {
    return node === 0 || this.kitchens.has(node);
  }

  /** @param {number} node */
  nodeLetter(node) {
    return this.kitchens.get(node)?.letter ?? this.nodeName(node);
  }

  /**
   * @param {import("./types").CityView} view
   * @param {boolean} key
   * @param {number} before_us
   * @param {Set<Topic>} changed
   */
  takeView(view, key, before_us, changed) {
    for (const kitchen of view.kitchens ?? []) this.addKitchen(kitchen);
    for (const [node, truth, cooking, pending, belief, believed, served] of view.k ?? []) {
      const kitchen = this.kitchens.get(node);
      if (kitchen) Object.assign(kitchen, { truth, cooking, pending, belief, believed, served });
    }
    if (view.d) {
      const [truth, open, waiting, believed] = view.d;
      this.dispatcher = { truth, open, waiting, believed };
    }
    if (view.k || view.kitchens || view.d) changed.add("view");
    if (view.sprites !== undefined) this.sprites = view.sprites;
    if (key || view.sprites !== undefined) this.forgetOrders();
    for (const row of view.on ?? []) this.addOrder(row, changed);
    for (const row of view.o ?? []) this.changeOrder(row);
    const span_us = Math.max(1, this.t_us - before_us);
    for (const [from, to, count] of view.flow ?? []) {
      this.flow.push({ from, to, count, t_us: this.t_us, span_us });
    }
    this.prune();
  }

  forgetOrders() {
    for (const id of this.orders.keys()) {
      if (!this.mine.includes(id) || this.sprites) this.orders.delete(id);
    }
  }

  /** @param {number[]} row @param {Set<Topic>} changed */
  addOrder([id, x_m, y_m, dish, source], changed) {
    this.orders.set(id, { id, x_m, y_m, dish, source, segments: [], moves: [] });
    const place = this.expected.findIndex(
      (order) => order.dish === dish && Math.hypot(order.x_m - x_m, order.y_m - y_m) < 2,
    );
    if (source === 0 || place < 0) return;
    this.expected.splice(place, 1);
    this.mine.push(id);
    changed.add("mine");
  }

  /** @param {number[]} row */
  changeOrder([id, phase, node, since_ms, until_ms]) {
    const order = this.orders.get(id);
    if (!order) return;
    const last = order.segments[order.segments.length - 1];
    const began_us = phase >= PHASE.SERVED && last ? Math.min(last.until_us, this.t_us) : 0;
    const since_us = Math.max(began_us, this.t_us + since_ms * 1000);
    const until_us = until_ms === 0 ? 0 : this.t_us + until_ms * 1000;
    if (last && last.phase === phase && last.node === node) {
      last.until_us = until_us;
      return;
    }
    if (last && (last.until_us === 0 || last.until_us > since_us)) last.until_us = since_us;
    noteMove(order, phase, node, since_us);
    order.segments.push({ phase, node, since_us, until_us });
    if (order.segments.length > 6) order.segments.shift();
  }

  /** Finished orders fade and go; flow counts only live for a moment. */
  prune() {
    const horizon_us = this.t_us - GONE_KEPT_US;
    for (const [id, order] of this.orders) {
      const last = order.segments[order.segments.length - 1];
      if (last && last.phase >= PHASE.SERVED && last.since_us < horizon_us) this.orders.delete(id);
    }
    const oldest_us = this.t_us - Math.max(FLOW_KEPT_US, this.pace.speed * 1e6);
    this.flow = this.flow.filter((entry) => entry.t_us >= oldest_us);
  }
}
