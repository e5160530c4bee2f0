// timeline.js: the strip of the whole run: how much was ordered, which faults lasted how long, what
// happened, its branches; and the slider over all of it. The live edge belongs to the run, the
// cursor to this viewer.

import { branchName, enterRelative } from "./branches.js";
import { el, fill, icon, setAttribute, setText, unit } from "./dom.js";
import { actOf } from "./keys.js";
import { drawTrack } from "./timeline/draw.js";
import { cursorOf, measure, PAD, tracksOf } from "./timeline/geometry.js";
import { inTurn } from "./turns.js";
import { t, virtualTime } from "./words.js";

/**
 * @typedef {import("./model.js").Model} Model
 * @typedef {import("./timeline/draw.js").Overview} Overview
 * @typedef {import("./types").Relative} Relative
 * @typedef {import("./timeline/draw.js").Words & {flags?: () => Flag[]}} Words
 * @typedef {{t_us: number, text: string, run: () => void}} Flag a moment of its own, to be pressed
 * @typedef {import("./timeline/draw.js").Mark} Mark
 * @typedef {import("./timeline/geometry.js").Geometry} Geometry
 */

const REDRAW_MS = 250;
const NEAR_PX = 7;
const STEP_US = 1e6;
const PAGE_US = 10e6;

/**
 * @param {HTMLElement} root
 * @param {Model} model
 * @param {Overview} overview
 * @param {Words} words
 */
export function mountTimeline(root, model, overview, words) {
  const timeline = new Timeline(model, overview, words);
  root.append(timeline.track);
  timeline.listen();
}

class Timeline {
  /** @type {Geometry | null} */
  geometry = null;
  /** @type {Mark[]} */
  marks = [];
  drawnAt = -Infinity;
  later = 0;
  held_us = 0; /* while a hand drags, the scale stands still */

  /** @param {Model} model @param {Overview} overview @param {Words} words */
  constructor(model, overview, words) {
    this.model = model;
    this.overview = overview;
    this.words = words;
    this.canvas = /** @type {HTMLCanvasElement} */ (el("canvas", { "aria-hidden": "true" }));
    this.thumb = el("span.thumb");
    this.slider = el("div.slider", {
      role: "slider", tabindex: 0, "aria-label": t("timeline.slider"), "aria-valuemin": 0,
      "aria-orientation": "horizontal",
    }, this.thumb);
    this.tracks = el("div.tracks");
    this.flags = el("div.flags");
    this.tip = el("span.tip", { hidden: true });
    this.track = el("div.track", null, this.canvas, this.slider, this.tracks, this.flags, this.tip);
  }

  listen() {
    const { model, slider } = this;
    model.on(["frame", "edge", "replay"], () => this.drawSoon());
    model.on(["run", "look", "family"], () => this.draw());
    new ResizeObserver(() => this.draw()).observe(this.track);
    listenPointer(slider, {
      hover: (x) => this.showTip(x),
      leave: () => {
        this.tip.hidden = true;
      },
      drag: (x) => this.drag(x),
      drop: (x) => this.drop(x),
    });
    slider.addEventListener("keydown", (event) => sliderKey(event, model));
  }

  draw() {
    const { model, track } = this;
    window.clearTimeout(this.later);
    this.later = 0;
    if (document.hidden || track.clientWidth === 0) return;
    this.drawnAt = performance.now();
    this.geometry = measure(track, model, this.held_us);
    this.marks = drawTrack(this.canvas, this.geometry, model, this.overview, this.words);
    placeTracks(this.tracks, this.geometry, model);
    placeFlags(this.flags, this.geometry, this.words.flags?.() ?? []);
    this.placeThumb();
  }

  /** A few times a second is enough for the picture; the thumb follows at once. */
  drawSoon() {
    if (this.later === 0) {
      const wait = Math.max(0, this.drawnAt + REDRAW_MS - performance.now());
      this.later = window.setTimeout(() => inTurn(() => this.draw()), wait);
    }
    this.placeThumb();
  }

  placeThumb() {
    const { model, slider } = this;
    if (!this.geometry) return;
    const at_us = cursorOf(model);
    this.thumb.style.translate = `${this.geometry.x(at_us)}px`; /* moved, not laid out anew */
    setAttribute(slider, "aria-valuemax", String(Math.floor(model.edge_us / 1e6)));
    setAttribute(slider, "aria-valuenow", String(Math.floor(at_us / 1e6)));
    const key = model.replay?.inPast ? "timeline.past" : "timeline.live";
    const decimals = model.clock.paused ? 1 : 0; /* not ten times a second for who listens */
    setAttribute(
      slider,
      "aria-valuetext",
      t(key, { time: virtualTime(at_us, decimals), edge: virtualTime(model.edge_us, decimals) }),
    );
  }

  /** @param {number} x */
  timeAt(x) {
    if (!this.geometry) return 0;
    const at = (x - PAD) / (this.geometry.width - 2 * PAD);
    return Math.max(0, Math.min(this.model.edge_us, at * this.geometry.end_us));
  }

  /** @param {number} x */
  showTip(x) {
    const { geometry, tip } = this;
    if (!geometry) return;
    const mark = nearest(this.marks, x);
    setText(tip, mark
      ? `${virtualTime(mark.event.t_us, 1)}  ${this.words.text(mark.event)}`
      : virtualTime(this.timeAt(x), 1));
    tip.hidden = false;
    const half = tip.offsetWidth / 2;
    tip.style.left = `${Math.max(half, Math.min(geometry.width - half, x))}px`;
  }

  /** @param {number} x */
  drag(x) {
    if (this.held_us === 0) this.held_us = this.geometry?.end_us ?? 0;
    void this.model.replay?.scrubTo(this.timeAt(x));
    this.showTip(x);
  }

  /** @param {number} x */
  drop(x) {
    const at_us = this.timeAt(x);
    const mark = nearest(this.marks, x);
    this.held_us = 0;
    if (mark) this.words.choose(mark.event);
    goTo(this.model, mark ? mark.event.t_us + 1 : at_us); /* events are rounded down: then it has been */
  }
}

/**
 * To a moment; at the edge that is the present.
 * @param {Model} model
 * @param {number} t_us
 */
export function goTo(model, t_us) {
  const { replay } = model;
  if (!replay) return;
  if (t_us >= model.edge_us && replay.link) replay.toLive();
  else void replay.seekTo(t_us);
}

/** @param {KeyboardEvent} event @param {Model} model */
function sliderKey(event, model) {
  const at_us = cursorOf(model);
  /** @type {Record<string, number>} */
  const goals = {
    back: at_us - STEP_US, on: at_us + STEP_US, far_back: at_us - PAGE_US, far_on: at_us + PAGE_US, start: 0, end: Infinity,
  };
  const act = actOf("timeline", event);
  const clicker = event.key.startsWith("Page") && document.documentElement.dataset.scene !== undefined;
  if (act === undefined || clicker) return;
  const goal = goals[act];
  event.preventDefault();
  event.stopPropagation();
  goTo(model, Math.max(0, goal));
}

/**
 * A mouse, a finger or a pen on the slider: x in pixels from its left.
 * @param {HTMLElement} slider
 * @param {Record<"hover" | "drag" | "drop", (x: number) => void> & {leave: () => void}} hands
 */
function listenPointer(slider, hands) {
  let dragging = false;
  let began = 0;
  let moved = false;
  const x = (/** @type {PointerEvent} */ event) => event.clientX - slider.getBoundingClientRect().left;
  slider.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    dragging = true;
    moved = false;
    began = x(event);
    slider.setPointerCapture(event.pointerId);
  });
  slider.addEventListener("pointermove", (event) => {
    moved = moved || Math.abs(x(event) - began) > 2;
    if (dragging && moved) hands.drag(x(event));
    else hands.hover(x(event));
  });
  const end = (/** @type {PointerEvent} */ event) => {
    if (!dragging) return;
    dragging = false;
    hands.drop(x(event));
    if (event.pointerType !== "mouse") hands.leave();
  };
  slider.addEventListener("pointerup", end);
  slider.addEventListener("pointercancel", end);
  slider.addEventListener("pointerleave", () => {
    if (!dragging) hands.leave();
  });
}

/** @param {Mark[]} marks @param {number} x */
function nearest(marks, x) {
  const near = marks.filter((mark) => Math.abs(mark.x - x) < NEAR_PX * unit());
  near.sort((a, b) => Math.abs(a.x - x) - Math.abs(b.x - x));
  return near[0] ?? null;
}

/**
 * The branches, each from where it forks to where it has come; a button enters it.
 * @param {HTMLElement} root
 * @param {Geometry} geometry
 * @param {Model} model
 */
function placeTracks(root, geometry, model) {
  const shown = geometry.row > 0 ? tracksOf(model) : [];
  const key = shown.map((one) => `${one.run} ${one.label}`).join("|");
  if (root.dataset.key !== key) {
    root.dataset.key = key;
    fill(root, ...shown.map((one) => trackButton(model, one)));
  }
  shown.forEach((one, index) => {
    const button = /** @type {HTMLElement} */ (root.children[index]);
    const current = one.run === model.run?.run;
    const until_us = current ? model.edge_us : one.t_ms * 1000;
    const from = geometry.x(one.at_ms * 1000);
    button.style.left = `${from}px`;
    button.style.top = `${geometry.tracks + index * geometry.row}px`;
    button.style.width = `${Math.max(geometry.x(until_us) - from, 4)}px`;
    button.style.height = `${geometry.row}px`;
    button.setAttribute("aria-current", String(current));
    const words = t(one.parent ? "branch.track" : "branch.track_root", {
      name: branchName(one), from: virtualTime(one.at_ms * 1000, 0), to: virtualTime(until_us, 0),
    });
    if (button.title !== words) button.title = words;
    button.setAttribute("aria-label", words);
  });
}

/**
 * @param {HTMLElement} root
 * @param {Geometry} geometry
 * @param {Flag[]} flags
 */
function placeFlags(root, geometry, flags) {
  const key = flags.map((flag) => `${flag.t_us} ${flag.text}`).join("|");
  if (root.dataset.key !== key) {
    root.dataset.key = key;
    fill(root, ...flags.map(({ text, run }) =>
      el("button.flag", { type: "button", title: text, "aria-label": text, onclick: run }, icon("compare"))));
  }
  flags.forEach((flag, index) => {
    /** @type {HTMLElement} */ (root.children[index]).style.left = `${geometry.x(flag.t_us)}px`;
  });
}

/** @param {Model} model @param {Relative} one */
function trackButton(model, one) {
  return el("button.branch", { type: "button", onclick: () => enterRelative(model, one.run) },
    el("span.line"), el("span.name", null, branchName(one)));
}
