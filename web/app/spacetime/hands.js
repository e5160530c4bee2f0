// hands.js: mouse, wheel, fingers and keys on the diagram: pan, zoom, choose, walk along causes.

import { shifted, spanOf, timeAt, zoomed } from "./view.js";

/**
 * @typedef {import("./view.js").View} View
 * @typedef {import("./view.js").Window} Window
 * @typedef {{
 *   view: () => View | null,
 *   move: (window: Window) => void,
 *   glide: (window: Window) => void,
 *   click: (x: number, y: number, touch: boolean) => void,
 *   hover: (x: number, y: number) => void,
 *   scrub: (t_us: number) => void, seek: (t_us: number) => void,
 *   walk: (way: "cause" | "effect" | "before" | "after") => boolean,
 *   zoom: (factor: number) => void, whole: () => void, toNow: () => void,
 * }} Body
 */

const CLICK_PX = 5;
const WHEEL_ZOOM = 1.0022; /* a pixel of the wheel */
const LINE_PX = 16;
export const ZOOM_STEP = 2;
const PAN_SHARE = 0.15;

/** @param {HTMLCanvasElement} canvas @param {Body} body */
export function mountPointer(canvas, body) {
  /** @type {Map<number, {x: number, y: number}>} */
  const fingers = new Map();
  /** @type {{x: number, y: number, moved: boolean, axis: boolean} | null} */
  let press = null;
  const local = (/** @type {PointerEvent | WheelEvent} */ event) => {
    const box = canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    const at = local(event);
    const view = body.view();
    fingers.set(event.pointerId, at);
    canvas.setPointerCapture(event.pointerId);
    press = { ...at, moved: fingers.size > 1, axis: view !== null && at.y > view.bottom };
    if (press.axis && view) body.scrub(timeAt(view, at.x));
  });
  canvas.addEventListener("pointermove", (event) => {
    const at = local(event);
    const before = fingers.get(event.pointerId);
    const view = body.view();
    if (!view) return;
    if (!before) {
      if (event.pointerType === "mouse") body.hover(at.x, at.y);
      return;
    }
    if (press?.axis) {
      body.scrub(timeAt(view, at.x));
      return;
    }
    if (press && Math.hypot(at.x - press.x, at.y - press.y) > CLICK_PX) press.moved = true;
    if (!press?.moved) return;
    body.move(fingers.size > 1 ? pinched(view, fingers, event.pointerId, at) : dragged(view, before, at));
    fingers.set(event.pointerId, at);
  });
  const release = (/** @type {PointerEvent} */ event) => {
    const known = fingers.delete(event.pointerId);
    const at = local(event);
    const view = body.view();
    if (known && press?.axis && view) body.seek(timeAt(view, at.x));
    if (known && press && !press.moved && !press.axis && event.type === "pointerup") {
      body.click(at.x, at.y, event.pointerType !== "mouse");
    }
    if (fingers.size === 0) press = null;
  };
  canvas.addEventListener("pointerup", release);
  canvas.addEventListener("pointercancel", release);
  canvas.addEventListener("pointerleave", () => body.hover(-1, -1));
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    const view = body.view();
    if (view) body.move(wheeled(view, event, local(event)));
  }, { passive: false });
}

/**
 * @param {View} view
 * @param {{x: number, y: number}} before
 * @param {{x: number, y: number}} at
 */
function dragged(view, before, at) {
  const by_us = ((before.x - at.x) * spanOf(view)) / (view.right - view.left);
  return { ...shifted(view, by_us), scroll: view.scroll + before.y - at.y };
}

/**
 * Two fingers: what is under them stays under them.
 * @param {View} view
 * @param {Map<number, {x: number, y: number}>} fingers
 * @param {number} moved
 * @param {{x: number, y: number}} at
 */
function pinched(view, fingers, moved, at) {
  const other = [...fingers].find(([id]) => id !== moved)?.[1] ?? at;
  const before = fingers.get(moved) ?? at;
  const apart = Math.max(20, Math.abs(before.x - other.x));
  const now = Math.max(20, Math.abs(at.x - other.x));
  const window = zoomed(view, apart / now, timeAt(view, other.x));
  return { ...window, scroll: view.scroll + (before.y - at.y) / 2 };
}

/**
 * The wheel moves through time; with ctrl (and so a pinch on a touch pad) it zooms; with shift it
 * scrolls the nodes.
 * @param {View} view
 * @param {WheelEvent} event
 * @param {{x: number, y: number}} at
 */
function wheeled(view, event, at) {
  const unit = event.deltaMode === 1 ? LINE_PX : event.deltaMode === 2 ? view.width / 2 : 1;
  const dx = event.deltaX * unit;
  const dy = event.deltaY * unit;
  if (event.ctrlKey || event.metaKey) {
    const factor = WHEEL_ZOOM ** Math.max(-400, Math.min(400, dy));
    return zoomed(view, factor, timeAt(view, Math.max(view.left, at.x)));
  }
  if (event.shiftKey && dx === 0) return { ...shifted(view, 0), scroll: view.scroll + dy };
  const by = Math.abs(dx) > Math.abs(dy) ? dx : dy;
  return shifted(view, (by * spanOf(view)) / (view.right - view.left));
}

/**
 * What the keys of the diagram do: walk from what is chosen, else move the view.
 * @param {Body} body with a view
 * @param {() => boolean} chosen whether there is something to walk from
 * @returns {Record<string, import("../keys.js").Act>}
 */
export function handActs(body, chosen) {
  const view = () => /** @type {View} */ (body.view());
  const pan = (/** @type {number} */ sign) => body.glide(shifted(view(), sign * PAN_SHARE * spanOf(view())));
  const scroll = (/** @type {number} */ sign) => body.glide({ ...shifted(view(), 0), scroll: view().scroll + sign * view().lane });
  const arrow = (/** @type {Parameters<Body["walk"]>[0]} */ way, /** @type {() => void} */ move) =>
    (/** @type {KeyboardEvent} */ event) => void (chosen() && !event.shiftKey ? body.walk(way) : move());
  return {
    left: arrow("cause", () => pan(-1)),
    right: arrow("effect", () => pan(1)),
    up: arrow("before", () => scroll(-1)),
    down: arrow("after", () => scroll(1)),
    nearer: () => body.zoom(1 / ZOOM_STEP),
    farther: () => body.zoom(ZOOM_STEP),
    whole: () => body.whole(),
    now: () => body.toNow(),
  };
}
