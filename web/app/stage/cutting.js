// cutting.js: cutting the network on a stage: a line drawn over it cuts every road that it crosses;
// without a mouse the nodes of one side are chosen one by one. Both are the same inputs.

import { el, fill, icon, token } from "../dom.js";
import { mountKeys } from "../keys.js";
import { sayNote, sayStatus } from "../say.js";
import { sendInput } from "../steer.js";
import { t } from "../words.js";

/**
 * @typedef {import("../model.js").Model} Model
 * @typedef {import("./drawing.js").Point} Point
 * @typedef {{places: Map<number, Point>, roads: [number, number][]}} Ground where the nodes stand,
 *   and the roads between them that the stage shows
 */

const LINE_MIN = 20; /* shorter is a click */

/** @param {Point} a @param {Point} b @param {Point} c */
function side(a, b, c) {
  return Math.sign((b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x));
}

/**
 * Do the segments ab and cd cross?
 * @param {Point} a
 * @param {Point} b
 * @param {Point} c
 * @param {Point} d
 */
export function crosses(a, b, c, d) {
  return side(a, b, c) !== side(a, b, d) && side(c, d, a) !== side(c, d, b);
}

/**
 * What a line cuts: the nodes of one side when it parts all from all, else single roads.
 * @param {Ground} ground
 * @param {Point} from
 * @param {Point} to
 * @returns {{apart: number[], roads: [number, number][]}}
 */
export function whatIsCut({ places, roads }, from, to) {
  const at = (/** @type {number} */ node) => /** @type {Point} */ (places.get(node));
  const cut = roads.filter(([a, b]) => places.has(a) && places.has(b) && crosses(from, to, at(a), at(b)));
  const here = [...places.keys()].filter((node) => side(from, to, at(node)) < 0);
  const there = [...places.keys()].filter((node) => !here.includes(node));
  const parted = here.length > 0 && there.length > 0 && cut.length > 1 &&
    here.every((a) => there.every((b) => crosses(from, to, at(a), at(b))));
  if (!parted) return { apart: [], roads: cut };
  return { apart: here.length <= there.length ? here : there, roads: cut };
}

/**
 * Some nodes on their own.
 * @param {Model} model
 * @param {number[]} nodes
 */
export function partition(model, nodes) {
  return sendInput(model, { type: "net.partition", nodes: nodes.map((node) => model.nodeName(node)) });
}

/**
 * @param {Model} model
 * @param {number} a
 * @param {number} b
 */
export function cutLink(model, a, b) {
  return sendInput(model, { type: "link.cut", node: model.nodeName(a), peer: model.nodeName(b) });
}

/**
 * @param {Model} model
 * @param {Ground} ground
 * @param {Point} from
 * @param {Point} to
 */
async function cutAcross(model, ground, from, to) {
  const { apart, roads } = whatIsCut(ground, from, to);
  if (apart.length > 0) await partition(model, apart);
  else if (roads.length === 0) sayNote(t("cut.nothing"));
  else for (const [a, b] of roads) await cutLink(model, a, b);
}

/** The hand that cuts, while it is out: between begin() and end(). */
export class CutHand {
  /**
   * @param {HTMLElement} root the stage
   * @param {Model} model
   * @param {{
   *   ground: () => Ground | null,
   *   nodeOfKey: (key: string) => number,
   *   over: () => void,
   *   moved: () => void,
   * }} stage over: put the hand away; moved: draw again
   */
  constructor(root, model, stage) {
    this.root = root;
    this.model = model;
    this.stage = stage;
    this.isOut = false;
    /** @type {Set<number>} */
    this.chosen = new Set();
    /** @type {Point | null} */
    this.from = null;
    /** @type {Point | null} */
    this.to = null;
    this.hint = el("div.hint", { hidden: true, role: "status" });
    root.append(this.hint);
    root.addEventListener("pointerdown", (event) => this.down(event));
    root.addEventListener("pointermove", (event) => this.move(event));
    root.addEventListener("pointerup", (event) => this.up(event));
    mountKeys("cutting", {
      side: ({ key }) => this.side(this.stage.nodeOfKey(key)),
      cut: () => this.chosen.size > 0 && this.cutOff(),
      end: () => this.stage.over(),
    }, model.until, { holds: (_key, target) => this.isOut && !target?.closest(".hint") });
  }

  begin() {
    this.isOut = true;
    this.chosen.clear();
    this.from = null;
    this.show();
  }

  end() {
    this.isOut = false;
    this.chosen.clear();
    this.from = null;
    this.show();
  }

  show() {
    this.hint.hidden = !this.isOut;
    for (const button of this.root.querySelectorAll(".twin [data-node]")) {
      button.toggleAttribute("data-apart", this.chosen.has(Number(button.getAttribute("data-node"))));
    }
    if (!this.isOut) return;
    const names = [...this.chosen].map((node) => this.model.nodeLetter(node)).join(", ");
    fill(this.hint, names === "" ? t("hint.cut") : t("hint.cut_side", { nodes: names }),
      el("button", { type: "button", "aria-label": t("close"), onclick: () => this.stage.over() }, icon("close")));
  }

  /** @param {number} node to the one side, or back to the other */
  toggle(node) {
    if (!this.chosen.delete(node)) this.chosen.add(node);
    this.show();
  }

  /** @param {PointerEvent} event */
  local(event) {
    const box = this.root.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  /** @param {PointerEvent} event */
  down(event) {
    if (!this.isOut || event.button !== 0) return;
    if (event.target instanceof Element && event.target.closest(".hint, .card")) return;
    this.from = this.local(event);
    this.to = this.from;
    this.root.setPointerCapture(event.pointerId);
    event.preventDefault();
  }

  /** @param {PointerEvent} event */
  move(event) {
    if (!this.from) return;
    this.to = this.local(event);
    this.stage.moved();
  }

  /** @param {PointerEvent} event */
  up(event) {
    const { from } = this;
    const ground = this.stage.ground();
    if (!from || !ground) return;
    event.stopImmediatePropagation(); /* it is no click */
    const to = this.local(event);
    this.from = null;
    this.stage.moved();
    if (Math.hypot(to.x - from.x, to.y - from.y) < LINE_MIN) return;
    void cutAcross(this.model, ground, from, to);
    this.stage.over();
  }

  /** @param {number} node -1: none. False: it has no side */
  side(node) {
    if (node < 0 || !this.model.isPlace(node)) return false;
    this.toggle(node);
    return true;
  }

  cutOff() {
    const nodes = [...this.chosen];
    sayStatus(t("said.parted", { nodes: nodes.map((one) => this.model.nodeLetter(one)).join(", ") }));
    void partition(this.model, nodes);
    this.stage.over();
    return true;
  }

  /**
   * The line while it is drawn.
   * @param {CanvasRenderingContext2D} ctx
   * @param {number} u
   */
  draw(ctx, u) {
    if (!this.from || !this.to) return;
    ctx.strokeStyle = token("--state-down");
    ctx.lineWidth = 4 * u;
    ctx.setLineDash([10, 7]);
    ctx.beginPath();
    ctx.moveTo(this.from.x, this.from.y);
    ctx.lineTo(this.to.x, this.to.y);
    ctx.stroke();
    ctx.setLineDash([]);
  }
}
