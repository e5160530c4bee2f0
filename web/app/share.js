// share.js: a run as one line of text: shared, saved, typed, dropped onto the page. The server
// makes the line and reads it; here stands only how it gets from one person to another.

import { api } from "./api.js";
import { el, fill, icon } from "./dom.js";
import { openDialog } from "./menu.js";
import { showRun } from "./runs.js";
import { sayProblem, sayStatus } from "./say.js";
import { report } from "./steer.js";
import { number, t, virtualTime } from "./words.js";

/** @typedef {import("./model.js").Model} Model */
/** @typedef {import("./types").LinkInfo} LinkInfo */

const FILE_BYTES_MAX = 64 * 1024 * 1024;
const TRIES_MAX = 3; /* links in one file that are tried: the first that is whole wins */
const EMBED_WIDTH = 960;
const EMBED_HEIGHT = 600;
const PREFIX = "chef1.";
const LINK = /chef1\.[A-Za-z0-9_-]+\.[0-9a-f]{8}/g;

// ---- Opening ----

/** The link in the address, or "". */
export function linkInAddress() {
  return new URLSearchParams(location.hash.slice(1)).get("l") ?? "";
}

/**
 * Opens what somebody gave: a link or whatever one stands in, a short id, the name of a run here.
 * The server refuses anything else, and then the page stays as it is.
 * @param {string} text
 */
export async function openLink(text) {
  const opened = await api.openLink(text);
  await showRun(opened.run, { at_us: Math.round(opened.t_ms * 1000) });
  if (opened.note) tellDifference(opened.note);
  else sayStatus(t("said.opened", { time: virtualTime(opened.t_ms * 1000) }));
}

/**
 * That what was opened is not what was shared must not pass unseen.
 * @param {string} note
 */
function tellDifference(note) {
  const { dialog, body } = openDialog("opened", t("opened.title"));
  const ok = el("button", { type: "button", onclick: () => dialog.close() }, t("opened.ok"));
  fill(body, el("p.lead", null, note), el("div.buttons.one", null, ok));
  ok.focus();
}

/**
 * The links that stand in a file, each once. A file may hold anything around them.
 * @param {ArrayBuffer} bytes
 */
export function linksIn(bytes) {
  const text = new TextDecoder("latin1").decode(bytes);
  return [...new Set(text.match(LINK) ?? [])].slice(0, TRIES_MAX);
}

/** @param {File} file */
async function openFile(file) {
  if (file.size > FILE_BYTES_MAX) {
    throw new Error(t("open.too_large", { name: file.name, limit: FILE_BYTES_MAX / 1024 / 1024 }));
  }
  const links = linksIn(await file.arrayBuffer());
  if (links.length === 0) throw new Error(t("open.nothing", { name: file.name }));
  for (const [index, link] of links.entries()) {
    try {
      await openLink(link);
      return;
    } catch (error) {
      if (index === links.length - 1) throw error;
    }
  }
}

/** @param {unknown} error */
function tell(error) {
  if (error instanceof Error && error.constructor === Error) sayProblem(error.message);
  else report(error);
}

/**
 * A file, or a link as text, may be dropped anywhere onto the page; text over a field is the
 * field's, and other text is nobody's.
 */
export function mountDrop() {
  const place = el("div.drop", { hidden: true }, el("p", null, icon("open"), t("open.drop")));
  document.body.append(place);
  const carries = (/** @type {DragEvent} */ event, /** @type {string} */ type) =>
    event.dataTransfer?.types.includes(type) ?? false;
  const isField = (/** @type {DragEvent} */ event) =>
    event.target instanceof Element && event.target.closest("input, textarea") !== null;
  document.addEventListener("dragover", (event) => {
    const file = carries(event, "Files");
    if (!file && (isField(event) || !carries(event, "text/plain"))) return;
    event.preventDefault();
    place.hidden = !file;
  });
  document.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) place.hidden = true;
  });
  document.addEventListener("drop", (event) => {
    const file = event.dataTransfer?.files[0];
    const text = event.dataTransfer?.getData("text/plain") ?? "";
    place.hidden = true;
    if (!file && isField(event)) return;
    event.preventDefault();
    if (file) openFile(file).catch(tell);
    else if (text.includes(PREFIX)) openLink(text).catch(tell);
  });
}

// ---- The dialog "go to" ----

/** Type a short id or the name of a run, paste a link, or choose a file. */
export function openGoTo() {
  const { dialog, body } = openDialog("goto", t("goto.title"));
  const input = /** @type {HTMLInputElement} */ (
    el("input", {
      id: "goto-text",
      type: "text",
      autocomplete: "off",
      autocapitalize: "off",
      spellcheck: "false",
      placeholder: t("goto.example"),
      "aria-describedby": "goto-wrong",
    })
  );
  const wrong = el("p.wrong", { id: "goto-wrong", role: "alert" });
  const file = /** @type {HTMLInputElement} */ (
    el("input.unseen", { type: "file", id: "goto-file", tabindex: "-1", "aria-label": t("goto.file") })
  );
  const go = (/** @type {() => Promise<void>} */ open) => {
    fill(wrong);
    open().then(() => dialog.close(), (error) => {
      fill(wrong, icon("warning"), error instanceof Error ? error.message : String(error));
      input.select();
    });
  };
  file.addEventListener("change", () => {
    const chosen = file.files?.[0];
    if (chosen) go(() => openFile(chosen));
  });
  fill(
    body,
    el("form.go", { onsubmit: (/** @type {Event} */ event) => {
      event.preventDefault();
      if (input.value.trim() === "") input.focus();
      else go(() => openLink(input.value));
    } },
      el("label", { for: "goto-text" }, t("goto.label")),
      input,
      el("button", { type: "submit" }, t("goto.go"))),
    wrong,
    el(
      "div.buttons",
      null,
      el("button", { type: "button", onclick: () => file.click() }, icon("open"), t("goto.file")),
      file,
    ),
    el("p.second", null, t("goto.about")),
  );
  input.focus();
}

// ---- The dialog "share" ----

/**
 * The moment on the stage: the cursor's in the past, else the present.
 * @param {Model} model
 */
function shownMoment(model) {
  return model.replay?.inPast ? Math.round(model.replay.cursor_us) : undefined;
}

/** @param {string} link */
const address = (link) => `${location.origin}/#l=${link}`;

/** @param {string} link @param {string} title */
function embedCode(link, title) {
  const name = title.replace(/[&"<>]/g, (letter) => `&#${letter.charCodeAt(0)};`);
  return `<iframe src="${location.origin}/embed#l=${link}" width="${EMBED_WIDTH}" ` +
    `height="${EMBED_HEIGHT}" title="${name}" loading="lazy" style="border: 0"></iframe>`;
}

/**
 * Pages that came by plain http have no clipboard; there the text is chosen, and copied the old way
 * where that still works.
 * @param {HTMLInputElement} from
 * @param {HTMLElement} button
 */
async function copy(from, button) {
  from.focus();
  from.select();
  let copied = false;
  try {
    await navigator.clipboard.writeText(from.value);
    copied = true;
  } catch {
    copied = document.execCommand("copy");
  }
  fill(button, icon(copied ? "verify" : "copy"), t(copied ? "share.copied" : "share.chosen"));
  sayStatus(t(copied ? "share.copied" : "share.chosen"));
}

/**
 * A text to take along, with the button that copies it.
 * @param {string} id
 * @param {string} label
 * @param {string} text
 * @param {...HTMLElement} more buttons beside it
 */
function copyField(id, label, text, ...more) {
  const field = /** @type {HTMLInputElement} */ (
    el("input", {
      id, type: "text", readonly: true, value: text, spellcheck: "false",
      onfocus: () => field.select(),
    })
  );
  const button = el(
    "button",
    { type: "button", onclick: () => void copy(field, button) },
    icon("copy"),
    t("share.copy"),
  );
  return el(
    "div.share-field",
    null,
    el("label", { for: id }, label),
    field,
    el("div.with", null, button, ...more),
  );
}

/**
 * A file that any of these pages opens again.
 * @param {Model} model
 * @param {string} link
 */
function saveFile(model, link) {
  const name = `${(model.run?.scenario ?? "run").replace("/", "-")}-${model.run?.seed ?? ""}.chef`;
  const url = URL.createObjectURL(new Blob([`${link}\n`], { type: "text/plain" }));
  const anchor = /** @type {HTMLAnchorElement} */ (el("a", { href: url, download: name }));
  anchor.click();
  window.setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** @param {Model} model @param {LinkInfo} info @param {HTMLElement} body */
function fillShare(model, info, body) {
  const here = ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);
  const save = el(
    "button",
    { type: "button", "data-share": "file", onclick: () => saveFile(model, info.link) },
    icon("download"),
    t("share.file"),
  );
  fill(
    body,
    el("p.lead", null, t("share.about", {
      time: virtualTime(info.t_ms * 1000),
      edge: virtualTime(info.edge_ms * 1000),
    })),
    info.short_id
      ? el(
        "div.short-id",
        null,
        el("output", { id: "share-short" }, info.short_id),
        el("p.second", null, t("share.short_about")),
      )
      : null,
    info.fits
      ? copyField("share-address", t("share.address"), address(info.link), save)
      : el("p", null, t("share.too_long", { kilobytes: number(Math.ceil(info.bytes / 1024)) })),
    info.fits && here ? el("p.second", null, t("share.here")) : null,
    info.fits ? null : el("div.buttons", null, save),
    info.fits
      ? copyField("share-embed", t("share.embed"), embedCode(info.link, model.run?.title ?? ""))
      : null,
    el("p.second.digest", null, t("share.digest", { digest: info.digest, bytes: number(info.bytes) })),
  );
}

/** @param {Model} model */
export async function openShare(model) {
  if (!model.run) return;
  const { dialog, body } = openDialog("share", t("share.title"));
  fill(body, el("p.second", null, t("share.making")));
  try {
    fillShare(model, await api.link(model.run.run, shownMoment(model)), body);
    /** @type {HTMLElement | null} */ (body.querySelector(".share-field button, button"))?.focus();
  } catch (error) {
    dialog.close();
    report(error);
  }
}
