// until.js: on until something happens: a few conditions in words, or one of one's own in the
// language of docs/api.md. In the past it is looked for, at the live edge the run goes on to it.

import { el, fill, icon } from "./dom.js";
import { openDialog } from "./menu.js";
import { sayNote, sayStatus } from "./say.js";
import { report, setPace } from "./steer.js";
import { t } from "./words.js";

/**
 * @typedef {import("./model.js").Model} Model
 * @typedef {{text: string, condition: string}} Until
 */

/** @param {Model} model @param {Until[]} untils what the system suggests */
export function openUntil(model, untils) {
  const { dialog, body } = openDialog("until", t("until.title"));
  const go = (/** @type {string} */ condition) => {
    dialog.close();
    void runUntil(model, condition);
  };
  const own = /** @type {HTMLInputElement} */ (
    el("input", {
      id: "until-own", type: "text", maxlength: 400, autocomplete: "off", spellcheck: "false",
      value: untils[0]?.condition ?? "",
    })
  );
  const past = model.replay?.inPast ?? false;
  fill(body,
    el("p.lead", null, t(past ? "until.about_past" : "until.about_live")),
    el("div.choices", null, ...untils.map(({ text, condition }) =>
      el("button", { type: "button", title: condition, onclick: () => go(condition) },
        icon("until"), el("span", null, text)))),
    el("form", { onsubmit: (/** @type {Event} */ event) => {
      event.preventDefault();
      if (own.value.trim() !== "") go(own.value.trim());
    } },
      el("div.own", null, el("label", { for: "until-own" }, t("until.own")), own),
      el("div.buttons.one", null, el("button", { type: "submit" }, icon("next"), t("until.go")))));
  /** @type {HTMLElement | null} */ (body.querySelector("button, input"))?.focus();
}

/**
 * @param {Model} model
 * @param {string} condition
 */
async function runUntil(model, condition) {
  const { replay, run } = model;
  if (!run) return;
  if (!replay?.inPast) {
    sayStatus(t("until.running"));
    await setPace(model, { until: condition });
    return;
  }
  try {
    const found = await replay.find({ from_ms: Math.floor(replay.cursor_us) / 1000, until: condition });
    if (model.run !== run) return;
    if (found.found) await replay.seekTo(Math.round(found.t_ms * 1000));
    else sayNote(t("until.none"), { text: t("transport.live"), run: () => replay.toLive() });
  } catch (error) {
    report(error);
  }
}
