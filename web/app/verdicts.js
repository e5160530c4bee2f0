// verdicts.js: the verdict card, always on: what was promised and whether it held so far. A broken
// promise has a witness and a way to its events.

import { api } from "./api.js";
import { el, fill, icon, setText } from "./dom.js";
import { openDialog, table } from "./menu.js";
import { sayNote, sayStatus } from "./say.js";
import { openShrink } from "./shrink.js";
import { report } from "./steer.js";
import { humanise, number, systemTerm, systemTitle, t, virtualTime } from "./words.js";

/**
 * @typedef {import("./model.js").Model} Model
 * @typedef {import("./types").Verdict} Verdict
 * @typedef {{
 *   operations(model: Model): number,
 *   choose: (first: number, last: number, subject: number | null) => void,
 *   causes?: (subject: number | null, first: number) => void,
 * }} How
 */

const PROVED_SHOWN_US = 5e6; /* virtual: a proof is of its moment; then the present is judged again */
const NAMED = 2; /* promises named on the card; the others are counted */

/** From the heaviest to the lightest. */
const WEIGHT = ["FAIL", "EXPECTED-FAIL", "UNKNOWN"];
const TONES = { FAIL: "fail", UNKNOWN: "unknown", "EXPECTED-FAIL": "planned", PASS: "good" };
const ICONS = { FAIL: "down", UNKNOWN: "unknown", "EXPECTED-FAIL": "down", PASS: "serving" };

/** @param {string} check */
export function checkName(check) {
  return systemTitle("checks", check) ?? humanise(check);
}

/**
 * The heaviest of several verdicts; null when all promises hold.
 * @param {Verdict[]} verdicts
 */
export function worst(verdicts) {
  for (const kind of WEIGHT) {
    const found = verdicts.find((verdict) => verdict.verdict === kind);
    if (found) return found;
  }
  return null;
}

/**
 * @param {HTMLElement} root
 * @param {Model} model
 * @param {How} how
 */
export function mountVerdict(root, model, how) {
  /** Verdicts on the healed copy, and when it was made.
   * @type {{verdicts: Verdict[], t_us: number} | null} */
  let proof = null;
  let shown = "";
  /** Judges a healed copy; the run itself goes on untouched. */
  const verify = async () => {
    if (!model.run) return;
    if (model.replay?.inPast) {
      sayNote(t("why.verify_past"));
      return;
    }
    sayStatus(t("said.verifying"));
    const t_us = model.t_us;
    try {
      const answer = await api.verify(model.run.run);
      proof = { verdicts: Array.isArray(answer) ? answer : answer.verdicts, t_us };
      shown = "";
      render();
    } catch (error) {
      report(error);
    }
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
    const all = () => openPromises(model, verdicts);
    const hands = {
      ...how, replay: model.replay, shrink: (/** @type {string} */ check) => void openShrink(model, check, verify),
    };
    if (bad) showBad(root, bad, hands, all);
    else showGood(root, { fresh: fresh !== null, proved_us, operations }, verdicts, all);
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
 * @param {HTMLElement} root
 * @param {{fresh: boolean, proved_us: number | null, operations: number}} state
 * @param {Verdict[]} verdicts
 * @param {() => void} all
 */
function showGood(root, { fresh, proved_us, operations }, verdicts, all) {
  const was = root.dataset.verdict === "good" ? root.querySelector("button.promises") : null;
  root.dataset.verdict = "good";
  const time = proved_us === null ? "" : virtualTime(proved_us, 0);
  const heading = fresh
    ? t("verdict.proved", { time })
    : t("verdict.so_far", { count: operations, operations: number(operations) });
  const names = verdicts.slice(0, NAMED).map((verdict) => checkName(verdict.check));
  const more = verdicts.length - names.length;
  if (more > 0) names.push(t("verdict.more", { count: more }));
  if (time !== "" && !fresh) names.unshift(t("verdict.proved_before", { time }));
  const about = verdicts.length === 0 ? t("verdict.waiting") : names.join(" · ");
  /* The button stays while the count goes on: whoever stands on it with the keyboard keeps the place. */
  const button = /** @type {HTMLButtonElement} */ (
    was ?? el("button.promises.bare", { type: "button", title: t("verdict.all") })
  );
  const title = was ? root.children[0] : el("h2", null);
  setText(button, about);
  button.onclick = all;
  fill(title, icon(fresh ? "verify" : "serving"), heading);
  if (!was) fill(root, title, button);
}

/**
 * Its button goes to the moment of the breach, and to its events.
 * @param {HTMLElement} root
 * @param {Verdict} verdict
 * @param {How & {shrink: (check: string) => void, replay: Model["replay"]}} how
 * @param {() => void} all
 */
function showBad(root, verdict, how, all) {
  const tone = TONES[verdict.verdict];
  const witness = verdict.witness;
  root.dataset.verdict = tone;
  const jump = el("button.jump", {
    type: "button",
    "aria-label": t("verdict.jump"),
    title: t("verdict.jump_about"),
    onclick: async () => {
      if (witness?.at_ms !== undefined) await how.replay?.seekTo(Math.floor(witness.at_ms * 1000) + 1);
      how.choose(witness?.first_event ?? 0, witness?.last_event ?? 0, witness?.subjects?.[0] ?? null);
    },
  }, icon("jump"), el("span", null, t("verdict.jump")));
  const shrink = el("button.jump.shrink", {
    type: "button",
    title: t("shrink.title"),
    "aria-label": t("shrink.title"),
    onclick: () => how.shrink(verdict.check),
  }, icon("shrink"));
  const causes = el("button.jump", {
    type: "button",
    title: t("spacetime.show"),
    "aria-label": t("spacetime.show"),
    onclick: () => how.causes?.(witness?.subjects?.[0] ?? null, witness?.first_event ?? 0),
  }, icon("spacetime"));
  const name = t(`verdict.${tone}`, { check: checkName(verdict.check) });
  fill(
    root,
    el(
      "h2",
      null,
      icon(ICONS[verdict.verdict]),
      el("span.cut", { title: name }, name),
      witness?.first_event ? jump : null,
      verdict.verdict === "UNKNOWN" ? null : shrink,
      witness?.first_event && how.causes ? causes : null,
    ),
    el(
      "button.promises.bare",
      { type: "button", title: t("verdict.all"), onclick: all },
      verdict.text ?? "",
    ),
  );
}

/**
 * All promises, as a table: invariants look inside, histories see only what customers see.
 * @param {Model} model
 * @param {Verdict[]} verdicts
 */
function openPromises(model, verdicts) {
  const { body, dialog } = openDialog("promises", t("verdict.title"));
  const rows = verdicts.map((verdict) => [
    el("span", { title: systemTerm("checks", verdict.check) }, checkName(verdict.check)),
    t(`verdict.kind.${verdict.kind ?? kindOf(model, verdict.check)}`),
    el(
      "span.result",
      { "data-verdict": TONES[verdict.verdict] },
      icon(ICONS[verdict.verdict]),
      t(`verdict.${verdict.verdict}`),
    ),
    verdict.text ?? "",
  ]);
  const head = ["promise", "kind", "result", "words"].map((name) => t(`verdict.${name}`));
  const built = table(t("verdict.title"), head, rows);
  built.classList.add("wordy");
  fill(body, el("p.lead", null, t("verdict.about")), built);
  const proved = verdicts.filter((verdict) => verdict.proof);
  if (proved.length > 0) void showProofs(model, proved, body, dialog);
}

/**
 * Under the promises: what checkers of histories found, the broken ones first.
 * @param {Model} model
 * @param {Verdict[]} verdicts
 * @param {HTMLElement} body
 * @param {HTMLDialogElement} dialog
 */
async function showProofs(model, verdicts, body, dialog) {
  const { proofPart } = await import("./proof.js");
  const seek = (/** @type {number} */ t_us) => {
    dialog.close();
    void model.replay?.seekTo(Math.floor(t_us)).catch(report);
  };
  const rank = (/** @type {Verdict} */ { verdict }) => (WEIGHT.indexOf(verdict) + WEIGHT.length + 1) % (WEIGHT.length + 1);
  for (const verdict of [...verdicts].sort((a, b) => rank(a) - rank(b))) {
    const part = proofPart(checkName(verdict.check), verdict, seek);
    if (part) body.append(part);
  }
}

/**
 * @param {Model} model
 * @param {string} check
 */
function kindOf(model, check) {
  return model.system?.checks.find((known) => known.name === check)?.kind ?? "invariant";
}
