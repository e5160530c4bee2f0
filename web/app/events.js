// events.js: the list of events: newest first; a choice shows its cause and its order.

import { el, fill, icon } from "./dom.js";
import { t, virtualTime } from "./words.js";

/**
 * @typedef {import("./model.js").Model} Model
 * @typedef {import("./types").EventRow} EventRow
 * @typedef {{text: (event: EventRow) => string, tone: (kind: string) => string, icon: (kind: string) => string, choose: (event: EventRow) => void}} EventWords
 */

const FRESH_MS = 400;
const SHOWN_MAX = 120;
const SHOWN_LECTURE = 3;

/** @param {HTMLElement} root @param {Model} model @param {EventWords} words */
export function mountEvents(root, model, words) {
  const list = el("ol.scroll", { tabindex: -1 });
  fill(root, list);
  let newest = -1;
  let chosen = -1;
  const render = () => {
    const count = model.look.density === "lecture" ? SHOWN_LECTURE : SHOWN_MAX;
    const events = model.events.slice(-count).reverse();
    const fresh = events[0]?.event ?? -1;
    const rows = events.map((event) => row(event, words, event.event > newest && newest >= 0, event.event === chosen));
    fill(list, ...rows);
    if (events.length === 0) fill(list, el("li.second", null, t("events.none")));
    if (fresh > newest && newest >= 0) {
      window.setTimeout(() => list.querySelectorAll(".fresh").forEach((one) => one.classList.remove("fresh")), FRESH_MS);
    }
    newest = fresh;
  };
  model.on(["run", "events", "look"], render);
  render();
  return {
    /**
     * Marks an event in the list.
     * @param {EventRow} event
     */
    choose: (event) => {
      chosen = event.event;
      render();
      list.querySelector('[aria-current="true"]')?.scrollIntoView({ block: "nearest" });
    },
  };
}

/**
 * @param {EventRow} event
 * @param {EventWords} words
 * @param {boolean} fresh
 * @param {boolean} current
 */
function row(event, words, fresh, current) {
  const glyph = icon(words.icon(event.kind));
  glyph.setAttribute("data-tone", words.tone(event.kind));
  return el(
    fresh ? "li.fresh" : "li",
    { "aria-current": current ? "true" : null },
    el("button", { type: "button", onclick: () => words.choose(event), title: t("events.choose") },
      el("time", null, virtualTime(event.t_us, 1)), glyph, el("span.cut", null, words.text(event))),
  );
}
