// keys.js: the keyboard as data; the help page is made from the same table. Digits and Tab choose
// nodes, letters are actions; letters can be switched off.

import { el, fill, icon } from "./dom.js";
import { keep, recall } from "./kept.js";
import { closeMenu, openDialog } from "./menu.js";
import { t } from "./words.js";

/**
 * @typedef {{
 *   keys: string[],
 *   name: string,
 *   run: (event: KeyboardEvent) => void,
 * }} Key
 */

const LETTERS_OFF = "chef.letters_off";

export function lettersOff() {
  return recall(LETTERS_OFF) === "1";
}

/**
 * @param {Key[]} keys no two may want the same
 * @param {AbortSignal} until
 */
export function mountKeys(keys, until) {
  const taken = keys.flatMap((one) => one.keys);
  const twice = taken.filter((key, index) => taken.indexOf(key) !== index);
  if (twice.length > 0) console.error(`keys with two meanings: ${twice.join(" ")}`);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = /** @type {Element | null} */ (
      event.target instanceof Element ? event.target : null
    );
    if (target?.closest("input, select, textarea, dialog, .menu")) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (target?.closest("button, a, summary") && (key === " " || key === "Enter")) return;
    const found = keys.find((one) => one.keys.includes(key));
    if (!found || (/^[a-z]$/.test(key) && lettersOff())) return;
    event.preventDefault();
    found.run(event);
  }, { signal: until });
}

/**
 * How a key is written for people.
 * @param {string} key
 */
function keyName(key) {
  const name = t(`key.${key}`);
  return name === `key.${key}` ? key.toUpperCase() : name;
}

/** @param {Key[]} keys */
export function openHelp(keys) {
  closeMenu();
  const { body } = openDialog("help", t("help.title"));
  const off = /** @type {HTMLInputElement} */ (
    el("input", { type: "checkbox", id: "letters-off", checked: lettersOff() })
  );
  off.addEventListener("change", () => keep(LETTERS_OFF, off.checked ? "1" : "0"));
  fill(
    body,
    el("p.lead", null, t("help.about")),
    el("ul.keys", null, ...keys.map((key) =>
      el(
        "li",
        null,
        el("span", null, ...key.keys.slice(0, 2).map((one) => el("kbd", null, keyName(one)))),
        el("span", null, t(key.name)),
      ))),
    el("div.field", null, el("label", { for: "letters-off" }, t("help.letters_off")), off),
    el("p.second", null, icon("order"), " ", t("help.stage")),
  );
}
