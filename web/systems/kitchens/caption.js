// caption.js: what the band under the stage says of the city: one's own order, what just happened, or
// who chooses.

import { mountCaption as mountStory } from "../../app/caption.js";
import { has, number, t } from "../../app/words.js";
import { myOrderSentence } from "./orders.js";
import { policyName } from "./policies.js";
import { eventText } from "./tell.js";

/** @typedef {import("./model.js").CityModel} Model */

/** @param {HTMLElement} root @param {Model} model */
export function mountCaption(root, model) {
  mountStory(root, model, {
    text: (event) => eventText(model, event),
    mine: () => (model.orders.has(model.mine[model.mine.length - 1]) ? myOrderSentence(model) ?? "" : ""),
    situation: () => situation(model),
  });
}

/**
 * What the city is doing, when nothing special happens.
 * @param {Model} model
 */
function situation(model) {
  const kitchens = [...model.kitchens.values()].filter(
    (kitchen) => kitchen.truth === 1 || kitchen.truth === 2,
  ).length;
  const policy = String(model.run?.settings.policy ?? "");
  const key = has(`situation.${policy}`) ? `situation.${policy}` : "situation";
  return t(key, { count: kitchens, kitchens: number(kitchens), policy: policyName(policy) });
}
