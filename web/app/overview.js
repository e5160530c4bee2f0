// overview.js: the whole run at a glance, for the timeline: how much was ordered, what happened,
// which faults lasted from when to when, and how the settings stood at any moment. Asked for once
// in pages, thinned, and from then on kept up by the frames of the live link.

import { api } from "./api.js";
import { eventKey, FIRST_BOOT } from "./model.js";

/**
 * @typedef {import("./model.js").Model} Model
 * @typedef {import("./types").EventRow} EventRow
 * @typedef {import("./types").Frame} Frame
 * @typedef {{
 *   interesting: (event: EventRow) => boolean,
 *   span: (event: EventRow) => {begins?: string, ends?: string, until_us?: number} | null,
 * }} Sorts what the system makes of an event: `ends` may end in "*" for all that begin so
 * @typedef {{key: string, from_us: number, until_us: number}} Span until_us Infinity: it lasts
 */

const LOAD_COLUMN = "offered_per_min";
const ROWS_A_PAGE = 3600;
const EVENTS_A_PAGE = 2000;
const PAGES_MAX = 60; /* of each; a run has at most 24 virtual hours */
const BUCKETS_MAX = 720;
const MARKS_MAX = 4000;
const SETTING = "setting_changed";
const STARTED = "node_started";

export class Overview {
  run = "";
  bucket_s = 1;
  /** Sum and count of each bucket.
   * @type {Map<number, [number, number]>} */
  load = new Map();
  /** Interesting events in order of time.
   * @type {EventRow[]} */
  marks = [];
  marksLeftOut = 0;
  /** @type {Span[]} */
  spans = [];
  /** Changes of settings, all of them.
   * @type {EventRow[]} */
  changes = [];
  changesTold = -1;
  newest_us = -1;
  /** Those of the newest moment, so that none counts twice.
   * @type {Set<string>} */
  newest = new Set();
  /** What frames tell while the past is still on its way.
   * @type {EventRow[] | null} */
  early = [];

  /** @param {Model} model @param {Sorts} sorts */
  constructor(model, sorts) {
    this.model = model;
    this.sorts = sorts;
    this.reset();
    model.on("run", () => this.reset());
    model.on(["frame", "replay"], () => this.tellSettings());
  }

  reset() {
    this.run = this.model.run?.run ?? "";
    this.bucket_s = 1;
    this.load = new Map();
    this.marks = [];
    this.marksLeftOut = 0;
    this.spans = [];
    this.changes = [];
    this.changesTold = -1;
    this.newest_us = -1;
    this.newest = new Set();
    this.early = [];
    if (this.run !== "") void this.read(this.run);
  }

  /** @param {string} run */
  async read(run) {
    const same = () => this.run === run && this.model.run?.run === run;
    try {
      await Promise.all([this.readLoad(run, same), this.readEvents(run, same)]);
    } catch {
      /* the timeline shows what it has; the live link says when the server is gone */
    }
    if (same()) this.model.tell("edge");
  }

  /** @param {string} run @param {() => boolean} same */
  async readLoad(run, same) {
    let after_s = 0;
    for (let page = 0; page < PAGES_MAX; page += 1) {
      const { columns, rows } = await api.metrics(run, after_s);
      if (!same()) return;
      const load = columns.indexOf(LOAD_COLUMN);
      const time = columns.indexOf("t_ms");
      for (const row of rows) this.addLoad(Number(row[time]) / 1000, Number(row[load] ?? 0));
      this.model.tell("edge");
      if (rows.length < ROWS_A_PAGE) return;
      after_s = Math.floor(Number(rows[rows.length - 1][time]) / 1000);
    }
  }

  /** @param {string} run @param {() => boolean} same */
  async readEvents(run, same) {
    let after = 0;
    for (let page = 0; page < PAGES_MAX; page += 1) {
      const answer = await api.events(run, after, EVENTS_A_PAGE);
      if (!same()) return;
      const rows = Array.isArray(answer) ? answer : answer.events;
      for (const row of rows) this.addEvent(this.fromApi(row));
      this.tellSettings();
      if (rows.length < EVENTS_A_PAGE) break;
      after = Math.max(...rows.map((/** @type {any} */ row) => Number(row.event)));
    }
    /** @type {EventRow[]} */
    const early = this.early ?? [];
    this.early = null;
    for (const event of early) this.addEvent(event);
    this.tellSettings();
  }

  /**
   * @param {any} row of GET events
   * @returns {EventRow}
   */
  fromApi(row) {
    const node = (/** @type {unknown} */ name) => (
      typeof name === "number" ? name : (this.model.plan?.node_names.indexOf(String(name)) ?? -1)
    );
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
    const column = this.model.columns.indexOf(LOAD_COLUMN);
    for (const row of frame.points ?? []) {
      if (column > 0 && !this.load.has(this.bucketOf(row[0] ?? 0))) {
        this.addLoad(row[0] ?? 0, row[column] ?? 0);
      }
    }
    for (const row of frame.events ?? []) {
      const event = {
        event: Number(row[0]), cause: Number(row[1]), t_us: Number(row[2]), kind: String(row[3]),
        node: Number(row[4]), peer: Number(row[5]), subject: Number(row[6]),
        args: row.slice(7).map(Number),
      };
      if (this.early) this.early.push(event);
      else this.addEvent(event);
    }
    if (frame.events) this.tellSettings();
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
   * Orders a minute over the whole run, in order of time.
   * @returns {{t_us: number, value: number}[]}
   */
  curve() {
    return [...this.load]
      .sort(([a], [b]) => a - b)
      .map(([number, [sum, count]]) => ({ t_us: number * this.bucket_s * 1e6, value: sum / count }));
  }

  // ---- events ----

  /** @param {EventRow} event */
  addEvent(event) {
    if (event.t_us < this.newest_us) return;
    if (event.t_us > this.newest_us) this.newest.clear();
    this.newest_us = event.t_us;
    if (this.newest.has(eventKey(event))) return;
    this.newest.add(eventKey(event));
    if (event.kind === STARTED && event.args[0] === FIRST_BOOT) return;
    if (event.kind === SETTING) this.changes.push(event);
    this.addSpan(event);
    if (!this.sorts.interesting(event)) return;
    this.marks.push(event);
    if (this.marks.length > MARKS_MAX) this.thin();
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

  /** More marks than a screen has room for: of those that stand closest together, every second. */
  thin() {
    const closest_us = (this.marks[this.marks.length - 1].t_us - this.marks[0].t_us) / (MARKS_MAX / 2);
    const before = this.marks.length;
    let last_us = -Infinity;
    this.marks = this.marks.filter((mark) => {
      const keep = mark.t_us - last_us >= closest_us || mark.kind === SETTING;
      if (keep) last_us = mark.t_us;
      return keep;
    });
    this.marksLeftOut += before - this.marks.length;
  }

  // ---- settings ----

  /** Settings as they stand at the moment that is shown. */
  tellSettings() {
    const { model, changes } = this;
    const info = model.run;
    if (!info || this.early) return;
    const t_us = model.replay?.inPast ? model.clock.shown_us : Infinity;
    let count = changes.length;
    while (count > 0 && changes[count - 1].t_us > t_us) count -= 1;
    if (count === this.changesTold) return;
    this.changesTold = count;
    const settings = { ...info.settings_at_start };
    for (const change of changes.slice(0, count)) {
      const setting = model.system?.settings[change.args[0]];
      if (setting) settings[setting.key] = this.valueOf(setting, change.args[1]);
    }
    for (const [key, value] of Object.entries(settings)) model.setSetting(key, value);
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
