// help.js: the keys told to people: the dialog behind "?", made from the table. Fetched with its words
// when somebody asks.

import { el, fill, icon } from "../dom.js";
import { keep } from "../kept.js";
import { LETTERS_OFF, lettersOff } from "../keys.js";
import { translated } from "../language.js";
import { openDialog } from "../menu.js";
import { loadStyle } from "../scene/style.js";
import { KEYS, SYSTEM_KEYS } from "./table.js";

/** @type {Record<string, string>} */
let words = {};

async function fetchKeyWords() {
  if (Object.keys(words).length > 0) return;
  words = translated("keys", await (await fetch("/words/keys.json")).json()).words;
}

/** @param {string} key @returns {string} as people know it */
function keyName(key) {
  return words[`key.${key}`] ?? key.toUpperCase();
}

/** @param {string[]} keys several digits are a range */
function caps(keys) {
  const digits = keys.filter((key) => /^\d$/.test(key));
  const shown = digits.length > 2 ? [`${digits[0]} … ${digits[digits.length - 1]}`, ...keys.filter((key) => !digits.includes(key))] : keys;
  return shown.map((key) => el("kbd", null, keyName(key)));
}

/** @param {string} place @param {import("./table.js").Entry[]} entries */
function rows(place, entries) {
  return entries.map(({ act, keys }) => el("li", null, el("span", null, ...caps(keys)), el("span", null, words[`${place}.${act}`])));
}

/**
 * The keys of a place as a list, for who tells of them elsewhere.
 * @param {string} place
 */
export async function keyList(place) {
  await fetchKeyWords();
  return el("ul.keys", null, ...rows(place, KEYS[place]));
}

/**
 * @param {string[]} places whose keys somebody may press here
 * @param {{system?: string, about?: string}} [more] the system on the page, and what its picture means
 */
export async function openHelp(places, more = {}) {
  const { system, about } = more;
  await Promise.all([fetchKeyWords(), loadStyle("dialogs")]);
  const { body } = openDialog("help", words.title);
  const off = /** @type {HTMLInputElement} */ (el("input", { type: "checkbox", id: "letters-off", checked: lettersOff() }));
  off.addEventListener("change", () => keep(LETTERS_OFF, off.checked ? "1" : "0"));
  const groups = places.map((place) => el("section", null,
    el("h3", null, words[`place.${place}`]),
    words[`about.${place}`] ? el("p.second", null, words[`about.${place}`]) : null,
    el("ul.keys", null, ...rows(place, KEYS[place]),
      ...(place === "page" && system ? rows(system, SYSTEM_KEYS[system] ?? []) : []))));
  fill(body,
    el("p.lead", null, words.about),
    el("label.letters", null, off, words.letters_off),
    ...groups,
    about ? el("p.second", null, icon("order"), " ", about) : null);
}
