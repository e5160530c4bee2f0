// caption.js: the band under the stage: two lines at most: what just happened, or what is going on.

import { el, fill } from "../../app/dom.js";
import { sayStatus } from "../../app/say.js";
import { has, number, t } from "../../app/words.js";
import { myOrderSentence } from "./orders.js";
import { policyName } from "./policies.js";
import { eventText } from "./tell.js";

/** @typedef {import("./model.js").CityModel} Model */

const SHOWN_US = 12e6; /* virtual: how long an event stays in the band */
const SHOWN_WALL_MS = 6000;
const LETTERS_MAX = 125; /* of two lines */

/** @param {HTMLElement} root @param {Model} model */
export function mountCaption(root, model) {
  let shown = "";
  let last = -1;
  let lastAt = -Infinity;
  const render = () => {
    const interesting = new Set(
      model.system?.notes.filter((note) => note.interesting).map((note) => note.name) ?? [],
    );
    const event = [...model.events].reverse().find((one) => interesting.has(one.kind));
    if (event && event.event !== last) {
      if (last >= 0) sayStatus(eventText(model, event));
      last = event.event;
      lastAt = performance.now();
    }
    const mine = myOrderSentence(model);
    const past = model.replay?.inPast ?? false; /* there the moment decides, not when one looked */
    const young = !past && performance.now() - lastAt < SHOWN_WALL_MS;
    const fresh = event && (young || model.t_us - event.t_us < SHOWN_US) ? eventText(model, event) : "";
    const mineIsOpen = model.orders.has(model.mine[model.mine.length - 1]);
    const lead = mine && mineIsOpen ? mine : fresh;
    const rest = lead && lead !== mine && event ? t(`explain.${event.kind}`) : situation(model);
    const text = `${lead}|${rest}`;
    if (text === shown) return;
    shown = text;
    const about = rest.startsWith("explain.") ? situation(model) : rest;
    const room = lead.length + about.length <= LETTERS_MAX;
    const first = lead ? el("b", null, lead, /[.!?]$/.test(lead) ? " " : ". ") : null;
    fill(root, el("span", null, first, room || !lead ? about : null));
  };
  model.on("run", () => {
    last = -1;
    lastAt = -Infinity;
    render();
  });
  model.on(["events", "figures", "settings", "mine", "frame"], render);
  render();
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
