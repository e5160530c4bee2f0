// dom.js: building elements without inline styles or scripts.

/**
 * An element: `el("button.quiet", {type: "button", onclick: f}, "Heal all")`. Attributes that
 * start with "on" are listeners; true sets an empty attribute; null and false leave it out.
 * @param {string} what tag, then .class names
 * @param {Record<string, unknown> | null} [attributes]
 * @param {...(Node | string | number | null | undefined)} children
 * @returns {HTMLElement}
 */
export function el(what, attributes, ...children) {
  const [tag, ...classes] = what.split(".");
  const element = document.createElement(tag || "div");
  if (classes.length > 0) element.className = classes.join(" ");
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on") && typeof value === "function") {
      element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    } else {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
  append(element, children);
  return element;
}

/**
 * @param {Element} parent
 * @param {(Node | string | number | null | undefined)[]} children
 */
function append(parent, children) {
  for (const child of children) {
    if (child === null || child === undefined) continue;
    parent.append(typeof child === "number" ? String(child) : child);
  }
}

/**
 * The content of an element, all at once.
 * @param {Element} parent
 * @param {...(Node | string | number | null | undefined)} children
 */
export function fill(parent, ...children) {
  parent.replaceChildren();
  append(parent, children);
}

/**
 * The same for a part with buttons: whoever stands on one of them with the keyboard stands on the one
 * in its place afterwards.
 * @param {Element} parent
 * @param {...(Node | string | number | null | undefined)} children
 */
export function refill(parent, ...children) {
  const stops = () => /** @type {HTMLElement[]} */ ([...parent.querySelectorAll("button, a, input, select")]);
  const at = stops().indexOf(/** @type {HTMLElement} */ (document.activeElement));
  fill(parent, ...children);
  if (at >= 0) (stops()[at] ?? stops()[0])?.focus();
}

/**
 * Hides a part; whoever stands in it with the keyboard goes to where it was opened from.
 * @param {HTMLElement} part
 * @param {Element | null} back
 */
export function hide(part, back) {
  if (part.contains(document.activeElement) && back instanceof HTMLElement) back.focus();
  part.hidden = true;
}

/**
 * Text of an element, written only when it differs, so that nothing is announced twice.
 * @param {Element} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * An attribute of an element, likewise; to write what stands there already costs a look at every style.
 * @param {Element} element
 * @param {string} name
 * @param {string} value
 */
export function setAttribute(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/**
 * A drawing from static/icons.svg; controls are never characters of a font.
 * @param {string} name
 */
export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("viewBox", "0 0 24 24");
  const use = document.createElementNS(space, "use");
  use.setAttribute("href", `/static/icons.svg#${name}`);
  svg.append(use);
  return svg;
}

/**
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`no element #${id}`);
  return element;
}

/** @type {Map<string, string>} */
const tokens = new Map();

/**
 * The value of a colour or size token, as the current theme has it.
 * @param {string} name "--text"
 * @returns {string}
 */
export function token(name) {
  let value = tokens.get(name);
  if (value === undefined) {
    value = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    tokens.set(name, value);
  }
  return value;
}

/** The theme has changed: read the tokens again. */
export function forgetTokens() {
  tokens.clear();
}

/** One unit of the current density in CSS pixels; as --u in tokens.css and embed.css. */
export function unit() {
  const root = document.documentElement;
  if (root.dataset.density !== "lecture") return 1;
  const [width, height] = root.dataset.embed === undefined ? [1280, 720] : [880, 620];
  return Math.min(window.innerWidth / width, window.innerHeight / height);
}
