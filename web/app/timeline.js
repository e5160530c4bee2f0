// timeline.js: the strip of the whole run: how much was ordered, which faults lasted how long, what
// happened, its branches; and the slider over all of it. The live edge belongs to the run, the
// cursor to this viewer.

import { branchName, enterRelative } from "./branches.js";
import { el, fill, icon, setText, token, unit } from "./dom.js";
import { t, virtualTime } from "./words.js";

/**
 * @typedef {import("./model.js").Model} Model
 * @typedef {import("./overview.js").Overview} Overview
 * @typedef {import("./types").EventRow} EventRow
 * @typedef {import("./types").Relative} Relative
 * @typedef {{
 *   interesting: (event: EventRow) => boolean,
 *   text: (event: EventRow) => string,
 *   tone: (kind: string) => string,
 *   choose: (event: EventRow) => void,
 *   flags?: () => Flag[],
 * }} Words
 * @typedef {{t_us: number, text: string, run: () => void}} Flag a moment of its own, to be pressed
 * @typedef {{x: number, event: EventRow}} Mark
 * @typedef {{
 *   width: number, height: number, u: number, end_us: number,
 *   top: number, base: number, tracks: number, row: number, words: number,
 *   x: (t_us: number) => number,
 * }} Geometry where things stand; `base` is the floor of the plot, `tracks` the top of the branches
 */

const REDRAW_MS = 250;
const SPAN_MIN_US = 60e6; /* a young run does not fill the whole strip */
const TRACKS_MAX = 3;
const PAD = 6;
const MARK_PX = 3; /* marks that would stand closer are one */
const NEAR_PX = 7;
const STEP_US = 1e6;
const PAGE_US = 10e6;
/** From the heaviest to the lightest: which of several marks in one place is seen. */
const TONES = ["down", "slow", "moving", "off", "serving"];

/**
 * @param {HTMLElement} root
 * @param {Model} model
 * @param {Overview} overview
 * @param {Words} words
 */
export function mountTimeline(root, model, overview, words) {
  const canvas = /** @type {HTMLCanvasElement} */ (el("canvas", { "aria-hidden": "true" }));
  const thumb = el("span.thumb");
  const slider = el("div.slider", {
    role: "slider", tabindex: 0, "aria-label": t("timeline.slider"), "aria-valuemin": 0,
    "aria-orientation": "horizontal",
  }, thumb);
  const tracks = el("div.tracks");
  const flags = el("div.flags");
  const tip = el("span.tip", { hidden: true });
  const track = el("div.track", null, canvas, slider, tracks, flags, tip);
  root.append(track);
  /** @type {Geometry | null} */
  let geometry = null;
  /** @type {Mark[]} */
  let marks = [];
  let drawnAt = -Infinity;
  let later = 0;
  let held_us = 0; /* while a hand drags, the scale stands still */

  const draw = () => {
    window.clearTimeout(later);
    later = 0;
    if (document.hidden || track.clientWidth === 0) return;
    drawnAt = performance.now();
    geometry = measure(track, model, held_us);
    marks = drawTrack(canvas, geometry, model, overview, words);
    placeTracks(tracks, geometry, model);
    placeFlags(flags, geometry, words.flags?.() ?? []);
    placeThumb();
  };
  const drawSoon = () => {
    const wait = drawnAt + REDRAW_MS - performance.now();
    if (wait <= 0) draw();
    else if (later === 0) later = window.setTimeout(draw, wait);
    placeThumb();
  };
  const placeThumb = () => {
    if (!geometry) return;
    const at_us = cursorOf(model);
    thumb.style.left = `${geometry.x(at_us)}px`;
    slider.setAttribute("aria-valuemax", String(Math.floor(model.edge_us / 1e6)));
    slider.setAttribute("aria-valuenow", String(Math.floor(at_us / 1e6)));
    const key = model.replay?.inPast ? "timeline.past" : "timeline.live";
    const decimals = model.clock.paused ? 1 : 0; /* not ten times a second for who listens */
    slider.setAttribute(
      "aria-valuetext",
      t(key, { time: virtualTime(at_us, decimals), edge: virtualTime(model.edge_us, decimals) }),
    );
  };
  model.on(["frame", "edge", "replay"], drawSoon);
  model.on(["run", "look", "family"], () => {
    drawnAt = -Infinity;
    draw();
  });
  new ResizeObserver(() => draw()).observe(track);

  const timeAt = (/** @type {number} */ x) => {
    if (!geometry) return 0;
    const at = (x - PAD) / (geometry.width - 2 * PAD);
    return Math.max(0, Math.min(model.edge_us, at * geometry.end_us));
  };
  const tell = (/** @type {number} */ x) => {
    if (!geometry) return;
    const mark = nearest(marks, x);
    setText(tip, mark
      ? `${virtualTime(mark.event.t_us, 1)}  ${words.text(mark.event)}`
      : virtualTime(timeAt(x), 1));
    tip.hidden = false;
    const half = tip.offsetWidth / 2;
    tip.style.left = `${Math.max(half, Math.min(geometry.width - half, x))}px`;
  };
  listenPointer(slider, {
    hover: tell,
    leave: () => {
      tip.hidden = true;
    },
    drag: (x) => {
      if (held_us === 0) held_us = geometry?.end_us ?? 0;
      void model.replay?.scrubTo(timeAt(x));
      tell(x);
    },
    drop: (x) => {
      held_us = 0;
      const mark = nearest(marks, x);
      if (mark) words.choose(mark.event);
      goTo(model, mark ? mark.event.t_us + 1 : timeAt(x)); /* events are rounded down: then it has been */
    },
  });
  slider.addEventListener("keydown", (event) => sliderKey(event, model));
}

/**
 * The moment this viewer sees.
 * @param {Model} model
 */
export function cursorOf(model) {
  if (model.replay?.inPast) return model.replay.cursor_us;
  return Math.max(0, Math.min(model.clock.shown_us, model.edge_us));
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
    ArrowLeft: at_us - STEP_US,
    ArrowDown: at_us - STEP_US,
    ArrowRight: at_us + STEP_US,
    ArrowUp: at_us + STEP_US,
    PageDown: at_us - PAGE_US,
    PageUp: at_us + PAGE_US,
    Home: 0,
    End: Infinity,
  };
  const goal = goals[event.key];
  if (goal === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
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

// ---- where things stand ----

/**
 * @param {HTMLElement} track
 * @param {Model} model
 * @param {number} held_us the scale to keep, or 0
 * @returns {Geometry}
 */
function measure(track, model, held_us) {
  const { clientWidth: width, clientHeight: height } = track;
  const { density } = model.look;
  const u = density === "lecture" ? unit() : 0.75;
  const ends = model.family.map((one) => one.t_ms * 1000);
  const latest_us = Math.max(model.edge_us, ...ends);
  const end_us = held_us > 0 ? held_us : Math.max(latest_us * 1.02, SPAN_MIN_US);
  const count = model.family.length > 1 ? Math.min(TRACKS_MAX, model.family.length) : 0;
  const lab = density === "lab";
  const room = (height - 24 * u - 30) / Math.max(1, count);
  const row = count === 0 ? 0 : lab ? Math.max(12, Math.min(20, room)) : 6 * u;
  const base = height - 24 * u - count * row - (count > 0 ? 2 * u : 0);
  const words = lab ? Math.max(0, Math.min(3, Math.floor((base - 34) / 22))) : 0;
  return {
    width, height, u, end_us, row, words, base,
    top: lab ? Math.min(base - 20, 14 + words * 22) : (count > 0 ? 3 : 9) * u,
    tracks: base + 2 * u,
    x: (t_us) => PAD + ((width - 2 * PAD) * t_us) / end_us,
  };
}

/**
 * Which of the family have a track: the root, and those around the run that is shown.
 * @param {Model} model
 * @returns {Relative[]}
 */
function tracksOf(model) {
  const { family } = model;
  if (family.length <= TRACKS_MAX) return family;
  const at = Math.max(0, family.findIndex((one) => one.run === model.run?.run));
  const from = Math.max(1, Math.min(at - 1, family.length - TRACKS_MAX + 1));
  return [family[0], ...family.slice(from, from + TRACKS_MAX - 1)];
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

// ---- drawing ----

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Geometry} geometry
 * @param {Model} model
 * @param {Overview} overview
 * @param {Words} words
 */
function drawTrack(canvas, geometry, model, overview, words) {
  const ratio = Math.min(2, window.devicePixelRatio || 1);
  const { width, height, u } = geometry;
  overview.sort();
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  const ctx = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  drawLoad(ctx, geometry, overview, model);
  drawSpans(ctx, geometry, overview, model);
  drawAxis(ctx, geometry);
  drawForks(ctx, geometry, model);
  const marks = thinned(overview.marks, geometry, words);
  for (const mark of marks) {
    ctx.fillStyle = token(`--state-${words.tone(mark.event.kind)}`);
    ctx.fillRect(mark.x - 1 * u, 7 * u, 2 * u, geometry.base - 7 * u);
    ctx.beginPath();
    ctx.arc(mark.x, 7 * u, 4 * u, 0, 2 * Math.PI);
    ctx.fill();
  }
  drawEdge(ctx, geometry, model);
  if (geometry.words > 0) drawLabels(ctx, geometry, marks, words.text);
  return marks;
}

/**
 * Of several events in one place the heaviest is seen.
 * @param {EventRow[]} events
 * @param {Geometry} geometry
 * @param {Words} words
 * @returns {Mark[]}
 */
function thinned(events, geometry, words) {
  /** @type {Map<number, Mark>} */
  const places = new Map();
  const weight = (/** @type {EventRow} */ event) => TONES.indexOf(words.tone(event.kind));
  for (const event of events) {
    const x = geometry.x(event.t_us);
    const place = Math.round(x / MARK_PX);
    const there = places.get(place);
    if (!there || weight(event) < weight(there.event)) places.set(place, { x, event });
  }
  return [...places.values()];
}

/**
 * Orders a minute over the whole run; paler what comes after the cursor.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Geometry} geometry
 * @param {Overview} overview
 * @param {Model} model
 */
function drawLoad(ctx, { x, base, top, height }, overview, model) {
  const curve = overview.curve();
  if (curve.length === 0) return;
  const most = Math.max(...curve.map(({ value }) => value), 1);
  const shape = new Path2D();
  shape.moveTo(x(curve[0].t_us), base);
  for (const { t_us, value } of curve) shape.lineTo(x(t_us), base - (value / most) * (base - top));
  shape.lineTo(x(Math.max(model.edge_us, curve[curve.length - 1].t_us)), base);
  shape.closePath();
  ctx.fillStyle = token("--load-1");
  ctx.fill(shape);
  ctx.save();
  ctx.beginPath();
  ctx.rect(0, 0, x(cursorOf(model)), height);
  ctx.clip();
  ctx.fillStyle = token("--load-2");
  ctx.fill(shape);
  ctx.restore();
}

/**
 * Faults as long as they lasted: hatched, so that it is not the colour alone.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Geometry} geometry
 * @param {Overview} overview
 * @param {Model} model
 */
function drawSpans(ctx, { x, base, u }, overview, model) {
  if (overview.spans.length === 0) return;
  ctx.save();
  const area = new Path2D();
  for (const span of overview.spans) {
    const from = x(span.from_us);
    const until = x(Math.min(span.until_us, model.edge_us));
    area.rect(from, 7 * u, Math.max(until - from, 2), base - 7 * u);
  }
  ctx.clip(area);
  ctx.strokeStyle = token("--state-down");
  ctx.globalAlpha = 0.4;
  ctx.lineWidth = Math.max(1, 1.2 * u);
  ctx.beginPath();
  const gap = 7 * u;
  for (let at = -base; at < x(model.edge_us) + base; at += gap) {
    ctx.moveTo(at, base);
    ctx.lineTo(at + base, 0);
  }
  ctx.stroke();
  ctx.globalAlpha = 1;
  ctx.restore();
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Geometry} geometry
 */
function drawAxis(ctx, { x, end_us, base, width, height, u }) {
  ctx.fillStyle = token("--border");
  ctx.fillRect(0, base, width, Math.max(1, 1.5 * u));
  ctx.font = `${20.2 * u}px ${token("--font")}`;
  ctx.textBaseline = "bottom";
  ctx.textAlign = "center";
  ctx.fillStyle = token("--text-second");
  const steps_s = [10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14400];
  const wanted = Math.max(2, Math.floor(width / (110 * u)));
  const step_s = steps_s.find((s) => end_us / 1e6 / s <= wanted) ?? 28800;
  for (let s = step_s; s * 1e6 < end_us; s += step_s) {
    const at = x(s * 1e6);
    if (at > width - 30 * u) break;
    ctx.fillRect(at, base, Math.max(1, u), 4 * u);
    ctx.fillText(virtualTime(s * 1e6, 0), at, height);
  }
}

/**
 * Where each branch leaves its parent: a line from track to track.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Geometry} geometry
 * @param {Model} model
 */
function drawForks(ctx, { x, tracks, row, u }, model) {
  if (row === 0) return;
  const shown = tracksOf(model);
  ctx.fillStyle = token("--border");
  shown.forEach((one, index) => {
    const parent = shown.findIndex((other) => other.run === one.parent);
    if (parent < 0) return;
    const from = tracks + (Math.min(parent, index) + 0.5) * row;
    const to = tracks + (Math.max(parent, index) + 0.5) * row;
    ctx.fillRect(x(one.at_ms * 1000) - u, from, 2 * u, to - from);
  });
}

/**
 * The live edge of the run: a hollow bar with a ring, unlike the solid cursor.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Geometry} geometry
 * @param {Model} model
 */
function drawEdge(ctx, { x, base, u }, model) {
  if (!model.replay?.inPast) return;
  const at = x(model.edge_us);
  ctx.strokeStyle = token("--state-serving");
  ctx.lineWidth = Math.max(1, 2 * u);
  ctx.setLineDash([3 * u, 3 * u]);
  ctx.beginPath();
  ctx.moveTo(at, 12 * u);
  ctx.lineTo(at, base);
  ctx.stroke();
  ctx.setLineDash([]);
  ctx.beginPath();
  ctx.arc(at, 6.5 * u, 4.5 * u, 0, 2 * Math.PI);
  ctx.stroke();
}

/**
 * In lab density there is room for words: labels in rows, the newest first, none over another.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Geometry} geometry
 * @param {Mark[]} marks
 * @param {(event: EventRow) => string} text
 */
function drawLabels(ctx, { u, words, width }, marks, text) {
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  ctx.font = `${14 / 0.75 * u}px ${token("--font")}`;
  const freeFrom = Array.from({ length: words }, () => Infinity);
  for (const mark of [...marks].reverse()) {
    const sentence = text(mark.event);
    const long = ctx.measureText(sentence).width + 14;
    if (mark.x + long > width + 8) continue;
    const row = freeFrom.findIndex((free) => mark.x + long < free);
    if (row < 0) continue;
    freeFrom[row] = mark.x;
    ctx.fillStyle = token("--panel");
    ctx.fillRect(mark.x + 3, 14 + row * 22, long - 4, 20);
    ctx.fillStyle = token("--text");
    ctx.fillText(sentence, mark.x + 7, 24 + row * 22);
  }
}
