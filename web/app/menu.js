// menu.js: small menus at a button, and dialogs. Both close with Escape, give the focus back, and
// never hide the verdict for longer than somebody reads them.

import { el, icon } from "./dom.js";
import { t } from "./words.js";

/** @type {(() => void) | null} */
let closeOpen = null;

/** Closes the menu that is open, if one is. */
export function closeMenu() {
  closeOpen?.();
}

/**
 * A menu at a button; the same button closes it.
 * @param {HTMLElement} anchor
 * @param {string} label
 * @param {(Node | null)[]} entries
 */
export function openMenu(anchor, label, entries) {
  const again = anchor.getAttribute("aria-expanded") === "true";
  closeMenu();
  if (again) return;
  const menu = el("div.menu", { role: "menu", "aria-label": label }, ...entries);
  /* to a screen reader a menu has entries and named groups of them, nothing else */
  for (const heading of menu.querySelectorAll("h3")) heading.setAttribute("role", "none");
  for (const group of menu.querySelectorAll("[role=group]:not([aria-label])")) group.setAttribute("aria-label", label);
  document.body.append(menu);
  anchor.setAttribute("aria-expanded", "true");
  placeMenu(menu, anchor);
  const outside = (/** @type {Event} */ event) => {
    const target = /** @type {Node} */ (event.target);
    if (!menu.contains(target) && !anchor.contains(target)) closeMenu();
  };
  closeOpen = () => {
    closeOpen = null;
    const inside = menu.contains(document.activeElement);
    menu.remove();
    anchor.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", outside, true);
    if (inside) anchor.focus();
  };
  document.addEventListener("pointerdown", outside, true);
  menu.addEventListener("keydown", (event) => menuKey(event, menu));
  first(menu)?.focus();
}

/** @param {HTMLElement} menu */
function first(menu) {
  return /** @type {HTMLElement | null} */ (
    menu.querySelector('[aria-checked="true"]') ??
      menu.querySelector("button:not([aria-disabled]), a, select, input")
  );
}

/** @param {HTMLElement} menu @param {HTMLElement} anchor */
function placeMenu(menu, anchor) {
  const box = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const left = Math.max(8, Math.min(box.left, window.innerWidth - width - 8));
  const below = box.bottom + 6;
  const above = box.top - height - 6;
  const top = below + height < window.innerHeight - 8 || above < 8 ? below : above;
  menu.style.left = `${left}px`;
  menu.style.top = `${Math.max(8, Math.min(top, window.innerHeight - height - 8))}px`;
}

/** @param {KeyboardEvent} event @param {HTMLElement} menu */
function menuKey(event, menu) {
  if (event.key === "Escape") {
    closeMenu();
    event.stopPropagation();
    return;
  }
  if (event.target instanceof HTMLSelectElement || event.target instanceof HTMLInputElement) return;
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  if (step === 0) return;
  const items = /** @type {HTMLElement[]} */ ([...menu.querySelectorAll("button, a, select")]);
  const at = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  items[(at + step + items.length) % items.length]?.focus();
  event.preventDefault();
  event.stopPropagation();
}

/**
 * An entry of a menu.
 * @param {{
 *   icon?: string | Element,
 *   text: string,
 *   second?: string,
 *   checked?: boolean,
 *   why?: string | null,
 *   run: () => void,
 *   keep?: boolean,
 * }} entry
 */
export function menuEntry(entry) {
  return el(
    "button",
    {
      type: "button",
      role: entry.checked === undefined ? "menuitem" : "menuitemradio",
      "aria-checked": entry.checked === undefined ? null : String(entry.checked),
      "aria-disabled": entry.why ? "true" : null,
      title: entry.why ?? null,
      onclick: () => {
        if (!entry.keep) closeMenu();
        entry.run();
      },
    },
    typeof entry.icon === "string" ? icon(entry.icon) : entry.icon,
    entry.text,
    entry.second ? el("span.second", null, entry.second) : null,
  );
}

/**
 * A dialog with a title; answers its body, to be filled.
 * @param {string} id
 * @param {string} title
 */
export function openDialog(id, title) {
  closeMenu();
  document.getElementById(id)?.remove();
  const body = el("div.scroll");
  const heading = el("h2", { id: `${id}-title` }, title);
  const dialog = /** @type {HTMLDialogElement} */ (
    el("dialog", { id, "aria-labelledby": `${id}-title` },
      el("header", null, heading,
        el(
          "button.bare",
          { type: "button", "aria-label": t("close"), onclick: () => dialog.close() },
          icon("close"),
        )),
      body)
  );
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  document.body.append(dialog);
  dialog.showModal();
  return { dialog, body, heading };
}

/**
 * A plain table.
 * @param {string} caption
 * @param {(string | Node)[]} head
 * @param {(string | number | Node)[][]} rows
 */
export function table(caption, head, rows) {
  return el("table", null,
    el("caption.unseen", null, caption),
    el("thead", null, el("tr", null, ...head.map((name) => el("th", { scope: "col" }, name)))),
    el(
      "tbody",
      null,
      ...rows.map((row) => el("tr", null, ...row.map((cell) => el("td", null, cell)))),
    ));
}

