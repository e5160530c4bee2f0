// compare.js: two runs side by side, as a mode of the page: two stages of the same map, one
// cursor, the differences between them as a strip and a chart, and where they came apart in one
// sentence. In the mode nothing is done to a run; leaving it comes back to where one was.

import { api } from "./api.js";
import { mountChart } from "./charts.js";
import { setComparing } from "./comparing.js";
import { mountDifferences, openFigures } from "./difference.js";
import { byId, el, fill, icon, setText } from "./dom.js";
import { History } from "./history.js";
import { closeMenu, menuEntry, openMenu } from "./menu.js";
import { Overview } from "./overview.js";
import { Pair } from "./pair.js";
import { pairChart } from "./pair_chart.js";
import { PairMarks } from "./pair_marks.js";
import { putInAddress, putPairInAddress, scenarioTitle } from "./runs.js";
import { dropOffer, sayNote, sayStatus } from "./say.js";
import { changesSentence, momentWords, partingSentence, runWords, SIDES, sideNames } from "./side_names.js";
import { report, setPace } from "./steer.js";
import { mountTimeline } from "./timeline.js";
import { mountTransport } from "./transport.js";
import { cityClock, t } from "./words.js";

/**
 * @typedef {import("./model.js").Model} Model
 * @typedef {import("./comparing.js").Manner} Manner
 * @typedef {import("./types").Comparison} Comparison
 * @typedef {import("./types").PartingSide} PartingSide
 * @typedef {import("./types").RunInfo} RunInfo
 * @typedef {{
 *   mountStage(root: HTMLElement, model: Model): void,
 *   timelineWords(model: Model): import("./timeline.js").Words & import("./overview.js").Sorts,
 *   nodeWords(model: Model, node: number): string,
 *   light(model: Model, side: PartingSide | null): void,
 *   figures: {name: string, short: string}[],
 *   charts: import("./pair_chart.js").What[],
 *   untils: import("./until.js").Until[],
 *   presets(model: Model): {text: string, second?: string, run: () => void}[],
 * }} System what the system puts into the room
 */

const ADDRESS_EVERY_MS = 500; /* browsers refuse to change the address more often */
const READ_EVERY_MS = 1000;
const RECENT_MAX = 8;
const TOGETHER_US_MAX = 3_600_000_000; /* a run is computed on so far without being asked for it */
const NEAR_US = 1; /* just before and just after: what happens has parts of a microsecond */

export class Comparing {
  /**
   * @param {HTMLElement} root the room
   * @param {HTMLElement} header the page's header, where the mode says what it is
   * @param {Model} home the page's own run
   * @param {System} system
   */
  constructor(root, header, home, system) {
    this.root = root;
    this.header = header;
    this.home = home;
    this.system = system;
    this.isOpen = false;
    this.pair = new Pair(/** @type {new () => Model} */ (home.constructor));
    home.until.addEventListener("abort", () => this.end());
    this.histories = [new History(), new History()];
    /** @type {RunInfo[]} */
    this.runs = [];
    /** @type {string[]} */
    this.names = ["", ""];
    /** @type {Comparison | null} */
    this.comparison = null;
    this.comparing = false;
    this.wasLive = false; /* the page's own run went on when the mode began */
    this.built = false;
    this.addressTimer = 0;
    this.readTimer = 0;
    this.pair.onProblem = report;
    this.pair.onEnd = () => sayNote(t("pair.ended"));
    setComparing((a, b, manner) => this.open(a, b, manner), (anchor) => void this.openMenu(anchor));
    home.on("look", () => this.takeLook());
  }

  /** The model that keys and controls of time act on while the mode lasts. */
  get front() {
    return this.pair.front;
  }

  // ---- building, once ----

  build() {
    if (this.built) return;
    this.built = true;
    const { front } = this.pair;
    this.title = el("b.cut");
    this.seed = el("span.second.seed");
    this.clock = el("span.clock", { title: t("clock.about") });
    this.header.append(el("div.comparing", null, icon("compare"), this.title, this.seed, el("span.space"), this.clock,
      el("button", { type: "button", "data-compare": "leave", title: t("pair.leave.about"), onclick: () => this.close() },
        icon("return"), el("span", null, t("pair.leave")))));
    this.headings = SIDES.map(() => el("span.cut"));
    const stages = SIDES.map(() => el("div.stage"));
    this.caption = el("p.story", { tabindex: -1 });
    const strip = el("section.strip.scroll", { "aria-label": t("pair.differences"), tabindex: 0 });
    const chart = el("section.chart", { "aria-label": t("pair.chart") });
    const time = el("section.timeline", { "aria-label": t("pair.time") });
    fill(this.root,
      ...SIDES.map((side, index) => el("section.side", {
        "data-side": side, "aria-label": t(`pair.${side}`),
      }, el("h2", null, el("b.letter", null, side.toUpperCase()), this.headings?.[index]), stages[index])),
      this.buildBar(), this.caption, el("div.truth.scroll", null, strip, chart), time);
    this.pair.models.forEach((model, side) => {
      model.system = this.home.system;
      this.system.mountStage(stages[side], model);
    });
    this.takeLook();
    mountDifferences(strip, this.pair, this.system.figures);
    mountChart(chart, front, this.system.charts.map((what) =>
      pairChart(this.pair, this.histories, what, () => this.chartFacts())), () => this.spans(), true);
    this.mountTime(time);
    this.listen();
  }

  /** Faults, as the first run has them. */
  spans() {
    const [front] = this.overviews ?? [];
    front?.sort();
    return front?.spans ?? [];
  }

  /** @param {HTMLElement} root */
  mountTime(root) {
    const { front, models } = this.pair;
    const words = models.map((model) => this.system.timelineWords(model));
    this.overviews = models.map((model, side) => new Overview(model, words[side]));
    const marks = new PairMarks(this.overviews);
    this.overviews.forEach((overview, side) => {
      this.pair.replays[side].onFrames = (frames) => {
        for (const frame of frames) overview.note(frame);
      };
    });
    const text = (/** @type {import("./types").EventRow} */ event) => {
      const side = marks.sideOf(event);
      return side < 0 ? words[0].text(event) : `${SIDES[side].toUpperCase()}: ${words[side].text(event)}`;
    };
    mountTransport(root, front, this.system.untils);
    mountTimeline(root, front, marks, { ...words[0], text, choose: () => {}, flags: () => this.flags() });
  }

  buildBar() {
    const button = (/** @type {string} */ id, /** @type {string} */ picture, /** @type {() => void} */ run) =>
      el("button", { type: "button", "data-compare": id, title: t(`pair.${id}.about`), onclick: run },
        icon(picture), el("span", null, t(`pair.${id}`)));
    this.before = button("before", "previous", () => this.seekParting("before"));
    this.after = button("after", "jump", () => this.seekParting("after"));
    this.csv = el("a", { "data-compare": "csv", download: true, title: t("pair.csv.about") },
      icon("download"), el("span", null, t("pair.csv")));
    const others = button("others", "compare", () => void this.openMenu(others));
    others.setAttribute("aria-haspopup", "menu");
    return el("div.acts", { role: "group", "aria-label": t("pair.bar") },
      this.before, this.after, button("all", "table", () => void this.showFigures()), this.csv, others);
  }

  listen() {
    const { models } = this.pair;
    models.forEach((model, side) => {
      model.on("selection", () => {
        models[1 - side].select(model.selection);
        this.tellStory();
      });
      model.on(["frame", "replay"], () => this.light());
    });
    this.front.on("view", () => {
      if (this.front.selection !== null) this.tellStory();
    });
    this.front.on(["frame", "replay"], () => {
      setText(/** @type {HTMLElement} */ (this.clock), cityClock(this.front.clock.shown_us));
      this.keepAddress();
    });
    this.front.on("edge", () => this.readSoon());
    this.front.on("pace", () => {
      if (this.isOpen && this.pair.direction === 0) void this.lookAgain();
    });
  }

  /** Theme, density and motion are the page's. */
  takeLook() {
    for (const model of this.pair.models) {
      model.look = this.home.look;
      model.tell("look");
    }
  }

  // ---- coming and going ----

  /**
   * @param {string} a
   * @param {string} b
   * @param {Manner} [manner]
   */
  async open(a, b, manner = {}) {
    const runs = await Promise.all([api.run(a), api.run(b)]);
    this.build();
    this.takeLook();
    this.begin(runs);
    const { replay, clock } = this.home;
    const at_us = manner.at_us ?? (replay?.inPast ? replay.cursor_us : Math.max(0, clock.shown_us));
    this.names = manner.names ?? sideNames(this.front, runs, null);
    this.comparison = null;
    dropOffer();
    this.showMode(true);
    this.takeFocus();
    this.tellNames();
    this.tellStory();
    const speed = this.home.pace.speed;
    const shown = this.pair.enter(runs, at_us, speed);
    this.histories.forEach((history, side) => history.begin(runs[side].run));
    this.readSoon();
    await shown;
    sayStatus(t("pair.opened", { a: this.names[0], b: this.names[1] }));
    if (manner.together) await this.bringTogether(runs, at_us);
    void this.compare();
  }

  /** What had the focus is covered now: the keyboard goes on at the play button of both. */
  takeFocus() {
    const held = document.activeElement;
    if (held instanceof HTMLElement && held !== document.body && held.getClientRects().length > 0) return;
    const play = /** @type {HTMLElement | null} */ (this.root.querySelector('[data-transport="play"]'));
    play?.focus({ preventScroll: true });
  }

  /** @param {RunInfo[]} runs */
  begin(runs) {
    if (!this.isOpen) {
      const { state } = this.home.streamPace;
      this.wasLive = state === "live";
    }
    this.runs = runs;
    this.isOpen = true;
  }

  /**
   * A branch that has just begun is computed up to where the run that it is compared with has come.
   * @param {RunInfo[]} runs
   * @param {number} at_us
   */
  async bringTogether(runs, at_us) {
    const goal_us = Math.max(...runs.map((run) => Math.round(run.t_ms * 1000)));
    if (this.pair.end_us >= goal_us || goal_us - this.pair.end_us > TOGETHER_US_MAX) return;
    await this.pair.advanceTo(goal_us);
    if (this.runs !== runs) return;
    for (const overview of this.overviews ?? []) overview.reset();
    if (this.pair.direction === 0 && this.pair.cursor_us < at_us) await this.pair.seekTo(at_us);
  }

  /** Back to where one was. */
  close() {
    if (!this.isOpen) return;
    this.leave();
    const { run, replay } = this.home;
    if (!run) return;
    putInAddress(run.run, replay?.inPast ? replay.cursor_us : undefined);
    if (this.wasLive && this.home.streamPace.state === "paused") void setPace(this.home, { paused: false });
    this.home.tell("look", "replay", "frame", "points");
    /** @type {HTMLElement | null} */ (this.header.querySelector(".run"))?.focus();
    sayStatus(t("pair.left"));
  }

  /**
   * Keys that choose: a digit a node, on both stages; Escape lets go, then leaves.
   * @param {KeyboardEvent} event
   */
  pressKey({ key }) {
    const { front } = this;
    const node = /^[1-9]$/.test(key) ? Number(key) : key === "q" ? 0 : null;
    if (node !== null) {
      if (front.isPlace(node)) front.select(front.selection === node ? null : node);
    } else if (key !== "Escape") {
      return false;
    } else if (front.selection !== null) {
      front.select(null);
    } else {
      this.close();
    }
    return true;
  }

  /** The room is closed; another run may come onto the page's own stage. */
  leave() {
    if (!this.isOpen) return;
    closeMenu();
    this.isOpen = false;
    this.pair.leave();
    window.clearTimeout(this.addressTimer);
    this.addressTimer = 0;
    this.showMode(false);
  }

  /** The page turns to another system. */
  end() {
    this.leave();
    window.clearTimeout(this.readTimer);
    for (const model of this.pair.models) model.leave();
  }

  /** @param {boolean} on */
  showMode(on) {
    this.root.hidden = !on;
    document.documentElement.toggleAttribute("data-compare", on);
    if (on) for (const model of this.pair.models) model.tell("look");
  }

  // ---- what the server says of both ----

  async compare() {
    const { runs } = this;
    if (this.comparing) return;
    this.comparing = true;
    try {
      const comparison = await api.compare(runs[0].run, runs[1].run);
      if (this.runs !== runs || !this.isOpen) return;
      this.comparison = comparison;
      this.names = sideNames(this.front, runs, comparison);
      this.tellNames();
      this.tellStory();
      this.front.tell("edge", "points");
      this.light();
    } catch (error) {
      if (this.runs === runs && this.isOpen) report(error);
    } finally {
      this.comparing = false;
    }
    if (this.isOpen && this.runs !== runs) void this.compare();
  }

  /** The runs have gone on, and had been the same so far. */
  async lookAgain() {
    if (!this.comparison || this.comparison.divergence) return;
    if (this.pair.end_us > this.comparison.until_ms * 1000) await this.compare();
  }

  tellNames() {
    const [one] = this.runs;
    const same = this.runs.every((run) => run.scenario === one.scenario && run.seed === one.seed);
    this.headings?.forEach((heading, side) => {
      setText(heading, this.names[side]);
      heading.title = this.names[side];
    });
    if (this.title) setText(this.title, same ? one.title || scenarioTitle(this.home, one.scenario) : t("pair.title"));
    if (this.seed) setText(this.seed, same ? t("run.seed_value", { seed: one.seed }) : "");
    this.csv?.setAttribute("href", api.comparisonUrl(this.runs[0].run, this.runs[1].run));
    document.title = `A: ${this.names[0]} · B: ${this.names[1]} · Distributed Chef`;
  }

  /** The sentence under the stages: where they came apart; or the chosen node on both sides. */
  tellStory() {
    const { caption, comparison, front } = this;
    if (!caption) return;
    const parting = comparison?.divergence ?? null;
    for (const button of [this.before, this.after]) {
      if (parting === null) button?.setAttribute("aria-disabled", "true");
      else button?.removeAttribute("aria-disabled");
    }
    const node = front.selection;
    if (node !== null) {
      fill(caption, ...this.pair.models.map((model, side) =>
        el("span.node", null, el("b", null, `${SIDES[side].toUpperCase()} `), this.system.nodeWords(model, node))));
    } else if (!comparison) {
      fill(caption, el("span.second", null, t("pair.working")));
    } else {
      fill(caption, el("span", null, el("b", null, partingSentence(this.home, comparison)), " ",
        el("span.second", null, changesSentence(front, this.runs, comparison))));
    }
  }

  /** @returns {{moment_s: number | null, csv: string}} */
  chartFacts() {
    const parting = this.comparison?.divergence;
    const [a, b] = this.runs;
    return {
      moment_s: parting ? parting.t_ms / 1000 : null,
      csv: a && b ? api.comparisonUrl(a.run, b.run) : "",
    };
  }

  // ---- where they came apart ----

  /** Just before and just after what went otherwise, in whole microseconds. */
  partingMoments() {
    const parting = this.comparison?.divergence;
    if (!parting) return null;
    const times_us = [parting.a, parting.b].flatMap((side) => (side ? [side.t_ms * 1000] : []));
    return {
      before: Math.max(0, Math.floor(Math.min(...times_us)) - NEAR_US),
      after: Math.ceil(Math.max(...times_us)) + NEAR_US,
    };
  }

  /** @param {"before" | "after"} which */
  seekParting(which) {
    const moments = this.partingMoments();
    if (!moments) return;
    for (const model of this.pair.models) model.select(null);
    void this.pair.seekTo(moments[which]);
    if (this.comparison) sayStatus(partingSentence(this.home, this.comparison));
  }

  /** While the cursor stands there, both sides show whom it was about. */
  light() {
    const moments = this.partingMoments();
    const parting = this.comparison?.divergence;
    const { cursor_us, direction } = this.pair;
    const there = moments !== null && direction === 0 && cursor_us >= moments.before && cursor_us <= moments.after;
    this.pair.models.forEach((model, side) => {
      this.system.light(model, there && parting ? parting[SIDES[side]] : null);
    });
  }

  /** On the slider. */
  flags() {
    const moments = this.partingMoments();
    const parting = this.comparison?.divergence;
    if (!moments || !parting) return [];
    return [{
      t_us: parting.t_ms * 1000,
      text: t("pair.flag", { time: momentWords(parting.t_ms) }),
      run: () => this.seekParting("after"),
    }];
  }

  // ---- figures of the whole runs ----

  readSoon() {
    if (this.readTimer !== 0 || !this.isOpen) return;
    this.readTimer = window.setTimeout(() => {
      this.readTimer = 0;
      void this.readHistories();
    }, this.histories[0].rows.length === 0 ? 0 : READ_EVERY_MS);
  }

  async readHistories() {
    if (!this.isOpen) return;
    try {
      await Promise.all(this.histories.map((history) => history.read()));
      this.front.tell("points");
    } catch (error) {
      report(error);
    }
  }

  async showFigures() {
    const { runs } = this;
    try {
      const comparison = await api.compare(runs[0].run, runs[1].run);
      if (this.runs === runs && this.isOpen) openFigures(comparison, this.names);
    } catch (error) {
      report(error);
    }
  }

  // ---- the address ----

  keepAddress() {
    if (this.addressTimer !== 0 || !this.isOpen) return;
    this.addressTimer = window.setTimeout(() => {
      this.addressTimer = 0;
      const { run, replay } = this.home;
      const [a, b] = this.runs;
      if (!this.isOpen || !run || !a || !b) return;
      putPairInAddress(a.run, b.run, this.pair.cursor_us, run.run, replay?.inPast ? replay.cursor_us : undefined);
    }, ADDRESS_EVERY_MS);
  }

  // ---- what can be compared ----

  /** @param {HTMLElement} anchor */
  async openMenu(anchor) {
    const { home } = this;
    const run = home.run?.run;
    if (!run) return;
    try {
      const [info, all] = await Promise.all([api.run(run), api.runs()]);
      const presets = this.system.presets(home).map((preset) => menuEntry({ icon: "compare", ...preset }));
      openMenu(anchor, t("pair.menu"), [
        el("h3", null, t("pair.menu_presets")), ...presets, ...this.otherEntries(info, all),
      ]);
    } catch (error) {
      report(error);
    }
  }

  /**
   * The family, and recent runs of the same system.
   * @param {RunInfo} info
   * @param {RunInfo[]} all
   */
  otherEntries(info, all) {
    const family = (info.family ?? []).filter((one) => one.run !== info.run);
    const scenarios = new Set(this.home.scenarios.map(({ name }) => name));
    const others = all
      .filter((one) => one.run !== info.run && !family.some(({ run }) => run === one.run))
      .filter((one) => scenarios.size === 0 || scenarios.has(one.scenario))
      .slice(0, RECENT_MAX)
      .map((one) => ({ ...one, title: scenarioTitle(this.home, one.scenario) }));
    const entry = (/** @type {RunInfo | import("./types").Relative} */ one) => menuEntry({
      text: runWords(one),
      run: () => void this.open(one.run, info.run, { together: one.run === info.parent }).catch(report),
    });
    const group = (/** @type {string} */ key, /** @type {(RunInfo | import("./types").Relative)[]} */ list) => (
      list.length === 0 ? [] : [document.createElement("hr"), el("h3", null, t(key)), ...list.map(entry)]
    );
    return [...group("pair.menu_family", family), ...group("pair.menu_recent", others)];
  }
}

/**
 * @param {Model} home
 * @param {System} system
 */
export function mountComparing(home, system) {
  return new Comparing(byId("compare"), byId("header"), home, system);
}
