// tiles.js: the city on a phone: a tile for each kitchen, with the same letter, name, state and
// bars as the map.

import { el, fill, icon, setText } from "../../app/dom.js";
import { t } from "../../app/words.js";
import { cuisineIndex, cuisineToken, dishPicture } from "./dishes.js";
import { shortName } from "./geometry.js";
import { LOOKS } from "../../app/stage/looks.js";
import { toneOf, truthWord } from "./state.js";
import { nodeSentence } from "./tell.js";

/** @typedef {import("./model.js").CityModel} Model */

/** @param {HTMLElement} root @param {Model} model */
export function mountTiles(root, model) {
  /** @type {Map<number, HTMLElement>} */
  const tiles = new Map();
  model.on(["run", "view", "look"], () => {
    if (model.look.density !== "phone") return;
    const kitchens = [...model.kitchens.values()].filter((kitchen) => kitchen.truth !== 0);
    if (kitchens.length !== tiles.size || kitchens.some((kitchen) => !tiles.has(kitchen.node))) {
      tiles.clear();
      for (const kitchen of kitchens) tiles.set(
        kitchen.node,
        tile(model, kitchen),
      );
      fill(root, ...tiles.values());
    }
    for (const kitchen of kitchens) {
      const element = tiles.get(kitchen.node);
      if (element) refresh(element, model, kitchen);
    }
  });
}

/** @param {Model} model @param {import("./types").Kitchen} kitchen */
function tile(model, kitchen) {
  const cuisines = model.plan?.cuisines ?? [];
  const known = kitchen.specialties.map((specialty) => cuisineIndex(cuisines, specialty));
  const element = el("div.tile", { role: "img" },
    el("b", null, kitchen.letter), el("span.word"), el("span.name", null, shortName(kitchen.name)),
    el("span.name.count.second"), el("span.known", null, ...known.map((cuisine) => dishPicture(cuisines, cuisine))),
    el("span.bar", null, el("i"), el("i")));
  if (known.length > 0) element.style.setProperty("--stripes", `var(${cuisineToken(known[0])})`);
  return element;
}

/**
 * @param {HTMLElement} element
 * @param {Model} model
 * @param {import("./types").Kitchen} kitchen
 */
function refresh(element, model, kitchen) {
  const tone = toneOf(kitchen.truth);
  if (element.dataset.state !== tone) {
    element.dataset.state = tone;
    const word = element.children[1];
    fill(word, icon(LOOKS[tone].icon));
  }
  element.setAttribute("aria-label", nodeSentence(model, kitchen.node));
  const [truth, belief] = element.querySelectorAll("i");
  const room = Math.max(1, kitchen.capacity);
  const share = (/** @type {number} */ n) => `${Math.min(100, (100 * n) / room)}%`;
  truth.style.width = share(kitchen.cooking + kitchen.pending);
  belief.style.width = share(kitchen.believed);
  setText(
    element.children[3],
    t("tile.count", { cooking: kitchen.cooking, pending: kitchen.pending }),
  );
  const name = element.children[2];
  setText(name, tone === "serving" ? shortName(kitchen.name) : t(truthWord(kitchen.truth)));
}
