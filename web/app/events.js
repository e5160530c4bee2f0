// events.js: the list of events: newest first; a choice shows its cause and its order.

import { el, fill, icon } from "./dom.js";
import { eventKey } from "./model.js";
import { t, virtualTime } from "./words.js";

/**
 * @typedef {import("./model.js").Model} Model
 * @typedef {import("./types").EventRow} EventRow
 * @typedef {{
 *   text: (event: EventRow) => string,
 *   short: (event: EventRow) => string,
 *   interesting: (event: EventRow) => boolean,
 *   tone: (kind: string) => string,
 *   icon: (kind: string) => string,
 *   choose: (event: EventRow) => void,
 *   causes: (event: EventRow) => void,
 * }} EventWords
 */

const FRESH_MS = 400;
const SHOWN_MAX = 120;
const SHOWN_LECTURE = 3;

/** @param {HTMLElement} root @param {Model} model @param {EventWords} words */
export function mountEvents(root, model, words) {
  const list = el("ol.scroll", { tabindex: -1 });
  fill(root, list);
  /** Rows stay the same elements, so that the focus stays where it is.
   * @type {Map<string, HTMLElement>} */
  let rows = new Map();
  let newest_us = -1;
  let chosen = "";
  const render = () => {
    const events = shown(model.events, model.look.density === "lecture", words.interesting);
    const stands = model.replay?.inPast && model.replay.direction === 0;
    const before = rows;
    rows = new Map();
    for (const event of events) {
      const key = eventKey(event);
      const fresh = event.t_us > newest_us && newest_us >= 0 && !stands && words.interesting(event);
      const line = before.get(key) ?? row(event, words, fresh);
      const current = model.focus ? event.event === model.focus.event : key === chosen;
      line.setAttribute("aria-current", String(current));
      line.toggleAttribute("data-lit", model.focus?.slice.has(event.event) ?? false);
      rows.set(key, line);
    }
    arrange(list, [...rows.values()]);
    if (events.length === 0) fill(list, el("li.second.none", null, t("events.none")));
    newest_us = events[0]?.t_us ?? -1;
  };
  model.on("run", () => {
    rows = new Map();
    newest_us = -1;
  });
  model.on(["run", "events", "look"], render);
  model.on("focus", () => {
    render();
    list.querySelector('[aria-current="true"]')?.scrollIntoView({ block: "nearest" });
  });
  render();
  return {
    /**
     * Marks an event in the list.
     * @param {EventRow} event
     */
    choose: (event) => {
      chosen = eventKey(event);
      render();
      list.querySelector('[aria-current="true"]')?.scrollIntoView({ block: "nearest" });
    },
  };
}

/**
 * The newest first. Where there is room for a few only, what matters goes before what is merely newer:
 * two cut-off nodes that keep asking around must not push the cut itself out of sight.
 * @param {EventRow[]} all
 * @param {boolean} few
 * @param {(event: EventRow) => boolean} interesting
 */
function shown(all, few, interesting) {
  if (!few) return all.slice(-SHOWN_MAX).reverse();
  const chosen = new Set(all.filter(interesting).slice(-SHOWN_LECTURE));
  for (let i = all.length - 1; i >= 0 && chosen.size < SHOWN_LECTURE; i--) chosen.add(all[i]);
  return all.filter((event) => chosen.has(event)).reverse();
}

/**
 * The rows in this order, touching only what is not there yet.
 * @param {HTMLElement} list
 * @param {HTMLElement[]} rows
 */
function arrange(list, rows) {
  for (const child of [...list.children]) {
    if (!rows.includes(/** @type {HTMLElement} */ (child))) child.remove();
  }
  rows.forEach((row, index) => {
    if (list.children[index] !== row) list.insertBefore(row, list.children[index] ?? null);
  });
}

/**
 * @param {EventRow} event
 * @param {EventWords} words
 * @param {boolean} fresh
 */
function row(event, words, fresh) {
  const glyph = icon(words.icon(event.kind));
  glyph.setAttribute("data-tone", words.tone(event.kind));
  const text = words.text(event);
  const line = el("li", null,
    el("button", { type: "button", onclick: () => words.choose(event), title: text },
      el("time", null, virtualTime(event.t_us, 1)), glyph, el(
        "span.cut",
        null,
        words.short(event),
      )),
    el("button.causes", {
      type: "button", title: t("spacetime.show"), "aria-label": t("spacetime.show_of", { event: text }),
      onclick: () => words.causes(event),
    }, icon("spacetime")));
  if (fresh) {
    line.classList.add("fresh");
    window.setTimeout(() => line.classList.remove("fresh"), FRESH_MS);
  }
  return line;
}
