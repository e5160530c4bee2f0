// cards.js: moments that were kept: for everybody, and one's own. In the menu of the run, the newest
// first; all of them, and their deletion, in a dialog.

import { api } from "./api.js";
import { el, fill, icon } from "./dom.js";
import { menuEntry, openDialog } from "./menu.js";
import { openMoment, scenarioTitle } from "./runs.js";
import { sayStatus } from "./say.js";
import { report } from "./steer.js";
import { t, virtualTime } from "./words.js";

/**
 * @typedef {import("./model.js").Model} Model
 * @typedef {import("./types").Card} Card
 */

const IN_MENU = 4;
const TITLE_MAX = 120;

/** As they were read last: a menu opens at once.
 * @type {Card[]} */
let cards = [];

/** Reads them anew. */
export async function readCards() {
  try {
    cards = await api.cards();
  } catch (error) {
    report(error);
  }
}

/**
 * Keeps a moment. True when it is stored.
 * @param {Model} model
 * @param {{title: string, scenario: string, seed: number, settings: Record<string, unknown>, t_ms: number, condition: string}} card
 */
export async function keepCard(model, card) {
  const changed = changedSettings(model, card.scenario, card.settings);
  try {
    await api.keepCard({ ...card, title: [...card.title].slice(0, TITLE_MAX).join(""), settings: changed });
  } catch (error) {
    report(error);
    return false;
  }
  await readCards();
  sayStatus(t("cards.kept"));
  return true;
}

/**
 * Only what is not as the system has it: a card stays valid when a setting is added.
 * @param {Model} model
 * @param {string} scenario
 * @param {Record<string, unknown>} settings
 */
function changedSettings(model, scenario, settings) {
  const own = model.scenarios.find((one) => one.name === scenario)?.settings ?? {};
  const standard = new Map(model.system?.settings.map((one) => [one.key, one.standard]));
  return Object.fromEntries(
    Object.entries(settings).filter(([key, value]) => value !== (own[key] ?? standard.get(key))),
  );
}

/** @param {Card} card */
function where(card) {
  return t("cards.where", { seed: card.seed, time: virtualTime(card.t_ms * 1000, 0) });
}

/**
 * Entries of the run's menu.
 * @param {Model} model
 */
export function cardEntries(model) {
  if (cards.length === 0) return [];
  return [
    document.createElement("hr"),
    el("h3", null, t("cards.title")),
    ...cards.slice(0, IN_MENU).map((card) =>
      menuEntry({ icon: "keep", text: card.title, second: where(card), run: () => void openMoment(card) })),
    menuEntry({ icon: "list", text: t("cards.all", { count: cards.length }), run: () => openCards(model) }),
  ];
}

/** @param {Model} model */
export function openCards(model) {
  const { dialog, body } = openDialog("cards", t("cards.title"));
  const render = () => {
    const rows = cards.map((card) => el("li", null,
      el("span", null, el("b", null, card.title), " ",
        el("span.second", null, `${scenarioTitle(model, card.scenario)}, ${where(card)}${card.private ? "" : ` · ${t("cards.for_all")}`}`)),
      el("div.pair", null,
        el("button", { type: "button", "aria-label": t("cards.open_one", { title: card.title }), onclick: () => {
          dialog.close();
          void openMoment(card);
        } }, icon("play"), t("find.open")),
        el("button", {
          type: "button",
          "aria-label": t("cards.delete_one", { title: card.title }),
          onclick: () => void remove(card),
        }, icon("bin"), t("cards.delete")))));
    if (rows.length === 0) fill(body, el("p.lead", null, t("cards.none")));
    else fill(body, el("p.lead", null, t("cards.about")), el("ol.hits", null, ...rows));
  };
  const remove = async (/** @type {Card} */ card) => {
    try {
      await api.deleteCard(card.card);
    } catch (error) {
      report(error);
    }
    await readCards();
    render();
    /** @type {HTMLElement | null} */ (body.querySelector("button"))?.focus();
  };
  render();
  void readCards().then(render);
}
