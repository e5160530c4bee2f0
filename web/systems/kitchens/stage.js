// stage.js: the stage as one part: three canvases, a button over every kitchen, the legend, the
// hint of the current mode. Draws as a function of the clock's virtual time and stops when nobody
// looks.

import { el, fill, icon, setAttribute, token, unit } from "../../app/dom.js";
import { CutHand } from "../../app/stage/cutting.js";
import { drawFlights, showsFlights } from "../../app/stage/messages.js";
import { mountUnderWay } from "../../app/stage/under_way.js";
import { inTurn } from "../../app/turns.js";
import { nameOf, t } from "../../app/words.js";
import { mountCard } from "./card.js";
import { groundOf } from "./cutting.js";
import { cuisineColour, cuisineIndex, dishesOf, drawDish } from "./dishes.js";
import { Faces } from "./faces.js";
import { drawFocus } from "./focus.js";
import { DISPATCHER, Geometry } from "./geometry.js";
import { Ground } from "./ground.js";
import { lightAt } from "./light.js";
import { messageName, messagePlaces } from "./messages.js";
import { drawMotion, orderPoint, segmentAt } from "./motion.js";
import { drawPlates } from "./plates.js";
import { Shapes } from "./shapes.js";
import { mountTiles } from "./tiles.js";
import { nodeLabel, nodeSentence } from "./tell.js";
import { ordersUnderWay, placeOrder } from "./orders.js";

/** @typedef {import("./model.js").CityModel} Model */

const PICK_RADIUS = 16;
const STILL_MS = 1000; /* reduced motion: a new still picture so often, and at every step */

export class Stage {
  /**
   * @param {HTMLElement} root
   * @param {Model} model
   * @param {(order: number) => void} explain opens the explanation of an order
   * @param {{looking?: boolean}} [options] looking: small, beside another one, and nothing can be
   *   done on it
   */
  constructor(root, model, explain, options = {}) {
    this.root = root;
    this.model = model;
    this.explain = explain;
    this.looking = options.looking ?? false;
    /** @type {Geometry | null} */
    this.geometry = null;
    /** @type {Shapes | null} */
    this.shapes = null;
    /** @type {Faces | null} */
    this.faces = null;
    /** @type {number[]} */
    this.cuisines = [];
    /** @type {Ground | null} */
    this.ground = null;
    this.lit = ""; /* the light that the ground is shown in */
    this.drawn_us = -1;
    this.drawn_wall = -Infinity;
    this.dirty = true;
    this.platesDirty = true;
    this.overDrawn = false; /* is there anything on the uppermost sheet? */
    this.seen = true; /* there is room for it on the page */
    this.places = "";
    /** @type {{kind: "look"} | {kind: "place", dish: number} | {kind: "cut"}} */
    this.mode = { kind: "look" };
    this.build();
    this.listen();
  }

  build() {
    this.canvases = ["ground", "motion", "plates", "messages"].map(
      (name) => /** @type {HTMLCanvasElement} */ (el(`canvas.${name}`, { "aria-hidden": "true" })),
    );
    this.twin = el("div.twin", { role: "group", "aria-label": t("stage.kitchens") });
    this.legend = el("div.legend", { "aria-hidden": "true" });
    this.hint = el("div.hint", { hidden: true });
    this.tiles = el("div.tiles");
    fill(this.root, ...this.canvases, this.legend, this.twin, this.tiles, this.hint);
    mountTiles(this.tiles, this.model);
    mountUnderWay(this.root, this.model, {
      label: (node) => nodeLabel(this.model, node), message: messageName, things: () => ordersUnderWay(this.model),
    });
    if (this.looking) return;
    this.cut = new CutHand(this.root, this.model, {
      ground: () => this.geometry && groundOf(this.model, this.geometry),
      nodeOfKey: (key) => (/^[1-9]$/.test(key) ? Number(key) : key === "q" ? DISPATCHER : -1),
      over: () => this.setMode({ kind: "look" }),
      moved: () => {
        this.dirty = true;
        this.drawn_us = -1;
      },
    });
    this.card = mountCard(this.root, this.model, (mode) => this.setMode(mode));
  }

  listen() {
    const { model } = this;
    model.on(["run", "look"], () => this.layOut());
    const redrawPlates = () => {
      this.platesDirty = true;
      this.dirty = true;
    };
    model.on("view", () => {
      if (model.clock.paused || model.clock.driven) redrawPlates();
      else inTurn(redrawPlates); /* the picture of a message has enough to do */
      if (this.placesKey() !== this.places) this.layOut();
      this.describe();
    });
    model.on(["selection"], () => this.describe());
    model.on(["frame", "faults", "mine"], () => {
      this.dirty = true;
    });
    model.on("focus", () => {
      this.root.toggleAttribute("data-focus", model.focus !== null);
      this.dirty = true;
    });
    new ResizeObserver(() => this.layOut()).observe(this.root);
    this.root.addEventListener("pointerup", (event) => this.pointerUp(event));
    const loop = () => {
      if (model.until.aborted) return;
      this.tick(performance.now());
      requestAnimationFrame(loop);
    };
    requestAnimationFrame(loop);
  }

  /** Which kitchens have a place on the map: when this changes, the plates are laid out again. */
  placesKey() {
    return [...this.model.kitchens.values()]
      .map(
        (kitchen) => `${kitchen.node}:${kitchen.x_m},${kitchen.y_m},${kitchen.name},${kitchen.truth === 0}`,
      )
      .join(" ");
  }

  layOut() {
    const { model } = this;
    const { clientWidth: width, clientHeight: height } = this.root;
    this.seen = width > 0 && height > 0;
    if (!model.plan || !this.seen || model.look.density === "phone") return;
    const u = unit() * (model.look.density === "lab" ? 0.8 : 1);
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    const [, motion, plates] = this.contexts(width, height, ratio);
    const measure = (/** @type {string} */ text) => {
      plates.font = `600 ${20.2 * u}px ${token("--font")}`;
      return plates.measureText(text).width;
    };
    this.places = this.placesKey();
    this.geometry = new Geometry(
      model.plan,
      [...model.kitchens.values()],
      width,
      height,
      u,
      measure,
      this.looking,
    );
    this.shapes = new Shapes(model.plan.cuisines, u * (this.geometry.compact ? 0.8 : 1), ratio);
    this.faces = new Faces(this.geometry, ratio);
    const { cuisines, dishes } = model.plan;
    this.cuisines = dishes.map((dish) => cuisineIndex(cuisines, dish.cuisine));
    this.ground = new Ground(this.geometry, ratio);
    this.lit = "";
    motion.clearRect(0, 0, width, height);
    this.buildTwin();
    this.buildLegend(u);
    this.platesDirty = true;
    this.dirty = true;
  }

  /** @param {number} width @param {number} height @param {number} ratio */
  contexts(width, height, ratio) {
    return (this.canvases ?? []).map((canvas) => {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
      const ctx = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
      ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
      return ctx;
    });
  }

  /** @param {number} wall performance.now() */
  tick(wall) {
    const { model } = this;
    if (document.hidden || this.root.hidden || !this.seen) return;
    const t_us = model.clock.now(wall);
    if (!this.geometry || model.look.density === "phone") return;
    if (t_us === this.drawn_us && !this.dirty) return;
    if (model.look.still && !model.clock.paused && wall - this.drawn_wall < STILL_MS) return;
    this.drawn_wall = wall;
    this.draw(t_us);
  }

  /**
   * The picture of one virtual time.
   * @param {number} t_us
   */
  draw(t_us) {
    if (!this.geometry || !this.shapes || !this.faces) return;
    const [ground, motion, plates, messages] = (this.canvases ?? []).map(
      (canvas) => /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")),
    );
    this.light(ground, t_us);
    drawMotion(motion, this.model, this.geometry, this.shapes, this.cuisines, t_us);
    this.cut?.draw(motion, this.geometry.u);
    this.drawOver(messages, t_us);
    if (this.platesDirty) drawPlates(plates, this.model, this.geometry, this.faces);
    this.platesDirty = false;
    this.dirty = false;
    this.drawn_us = t_us;
  }

  /**
   * A sheet on which there is nothing is left alone: to wipe it costs a copy of it for each picture.
   * @param {CanvasRenderingContext2D} sheet
   * @param {number} t_us
   */
  drawOver(sheet, t_us) {
    const { model, geometry } = this;
    if (!geometry) return;
    if (model.focus) {
      drawFocus(sheet, model, geometry, this.root.dataset.light === "evening");
      this.overDrawn = true;
    } else if (this.overDrawn || showsFlights(model)) {
      this.overDrawn = drawFlights(sheet, model, messagePlaces(model, geometry), t_us);
    }
  }

  /**
   * The ground again, if its light has taken a step.
   * @param {CanvasRenderingContext2D} ctx
   * @param {number} t_us
   */
  light(ctx, t_us) {
    const light = lightAt(this.model, t_us);
    const lit = `${light.dusk} ${light.districts.join(" ")}`;
    if (lit === this.lit) return;
    this.lit = lit;
    this.ground?.show(ctx, light);
    this.root.dataset.light = light.dusk > 0 ? "evening" : "day";
  }

  buildTwin() {
    const { geometry, twin } = this;
    if (!geometry || !twin) return;
    const focused = document.activeElement?.getAttribute("data-node");
    twin.replaceChildren();
    for (const node of [DISPATCHER, ...this.model.kitchens.keys()]) {
      const box = geometry.plates.get(node);
      if (!box) continue;
      const button = el("button", {
        type: "button",
        "data-node": node,
        onclick: () => this.choose(node),
      });
      button.style.left = `${box.x}px`;
      button.style.top = `${box.y}px`;
      button.style.width = `${box.width}px`;
      button.style.height = `${box.height}px`;
      twin.append(button);
      if (focused === String(node)) button.focus();
    }
    this.describe();
  }

  /** @param {number} node */
  choose(node) {
    if (this.mode.kind === "cut") this.cut?.toggle(node);
    else this.model.select(this.model.selection === node ? null : node);
  }

  /** What the buttons over the kitchens say to who does not see the picture. */
  describe() {
    for (const button of this.twin?.children ?? []) {
      const node = Number(button.getAttribute("data-node"));
      setAttribute(button, "aria-label", nodeSentence(this.model, node));
      setAttribute(button, "aria-pressed", String(this.model.selection === node));
    }
  }

  /** @param {number} u */
  buildLegend(u) {
    const cuisines = this.model.plan?.cuisines ?? [];
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    const dishes = dishesOf(cuisines);
    const entries = cuisines.map((name, index) => {
      const canvas = /** @type {HTMLCanvasElement} */ (el("canvas"));
      const side = Math.ceil(17 * u);
      canvas.width = side * ratio;
      canvas.height = side * ratio;
      canvas.style.width = `${side}px`;
      canvas.style.height = `${side}px`;
      canvas.style.position = "static";
      const ctx = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
      ctx.scale(ratio, ratio);
      ctx.translate(side / 2, side / 2);
      drawDish(ctx, dishes[index], 8 * u, cuisineColour(index), token("--page"));
      return el("span", null, canvas, nameOf(name));
    });
    const bars = ["load", "belief"].map((what) =>
      el("span", null, el("i.bar", { "data-bar": what }), t(`legend.${what}`)));
    if (this.legend) fill(this.legend, ...bars, ...entries);
  }

  /** @param {{kind: "look"} | {kind: "place", dish: number} | {kind: "cut"}} mode */
  setMode(mode) {
    this.mode = mode;
    this.root.dataset.mode = mode.kind;
    if (mode.kind === "cut") this.cut?.begin();
    else this.cut?.end();
    const hint = this.hint;
    if (!hint) return;
    hint.hidden = mode.kind !== "place";
    if (mode.kind !== "place") return;
    fill(hint, t("hint.place", { dish: nameOf(this.model.plan?.dishes[mode.dish]?.name) }), el("button", {
      type: "button",
      "aria-label": t("close"),
      onclick: () => this.setMode({ kind: "look" }),
    },
      icon("close")));
  }

  /** @param {PointerEvent} event */
  local(event) {
    const box = this.root.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  /** @param {PointerEvent} event */
  pointerUp(event) {
    const { geometry, model } = this;
    if (!geometry || (event.target instanceof Element && event.target.closest(".hint, .card"))) return;
    const at = this.local(event);
    if (this.mode.kind === "cut") return;
    if (this.mode.kind === "place") {
      const { x_m, y_m } = geometry.metres(at.x, at.y);
      void placeOrder(model, this.mode.dish, x_m, y_m);
      this.setMode({ kind: "look" });
    } else if (!(event.target instanceof Element && event.target.closest("button"))) {
      this.pickOrder(at);
    }
  }

  /**
   * A click on an order, a courier or a waiting customer explains that order.
   * @param {{x: number, y: number}} at
   */
  pickOrder(at) {
    const { geometry, model } = this;
    if (!geometry) return;
    let best = PICK_RADIUS * geometry.u;
    let found = -1;
    for (const order of model.orders.values()) {
      const home = geometry.point(order.x_m, order.y_m);
      const segment = segmentAt(order, this.drawn_us);
      const moving = segment ? orderPoint(order, segment, geometry, home, this.drawn_us) : null;
      for (const point of [home, moving]) {
        if (!point) continue;
        const distance = Math.hypot(point.x - at.x, point.y - at.y);
        if (distance < best) [best, found] = [distance, order.id];
      }
    }
    if (found >= 0) this.explain(found);
    else {
      model.select(null);
      model.setFocus(null);
    }
  }
}
