// words.js: every sentence of the page comes from three tables: words/page.json (the page itself),
// words/host.json (what befalls any node), and the system's own, which the command line reads too:
// notes, settings, checks, and under "page" what only this system's page says, or says otherwise.
// All in the language of this viewer.

import { api } from "./api.js";
import { chooseLanguage, language, translated } from "./language.js";

/** @typedef {Record<string, any>} Table */

/** Common to all systems.
 * @type {Record<string, string>} */
let common = {};
/** @type {Table} */
let host = {};
/** As it is now: what is common, and the system's own over it.
 * @type {Record<string, string>} */
let page = {};
/** @type {Table} */
let system = {};

/** @param {string} path */
async function file(path) {
  const answer = await fetch(path);
  return answer.json();
}

/** What the page says whatever is on it: the names of its rooms, and enough to report a problem. */
export async function fetchPageWords() {
  const [words, hosts] = await Promise.all([file("/words/page.json"), file("/words/host.json"), chooseLanguage()]);
  common = translated("page", words).words;
  host = translated("host", hosts);
  page = common;
  for (const room of document.querySelectorAll("[data-named]")) room.setAttribute("aria-label", t(`room.${room.id}`));
}

/**
 * @param {string} name of the system
 * @returns {Promise<Table>}
 */
export async function fetchWords(name) {
  return translated(name, await api.words(name));
}

/** @param {Table} words of the system that is on the page from now on */
export function setWords(words) {
  page = { ...common, ...words.page };
  system = { ...words, faults: host.faults, notes: { ...host.notes, ...words.notes }, recipes: host.recipes };
}

/**
 * Puts values into the places of a sentence: "{orders} orders".
 * @param {string} sentence
 * @param {Record<string, unknown>} [values]
 */
export function fillIn(sentence, values = {}) {
  return sentence.replace(/\{([\w:]+)\}/g, (whole, name) =>
    name in values ? String(values[name]) : whole,
  );
}

/**
 * A sentence of the page. A key that ends in ".one" is taken for a count of exactly one.
 * @param {string} key
 * @param {Record<string, unknown>} [values]
 */
export function t(key, values) {
  const one = values?.count === 1 ? page[`${key}.one`] : undefined;
  const sentence = one ?? page[key];
  return sentence === undefined ? key : fillIn(sentence, values);
}

/**
 * An entry's own words: its title where it has several texts.
 * @param {string} group
 * @param {string} key
 * @returns {string | null}
 */
export function systemTitle(group, key) {
  const word = system[group]?.[key];
  return typeof word === "string" ? word : (word?.title ?? null);
}

/**
 * The field's own term for an entry: "round robin" for "In turn".
 * @param {string} group
 * @param {string} key
 * @returns {string | null}
 */
export function systemTerm(group, key) {
  return system[group]?.[key]?.term ?? null;
}

/**
 * @param {string} key
 * @returns {boolean}
 */
export function has(key) {
  return key in page;
}

/**
 * An entry of the system's table: `systemWord("settings", "policy")`.
 * @param {string} group
 * @param {string} key
 * @returns {any}
 */
export function systemWord(group, key) {
  return system[group]?.[key];
}

/**
 * A value of one of the system's lists: "no-answer" of its outcomes.
 * @param {string} value
 * @returns {string | undefined}
 */
export function listWord(value) {
  return Object.values(system.lists ?? {}).find((list) => value in list)?.[value];
}

/**
 * A name that the city's data give, in the language of the viewer: a dish, a cuisine, a district.
 * @param {string | undefined} given "" for none
 * @returns {string}
 */
export function nameOf(given = "") {
  return translated("names", /** @type {Table} */ ({}))[given] ?? given;
}

/**
 * A sentence begins with a capital, but a name stays as it is: "film.mkv", "n1", "ops_per_s".
 * @param {string} text
 */
export function capital(text) {
  return text.replace(/^\p{Ll}+(?=[\s,:;!?]|$)/u, (word) => word.charAt(0).toUpperCase() + word.slice(1));
}

/**
 * The unit of a setting: "orders/min" reads "per min".
 * @param {string} unit
 * @param {number} count of it
 */
export function unitWord(unit, count) {
  const key = `unit.${unit}`;
  return has(key) ? t(key, { count }) : unit;
}

/**
 * A name made of a key when the table has none: "kitchen_slowed" reads "kitchen slowed".
 * @param {string} key
 */
export function humanise(key) {
  return key.replace(/^bug\./, "").replace(/[_.-]+/g, " ");
}

/** One for each count of decimals: making one takes long.
 * @type {Map<number, Intl.NumberFormat>} */
const formats = new Map();

/**
 * A number for a person, with so many decimals: 1,234 or 0.85, as the language has it.
 * @param {number | null | undefined} value
 * @param {number} [decimals]
 */
export function number(value, decimals = 0) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  let format = formats.get(decimals);
  if (!format) {
    format = new Intl.NumberFormat(language(), {
      minimumFractionDigits: decimals, maximumFractionDigits: decimals, useGrouping: decimals === 0,
    });
    formats.set(decimals, format);
  }
  return format.format(value);
}

const CITY_HOURS = 24;

/**
 * Virtual time as the city's clock shows it: a virtual second is a city minute. From the second day
 * on, the clock says which one it is.
 * @param {number} t_us
 */
export function cityClock(t_us) {
  const minutes = Math.floor(t_us / 1e6);
  const hours = Math.floor(minutes / 60);
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  const time = `${two(hours % CITY_HOURS)}:${two(minutes % 60)}`;
  const day = Math.floor(hours / CITY_HOURS) + 1;
  return day === 1 ? time : t("clock.day", { day, time });
}

/**
 * Virtual time as figures and axes have it: 1:02:03.4, with the decimal sign of the language.
 * @param {number} t_us
 * @param {number} [decimals]
 */
export function virtualTime(t_us, decimals = 1) {
  const factor = 10 ** decimals;
  const ticks = Math.floor((t_us / 1e6) * factor + 1e-6);
  const seconds = Math.floor(ticks / factor);
  const part = decimals > 0 ? `${number(0.5, 1).charAt(1)}${String(ticks % factor).padStart(decimals, "0")}` : "";
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}${part}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}

/**
 * A duration for a person: 850 ms, 2.41 s, 3 min 20 s.
 * @param {number | null | undefined} ms
 */
export function duration(ms) {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return "–";
  if (ms < 1) return `${number(ms, 2)} ms`;
  if (ms < 1000) return `${number(ms, ms < 10 ? 1 : 0)} ms`;
  if (ms < 120_000) return `${number(ms / 1000, ms < 10_000 ? 2 : 1)} s`;
  return `${Math.floor(ms / 60_000)} ${t("unit.minutes")} ${Math.round((ms % 60_000) / 1000)} s`;
}
