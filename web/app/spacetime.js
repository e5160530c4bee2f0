// spacetime.js: the space-time diagram: nodes as lines, messages as arrows, from the whole run
// down to microseconds. It shares the moment with everything else; what is chosen here lights up
// on the stage and in the list of events too.

import { api } from "./api.js";
import { byId, el, fill, icon, setText } from "./dom.js";
import { mountKeys } from "./keys.js";
import { closeMenu, openMenu } from "./menu.js";
import { sliceOf } from "./spacetime/chain.js";
import { Choice } from "./spacetime/choice.js";
import { describe, drawDiagram, namesWidth } from "./spacetime/draw.js";
import { filterEntries } from "./spacetime/filters.js";
import { handActs, mountPointer, ZOOM_STEP } from "./spacetime/hands.js";
import { fillPanel, sentenceOf } from "./spacetime/panel.js";
import { pick } from "./spacetime/pick.js";
import { gather } from "./spacetime/scene.js";
import { Tiles } from "./spacetime/tiles.js";
import { bounded, makeView, shifted, spanOf, timeAt, zoomed } from "./spacetime/view.js";
import { isPaused, report } from "./steer.js";
import { number, t } from "./words.js";

/**
 * @typedef {import("./model.js").Model} Model
 * @typedef {import("./types").DiagramWords} DiagramWords
 * @typedef {import("./spacetime/chain.js").Chain} Chain
 * @typedef {import("./spacetime/view.js").Window} Window
 * @typedef {import("./spacetime/scene.js").Scene} Scene
 * @typedef {import("./spacetime/tiles.js").TraceEvent} TraceEvent
 * @typedef {{now: () => number, scrub: (t_us: number) => void, seek: (t_us: number) => void}} PageTime
 *   the moment of the page, and how it is moved: while a hand drags, and for good
 */

const FIRST_SPAN_US = 2e6; /* so much of time when it is opened while time runs */
const FIRST_SPAN_PAUSED_US = 0.12e6; /* a message takes a few milliseconds */
const AHEAD = 0.06; /* of what is shown: room behind the last event */
const FIT_MARGIN = 0.08;
const FIT_SPAN_MIN_US = 20_000;
const FIT_CAUSES = 4; /* of what is about nothing in particular */
const FIT_EFFECTS = 10;
const FOLLOW_AT = 0.82; /* of the screen: the running moment is kept here */
const GLIDE_MS = 220;
const AGAIN_MS = 100; /* how often wanted tiles are asked for while nothing moves */
const SENTENCE_LETTERS = 118; /* of two large lines */
const CLICK_ZOOM = 1 / 4;

/**
 * The running moment stays on the screen: how far the window has to move for that.
 * @param {Window} window
 * @param {number} now_us
 * @param {boolean} still in pages instead of gliding along
 */
export function followed(window, now_us, still) {
  const span = spanOf(window);
  const share = (now_us - window.from_us) / span;
  if (share >= 0.02 && share <= (still ? 0.98 : FOLLOW_AT)) return window;
  const place = share > 0.5 ? (still ? 0.1 : FOLLOW_AT) : still ? 0.9 : 0.1;
  return shifted(window, now_us - place * span - window.from_us);
}

export class Spacetime {
  /**
   * @param {HTMLElement} root
   * @param {HTMLElement} choiceRoot where the chosen event is told in one sentence
   * @param {Model} model
   * @param {DiagramWords} words
   * @param {PageTime} time
   */
  constructor(root, choiceRoot, model, words, time) {
    this.root = root;
    this.choiceRoot = choiceRoot;
    this.model = model;
    this.words = words;
    this.time = time;
    this.isOpen = false;
    /** Where the focus goes when the diagram closes.
     * @type {Element | null} */
    this.cameFrom = null;
    this.tiles = new Tiles(
      (from_us, to_us, max) => api.trace(model.run?.run ?? "", from_us, to_us, max),
      () => { this.dirty = true; },
      report,
    );
    /** @type {Window} */
    this.window = { from_us: 0, to_us: FIRST_SPAN_US, scroll: 0 };
    this.filters = { nodes: new Set(), types: new Set(), subject: -1 };
    /** @type {import("./spacetime/view.js").View | null} */
    this.view = null;
    /** @type {Scene | null} */
    this.scene = null;
    this.choice = new Choice(model, words, {
      show: (chain) => this.showChain(chain),
      fit: (chain) => this.fit(chain),
      reveal: (event) => this.reveal(event),
    });
    /** @type {TraceEvent | null} */
    this.hovered = null;
    /** @type {{from: Window, to: Window, start: number} | null} */
    this.gliding = null;
    this.now_us = -1;
    this.drawnAt = -Infinity;
    this.dirty = true;
    /** @type {Set<string>} */
    this.typesSeen = new Set();
    this.rowsKey = "";
    /** @type {import("./spacetime/view.js").Row[]} */
    this.rowsKept = [];
    this.build();
    this.listen();
  }

  build() {
    const tool = (/** @type {string} */ picture, /** @type {string} */ key, /** @type {() => void} */ run) =>
      el("button.bare", { type: "button", title: t(key), "aria-label": t(key), onclick: run }, icon(picture));
    this.summary = el("span.second.cut.summary");
    this.filterButton = el("button.bare", {
      type: "button", title: t("spacetime.filter"), "aria-label": t("spacetime.filter"), "aria-haspopup": "menu",
      onclick: () => this.openFilters(),
    }, icon("filter"));
    this.canvas = /** @type {HTMLCanvasElement} */ (
      el("canvas", { role: "img", tabindex: 0, "aria-label": t("spacetime.title") })
    );
    this.panel = el("aside.chain.scroll", { "aria-label": t("spacetime.panel"), hidden: true });
    const bar = el("header", { role: "group", "aria-label": t("spacetime.tools") },
      el("h2", null, t("spacetime.title")), this.summary, el("span.space"),
      tool("minus", "spacetime.out", () => this.zoomBy(ZOOM_STEP)),
      tool("plus", "spacetime.in", () => this.zoomBy(1 / ZOOM_STEP)),
      tool("fit", "spacetime.whole", () => this.showWhole()),
      tool("jump", "spacetime.now", () => this.toNow()),
      this.filterButton,
      tool("close", "spacetime.close", () => this.setOpen(false)));
    fill(this.root, bar, el("div.plot", null, this.canvas), this.panel);
  }

  listen() {
    const { model, canvas } = this;
    if (!canvas) return;
    const body = this.body();
    mountPointer(canvas, body);
    model.on("run", () => this.forget());
    model.on("focus", () => {
      if (model.focus === null && this.choice.chain !== null) this.choice.clear();
    });
    model.on(["look", "view"], () => { this.dirty = true; });
    model.on("look", () => {
      if (model.look.density === "phone") this.setOpen(document.documentElement.dataset.tab === "spacetime");
    });
    new ResizeObserver(() => { this.dirty = true; }).observe(this.root);
    mountKeys("diagram", { ...handActs(body, () => this.choice.chain !== null), close: () => this.setOpen(false) }, model.until, {
      holds: (key, target) => key === "Escape" ? this.isOpen && this.root.clientWidth > 0 : this.root.contains(target) && body.view() !== null,
    });
    const loop = () => {
      if (model.until.aborted) return;
      if (this.isOpen && !document.hidden) this.tick(performance.now());
      requestAnimationFrame(loop);
    };
    requestAnimationFrame(loop);
  }

  /**
   * What the hands may do.
   * @returns {import("./spacetime/hands.js").Body}
   */
  body() {
    return {
      view: () => this.view,
      move: (window) => this.moveTo(window),
      glide: (window) => this.glideTo(window),
      click: (x, y, touch) => this.click(x, y, touch),
      hover: (x, y) => this.hover(x, y),
      scrub: (t_us) => this.time.scrub(Math.max(0, Math.min(this.edge(), t_us))),
      seek: (t_us) => this.time.seek(Math.max(0, t_us)),
      walk: (way) => this.choice.walk(way),
      zoom: (factor) => this.zoomBy(factor),
      whole: () => this.showWhole(),
      toNow: () => this.toNow(),
    };
  }

  forget() {
    this.tiles.forget();
    this.typesSeen.clear();
    this.hovered = null;
    this.filters = { nodes: new Set(), types: new Set(), subject: -1 };
    this.choice.clear();
    this.showAround(this.model.t_us);
  }

  edge() {
    return Math.round(this.model.edge_us);
  }

  /** @param {number} t_us */
  showAround(t_us) {
    const span = isPaused(this.model) ? FIRST_SPAN_PAUSED_US : FIRST_SPAN_US * Math.max(0.05, this.model.pace.speed);
    const from_us = t_us - span * FOLLOW_AT;
    this.window = bounded({ from_us, to_us: from_us + span, scroll: 0 }, this.edge());
    this.gliding = null;
    this.dirty = true;
  }

  /**
   * Opened on what led up to a moment.
   * @param {number} t_us
   * @param {number} last_us
   */
  showLast(t_us, last_us) {
    this.setOpen(true);
    this.moveTo({ from_us: t_us - last_us, to_us: t_us + last_us * AHEAD, scroll: 0 });
  }

  toggle() {
    this.setOpen(!this.isOpen);
  }

  /** @param {boolean} open */
  setOpen(open) {
    if (open === this.isOpen) return;
    this.isOpen = open;
    const inside = this.root.contains(document.activeElement);
    if (open) this.cameFrom = document.activeElement;
    const phone = this.model.look.density === "phone";
    const root = document.documentElement;
    if (open) root.dataset.room = "spacetime";
    else delete root.dataset.room;
    this.root.hidden = !open;
    this.choiceRoot.hidden = !open;
    byId("stage").hidden = open;
    const tab = open ? "spacetime" : "city";
    if (phone && (root.dataset.tab === "spacetime") !== open) {
      /** @type {HTMLElement | null} */ (document.querySelector(`#tabs [data-tab="${tab}"]`))?.click();
    }
    this.model.tell("room");
    if (!open) {
      if (inside && this.cameFrom instanceof HTMLElement) this.cameFrom.focus({ preventScroll: true });
      return;
    }
    this.model.clock.now(performance.now());
    const now_us = this.time.now();
    if (this.choice.chain === null && (now_us < this.window.from_us || now_us > this.window.to_us)) this.showAround(now_us);
    this.now_us = now_us;
    this.dirty = true;
    this.canvas?.focus({ preventScroll: true });
  }

  // ---- looking ----

  /** @param {number} wall performance.now() */
  tick(wall) {
    const { model } = this;
    model.clock.now(wall); /* the stage, which else winds the clock, is hidden */
    const now_us = this.time.now();
    const edge_us = this.edge();
    if (this.tiles.edge_us !== edge_us) this.dirty = true;
    this.tiles.setEdge(edge_us, wall);
    if (this.gliding) this.glideOn(wall);
    else if (now_us !== this.now_us) this.follow(now_us);
    if (now_us !== this.now_us) this.dirty = true;
    this.now_us = now_us;
    const waiting = this.scene?.pending && wall - this.drawnAt > AGAIN_MS;
    if (this.dirty || waiting) this.draw(wall);
  }

  /** @param {number} now_us */
  follow(now_us) {
    const { window, now_us: before } = this;
    if (before < window.from_us || before > window.to_us) return;
    this.window = followed(window, now_us, this.model.look.still);
  }

  /** @param {Window} window */
  moveTo(window) {
    this.gliding = null;
    this.window = bounded(window, this.edge());
    this.dirty = true;
  }

  /**
   * Goes there in a moment; at once with reduced motion.
   * @param {Window} window
   */
  glideTo(window) {
    const to = bounded(window, this.edge());
    if (this.model.look.still) this.moveTo(to);
    else this.gliding = { from: this.window, to, start: performance.now() };
  }

  /** @param {number} wall */
  glideOn(wall) {
    if (!this.gliding) return;
    const { from, to, start } = this.gliding;
    const share = Math.min(1, Math.max(0, wall - start) / GLIDE_MS);
    const ease = 1 - (1 - share) ** 3;
    const between = (/** @type {number} */ a, /** @type {number} */ b) => a + (b - a) * ease;
    /* Spans change by factors, so that zooming looks even. */
    const span = spanOf(from) * (spanOf(to) / spanOf(from)) ** ease;
    const grown = spanOf(to) === spanOf(from) ? ease : (span - spanOf(from)) / (spanOf(to) - spanOf(from));
    const from_us = from.from_us + (to.from_us - from.from_us) * grown;
    this.window = { from_us, to_us: from_us + span, scroll: between(from.scroll, to.scroll) };
    if (share === 1) [this.window, this.gliding] = [to, null];
    this.dirty = true;
  }

  /**
   * Plus and minus, wherever the focus is, while the diagram is open.
   * @param {string} key
   */
  zoomKey(key) {
    if (this.isOpen) this.zoomBy(key === "+" ? 1 / ZOOM_STEP : ZOOM_STEP);
  }

  /** @param {number} factor */
  zoomBy(factor) {
    this.glideTo(zoomed(this.window, factor, this.centre()));
  }

  /** Around what one zooms without a pointer: what is chosen, the page's moment, the middle. */
  centre() {
    const { from_us, to_us } = this.window;
    const inside = (/** @type {number | undefined} */ t_us) => t_us !== undefined && t_us > from_us && t_us < to_us;
    const places = [this.choice.chain?.chosen.t_us, this.now_us].filter(inside);
    return places[0] ?? (from_us + to_us) / 2;
  }

  showWhole() {
    const edge_us = Math.max(1e6, this.edge());
    this.glideTo({ from_us: -0.01 * edge_us, to_us: 1.02 * edge_us, scroll: this.window.scroll });
  }

  toNow() {
    const span = Math.min(spanOf(this.window), FIRST_SPAN_US * 30);
    const from_us = this.now_us - span * FOLLOW_AT;
    this.glideTo({ from_us, to_us: from_us + span, scroll: this.window.scroll });
  }

  /** @param {number} wall */
  draw(wall) {
    const { canvas, root, model } = this;
    const plot = canvas?.parentElement;
    if (!canvas || !plot || plot.clientWidth === 0) return;
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    const { clientWidth: width, clientHeight: height } = plot;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    const ctx = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { alpha: false }));
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    const rows = this.rows();
    const view = makeView(this.window, rows, width, height, model.look.density, namesWidth(ctx, rows));
    const { scene, wanted } = gather(view, this.tiles, this.edge(), this.filters, model.look.density);
    this.tiles.want(wanted);
    for (const name of scene.names) this.typesSeen.add(name);
    this.view = view;
    this.scene = scene;
    this.dirty = false;
    this.drawnAt = wall;
    drawDiagram(ctx, this.picture());
    root.dataset.pending = String(scene.pending || this.tiles.busy || this.gliding !== null);
    if (this.summary) setText(this.summary, this.summaryText(scene));
    const label = describe(this.picture());
    if (canvas.getAttribute("aria-label") !== label) canvas.setAttribute("aria-label", label);
  }

  /** @returns {import("./spacetime/draw.js").Picture} */
  picture() {
    return {
      view: /** @type {import("./spacetime/view.js").View} */ (this.view),
      scene: /** @type {Scene} */ (this.scene),
      words: this.words, now_us: this.now_us, edge_us: this.edge(),
      slice: this.choice.slice,
      chosen: this.choice.chain?.chosen ?? null, hover: this.hovered,
    };
  }

  /** The same array as long as the rows are the same: sums are kept for it. */
  rows() {
    const rows = this.words.rows().filter((row) => !this.filters.nodes.has(row.node));
    const key = rows.map((row) => `${row.node} ${row.label}`).join("\n");
    if (key !== this.rowsKey) [this.rowsKey, this.rowsKept] = [key, rows];
    return this.rowsKept;
  }

  /** @param {Scene} scene */
  summaryText(scene) {
    const count = Math.round(scene.inView);
    const filtered = this.filters.types.size + this.filters.nodes.size > 0 || this.filters.subject >= 0;
    const what = t("spacetime.in_view", { count, events: number(count) });
    if (!filtered) return what;
    return t(scene.single ? "spacetime.filtered" : "spacetime.filter_zoom", { what });
  }

  // ---- choosing ----

  /** @param {number} x @param {number} y */
  hover(x, y) {
    const { view, scene, canvas } = this;
    if (!view || !scene || !canvas) return;
    const found = pick(view, this.pickable(), x, y, false);
    if (found !== this.hovered) this.dirty = true;
    this.hovered = found;
    const axis = y > view.bottom && x > view.left;
    canvas.dataset.over = found ? "event" : axis ? "axis" : !scene.single && x > view.left ? "counts" : "";
    canvas.title = found ? sentenceOf({ ...found, notes: [] }, this.words) : axis ? t("spacetime.axis") : "";
  }

  /** What is lit up comes last: it lies on top. */
  pickable() {
    const { slice } = this.choice;
    return this.scene ? [...this.scene.events, ...this.scene.lost, ...slice] : slice;
  }

  /** @param {number} x @param {number} y @param {boolean} touch */
  click(x, y, touch) {
    const { view, scene } = this;
    if (!view || !scene) return;
    const found = pick(view, this.pickable(), x, y, touch);
    if (found) this.choice.choose(found);
    else if (!scene.single && x > view.left && y < view.bottom) {
      this.glideTo(zoomed(this.window, CLICK_ZOOM, timeAt(view, x)));
    } else this.choice.clear();
  }

  /**
   * The way in from elsewhere: the diagram opened at an event, or at all of an order.
   * @param {{event?: number, subject?: number}} what
   */
  showCauses(what) {
    closeMenu();
    for (const dialog of document.querySelectorAll("dialog")) dialog.close();
    this.setOpen(true);
    return this.choice.find(what);
  }

  /**
   * On the screen: what is about the same order, or else the nearest causes and effects.
   * @param {Chain} chain
   */
  fit(chain) {
    const { subject } = chain.chosen;
    const near = [...chain.back.slice(0, FIT_CAUSES), chain.chosen, ...chain.forward.slice(0, FIT_EFFECTS)];
    const slice = subject >= 0 ? sliceOf(chain).filter((link) => link.subject === subject) : near;
    const first = Math.min(...slice.map((link) => Math.min(link.sent_us, link.t_us)));
    const last = Math.max(...slice.map((link) => link.t_us));
    const span = Math.max(FIT_SPAN_MIN_US, (last - first) * (1 + 2 * FIT_MARGIN));
    const middle = (first + last) / 2;
    this.glideTo({ from_us: middle - span / 2, to_us: middle + span / 2, scroll: this.window.scroll });
  }

  /**
   * Brings an event onto the screen if it is not.
   * @param {TraceEvent} event
   */
  reveal(event) {
    const { window } = this;
    const margin = 0.06 * spanOf(window);
    const first = Math.min(event.sent_us, event.t_us);
    if (event.t_us - first > spanOf(window) * 0.88) {
      const span = (event.t_us - first) / 0.6;
      this.glideTo({ from_us: first - span * 0.2, to_us: first + span * 0.8, scroll: window.scroll });
    } else if (first < window.from_us + margin) {
      this.glideTo(shifted(window, first - margin * 3 - window.from_us));
    } else if (event.t_us > window.to_us - margin) {
      this.glideTo(shifted(window, event.t_us + margin * 3 - window.to_us));
    }
  }

  /**
   * What is chosen, in the panel and in one sentence.
   * @param {Chain | null} chain
   */
  showChain(chain) {
    const { panel, choiceRoot, words } = this;
    if (!panel) return;
    const inside = panel.contains(document.activeElement);
    panel.hidden = chain === null;
    if (chain) {
      fillPanel(panel, chain, words, this.panelHands());
      panel.querySelector('[aria-current="true"]')?.scrollIntoView({ block: "nearest" });
      if (inside) /** @type {HTMLElement | null} */ (panel.querySelector("h2"))?.focus();
    } else if (inside) this.canvas?.focus();
    const sentence = chain ? sentenceOf(chain.chosen, words) : t("spacetime.hint");
    choiceRoot.toggleAttribute("data-long", sentence.length > SENTENCE_LETTERS);
    fill(choiceRoot, el("span", null, sentence));
    this.dirty = true;
  }

  /** @returns {import("./spacetime/panel.js").PanelHands} */
  panelHands() {
    return {
      choose: (link) => this.choice.choose(link),
      clear: () => this.choice.clear(),
      subject: (subject) => void this.choice.find({ subject }),
      causes: (event) => void this.choice.find({ event }),
      explain: this.words.explain,
      seek: (t_us) => this.time.seek(t_us),
      stage: () => this.setOpen(false),
    };
  }

  openFilters() {
    if (!this.filterButton) return;
    openMenu(this.filterButton, t("spacetime.filter"), filterEntries({
      rows: this.words.rows(), types: [...this.typesSeen].sort(), filters: this.filters,
      name: this.words.message, only: this.words.only(), changed: () => { this.dirty = true; },
      subject: (subject) => {
        this.filters.subject = subject;
        this.dirty = true;
        /* Where events are only counted, the one order is lit up all the same. */
        if (subject >= 0) void this.choice.find({ subject });
        else this.choice.clear();
      },
    }));
  }
}

/**
 * The diagram in its room.
 * @param {Model} model
 * @param {DiagramWords} words
 * @param {PageTime} time
 */
export function openSpacetime(model, words, time) {
  return new Spacetime(byId("spacetime"), byId("choice"), model, words, time);
}
