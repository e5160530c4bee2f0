// model.js: the one model of the page. State flows one way: the live link and the API change it
// through the functions here, views read it and hear by topic that something changed.

/**
 * @typedef {import("./types").Frame} Frame
 * @typedef {import("./types").Topic} Topic
 * @typedef {import("./types").Order} Order
 * @typedef {import("./types").Kitchen} Kitchen
 * @typedef {import("./types").EventRow} EventRow
 */

import { VirtualClock } from "./clock.js";

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

const EVENTS_KEPT = 400;
export const FIRST_BOOT = 1; /* that every node starts at time 0 is no news */
const POINTS_KEPT = 7200;
const GONE_KEPT_US = 1.5e6; /* how long a finished order still shows, virtual */
const FLOW_KEPT_US = 3e6;
const FLIGHT_KEPT_MS = 2000; /* wall time: the clock's lag, then as long as an x or a fading arrow stays */
const SAMPLE_EVERY_US = 1e5;
const SAMPLES_SPAN_US = 60e6;
const SAMPLES_MIN = 20; /* also when a frame spans more than the window */
const FLIGHTS_MAX = 300;

/** @param {import("./types").Flight} flight */
function flightKey(flight) {
  return `${flight.from} ${flight.to} ${flight.type} ${flight.sent_us} ${flight.subject}`;
}

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
 * What tells one listed event from all others: what people do has no event of the simulator, and
 * one such event may note several things.
 * @param {EventRow} event
 */
export function eventKey({ event, t_us, kind, node, peer, subject, args }) {
  return `${t_us} ${event} ${kind} ${node} ${peer} ${subject} ${args[0] ?? 0}`;
}

/**
 * @param {(number | string)[]} row of a frame
 * @returns {EventRow}
 */
export function eventOf(row) {
  return {
    event: Number(row[0]),
    cause: Number(row[1]),
    t_us: Number(row[2]),
    kind: String(row[3]),
    node: Number(row[4]),
    peer: Number(row[5]),
    subject: Number(row[6]),
    args: row.slice(7).map(Number),
  };
}

export class Model {
  /** @type {Map<Topic, Set<() => void>>} */
  listeners = new Map();
  /** @type {import("./types").SystemInfo | null} */
  system = null;
  /** @type {import("./types").ScenarioInfo[]} */
  scenarios = [];
  /** @type {"connecting" | "open" | "lost"} */
  link = "connecting";
  /** How this browser looks at the city; lives through a change of run. */
  look = { density: "lecture", theme: "light", still: false };
  /** The viewer's own cursor over this model's run, where there is one.
   * @type {import("./types").Cursor | null} */
  replay = null;

  /* From here on: what belongs to one run; forget() begins afresh. */
  clock = new VirtualClock();
  /** @type {import("./types").RunInfo | null} */
  run = null;
  /** @type {import("./types").Plan | null} */
  plan = null;
  /** @type {import("./types").Pace} */
  pace = { state: "live", speed: 1 };
  /** The pace as the frames tell it: an answer to a request overtakes frames on their way.
   * @type {import("./types").Pace} */
  streamPace = { state: "live", speed: 1 };
  t_us = 0;
  /** How far the run itself has come; more than t_us while this viewer looks at its past. */
  edge_us = 0;
  /** The run and its branches, the root first, children after their parents.
   * @type {import("./types").Relative[]} */
  family = [];
  /** @type {Map<number, Kitchen>} */
  kitchens = new Map();
  /** @type {import("./types").Dispatcher} */
  dispatcher = { truth: 1, open: 0, waiting: 0, believed: 0 };
  /** @type {Map<number, Order>} */
  orders = new Map();
  /** @type {{from: number, to: number, count: number, t_us: number, span_us: number}[]} */
  flow = [];
  sprites = true;
  /** @type {EventRow[]} */
  events = [];
  /** @type {Record<string, number | null>} */
  figures = {};
  /** @type {string[]} */
  columns = [];
  /** @type {(number | null)[][]} */
  points = [];
  /** @type {import("./types").Verdict[]} */
  verdicts = [];
  /** @type {import("./types").Fault[]} */
  faults = [];
  /** @type {import("./types").Flight[]} */
  flights = [];
  /** The share of cooks at work in each kitchen, over the last virtual minute.
   * @type {{t_us: number, shares: Map<number, number>}[]} */
  samples = [];
  /** @type {number | null} */
  selection = null;
  /** What is chosen in the space-time diagram, lit up everywhere.
   * @type {import("./types").Focus | null} */
  focus = null;
  /** Orders that this page placed and follows; the newest last.
   * @type {number[]} */
  mine = [];
  /** Placed here, not yet seen in a frame.
   * @type {{dish: number, x_m: number, y_m: number}[]} */
  expected = [];

  forget() {
    const { listeners, system, scenarios, link, look, replay } = this;
    Object.assign(this, new Model(), { listeners, system, scenarios, link, look, replay });
  }

  /** Forgets what frames told, so that nothing of one moment leaks into another; what this page
   * itself did and chose stays. */
  rewind() {
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
    this.events = [];
    this.figures = {};
    this.points = [];
    this.verdicts = [];
    this.faults = [];
    this.flights = [];
    this.samples = [];
  }

  /**
   * @param {Topic | Topic[]} topics
   * @param {() => void} listener
   * @param {AbortSignal} [until] of parts that are built anew with every run
   */
  on(topics, listener, until) {
    for (const topic of Array.isArray(topics) ? topics : [topics]) {
      const set = this.listeners.get(topic) ?? new Set();
      set.add(listener);
      this.listeners.set(topic, set);
      until?.addEventListener("abort", () => set.delete(listener));
    }
  }

  /** @param {...Topic} topics */
  tell(...topics) {
    /** @type {Set<() => void>} */
    const told = new Set();
    for (const topic of topics) {
      for (const listener of this.listeners.get(topic) ?? []) told.add(listener);
    }
    for (const listener of told) listener();
  }

  /** @param {import("./types").RunInfo} run */
  enter(run) {
    this.forget();
    this.run = run;
    this.plan = run.plan;
    this.pace = { state: run.state, speed: run.speed, problem: run.problem };
    this.streamPace = this.pace;
    this.t_us = run.t_ms * 1000;
    this.edge_us = this.t_us;
    this.family = run.family ?? [];
    for (const kitchen of run.plan.kitchens) this.addKitchen(kitchen);
    this.tell("run", "pace", "kitchens", "events", "figures", "points", "verdicts", "faults",
      "selection", "mine", "settings", "family", "edge", "replay", "frame");
  }

  /** @param {"connecting" | "open" | "lost"} state */
  setLink(state) {
    if (this.link === state) return;
    this.link = state;
    this.tell("link");
  }

  /** @param {number | null} node */
  select(node) {
    if (this.selection === node) return;
    this.selection = node;
    this.tell("selection");
  }

  /** @param {import("./types").Focus | null} focus */
  setFocus(focus) {
    if (this.focus === null && focus === null) return;
    this.focus = focus;
    this.tell("focus");
  }

  /** @param {string} key @param {number | string | boolean} value */
  setSetting(key, value) {
    if (!this.run || this.run.settings[key] === value) return;
    this.run.settings[key] = value;
    this.tell("settings");
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

  /**
   * The name of a node as people read it: "Kitchen B", "Dispatcher".
   * @param {number} node
   */
  nodeName(node) {
    return this.plan?.node_names[node] ?? String(node);
  }

  /**
   * A frame of the live link: the run has come to this moment.
   * @param {Frame} frame
   * @param {number} wall
   */
  applyFrame(frame, wall) {
    /** @type {Set<Topic>} */
    const changed = new Set(["frame", "edge"]);
    if (frame.pace) {
      this.streamPace = frame.pace; /* whole: what it leaves out is over */
      this.pace = this.streamPace;
      changed.add("pace");
    }
    this.edge_us = frame.t;
    this.clock.receive(frame.t, wall, this.streamPace);
    this.takeFrame(frame, changed);
    this.tell(...changed);
  }

  /**
   * What a frame says of the world, whoever brought it: a function of the frames since the last
   * keyframe and nothing else. Tells nobody.
   * @param {Frame} frame
   * @param {Set<Topic>} changed what views will have to hear of
   */
  takeFrame(frame, changed) {
    const key = frame.h[5] === 0;
    const before_us = key ? frame.t : this.t_us;
    this.t_us = frame.t;
    if (frame.view) this.applyView(frame.view, key, before_us, changed);
    if (frame.events) this.addEvents(frame.events, key, changed);
    if (frame.figures) {
      this.figures = key ? { ...frame.figures } : { ...this.figures, ...frame.figures };
      changed.add("figures");
    }
    if (frame.points_columns) this.columns = frame.points_columns;
    if (frame.points) {
      this.addPoints(frame.points);
      changed.add("points");
    }
    if (frame.verdicts) {
      this.mergeVerdicts(frame.verdicts, key);
      changed.add("verdicts");
    }
    if (frame.faults) {
      this.faults = frame.faults.map(([kind, node, peer, since_us]) => ({
        kind, node, peer, since_us,
      }));
      changed.add("faults");
    }
    if (frame.flights) {
      this.addFlights(frame.flights);
    }
    this.sample();
  }

  /** How busy the cooks are now, remembered for a virtual minute. */
  sample() {
    const { t_us, samples } = this;
    while (samples.length > 0 && samples[samples.length - 1].t_us > t_us) samples.pop();
    if (t_us - (samples[samples.length - 1]?.t_us ?? -Infinity) < SAMPLE_EVERY_US) return;
    /** @type {Map<number, number>} */
    const shares = new Map();
    for (const { node, cooking, cooks } of this.kitchens.values()) {
      shares.set(node, cooking / Math.max(1, cooks));
    }
    samples.push({ t_us, shares });
    while (samples.length > SAMPLES_MIN && samples[0].t_us < t_us - SAMPLES_SPAN_US) samples.shift();
  }

  /**
   * Messages of a frame join those still to be seen: the picture is a little behind the frames,
   * and an arrow fades for a moment after it has arrived.
   * @param {(number | string)[][]} rows
   */
  addFlights(rows) {
    const oldest_us = this.t_us - FLIGHT_KEPT_MS * 1000 * this.pace.speed;
    /** @type {Map<string, import("./types").Flight>} */
    const kept = new Map();
    for (const flight of this.flights) {
      if (flight.arrives_us >= oldest_us) kept.set(flightKey(flight), flight);
    }
    for (const f of rows) {
      const flight = {
        from: Number(f[0]), to: Number(f[1]), type: String(f[2]), sent_us: Number(f[3]),
        arrives_us: Number(f[4]), subject: Number(f[5]), fate: Number(f[6]),
      };
      kept.set(flightKey(flight), flight);
    }
    this.flights = [...kept.values()].slice(-FLIGHTS_MAX);
  }

  /**
   * @param {NonNullable<Frame["view"]>} view
   * @param {boolean} key
   * @param {number} before_us
   * @param {Set<Topic>} changed
   */
  applyView(view, key, before_us, changed) {
    for (const kitchen of view.kitchens ?? []) this.addKitchen(kitchen);
    for (const [node, truth, cooking, pending, belief, believed, served] of view.k ?? []) {
      const kitchen = this.kitchens.get(node);
      if (kitchen) Object.assign(kitchen, { truth, cooking, pending, belief, believed, served });
    }
    if (view.d) {
      const [truth, open, waiting, believed] = view.d;
      this.dispatcher = { truth, open, waiting, believed };
    }
    if (view.k || view.kitchens || view.d) changed.add("kitchens");
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

  /** @param {(number | string)[][]} rows @param {boolean} key @param {Set<Topic>} changed */
  addEvents(rows, key, changed) {
    if (rows.length === 0 && !key) return;
    const events = rows.map(eventOf).filter((event) => event.kind !== "node_started" || event.args[0] !== FIRST_BOOT);
    if (key) {
      const first_us = events.length > 0 ? events[0].t_us : Infinity;
      this.events = this.events.filter((event) => event.t_us < first_us);
    }
    this.events.push(...events);
    this.events.splice(0, Math.max(0, this.events.length - EVENTS_KEPT));
    changed.add("events");
  }

  /**
   * Points may come twice (a keyframe repeats the last minute).
   * @param {(number | null)[][]} rows
   */
  addPoints(rows) {
    for (const row of rows) {
      const t_s = row[0] ?? 0;
      while (this.points.length > 0 && (this.points[this.points.length - 1][0] ?? 0) >= t_s) {
        this.points.pop();
      }
      this.points.push(row);
    }
    this.points.splice(0, Math.max(0, this.points.length - POINTS_KEPT));
  }

  /** @param {import("./types").Verdict[]} verdicts @param {boolean} all */
  mergeVerdicts(verdicts, all) {
    if (all) {
      this.verdicts = verdicts;
      return;
    }
    for (const verdict of verdicts) {
      const at = this.verdicts.findIndex((known) => known.check === verdict.check);
      if (at < 0) this.verdicts.push(verdict);
      else this.verdicts[at] = verdict;
    }
  }

  /**
   * The newest value of a column of the metrics, or null.
   * @param {string} name
   */
  latest(name) {
    const column = this.columns.indexOf(name);
    const row = this.points[this.points.length - 1];
    return column < 0 || !row ? null : row[column];
  }
}
