// language.js: the language of this viewer. The address says it (?lang=vi), else what was chosen in the
// menu, else the browser, where the server has its words. English stands in web/words; each other
// language is one file, web/languages/LANG.json, which only those fetch who read it: the same tables
// under the names of their files, with the same keys. What it lacks is said in English.

import { keep, recall } from "./kept.js";

/** @typedef {Record<string, any>} Table */

const CHOSEN = "chef.language";
const OF_THE_WORDS = "en";

let spoken = OF_THE_WORDS;
/** @type {Table} */
let tables = {};
/** What the server has, English first.
 * @type {string[]} */
let known = [OF_THE_WORDS];

/** The language of this viewer, as Intl and `lang` know it. */
export function language() {
  return spoken;
}

/** Finds the language and fetches its words; before anything is said. */
export async function chooseLanguage() {
  known = await (await fetch("/api/v1/languages")).json();
  const address = new URLSearchParams(location.search).get("lang");
  spoken = best([address ?? recall(CHOSEN) ?? "", ...navigator.languages]);
  document.documentElement.lang = spoken;
  if (spoken !== OF_THE_WORDS) tables = await (await fetch(`/languages/${spoken}.json`)).json();
}

/**
 * The first that the server has.
 * @param {readonly string[]} wanted
 */
function best(wanted) {
  for (const tag of wanted) {
    const primary = tag.split("-")[0].toLowerCase();
    const found = known.find((one) => one === tag || one === primary);
    if (found) return found;
  }
  return OF_THE_WORDS;
}

/** Each language that can be chosen, by its own name. */
export function languages() {
  return known.map((tag) => ({ tag, name: new Intl.DisplayNames([tag], { type: "language" }).of(tag) ?? tag }));
}

/**
 * The page begins again in another language; its address brings back the run and its moment.
 * @param {string} tag
 */
export function speak(tag) {
  keep(CHOSEN, tag);
  const { pathname, search, hash } = location;
  const rest = new URLSearchParams(search);
  rest.delete("lang");
  const question = String(rest);
  history.replaceState(null, "", pathname + (question === "" ? "" : `?${question}`) + hash);
  location.reload();
}

/**
 * A table in the language of this viewer.
 * @template {Table} T
 * @param {string} name of its file in web/words, or of what the server tells: "scenarios"
 * @param {T} english
 * @returns {T}
 */
export function translated(name, english) {
  return over(english, tables[name]);
}

/**
 * @template {Table} T
 * @param {T} below
 * @param {Table | undefined} above
 * @returns {T}
 */
function over(below, above) {
  if (above === undefined) return below;
  /** @type {Table} */
  const both = { ...below };
  for (const [key, own] of Object.entries(above)) {
    both[key] = typeof own === "object" && typeof both[key] === "object" ? over(both[key], own) : own;
  }
  return /** @type {T} */ (both);
}
