// card.js: the card of the chosen node, on the stage beside it: what it is and knows, and what can be
// done to it, where it is seen.

import { el, fill, hide, icon, refill } from "../dom.js";
import { faultButtons } from "../faults.js";
import { placeBeside } from "../stage/place.js";
import { capital, t } from "../words.js";

/**
 * @typedef {import("../model.js").Model} Model
 * @typedef {import("./stage.js").Look} Look
 */

/**
 * @param {HTMLElement} stage
 * @param {Model} model
 * @param {Look} look
 * @param {() => void} beginCut
 */
export function mountCard(stage, model, look, beginCut) {
  const card = el("section.card", { hidden: true, "aria-label": t("card.label") });
  stage.append(card);
  const facts = el("dl");
  let shown = "";
  let last = -1;
  const render = () => {
    const node = model.selection;
    if (node === null) {
      if (!card.hidden) hide(card, stage.querySelector(`.twin [data-node="${last}"]`));
      shown = "";
      return;
    }
    card.hidden = false;
    last = node;
    const key = `${node} ${look.truthOf(node)} ${model.replay?.inPast}`;
    if (key !== shown) {
      shown = key;
      const cut = el("button", { type: "button", onclick: beginCut }, icon("cut"), t("fault.draw"));
      refill(card, header(model, look.label(node)), facts, faultButtons(model, look, node, cut));
    }
    const cells = look.facts(node).flatMap(([name, value]) => [el("dt", null, name), el("dd", null, value)]);
    fill(facts, ...cells);
    if (cells[1]) cells[1].style.color = `var(--state-${look.tone(node)})`;
    placeBeside(card, stage, node);
  };
  model.on(["selection", "view", "run", "look", "replay"], render);
  card.addEventListener("keydown", (event) => {
    if (event.key === "Escape") model.select(null);
  });
}

/** @param {Model} model @param {string} name */
function header(model, name) {
  return el("header", null, el("h2.cut", null, capital(name)), el(
    "button.bare",
    { type: "button", "aria-label": t("close"), onclick: () => model.select(null) },
    icon("close"),
  ));
}
