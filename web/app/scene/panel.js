// panel.js: the scene on the page: the band with its words and the way on, and a card where a question,
// an answer, a task or the end is shown.

import { el, icon, refill, setText } from "../dom.js";
import { sayStatus } from "../say.js";
import { isPaused } from "../steer.js";
import { cardOf } from "./cards.js";
import { openOverview } from "./overview.js";
import { loadStyle } from "./style.js";
import { ps, stepText, titleOf } from "./words.js";

/** @typedef {import("./player.js").Player} Player */

const LONG = 112; /* letters of two large lines */

export class Panel {
  /** @param {Player} player */
  constructor(player) {
    this.player = player;
    this.ready = loadStyle("scene");
    this.shown = "";
    /** @type {HTMLElement | null} */
    this.dark = null;
    this.build();
    document.documentElement.dataset.scene = "";
  }

  build() {
    const { player } = this;
    this.caption = el("span");
    this.count = el("button.bare.count", {
      type: "button", "aria-haspopup": "dialog", title: ps("overview"), onclick: () => openOverview(player),
    });
    this.backButton = el("button.bare.back", {
      type: "button", "aria-label": ps("back"), title: ps("back"), onclick: () => void player.back(),
    }, icon("chevron"));
    this.nextWord = el("span");
    this.nextButton = el("button.next", { type: "button", onclick: () => void player.next() }, this.nextWord, icon("chevron"));
    this.words = el("p", null, this.caption);
    this.band = el("div", { id: "scene", role: "region", "aria-label": ps("room") },
      this.backButton, this.words, el("div.way", null, this.nextButton, this.count));
    this.card = el("div", { id: "scene-card", role: "region", "aria-label": ps("card"), hidden: true });
    document.querySelector("#caption")?.before(this.band, this.card);
  }

  remove() {
    this.unblank();
    this.band?.remove();
    this.card?.remove();
    delete document.documentElement.dataset.scene;
  }

  /** The keyboard stands on the way on. */
  focus() {
    const elsewhere = document.activeElement?.closest("dialog, .menu, #controls");
    if (!elsewhere) this.nextButton?.focus({ preventScroll: true });
  }

  render() {
    const { player } = this;
    const { state, scene, busy, model } = player;
    const key = JSON.stringify([state, busy, model.look.density, model.replay?.inPast, isPaused(model)]);
    if (state.front < 0 || key === this.shown) return;
    this.shown = key;
    const { step } = player;
    document.documentElement.dataset.scene = step.beat;
    this.renderBand();
    const card = cardOf(player);
    if (!this.card) return;
    this.card.hidden = card === null;
    if (!card) return;
    this.card.dataset.place = card.place;
    this.card.dataset.kind = card.kind;
    refill(this.card, ...card.nodes);
    if (step.beat === "home") document.title = titleOf(scene);
  }

  renderBand() {
    const { player, caption, words, count, backButton, nextButton, nextWord } = this;
    if (!caption || !words || !count || !backButton || !nextButton || !nextWord) return;
    const { state, scene, step } = player;
    const text = stepText(scene, step, "caption") || ps(`band.${step.beat}`, { title: titleOf(scene) });
    setText(caption, text);
    words.toggleAttribute("data-long", text.length > LONG);
    setText(count, ps("count", { at: state.at + 1, of: scene.steps.length }));
    backButton.setAttribute("aria-disabled", String(state.at === 0));
    const last = state.at === scene.steps.length - 1 && !scene.next;
    const stuck = state.failed && player.atFront;
    nextButton.setAttribute("aria-disabled", String(last || stuck || player.busy));
    setText(nextWord, this.nextText());
    if (this.band) this.band.dataset.state = player.busy ? "busy" : state.running && player.atFront ? "running" : "standing";
  }

  nextText() {
    const { state, scene, atFront } = this.player;
    if (atFront && state.running) return ps(state.running.by_hand ? "next.on" : "next.hurry");
    return ps(scene.steps[state.at + 1]?.beat === "run" ? "next.run" : "next");
  }

  /** @param {number} index an answer, by its digit. False: none is asked for */
  press(index) {
    const buttons = /** @type {HTMLElement[]} */ ([...(this.card?.querySelectorAll("[data-option]") ?? [])]);
    if (!this.card || this.card.hidden || buttons.length === 0) return false;
    buttons[index]?.click();
    return true;
  }

  // ---- the dark screen, while the lecturer talks ----

  blank() {
    if (!document.dispatchEvent(new CustomEvent("scene-blank", { cancelable: true }))) return; /* a whole room is */
    this.dark = el("div", { id: "blank", role: "presentation", onclick: () => this.unblank() });
    document.body.append(this.dark);
    sayStatus(ps("said.blank"));
  }

  unblank() {
    this.dark?.remove();
    this.dark = null;
  }
}
