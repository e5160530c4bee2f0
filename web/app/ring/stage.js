// stage.js: the stage of a small cluster: nodes in a circle around a table, three canvases under a
// button for every node. Drawn as a function of the model and the clock's virtual time.

import { el, fill, setAttribute, token, unit } from "../dom.js";
import { CutHand } from "../stage/cutting.js";
import { arrowHead } from "../stage/drawing.js";
import { drawFlights } from "../stage/messages.js";
import { mountUnderWay } from "../stage/under_way.js";
import { t } from "../words.js";
import { mountCard } from "./card.js";
import { RingGeometry } from "./geometry.js";
import { drawRoads } from "./roads.js";
import { mountTiles } from "./tiles.js";

/**
 * @typedef {import("../model.js").Model} Model
 * @typedef {import("../stage/drawing.js").Box} Box
 * @typedef {import("../stage/looks.js").Tone} Tone
 * @typedef {import("../faults.js").Nodes & {
 *   nodes: () => number[],
 *   centre: () => number,
 *   plate: {width: number, height: number, table: {width: number, height: number}},
 *   drawPlate: (ctx: CanvasRenderingContext2D, node: number, box: Box, u: number, t_us: number) => void,
 *   drawTable: (ctx: CanvasRenderingContext2D, box: Box, u: number, t_us: number) => void,
 *   sentence: (node: number) => string,
 *   facts: (node: number) => [string, string][],
 *   tone: (node: number) => Tone,
 *   tile: (node: number) => {word: string, lines: string[]},
 *   legend: () => (HTMLElement | string)[],
 *   look: (type: string) => import("../types").MessageLook,
 *   message: (type: string) => string,
 * }} Look what a system says of its cluster; sizes in units
 */

const STILL_MS = 1000; /* reduced motion: a new still picture so often, and at every step */
const STEPPED_BACK = 0.65;

export class RingStage {
  /**
   * @param {HTMLElement} root
   * @param {Model} model
   * @param {Look} look
   * @param {{looking?: boolean}} [options] looking: beside another one, or framed: nothing can be done
   */
  constructor(root, model, look, options = {}) {
    this.root = root;
    this.model = model;
    this.look = look;
    this.looking = options.looking ?? false;
    /** @type {RingGeometry | null} */
    this.geometry = null;
    this.drawn_us = -1;
    this.drawnAt = -Infinity;
    this.dirty = true;
    this.places = "";
    /** @type {CutHand | null} */
    this.cut = null;
    this.build();
    this.listen();
  }

  build() {
    this.canvases = ["roads", "plates", "messages"].map(
      (name) => /** @type {HTMLCanvasElement} */ (el(`canvas.${name}`, { "aria-hidden": "true" })),
    );
    this.twin = el("div.twin", { role: "group", "aria-label": t("stage.nodes") });
    this.legend = el("div.legend", { "aria-hidden": "true" });
    this.tiles = el("div.tiles");
    fill(this.root, ...this.canvases, this.legend, this.twin, this.tiles);
    mountTiles(this.tiles, this.model, this.look);
    mountUnderWay(this.root, this.model, { label: this.look.label, message: this.look.message, things: () => [] });
    if (this.looking) return;
    this.cut = new CutHand(this.root, this.model, {
      ground: () => this.ground(),
      nodeOfKey: (key) => (/^[1-9]$/.test(key) ? (this.look.nodes()[Number(key) - 1] ?? -1) : -1),
      over: () => this.setCutting(false),
      moved: () => {
        this.dirty = true;
      },
    });
    mountCard(this.root, this.model, this.look, () => this.setCutting(true));
  }

  listen() {
    const { model } = this;
    model.on(["run", "look"], () => this.layOut());
    model.on("view", () => {
      if (this.look.nodes().join() !== this.places) this.layOut();
      this.describe();
    });
    model.on(["view", "frame", "faults", "events", "settings"], () => {
      this.dirty = true;
    });
    model.on("selection", () => this.describe());
    model.on("focus", () => {
      this.dirty = true;
    });
    new ResizeObserver(() => this.layOut()).observe(this.root);
    this.root.addEventListener("click", (event) => {
      if (event.target instanceof Element && event.target.closest("button, .card, .hint")) return;
      if (this.cut?.isOut) return;
      model.select(null);
      model.setFocus(null);
    });
    const loop = () => {
      if (model.until.aborted) return;
      this.tick(performance.now());
      requestAnimationFrame(loop);
    };
    requestAnimationFrame(loop);
  }

  /** @returns {import("../stage/cutting.js").Ground | null} */
  ground() {
    const { geometry } = this;
    if (!geometry) return null;
    const places = new Map(geometry.nodes.map((node) => [
      node, /** @type {import("../stage/drawing.js").Point} */ (geometry.point(node)),
    ]));
    return { places, roads: geometry.roads() };
  }

  layOut() {
    const { model, look } = this;
    const { clientWidth: width, clientHeight: height } = this.root;
    if (!model.plan || width === 0 || height === 0 || model.look.density === "phone") return;
    const u = unit() * (model.look.density === "lab" ? 0.85 : 1) * (this.looking ? 0.8 : 1);
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    for (const canvas of this.canvases ?? []) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
      canvas.getContext("2d")?.setTransform(ratio, 0, 0, ratio, 0, 0);
    }
    this.places = look.nodes().join();
    this.geometry = new RingGeometry(look.nodes(), look.centre(), { width, height }, u, look.plate, this.looking);
    this.buildTwin();
    if (this.legend) fill(this.legend, ...(this.looking ? [] : look.legend()));
    this.dirty = true;
  }

  /** @param {number} wall performance.now() */
  tick(wall) {
    const { model } = this;
    if (document.hidden || this.root.clientWidth === 0 || !this.geometry || model.look.density === "phone") return;
    const t_us = model.clock.now(wall);
    if (t_us === this.drawn_us && !this.dirty) return;
    if (model.look.still && !model.clock.paused && wall - this.drawnAt < STILL_MS) return;
    this.drawnAt = wall;
    this.draw(t_us);
  }

  /**
   * The picture of one virtual time.
   * @param {number} t_us
   */
  draw(t_us) {
    const { geometry, model, look } = this;
    if (!geometry) return;
    const [roads, plates, messages] = (this.canvases ?? []).map(
      (canvas) => /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")),
    );
    const { width, height, u } = geometry;
    for (const ctx of [roads, plates, messages]) ctx.clearRect(0, 0, width, height);
    drawRoads(roads, model, geometry);
    look.drawTable(plates, geometry.table, u, t_us);
    for (const [node, box] of geometry.plates) look.drawPlate(plates, node, box, u, t_us);
    if (model.focus) drawFocus(messages, model, geometry);
    else {
      drawFlights(messages, model, {
        width, height, u,
        ends: ({ from, to }) => geometry.between(from, to),
        look: look.look,
        name: look.message,
      }, t_us);
    }
    this.cut?.draw(messages, u);
    this.dirty = false;
    this.drawn_us = t_us;
  }

  buildTwin() {
    const { geometry, twin } = this;
    if (!geometry || !twin) return;
    const focused = document.activeElement?.getAttribute("data-node");
    twin.replaceChildren();
    for (const [node, box] of geometry.plates) {
      const button = el("button", { type: "button", "data-node": node, onclick: () => this.choose(node) });
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
    if (this.cut?.isOut) this.cut.toggle(node);
    else this.model.select(this.model.selection === node ? null : node);
  }

  /** What the buttons over the nodes say to who does not see the picture. */
  describe() {
    for (const button of this.twin?.children ?? []) {
      const node = Number(button.getAttribute("data-node"));
      const sentence = this.look.sentence(node);
      setAttribute(button, "aria-label", sentence);
      setAttribute(button, "aria-pressed", String(this.model.selection === node));
    }
  }

  /** @param {boolean} on the hand that cuts is out */
  setCutting(on) {
    this.root.dataset.mode = on ? "cut" : "look";
    if (on) this.cut?.begin();
    else this.cut?.end();
    this.dirty = true;
  }
}

/**
 * What is chosen in the space-time diagram: its two ends and the way between them; all else steps back.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Model} model
 * @param {RingGeometry} geometry
 */
function drawFocus(ctx, model, geometry) {
  const { focus } = model;
  if (!focus) return;
  const { u } = geometry;
  ctx.globalAlpha = STEPPED_BACK;
  ctx.fillStyle = token("--map-land");
  const meant = new Set(focus.nodes ?? [focus.node, focus.from]);
  for (const [node, box] of geometry.plates) {
    if (!meant.has(node)) ctx.fillRect(box.x - 4, box.y - 4, box.width + 8, box.height + 8);
  }
  ctx.globalAlpha = 1;
  ctx.strokeStyle = token("--focus");
  ctx.lineWidth = 4 * u;
  for (const node of meant) {
    const box = geometry.box(node);
    if (!box) continue;
    ctx.beginPath();
    ctx.roundRect(box.x - 5 * u, box.y - 5 * u, box.width + 10 * u, box.height + 10 * u, 11 * u);
    ctx.stroke();
  }
  const [from, to] = geometry.between(focus.from, focus.node);
  if (!from || !to || focus.from < 0) return;
  ctx.beginPath();
  ctx.moveTo(from.x, from.y);
  ctx.lineTo(to.x, to.y);
  ctx.stroke();
  arrowHead(ctx, from, to, 19 * u, token("--focus"));
}
