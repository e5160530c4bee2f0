// verdicts.js: the verdict card, always on: what was promised and whether it held so far. A broken
// promise has a witness and a way to its events.

import { api } from "./api.js";
import { el, fill, icon, setText } from "./dom.js";
import { checkName, ICONS, openPromises, TONES, worst } from "./promises.js";
import { sayNote, sayStatus } from "./say.js";
import { openShrink } from "./shrink.js";
import { report } from "./steer.js";
import { verdictText } from "./verdict_text.js";
import { number, t, virtualTime } from "./words.js";

/**
 * @typedef {import("./model.js").Model} Model
 * @typedef {import("./types").Verdict} Verdict
 * @typedef {{
 *   operations(model: Model): number,
 *   choose: (first: number, last: number, subject: number | null) => void,
 *   causes?: (subject: number | null, first: number) => void,
 * }} How
 * @typedef {ReturnType<typeof buildCard>} Card
 */

const PROVED_SHOWN_US = 5e6; /* virtual: a proof is of its moment; then the present is judged again */
const NAMED = 2; /* promises named on the card; the others are counted */

/**
 * @param {HTMLElement} root
 * @param {Model} model
 * @param {How} how
 */
export function mountVerdict(root, model, how) {
  /** Verdicts on the healed copy, and when it was made.
   * @type {{verdicts: Verdict[], t_us: number} | null} */
  let proof = null;
  /** What comes of the copy that is being judged now.
   * @type {Promise<Verdict[] | null> | null} */
  let judging = null;
  let shown = "";
  const card = buildCard(root);
  /**
   * Judges a healed copy; the run itself goes on untouched.
   * @param {string} run
   * @returns {Promise<Verdict[] | null>}
   */
  const judge = async (run) => {
    try {
      const t_us = Math.round((await api.run(run)).t_ms * 1000); /* the frames may still be behind it */
      const answer = await api.verify(run);
      const verdicts = Array.isArray(answer) ? answer : answer.verdicts;
      if (model.run?.run !== run) return null;
      proof = { verdicts, t_us };
      shown = "";
      render();
      sayStatus(`${card.title.textContent}: ${card.words.textContent}`);
      return verdicts;
    } catch (error) {
      report(error);
      return null;
    }
  };
  const verify = async () => {
    if (!model.run) return;
    if (model.replay?.inPast) {
      sayNote(t("why.verify_past"));
      return;
    }
    sayStatus(t("said.verifying"));
    const mine = judging = judge(model.run.run);
    await mine;
    if (judging === mine) judging = null;
  };
  const render = () => {
    const { inPast = false } = model.replay ?? {};
    const age_us = proof === null || inPast ? Infinity : model.t_us - proof.t_us;
    const fresh = age_us < PROVED_SHOWN_US ? proof : null;
    const broken = proof !== null && !inPast && worst(proof.verdicts) !== null;
    const verdicts = (fresh ?? (broken ? proof : null))?.verdicts ?? model.verdicts;
    const bad = worst(model.verdicts) ?? worst(verdicts);
    const proved_us = proof === null || broken || inPast ? null : proof.t_us;
    const operations = how.operations(model);
    const key = bad ? JSON.stringify(bad) : `${fresh !== null} ${proved_us} ${operations} ${verdicts.length}`;
    if (key === shown) return;
    shown = key;
    const all = () => openPromises(model, verdicts, judging);
    const hands = {
      ...how, replay: model.replay, shrink: (/** @type {string} */ check) => void openShrink(model, check, verify),
    };
    if (bad) showBad(card, bad, verdictText(model, bad), hands, all);
    else showGood(card, { fresh: fresh !== null, proved_us, operations }, verdicts, all);
  };
  model.on(["verdicts", "figures", "points", "replay"], render);
  model.on("run", () => {
    proof = null;
    shown = "";
    render();
  });
  render();
  return { verify };
}

/**
 * The card stays the same elements whatever is said on it: who stands on one of its buttons with the
 * keyboard keeps the place when the words change.
 * @param {HTMLElement} root
 */
function buildCard(root) {
  const glyph = el("span.glyph");
  const title = el("span.title");
  const jump = cardButton("jump", "verdict.jump_about", el("span", null, t("verdict.jump")));
  const shrink = cardButton("shrink", "shrink.title");
  const causes = cardButton("spacetime", "spacetime.show");
  const words = /** @type {HTMLButtonElement} */ (
    el("button.promises.bare", { type: "button", title: t("verdict.all") })
  );
  fill(root, el("h2", null, glyph, title), el("div.ways", null, jump, shrink, causes), words);
  return { root, glyph, title, jump, shrink, causes, words };
}

/**
 * @param {string} glyph
 * @param {string} name a key of the words
 * @param {...Node} children
 */
function cardButton(glyph, name, ...children) {
  return /** @type {HTMLButtonElement} */ (
    el("button.jump", { type: "button", "data-way": glyph, title: t(name), "aria-label": t(name) }, icon(glyph), ...children)
  );
}

/**
 * @param {Card} card
 * @param {string} tone
 * @param {string} glyph
 * @param {string} title
 */
function setTitle(card, tone, glyph, title) {
  card.root.dataset.verdict = tone;
  if (card.glyph.dataset.icon !== glyph) fill(card.glyph, icon(glyph));
  card.glyph.dataset.icon = glyph;
  setText(card.title, title);
}

/**
 * A button that goes gives the keyboard's place to the words.
 * @param {Card} card
 * @param {HTMLButtonElement} button
 * @param {(() => void) | null} run
 */
function offer(card, button, run) {
  const left = run === null && document.activeElement === button;
  button.hidden = run === null;
  button.onclick = run;
  if (left) card.words.focus();
}

/**
 * @param {Card} card
 * @param {{fresh: boolean, proved_us: number | null, operations: number}} state
 * @param {Verdict[]} verdicts
 * @param {() => void} all
 */
function showGood(card, { fresh, proved_us, operations }, verdicts, all) {
  const time = proved_us === null ? "" : virtualTime(proved_us, 0);
  setTitle(card, "good", fresh ? "verify" : "serving", fresh
    ? t("verdict.proved", { time })
    : t("verdict.so_far", { count: operations, operations: number(operations) }));
  const promised = verdicts.filter(({ verdict }) => verdict !== "NOT-PROMISED");
  const names = promised.slice(0, NAMED).map((verdict) => checkName(verdict.check));
  const more = promised.length - names.length;
  if (more > 0) names.push(t("verdict.more", { count: more }));
  if (time !== "" && !fresh) names.unshift(t("verdict.proved_before", { time }));
  setText(card.words, verdicts.length === 0 ? t("verdict.waiting") : names.join(" · "));
  card.words.onclick = all;
  for (const button of [card.jump, card.shrink, card.causes]) offer(card, button, null);
}

/**
 * Its buttons go to the moment of the breach, to a shorter way there, and to its events.
 * @param {Card} card
 * @param {Verdict} verdict
 * @param {string} text what it says
 * @param {How & {shrink: (check: string) => void, replay: Model["replay"]}} how
 * @param {() => void} all
 */
function showBad(card, verdict, text, how, all) {
  const tone = TONES[verdict.verdict];
  const { first_event = 0, last_event = 0, subjects, at_ms } = verdict.witness ?? {};
  const subject = subjects?.[0] ?? null;
  setTitle(card, tone, ICONS[verdict.verdict], t(`verdict.${tone}`));
  fill(card.words, el("b", null, checkName(verdict.check)), text === "" ? null : ` · ${text}`);
  card.words.onclick = all;
  offer(card, card.jump, first_event === 0 ? null : async () => {
    if (at_ms !== undefined) await how.replay?.seekTo(Math.floor(at_ms * 1000) + 1);
    how.choose(first_event, last_event, subject);
  });
  offer(card, card.shrink, verdict.verdict === "UNKNOWN" ? null : () => how.shrink(verdict.check));
  const { causes } = how;
  offer(card, card.causes, first_event === 0 || !causes ? null : () => causes(subject, first_event));
}
