// model.js: the one model of the page. State flows one way: the live link and the API change it
// through the functions here, views read it and hear by topic that something changed.
//
// What a frame shows of a system's own world (its "view") is kept by that system's model, which
// extends this one; the functions for it stand together below and do nothing here.

/**
 * @typedef {import("./types").Frame} Frame
 * @typedef {import("./types").Topic} Topic
 * @typedef {import("./types").EventRow} EventRow
 */

import { VirtualClock } from "./clock.js";

const EVENTS_KEPT = 400;
export const FIRST_BOOT = 1; /* that every node starts at time 0 is no news */
const POINTS_KEPT = 7200;
const FLIGHT_KEPT_MS = 2000; /* wall time: the clock's lag, then as long as an x or a fading arrow stays */
const FLIGHTS_MAX = 300;

/** @param {import("./types").Flight} flight */
function flightKey(flight) {
  return `${flight.from} ${flight.to} ${flight.type} ${flight.sent_us} ${flight.subject}`;
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
  leaving = new AbortController();
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
  /** @type {number | null} */
  selection = null;
  /** What is chosen in the space-time diagram, lit up everywhere.
   * @type {import("./types").Focus | null} */
  focus = null;

  /** Everything that belongs to one run. */
  forget() {
    const { listeners, leaving, system, scenarios, link, look, replay } = this;
    const fresh = new /** @type {new () => Model} */ (this.constructor)();
    Object.assign(this, fresh, { listeners, leaving, system, scenarios, link, look, replay });
  }

  // ---- what a system's own model says otherwise ----

  /** A run has been entered: its plan is here, no frame yet. */
  beginView() {}

  /** Forgets what frames told of the world. */
  rewindView() {}

  /**
   * A frame's view of the world.
   * @param {Record<string, any>} _view as the system's C code wrote it
   * @param {boolean} _key it tells everything
   * @param {number} _before_us the moment of the frame before
   * @param {Set<Topic>} _changed what views will have to hear of
   */
  takeView(_view, _key, _before_us, _changed) {}

  /** A frame has been taken whole. */
  endFrame() {}

  /** Is something shown that needs the minute before the newest keyframe? */
  wantsPast() {
    return false;
  }

  /**
   * The minute before it, computed again.
   * @param {Model} _past
   * @param {number} _t_us where the present begins
   */
  takePast(_past, _t_us) {}

  /**
   * What of this page goes along into a branch.
   * @returns {unknown}
   */
  carried() {
    return undefined;
  }

  /** @param {unknown} _carried by the page of the run that was branched from */
  takeCarried(_carried) {}

  /**
   * Can this node be chosen on the stage?
   * @param {number} node
   */
  isPlace(node) {
    return node >= 0 && node < (this.plan?.node_names.length ?? 0);
  }

  /**
   * A node in a letter or two, where there is no room for its name.
   * @param {number} node
   */
  nodeLetter(node) {
    return this.nodeName(node);
  }

  // ---- coming and going ----

  /** Aborted when the page turns to another system: whatever outlives its room ends with it. */
  get until() {
    return this.leaving.signal;
  }

  /** The page has turned to another system: nobody listens any more, loops end. */
  leave() {
    this.leaving.abort();
    this.listeners.clear();
  }

  /** Forgets what frames told, so that nothing of one moment leaks into another; what this page
   * itself did and chose stays. */
  rewind() {
    this.events = [];
    this.figures = {};
    this.points = [];
    this.verdicts = [];
    this.faults = [];
    this.flights = [];
    this.rewindView();
  }

  /**
   * @param {Topic | Topic[]} topics
   * @param {() => void} listener
   * @param {AbortSignal} [until] of parts that are built anew with every run
   */
  on(topics, listener, until) {
    if (this.until.aborted) return;
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
    this.beginView();
    this.tell("run", "pace", "view", "events", "figures", "points", "verdicts", "faults",
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
    if (frame.view) this.takeView(frame.view, key, before_us, changed);
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
    this.endFrame();
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
