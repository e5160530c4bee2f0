// access.js: is the page usable without seeing it, without a mouse, with weak eyes? Run in the page by
// access.py, in a browser that tells computed roles and names (chef_browser.py). Returns what is wrong, a
// line each: "RULE: element". Limits are those of WCAG 2.2 (1.4.3, 1.4.11, 2.5.8) and, on phones, our own.

const [phone] = arguments;
const ACTIVE = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]:not([tabindex='-1']),"
  + "[role=button], [role=tab], [role=slider], [role=menuitem], [role=menuitemradio], [role=menuitemcheckbox], [role=option]";
const REFERENCES = ["aria-labelledby", "aria-describedby", "aria-controls", "aria-owns", "aria-activedescendant", "aria-details", "for"];
const OWNERS = { tab: "tablist", menuitem: "menu", menuitemradio: "menu", option: "listbox", listitem: "list", row: "table" };
const STATES = {
  "aria-pressed": ["button"], "aria-checked": ["checkbox", "radio", "switch", "menuitemradio", "menuitemcheckbox", "option"],
  "aria-selected": ["tab", "option", "row", "cell", "gridcell"], "aria-expanded": ["button", "combobox", "link", "menuitem", "DisclosureTriangle"],
};
const ENTRY = /^(menuitem|none|separator|splitter|group|combobox)/; /* combobox: whom or what the entries are about */
const NO_NAME = ["generic", "paragraph", "none", "presentation", "strong", "emphasis", "code", "caption"];
const TARGET = 24, THUMB = 44, LARGE = 24, LARGE_BOLD = 18.66;
const found = [];
const modal = document.querySelector("dialog:modal");
const all = [...(modal ?? document).querySelectorAll("*")];
const say = (rule, element, more = "") => found.push(
  `${rule}: ${element.outerHTML.replace(/\s+/g, " ").slice(0, 140)}${more === "" ? "" : ` (${more})`}`);
const shown = (element) => element.checkVisibility({ opacityProperty: false, visibilityProperty: true });
const unheard = (element) => element.closest("[aria-hidden=true], [inert]") !== null;
const hidden = (element) => !shown(element) || unheard(element);

function names() {
  for (const element of all.filter((one) => one.matches(ACTIVE))) {
    if (shown(element) && element.closest("[aria-hidden=true]") && !element.closest("[inert]") && element.tabIndex >= 0) say("focus on what is hidden", element);
    if (hidden(element)) continue;
    const role = element.computedRole;
    if (NO_NAME.includes(role)) say("no role", element, role);
    if (element.computedName.trim() === "") say("no name", element, role);
    if (element.matches("input, select, textarea") && !element.labels?.length && !element.hasAttribute("aria-label")
      && !element.hasAttribute("aria-labelledby")) say("no label", element);
    if (element.parentElement?.closest("a[href], button, summary")) say("active within active", element);
  }
  for (const element of all.filter((one) => !hidden(one))) {
    const text = element.getAttribute("aria-label") ?? "";
    if (element.hasAttribute("aria-label") && NO_NAME.includes(element.computedRole)) say("a name without a role", element, element.computedRole);
    if (element.matches("img, [role=img], svg, canvas")) picture(element);
    if (element.matches("[aria-label]") && text.trim() === "") say("no name", element);
    if (element.matches("dialog, [role=dialog], [role=menu], [role=group], [role=region], section[data-named], nav, fieldset")
      && element.computedName.trim() === "") say("no name", element, "group");
  }
}

function picture(element) {
  if (element.matches("img") && !element.hasAttribute("alt")) say("no alt", element);
  if (element.matches("svg, canvas") && element.getAttribute("role") !== "img" && element.computedRole !== "none") {
    if (element.closest("button, a, [role=img]")?.computedName) return;
    say("a picture that is neither hidden nor named", element, element.computedRole);
  } else if (element.matches("[role=img]") && element.computedName.trim() === "") say("no name", element);
}

function references() {
  const ids = new Map();
  for (const element of document.querySelectorAll("[id]")) {
    if (ids.has(element.id)) say("id twice", element);
    ids.set(element.id, element);
  }
  for (const name of REFERENCES) {
    for (const element of document.querySelectorAll(`[${name}]`)) {
      for (const id of element.getAttribute(name).split(/\s+/)) if (!ids.has(id)) say(`${name} names nothing`, element);
    }
  }
}

function structure() {
  const heard = all.filter((one) => !hidden(one));
  const mains = document.querySelectorAll("main, [role=main]").length;
  if (mains !== 1) found.push(`${mains} mains`);
  if (document.title.trim() === "" || document.documentElement.lang === "") found.push("no title or language");
  let before = modal ? 1 : 0;
  for (const heading of heard.filter((one) => one.matches("h1, h2, h3, h4, h5, h6, [role=heading]") && one.computedRole === "heading")) {
    const level = Number(heading.getAttribute("aria-level") ?? heading.tagName[1]);
    if (level > before + 1) say("heading out of order", heading, `h${level} after h${before}`);
    if (heading.textContent.trim() === "") say("empty heading", heading);
    before = level;
  }
  for (const element of heard) {
    const owner = OWNERS[element.getAttribute("role") ?? ""];
    if (owner && !element.parentElement.closest(`[role=${owner}], [role=group]`)) say(`not in a ${owner}`, element);
    for (const [state, roles] of Object.entries(STATES)) {
      if (element.hasAttribute(state) && !roles.includes(element.computedRole)) say(`${state} on a ${element.computedRole}`, element);
    }
    if (element.matches("ul, ol") && element.computedRole === "list"
      && [...element.children].some((one) => !one.matches("li, script, template"))) say("a list of other things", element);
    if (element.matches("[role=menu]")) {
      for (const one of element.children) if (!one.matches("label") && !ENTRY.test(one.computedRole)) say("no entry of a menu", one, one.computedRole);
    }
    if (element.matches("th") && !element.hasAttribute("scope")) say("no scope", element);
    if (element.matches("[role=tablist]") && element.querySelectorAll("[aria-selected=true]").length !== 1) say("not one tab is chosen", element);
  }
}

// ---- contrast ----

const canvas = document.createElement("canvas");
canvas.width = canvas.height = 1;
const pen = canvas.getContext("2d", { willReadFrequently: true });

/** Any colour of CSS as [r, g, b, a]. */
const colours = new Map();
function rgba(text) {
  if (!colours.has(text)) {
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = text;
    pen.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
    colours.set(text, [r, g, b, a / 255]);
  }
  return colours.get(text);
}

const over = ([r, g, b, a], ground) => [r, g, b].map((value, i) => value * a + ground[i] * (1 - a));

function luminance(colour) {
  const [r, g, b] = colour.map((value) => value / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function ratio(one, two) {
  const [high, low] = [luminance(one), luminance(two)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

/**
 * What lies behind an element's text: its own ground over that of what it stands in; and how much of it is
 * seen at all. A picture as a ground counts as its first colour.
 */
const grounds = new Map();
function groundOf(element) {
  if (!element) return { ground: [255, 255, 255], opacity: 1 };
  const known = grounds.get(element);
  if (known) return known;
  const below = groundOf(element.parentElement);
  const style = getComputedStyle(element);
  const opacity = below.opacity * Number(style.opacity);
  const [r, g, b, a] = rgba(style.backgroundImage.match(/rgba?\([^)]*\)|color\([^)]*\)/)?.[0] ?? style.backgroundColor);
  const here = { ground: over([r, g, b, a * opacity], below.ground), opacity };
  grounds.set(element, here);
  return here;
}

function contrast() {
  for (const element of all) {
    const own = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim() !== "");
    if (!own || !shown(element) || element.closest(".unseen, canvas, option, noscript, script, style, title")) continue;
    const box = element.getBoundingClientRect();
    if (box.width < 2 || box.height < 2) continue;
    const style = getComputedStyle(element);
    const { ground, opacity } = groundOf(element);
    const [r, g, b, a] = rgba(element.closest("svg") ? style.fill : style.color);
    const value = ratio(over([r, g, b, a * opacity], ground), ground);
    const size = parseFloat(style.fontSize);
    const large = size >= LARGE || (size >= LARGE_BOLD && Number(style.fontWeight) >= 700);
    const limit = large || element.closest("[aria-disabled=true], :disabled") ? 3 : 4.5;
    if (value < limit) say("contrast", element, `${value.toFixed(2)} of ${limit}, ${style.color} on ${ground.map(Math.round)}`);
  }
}

// ---- targets ----

function targets() {
  for (const element of all.filter((one) => one.matches(ACTIVE) && !hidden(one))) {
    const label = element.matches("input[type=checkbox], input[type=radio]") ? element.closest("label") ?? element.labels?.[0] : null;
    const stretched = getComputedStyle(element, "::after").position === "absolute" ? element.offsetParent : null;
    const box = (label ?? stretched ?? element).getBoundingClientRect();
    if (box.width < 2 || element.closest(".unseen, p, li > span") || element.matches("[role=slider], [role=img], [role=region], [role=group]")) continue;
    const main = phone && element.matches("#scene .next, #scene .back, #scene-card *, #room *, #room-card *, #tabs *, #actions *, #ordering button, .scenes h2 a, #join *");
    const least = main ? THUMB : TARGET;
    if (Math.round(Math.min(box.width, box.height)) < least) say("target", element, `${Math.round(box.width)}x${Math.round(box.height)} of ${least}`);
  }
}

for (const rule of [names, references, structure, contrast, targets]) rule();
return [...new Set(found)];
