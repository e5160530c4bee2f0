// choice.js: what is chosen in the diagram: asks for its causes and effects, walks along them, and
// tells everybody what is lit up now.

import { sayStatus } from "../say.js";
import { report } from "../steer.js";
import { t } from "../words.js";
import { around, causeOf, chainOf, chainOfLost, chainOfSubject, effectsOf, lonely, siblingsOf, sliceOf } from "./chain.js";
import { sentenceOf } from "./panel.js";

/**
 * @typedef {import("../model.js").Model} Model
 * @typedef {import("../types").DiagramWords} DiagramWords
 * @typedef {import("./chain.js").Chain} Chain
 * @typedef {import("./chain.js").Link} Link
 * @typedef {import("./tiles.js").TraceEvent} TraceEvent
 * @typedef {"cause" | "effect" | "before" | "after"} Way
 * @typedef {{
 *   show: (chain: Chain | null) => void,
 *   fit: (chain: Chain) => void,
 *   reveal: (event: TraceEvent) => void,
 * }} Screen where a choice is shown: with the rest of the page, with all of it, or just the event
 */

export class Choice {
  /**
   * @param {Model} model
   * @param {DiagramWords} words
   * @param {Screen} screen
   */
  constructor(model, words, screen) {
    this.model = model;
    this.words = words;
    this.screen = screen;
    /** @type {Chain | null} */
    this.chain = null;
    this.asked = 0; /* chains asked for; an answer to an older question comes too late */
    /** Settles when causes and effects of what is chosen are known.
     * @type {Promise<unknown>} */
    this.answered = Promise.resolve();
  }

  /** All that is lit up, in order of time. */
  get slice() {
    return this.chain ? sliceOf(this.chain) : [];
  }

  clear() {
    this.asked += 1;
    this.set(null);
  }

  /** @param {Chain | null} chain */
  set(chain) {
    this.chain = chain;
    this.screen.show(chain);
    this.model.setFocus(chain ? focusOf(chain) : null);
  }

  /**
   * Lights up an event with its causes and effects; a step of an order keeps the order lit up.
   * @param {TraceEvent} event
   */
  choose(event) {
    this.asked += 1;
    const known = this.slice.find((link) => link.event >= 0 && link.event === event.event);
    const notes = known?.notes ?? [];
    if (this.chain && this.chain.subject >= 0 && known) {
      this.set(around(this.chain, known));
    } else {
      this.set(lonely(event, notes));
      if (event.event >= 0) this.ask((run) => chainOf(this.model, run, event.event), false);
      else if (event.cause > 0) this.ask((run) => chainOfLost(this.model, run, event), false);
    }
    this.screen.reveal(event);
    sayStatus(sentenceOf({ ...event, notes }, this.words));
  }

  /**
   * An event, or all of an order, from elsewhere than the diagram.
   * @param {{event?: number, subject?: number}} what
   */
  async find({ event, subject }) {
    const chain = await this.ask((run) => event !== undefined
      ? chainOf(this.model, run, event)
      : chainOfSubject(this.model, run, subject ?? 0), true);
    if (chain) sayStatus(sentenceOf(chain.chosen, this.words));
  }

  /**
   * @param {(run: string) => Promise<Chain | null>} question
   * @param {boolean} fit show all of the answer
   */
  ask(question, fit) {
    const asked = (this.asked += 1);
    const answer = this.answer(question, fit, asked);
    this.answered = answer;
    return answer;
  }

  /**
   * @param {(run: string) => Promise<Chain | null>} question
   * @param {boolean} fit
   * @param {number} asked
   */
  async answer(question, fit, asked) {
    try {
      const chain = await question(this.model.run?.run ?? "");
      if (asked !== this.asked) return null;
      if (!chain) {
        sayStatus(t("spacetime.nothing"));
        return null;
      }
      this.set(chain);
      if (fit) this.screen.fit(chain);
      return chain;
    } catch (error) {
      if (asked === this.asked) report(error);
      return null;
    }
  }

  /**
   * Along the chain, once it is known; says so when it ends there.
   * @param {Way} way
   * @returns {boolean} whether there is something to walk from
   */
  walk(way) {
    if (!this.chain) return false;
    void this.answered.then(() => this.walkOn(way));
    return true;
  }

  /** @param {Way} way */
  walkOn(way) {
    const { chain } = this;
    if (!chain) return;
    const { chosen } = chain;
    if (chain.subject >= 0 && way === "before") this.step(chain.back[0], "spacetime.first_step");
    else if (chain.subject >= 0 && way === "after") this.step(chain.forward[0], "spacetime.last_step");
    else if (way === "effect") this.step(effectsOf(chain, chosen.event)[0], "spacetime.no_effect");
    else if (way !== "cause") void this.across(chain, way === "before" ? -1 : 1);
    else if (chain.subject >= 0 && !causeOf(chain) && chosen.cause > 0) void this.find({ event: chosen.cause });
    else this.step(causeOf(chain), "spacetime.no_cause");
  }

  /** @param {Link | null | undefined} link @param {string} none */
  step(link, none) {
    if (link) this.choose(link);
    else sayStatus(t(none));
  }

  /**
   * To another effect of the same cause.
   * @param {Chain} chain
   * @param {1 | -1} by
   */
  async across(chain, by) {
    try {
      const siblings = await siblingsOf(this.model, this.model.run?.run ?? "", chain);
      const at = siblings.findIndex((/** @type {Link} */ link) => link.event === chain.chosen.event);
      if (this.chain?.chosen.event === chain.chosen.event) {
        this.step(siblings[at + by], "spacetime.no_sibling");
      }
    } catch (error) {
      report(error);
    }
  }
}

/**
 * What the rest of the page has to know of a chain.
 * @param {Chain} chain
 * @returns {import("../types").Focus}
 */
function focusOf(chain) {
  const { chosen } = chain;
  return {
    event: chosen.event, node: chosen.node, from: chosen.from, subject: chosen.subject,
    t_us: chosen.t_us, slice: new Set(sliceOf(chain).map((link) => link.event)),
  };
}
