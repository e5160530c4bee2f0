// overview.js: the whole run at a glance, for the timeline: how much was asked for, what happened,
// which faults lasted from when to when, and how the settings stood at any moment.
//
// It is read in pages and thinned; frames of the live link keep it up. They leave out much when the
// run is fast or leaps: then, and whenever somebody turns to the past, what came since is read and
// takes their place.

import { api } from "./api.js";
import { eventKey, eventOf, FIRST_BOOT } from "./model.js";

/**
 * @typedef {import("./model.js").Model} Model
 * @typedef {import("./types").EventRow} EventRow
 * @typedef {import("./types").Frame} Frame
 * @typedef {{
 *   load: string,
 *   interesting: (event: EventRow) => boolean,
 *   span: (event: EventRow) => {begins?: string, ends?: string, until_us?: number} | null,
 * }} Sorts what the system makes of its run: the column of the metrics that
 *   says how much was asked of it, and what an event is: `ends` may end in "*" for all that begin so
 * @typedef {{key: string, from_us: number, until_us: number}} Span until_us Infinity: it lasts
 */

const ROWS_A_PAGE = 3600;
const EVENTS_A_PAGE = 2000;
const PAGES_MAX = 60; /* of each; a run has at most 24 virtual hours */
const BUCKETS_MAX = 720;
const MARKS_MAX = 4000;
const LEAP_US = 2e6; /* between two frames, times the speed */
const AFTER_LEAP_MS = 700;
const SETTING = "setting_changed";
const STARTED = "node_started";

export class Overview {
  run = "";
  reading = false;
  bucket_s = 1;
  /** Sum and count of each bucket.
   * @type {Map<number, [number, number]>} */
  load = new Map();
  /** The same as frames tell it, until it is read.
   * @type {Map<number, number>} */
  roughLoad = new Map();
  loadRead_s = 0;
  /** What is worth keeping of the events that were read, in order of time.
   * @type {EventRow[]} */
  kept = [];
  /** Those that frames told since.
   * @type {EventRow[]} */
  fresh = [];
  eventsRow = 0; /* the last row of events that was read */
  eventsRead_us = -1;
  /** Of the moment that was read last, so that none counts twice.
   * @type {Set<string>} */
  atRead = new Set();
  /* Made of kept and fresh: */
  sorted = false;
  /** Interesting events in order of time.
   * @type {EventRow[]} */
  marks = [];
  /** @type {Span[]} */
  spans = [];
  /** Changes of settings, all of them.
   * @type {EventRow[]} */
  changes = [];
  changesTold = "";
  seen_us = 0;
  leapTimer = 0;

  /** @param {Model} model @param {Sorts} sorts */
  constructor(model, sorts) {
    this.model = model;
    this.sorts = sorts;
    let past = false;
    model.on("run", () => this.reset());
    model.on(["frame", "replay"], () => {
      const now = model.replay?.inPast ?? false;
      if (now && !past) void this.read();
      past = now;
      this.tellSettings();
    });
  }

  reset() {
    this.run = this.model.run?.run ?? "";
    this.reading = false;
    this.bucket_s = 1;
    this.load = new Map();
    this.roughLoad = new Map();
    this.loadRead_s = 0;
    this.kept = [];
    this.fresh = [];
    this.eventsRow = 0;
    this.eventsRead_us = -1;
    this.atRead = new Set();
    this.sorted = false;
    this.changesTold = "";
    this.seen_us = (this.model.run?.t_ms ?? 0) * 1000;
    if (this.run !== "") void this.read();
  }

  /** What happened since it was read last. */
  async read() {
    if (this.reading) return;
    const { run } = this;
    const same = () => this.run === run && this.model.run?.run === run;
    this.reading = true;
    try {
      await Promise.all([this.readLoad(run, same), this.readEvents(run, same)]);
    } catch {
      /* the timeline shows what it has; the live link says when the server is gone */
    }
    if (!same()) return;
    this.reading = false;
    this.tellSettings();
    this.model.tell("edge");
  }

  /** A leap brings many frames, and its rows are still on their way to the database. */
  readSoon() {
    if (this.leapTimer !== 0) return;
    this.leapTimer = window.setTimeout(() => {
      this.leapTimer = 0;
      void this.read();
    }, AFTER_LEAP_MS);
  }

  /** @param {string} run @param {() => boolean} same */
  async readLoad(run, same) {
    for (let page = 0; page < PAGES_MAX; page += 1) {
      const { columns, rows } = await api.metrics(run, this.loadRead_s);
      if (!same()) return;
      const load = columns.indexOf(this.sorts.load);
      const time = columns.indexOf("t_ms");
      for (const row of rows) this.addLoad(Number(row[time]) / 1000, Number(row[load] ?? 0));
      if (rows.length > 0) this.loadRead_s = Math.floor(Number(rows[rows.length - 1][time]) / 1000);
      for (const t_s of this.roughLoad.keys()) {
        if (t_s <= this.loadRead_s) this.roughLoad.delete(t_s);
      }
      if (rows.length < ROWS_A_PAGE) return;
      this.model.tell("edge");
    }
  }

  /** @param {string} run @param {() => boolean} same */
  async readEvents(run, same) {
    for (let page = 0; page < PAGES_MAX; page += 1) {
      const answer = await api.eventsAfter(run, this.eventsRow, EVENTS_A_PAGE);
      if (!same()) return;
      for (const row of answer) this.keep(this.fromApi(row));
      this.eventsRow = answer[answer.length - 1]?.row ?? this.eventsRow;
      this.fresh = this.fresh.filter((event) => event.t_us > this.eventsRead_us);
      this.thin();
      this.sorted = false;
      if (answer.length < EVENTS_A_PAGE) return;
    }
  }

  /** @param {EventRow} event that was read */
  keep(event) {
    if (event.t_us > this.eventsRead_us) this.atRead.clear();
    this.atRead.add(eventKey(event));
    this.eventsRead_us = event.t_us;
    if (this.matters(event)) this.kept.push(event);
  }

  /** @param {EventRow} event */
  matters(event) {
    if (event.kind === STARTED && event.args[0] === FIRST_BOOT) return false;
    return this.sorts.interesting(event) || this.sorts.span(event) !== null;
  }

  /**
   * @param {any} row of GET events
   * @returns {EventRow}
   */
  fromApi(row) {
    const node = (/** @type {unknown} */ name) => this.model.plan?.node_names.indexOf(String(name)) ?? -1;
    return {
      event: Number(row.event), cause: Number(row.cause), t_us: Math.round(Number(row.t_ms) * 1000),
      kind: String(row.kind), node: node(row.node), peer: node(row.peer),
      subject: Number(row.subject ?? -1), args: (row.args ?? []).map(Number),
    };
  }

  /**
   * A frame of the live link, whatever moment this viewer looks at.
   * @param {Frame} frame
   */
  note(frame) {
    if (frame.t - this.seen_us > LEAP_US * Math.max(1, this.model.pace.speed)) this.readSoon();
    this.seen_us = frame.t;
    const column = this.model.columns.indexOf(this.sorts.load);
    for (const row of frame.points ?? []) {
      const t_s = row[0] ?? 0;
      if (column > 0 && t_s > this.loadRead_s) this.roughLoad.set(t_s, row[column] ?? 0);
    }
    if (!frame.events) return;
    const newest_us = this.fresh[this.fresh.length - 1]?.t_us ?? this.eventsRead_us;
    for (const row of frame.events) {
      const event = eventOf(row);
      const known = event.t_us < newest_us || this.atRead.has(eventKey(event)) ||
        this.fresh.some((one) => one.t_us === event.t_us && eventKey(one) === eventKey(event));
      if (!known && this.matters(event)) this.fresh.push(event);
    }
    this.sorted = false;
    this.tellSettings();
  }

  // ---- load ----

  /** @param {number} t_s */
  bucketOf(t_s) {
    return Math.floor(t_s / this.bucket_s);
  }

  /** @param {number} t_s @param {number} value */
  addLoad(t_s, value) {
    while (this.bucketOf(t_s) >= BUCKETS_MAX) this.halve();
    const bucket = this.load.get(this.bucketOf(t_s)) ?? [0, 0];
    bucket[0] += value;
    bucket[1] += 1;
    this.load.set(this.bucketOf(t_s), bucket);
  }

  /** The run has become too long for its buckets: two become one. */
  halve() {
    /** @type {Map<number, [number, number]>} */
    const wider = new Map();
    for (const [number, [sum, count]] of this.load) {
      const into = wider.get(Math.floor(number / 2)) ?? [0, 0];
      wider.set(Math.floor(number / 2), [into[0] + sum, into[1] + count]);
    }
    this.bucket_s *= 2;
    this.load = wider;
  }

  /**
   * What was asked for over the whole run, in order of time.
   * @returns {{t_us: number, value: number}[]}
   */
  curve() {
    const read = [...this.load].map(([number, [sum, count]]) => ({
      t_us: number * this.bucket_s * 1e6, value: sum / count,
    }));
    const told = [...this.roughLoad].map(([t_s, value]) => ({ t_us: t_s * 1e6, value }));
    return [...read, ...told].sort((a, b) => a.t_us - b.t_us);
  }

  // ---- events ----

  /** Marks, spans and changes of all that is known; only when it is asked for. */
  sort() {
    if (this.sorted) return;
    this.sorted = true;
    const all = [...this.kept, ...this.fresh];
    this.marks = all.filter(this.sorts.interesting);
    this.changes = all.filter((event) => event.kind === SETTING);
    this.spans = [];
    for (const event of all) this.addSpan(event);
  }

  /** @param {EventRow} event */
  addSpan(event) {
    const span = this.sorts.span(event);
    if (span?.ends) this.endSpans(span.ends, event.t_us);
    if (!span?.begins) return;
    this.endSpans(span.begins, event.t_us);
    this.spans.push({ key: span.begins, from_us: event.t_us, until_us: span.until_us ?? Infinity });
  }

  /** @param {string} which @param {number} t_us */
  endSpans(which, t_us) {
    const all = which.endsWith("*");
    const key = all ? which.slice(0, -1) : which;
    for (const span of this.spans) {
      const meant = all ? span.key.startsWith(key) : span.key === key;
      if (meant && span.until_us > t_us) span.until_us = t_us;
    }
  }

  /** More than a screen has room for: of those that stand close together, only the first; but what
   * begins, ends or sets something stays. */
  thin() {
    const { kept } = this;
    if (kept.length <= MARKS_MAX) return;
    const close_us = (kept[kept.length - 1].t_us - kept[0].t_us) / (MARKS_MAX / 2);
    let last_us = -Infinity;
    this.kept = kept.filter((event) => {
      const stays = event.kind === SETTING || this.sorts.span(event) !== null;
      if (!stays && event.t_us - last_us < close_us) return false;
      last_us = event.t_us;
      return true;
    });
  }

  // ---- settings ----

  /** Settings as they stand at the moment that is shown. */
  tellSettings() {
    const { model } = this;
    const info = model.run;
    if (!info || this.reading) return;
    this.sort();
    const t_us = model.replay?.inPast ? model.clock.shown_us : Infinity;
    const changes = this.changes.filter((change) => change.t_us <= t_us);
    const key = changes.map((change) => `${change.t_us} ${change.args.join(" ")}`).join("|");
    if (key === this.changesTold) return;
    this.changesTold = key;
    const settings = { ...info.settings_at_start };
    for (const change of changes) {
      const setting = model.system?.settings[change.args[0]];
      if (setting) settings[setting.key] = this.valueOf(setting, change.args[1]);
    }
    for (const [name, value] of Object.entries(settings)) model.setSetting(name, value);
  }

  /**
   * A note carries a setting's value as a whole number.
   * @param {import("./types").SettingInfo} setting
   * @param {number} raw
   */
  valueOf(setting, raw) {
    if (setting.kind === "choice") return setting.choices?.[raw] ?? String(raw);
    if (setting.kind === "number") return raw / 10 ** setting.decimals;
    const like = this.model.run?.settings_at_start[setting.key];
    if (typeof like === "number") return raw;
    return typeof like === "string" ? (raw ? "on" : "off") : raw !== 0;
  }
}
