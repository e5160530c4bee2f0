// keys.js: binds what keys do, by the table (keys/table.js). Digits and Tab choose nodes, letters are
// actions; letters can be switched off, everywhere.

import { KEYS } from "./keys/table.js";
import { recall } from "./kept.js";

/**
 * @typedef {import("./keys/table.js").Entry} Entry
 * @typedef {(event: KeyboardEvent, target: Element | null) => unknown} Act false: it was not for this place
 * @typedef {{
 *   place: string,
 *   entries: Entry[],
 *   acts: Record<string, Act>,
 *   holds: (key: string, target: Element | null) => boolean,
 * }} Bound
 */

export const LETTERS_OFF = "chef.letters_off";

/** Places that are asked before what has the keyboard; all others after it. */
const BEFORE = ["dark", "cutting", "scene", "diagram"];

/** @type {Bound[]} */
const bound = [];

export function lettersOff() {
  return recall(LETTERS_OFF) === "1";
}

/**
 * @param {string} place of the table
 * @param {Record<string, Act>} acts one for each entry
 * @param {AbortSignal} until
 * @param {{more?: Entry[], holds?: Bound["holds"]}} [how] more: entries that a system adds; holds: only then
 */
export function mountKeys(place, acts, until, how = {}) {
  const { more = [], holds = () => true } = how;
  const entries = [...KEYS[place], ...more];
  const wrong = [
    ...entries.filter(({ act }) => !acts[act]).map(({ act }) => act),
    ...Object.keys(acts).filter((act) => !entries.some((entry) => entry.act === act)),
  ];
  if (wrong.length > 0) console.error(`keys of ${place} that are not bound or not declared: ${wrong.join(" ")}`);
  const one = { place, entries, acts, holds };
  bound.push(one);
  until.addEventListener("abort", () => bound.splice(bound.indexOf(one), 1), { once: true });
}

/**
 * What a key does in a place; undefined: nothing.
 * @param {string} place
 * @param {KeyboardEvent} event
 */
export function actOf(place, event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return undefined;
  return entryOf(KEYS[place], keyOf(event))?.act;
}

/** @param {KeyboardEvent} event */
function keyOf(event) {
  return event.key.length === 1 ? event.key.toLowerCase() : event.key;
}

/** @param {Entry[]} entries @param {string} key */
function entryOf(entries, key) {
  if (/^[a-z]$/.test(key) && lettersOff()) return undefined;
  return entries.find(({ keys }) => keys.includes(key) || (keys[0] === "*" && !/^(F\d+|Shift|Dead)$/.test(key)));
}

/** @param {KeyboardEvent} event @param {boolean} before */
function press(event, before) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest("input, select, textarea, dialog, .menu")) return;
  const key = keyOf(event);
  if (!before && target?.closest("button, a, summary") && (key === " " || key === "Enter")) return;
  for (const { acts, entries, holds } of bound.filter(({ place }) => BEFORE.includes(place) === before).sort(byPlace)) {
    const entry = entryOf(entries, key);
    if (!entry || !holds(key, target) || acts[entry.act]?.(event, target) === false) continue;
    event.preventDefault();
    event.stopPropagation();
    return;
  }
}

/** @param {Bound} one @param {Bound} other */
function byPlace(one, other) {
  const places = Object.keys(KEYS);
  return places.indexOf(one.place) - places.indexOf(other.place);
}

document.addEventListener("keydown", (event) => press(event, true), { capture: true });
document.addEventListener("keydown", (event) => press(event, false));
