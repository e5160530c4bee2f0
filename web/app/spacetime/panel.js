// panel.js: the chosen event in words, its causes and its effects, each to be chosen: the twin of
// the picture for who does not see it.

import { el, fill, icon } from "../dom.js";
import { duration, has, t, virtualTime } from "../words.js";
import { sliceOf } from "./chain.js";

/**
 * @typedef {import("./chain.js").Chain} Chain
 * @typedef {import("./chain.js").Link} Link
 * @typedef {import("../types").DiagramWords} DiagramWords
 * @typedef {{
 *   choose: (link: Link) => void, clear: () => void, subject: (subject: number) => void,
 *   causes: (event: number) => void,
 *   explain: (subject: number) => void, seek: (t_us: number) => void, stage: () => void,
 * }} PanelHands
 */

const CAUSES_SHOWN = 60;
const FATES = ["", "lost", "cut"];

/** @param {number} t_us */
function moment(t_us) {
  return virtualTime(t_us, 3);
}

/**
 * One spoken sentence: what, from, to, sent, arrived, about which order.
 * @param {Link} link
 * @param {DiagramWords} words
 */
export function sentenceOf(link, words) {
  const values = {
    type: words.message(link.type), from: words.name(link.from), to: words.name(link.node),
    node: words.name(link.node), sent: moment(link.sent_us), at: moment(link.t_us),
    length: duration((link.t_us - link.sent_us) / 1000),
    about: link.subject >= 0 ? t("told.about", { subject: words.subject(link.subject).toLowerCase() }) : "",
  };
  const fate = link.from >= 0 ? FATES[link.fate] ?? "" : "";
  const kind = link.from >= 0 ? "message" : link.kind;
  const key = fate ? `told.${fate}` : `told.${kind}`;
  const sentence = has(key) ? t(key, values) : t("told.other", { ...values, kind });
  const notes = link.notes.map((note) => ` ${note.text}.`).join("");
  return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}${notes}`;
}

/**
 * The same in few words, for a list.
 * @param {Link} link
 * @param {DiagramWords} words
 */
function shortOf(link, words) {
  if (link.from >= 0) {
    return t("item.message", {
      type: words.message(link.type), from: words.short(link.from), to: words.short(link.node),
    });
  }
  const key = `item.${link.kind}`;
  const kind = has(key) ? t(key) : link.kind;
  return t("item.at", { kind, node: words.short(link.node) });
}

/**
 * @param {HTMLElement} root
 * @param {Chain} chain
 * @param {DiagramWords} words
 * @param {PanelHands} hands
 */
export function fillPanel(root, chain, words, hands) {
  const { chosen } = chain;
  const whole = chain.subject >= 0;
  const title = whole ? words.subject(chain.subject) : t("spacetime.chosen");
  const close = el("button.bare", {
    type: "button", "aria-label": t("spacetime.clear"), title: t("spacetime.clear"), onclick: hands.clear,
  }, icon("close"));
  const parts = [el("header", null, el("h2", { tabindex: -1 }, title), close)];
  parts.push(actions(chain, words, hands));
  if (whole) {
    parts.push(section(t("spacetime.steps"), sliceOf(chain), chain, words, hands));
  } else {
    parts.push(section(t("spacetime.causes"), chain.back.slice(0, CAUSES_SHOWN), chain, words, hands,
      t(chosen.event < 0 ? "spacetime.no_event" : "spacetime.no_cause")));
    parts.push(section(t("spacetime.effects"), chain.forward, chain, words, hands, t("spacetime.no_effect")));
  }
  if (chain.forwardMore) parts.push(el("p.second", null, t("spacetime.more")));
  fill(root, ...parts);
}

/** @param {Chain} chain @param {DiagramWords} words @param {PanelHands} hands */
function actions(chain, words, hands) {
  const { subject, t_us } = chain.chosen;
  const button = (/** @type {string} */ picture, /** @type {string} */ text, /** @type {() => void} */ run) =>
    el("button", { type: "button", onclick: run, title: text, "aria-label": text }, icon(picture));
  return el(
    "div.tools",
    null,
    button("city", t("spacetime.on_stage"), hands.stage),
    button("clock", t("spacetime.seek"), () => hands.seek(t_us)),
    chain.subject >= 0
      ? button("spacetime", t("spacetime.show_one"), () => hands.causes(chain.chosen.event))
      : null,
    subject >= 0 && chain.subject < 0
      ? button("list", t("spacetime.all_of", { subject: words.subject(subject) }), () => hands.subject(subject))
      : null,
    subject >= 0
      ? button("order", t("spacetime.explain", { subject: words.subject(subject) }), () => hands.explain(subject))
      : null,
  );
}

/**
 * @param {string} title
 * @param {Link[]} links
 * @param {Chain} chain
 * @param {DiagramWords} words
 * @param {PanelHands} hands
 * @param {string} [none]
 */
function section(title, links, chain, words, hands, none) {
  const rows = links.map((link) => {
    const current = link.event === chain.chosen.event;
    return el("li", null, el(
      "button",
      {
        type: "button", "data-event": link.event, "aria-current": current ? "true" : null,
        title: sentenceOf(link, words), onclick: () => hands.choose(link),
      },
      el("span.what", null, shortOf(link, words)),
      el("span.when.second", null, away(link, chain.chosen, chain.subject >= 0)),
      link.notes.length > 0 ? el("span.note", null, link.notes[0].text) : null,
    ));
  });
  const list = rows.length > 0 ? el("ol", { "aria-label": title }, ...rows) : el("p.second", null, none ?? "");
  return el("section", null, el("h3", null, title), list);
}

/**
 * How long before or after the chosen one; in an order's own list, the moment.
 * @param {Link} link
 * @param {Link} chosen
 * @param {boolean} absolute
 */
function away(link, chosen, absolute) {
  if (absolute) return moment(link.t_us);
  const ms = Math.abs(link.t_us - chosen.t_us) / 1000;
  return t(link.t_us < chosen.t_us ? "spacetime.before" : "spacetime.later", { length: duration(ms) });
}
