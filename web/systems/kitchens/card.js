// card.js: the card of the chosen kitchen, on the stage beside it: what it is, what is believed of
// it, and what can be done to it, where it is seen.

import { el, fill, hide, icon, refill } from "../../app/dom.js";
import { placeBeside } from "../../app/stage/place.js";
import { nameOf, number, t } from "../../app/words.js";
import { faultButtons } from "./faults.js";
import { DISPATCHER } from "./geometry.js";
import { beliefWord, toneOf, truthWord } from "./state.js";
import { nodeLabel } from "./tell.js";

/** @typedef {import("./model.js").CityModel} Model */

/**
 * @param {HTMLElement} stage
 * @param {Model} model
 * @param {(mode: {kind: "cut"}) => void} setMode
 */
export function mountCard(stage, model, setMode) {
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
    const key = `${node} ${truthOf(model, node)} ${model.replay?.inPast}`;
    if (key !== shown) {
      shown = key;
      refill(card, header(model, node), facts, faultButtons(model, node, setMode));
    }
    fillFacts(facts, model, node);
    placeBeside(card, stage, node);
  };
  model.on(["selection", "view", "run", "look", "replay"], render);
  card.addEventListener("keydown", (event) => {
    if (event.key === "Escape") model.select(null);
  });
  return card;
}

/** @param {Model} model @param {number} node */
function truthOf(model, node) {
  return node === DISPATCHER ? model.dispatcher.truth : (model.kitchens.get(node)?.truth ?? 0);
}

/** @param {Model} model @param {number} node */
function header(model, node) {
  const name = nodeLabel(model, node);
  return el(
    "header",
    null,
    el("h2.cut", null, name.charAt(0).toUpperCase() + name.slice(1)),
    el(
      "button.bare",
      { type: "button", "aria-label": t("close"), onclick: () => model.select(null) },
      icon("close"),
    ),
  );
}

/** @param {HTMLElement} list @param {Model} model @param {number} node */
function fillFacts(list, model, node) {
  const truth = truthOf(model, node);
  /** @type {[string, string][]} */
  const rows = [];
  if (node === DISPATCHER) {
    const { open, waiting, believed } = model.dispatcher;
    rows.push([t("card.is"), t(truthWord(truth))]);
    rows.push([
      t("card.book"),
      t("card.book_value", { open: number(open), waiting: number(waiting) }),
    ]);
    rows.push([t("card.sees"), t("card.sees_value", { count: number(believed) })]);
  } else {
    const kitchen = model.kitchens.get(node);
    if (!kitchen) return;
    const { cooking, cooks, pending, capacity, belief, believed, served } = kitchen;
    rows.push([
      t("card.is"),
      truth === 0 ? t(truthWord(truth)) : t(
        "card.is_value",
        { state: t(truthWord(truth)), cooking, cooks },
      ),
    ]);
    rows.push([
      t("card.rail"),
      t("card.rail_value", { pending, tickets: cooking + pending, capacity }),
    ]);
    rows.push([
      t("card.thought"),
      t("card.thought_value", { belief: t(beliefWord(belief)), believed, capacity }),
    ]);
    rows.push([
      t("card.knows"),
      kitchen.specialties.map(
        (s) => nameOf(typeof s === "number" ? model.plan?.cuisines[s] : s),
      ).join(", "),
    ]);
    rows.push([t("card.cooked"), number(served)]);
  }
  const cells = rows.flatMap(([name, value]) => [el("dt", null, name), el("dd", null, value)]);
  cells[1].style.color = `var(--state-${toneOf(truth)})`;
  fill(list, ...cells);
}
