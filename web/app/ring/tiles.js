// tiles.js: a small cluster on a phone: a tile for each node, with the same letter, state and lines
// as its plate; a tap chooses it.

import { el, fill, icon, setText } from "../dom.js";
import { LOOKS } from "../stage/looks.js";

/**
 * @typedef {import("../model.js").Model} Model
 * @typedef {import("./stage.js").Look} Look
 */

/** @param {HTMLElement} root @param {Model} model @param {Look} look */
export function mountTiles(root, model, look) {
  /** @type {Map<number, HTMLElement>} */
  const tiles = new Map();
  root.classList.add("ring");
  model.on(["run", "view", "look", "selection", "settings"], () => {
    if (model.look.density !== "phone") return;
    const nodes = look.nodes();
    if (nodes.join() !== [...tiles.keys()].join()) {
      tiles.clear();
      for (const node of nodes) tiles.set(node, tile(model, node));
      fill(root, ...tiles.values());
    }
    for (const [node, element] of tiles) refresh(element, model, look, node);
  });
}

/** @param {Model} model @param {number} node */
function tile(model, node) {
  return el("button.tile", {
    type: "button", "data-node": node,
    onclick: () => model.select(model.selection === node ? null : node),
  }, el("b", null, model.nodeLetter(node)), el("span.word"), el("span.name"), el("span.name.count.second"));
}

/**
 * @param {HTMLElement} element
 * @param {Model} model
 * @param {Look} look
 * @param {number} node
 */
function refresh(element, model, look, node) {
  const tone = look.tone(node);
  if (element.dataset.state !== tone) {
    element.dataset.state = tone;
    fill(element.children[1], icon(LOOKS[tone].icon));
  }
  const { word, lines } = look.tile(node);
  setText(element.children[2], word);
  setText(element.children[3], lines.join(" · "));
  element.setAttribute("aria-label", look.sentence(node));
  element.setAttribute("aria-pressed", String(model.selection === node));
}
