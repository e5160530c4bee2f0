// caption.js: the band under the stage: two lines at most: what just happened and what it means, or
// what is going on.

import { el, fill } from "./dom.js";
import { sayStatus } from "./say.js";
import { isInteresting } from "./tell.js";
import { has, t } from "./words.js";

/**
 * @typedef {import("./model.js").Model} Model
 * @typedef {import("./types").EventRow} EventRow
 * @typedef {{
 *   text: (event: EventRow) => string,
 *   mine: () => string,
 *   situation: () => string,
 * }} Story mine: what a person waits for, which comes before all else; or ""
 */

const SHOWN_US = 12e6; /* virtual: how long an event stays in the band */
const SHOWN_WALL_MS = 6000;
const LETTERS_MAX = 125; /* of two lines */

/** @param {HTMLElement} root @param {Model} model @param {Story} story */
export function mountCaption(root, model, story) {
  let shown = "";
  let last = -1;
  let lastAt = -Infinity;
  const render = () => {
    const event = [...model.events].reverse().find((one) => isInteresting(model, one));
    if (event && event.event !== last) {
      if (last >= 0) sayStatus(story.text(event));
      last = event.event;
      lastAt = performance.now();
    }
    const past = model.replay?.inPast ?? false; /* there the moment decides, not when one looked */
    const young = !past && performance.now() - lastAt < SHOWN_WALL_MS;
    const fresh = event && (young || model.t_us - event.t_us < SHOWN_US) ? event : null;
    const mine = story.mine();
    const lead = mine || (fresh ? story.text(fresh) : "");
    const meaning = fresh && !mine && has(`explain.${fresh.kind}`) ? t(`explain.${fresh.kind}`) : "";
    const about = meaning || story.situation();
    const text = `${lead}|${about}`;
    if (text === shown) return;
    shown = text;
    const room = lead.length + about.length <= LETTERS_MAX;
    const first = lead ? el("b", null, lead, /[.!?]$/.test(lead) ? " " : ". ") : null;
    fill(root, el("span", null, first, room || !lead ? about : null));
  };
  model.on("run", () => {
    last = -1;
    lastAt = -Infinity;
    render();
  });
  model.on(["events", "figures", "settings", "mine", "view", "frame"], render);
  render();
}
