// systems.js: the systems of the course that have a page, in the order of the course: one menu, by
// mouse, by key and on a phone. Choosing one comes back to its run of this visit, or begins one.
// Below them, the languages of the page.

import { el, icon, setText } from "./dom.js";
import { language, languages, speak } from "./language.js";
import { menuEntry, openMenu } from "./menu.js";
import { showRun, startRun } from "./runs.js";
import { CATALOGUE, hasPage } from "../systems/catalogue.js";
import { has, humanise, t } from "./words.js";

/** @typedef {import("./types").SystemInfo} SystemInfo */

/** @type {SystemInfo[]} */
let systems = [];
/** The run of each system that this page showed last.
 * @type {Map<string, string>} */
const visited = new Map();

/** @param {SystemInfo[]} list of the server, in the order of the course */
export function setSystems(list) {
  systems = list;
}

/**
 * What the server says of a system.
 * @param {string} name
 */
export function systemInfo(name) {
  return systems.find((system) => system.name === name) ?? null;
}

/** @param {string} name */
export function systemName(name) {
  const key = `system.${name}`;
  return has(key) ? t(key) : humanise(name);
}

/** @param {string} name @param {string} run it is shown now */
export function noteVisit(name, run) {
  visited.set(name, run);
}

/**
 * Another system comes onto the page.
 * @param {string} name
 */
export async function chooseSystem(name) {
  const run = visited.get(name);
  if (run !== undefined) {
    try {
      await showRun(run);
      return;
    } catch {
      visited.delete(name); /* it is gone: a new one */
    }
  }
  await startRun(CATALOGUE[name].first, undefined);
}

/**
 * The brand of the header is the way to the other systems, as soon as there are two.
 * @param {string} shown
 */
export function systemsButton(shown) {
  const name = el("span.name");
  setText(name, systemName(shown));
  const pages = systems.filter((system) => hasPage(system.name));
  const logo = el("img", { src: "/static/favicon.svg", alt: "" });
  if (pages.length < 2) return el("span.brand", null, logo, el("span", null, t("brand")));
  const button = el("button.bare.brand", {
    type: "button",
    "data-tool": "systems",
    "aria-haspopup": "menu",
    title: t("systems.about"),
    onclick: () => openMenu(button, t("systems.menu"), [...pages.map((system) => menuEntry({
      text: systemName(system.name),
      second: t(`system.${system.name}.about`),
      checked: system.name === shown,
      run: () => {
        if (system.name !== shown) void chooseSystem(system.name);
      },
    })), ...languageEntries()]),
  }, logo, el("span.title", null, t("brand")), name, icon("chevron"));
  return button;
}

/** The languages that this page can speak, once there are two. */
function languageEntries() {
  const known = languages();
  if (known.length < 2) return [];
  return [
    document.createElement("hr"),
    el("h3", null, t("language.menu")),
    ...known.map(({ tag, name }) => {
      const entry = menuEntry({ text: name, checked: tag === language(), run: () => speak(tag) });
      entry.lang = tag;
      return entry;
    }),
  ];
}
