// promises.js: what was promised, promise by promise, what became of each, and what proves it.

import { el, fill, icon } from "./dom.js";
import { openDialog, table } from "./menu.js";
import { verdictText } from "./verdict_text.js";
import { report } from "./steer.js";
import { humanise, systemTerm, systemTitle, t } from "./words.js";

/**
 * @typedef {import("./model.js").Model} Model
 * @typedef {import("./types").Verdict} Verdict
 */

/** From the heaviest to the lightest. */
const WEIGHT = ["FAIL", "EXPECTED-FAIL", "UNKNOWN", "NOT-PROMISED", "PASS"];
export const TONES = {
  FAIL: "fail", UNKNOWN: "unknown", "EXPECTED-FAIL": "planned", "NOT-PROMISED": "free", PASS: "good",
};
export const ICONS = {
  FAIL: "down", UNKNOWN: "unknown", "EXPECTED-FAIL": "down", "NOT-PROMISED": "minus", PASS: "serving",
};

/** @param {string} check */
export function checkName(check) {
  return systemTitle("checks", check) ?? humanise(check);
}

/**
 * The heaviest of several verdicts; null when all promises hold, and nothing else is broken.
 * @param {Verdict[]} verdicts
 */
export function worst(verdicts) {
  const found = heaviestFirst(verdicts)[0];
  return found && !isWell(found) ? found : null;
}

/**
 * Nothing is broken.
 * @param {Verdict} verdict
 */
function isWell({ verdict }) {
  return verdict === "PASS" || verdict === "NOT-PROMISED";
}

/** @param {Verdict[]} verdicts */
function heaviestFirst(verdicts) {
  return [...verdicts].sort((a, b) => WEIGHT.indexOf(a.verdict) - WEIGHT.indexOf(b.verdict));
}

/**
 * All promises; while a copy is being judged as they stand so far, and then as it was found.
 * @param {Model} model
 * @param {Verdict[]} verdicts
 * @param {Promise<Verdict[] | null> | null} judging what comes of the copy; null: none is being judged
 */
export function openPromises(model, verdicts, judging) {
  const { body, dialog } = openDialog("promises", t("verdict.title"));
  const show = (/** @type {Verdict[]} */ now, /** @type {string | null} */ note) => {
    if (dialog.open) showPromises(model, dialog, body, now, note);
  };
  const proved = verdicts.some((verdict) => verdict.proof);
  const without = proved ? null : t("verdict.without_proof");
  show(verdicts, judging ? t("verdict.judging") : without);
  void judging?.then((found) => show(found ?? verdicts, found ? null : without));
}

/**
 * What is broken first: its proof, then the table; the proofs of what holds stand below.
 * @param {Model} model
 * @param {HTMLDialogElement} dialog
 * @param {HTMLElement} body
 * @param {Verdict[]} verdicts
 * @param {string | null} note
 */
function showPromises(model, dialog, body, verdicts, note) {
  const sorted = heaviestFirst(verdicts);
  const head = ["promise", "kind", "result", "words"].map((name) => t(`verdict.${name}`));
  const built = table(t("verdict.title"), head, sorted.map((verdict) => promiseRow(model, verdict)));
  const meanings = ["EXPECTED-FAIL", "UNKNOWN", "NOT-PROMISED"]
    .filter((name) => sorted.some(({ verdict }) => verdict === name))
    .map((name) => el("p.note", null, t(`verdict.${name}.about`)));
  built.classList.add("wordy");
  fill(body, el("p.lead", null, t("verdict.about")), note === null ? null : el("p.waits", null, note), built, ...meanings);
  const proved = sorted.filter((verdict) => verdict.proof);
  if (proved.length > 0) void showProofs(model, proved, built, dialog);
}

/** @param {Verdict} verdict */
export function resultBadge({ verdict }) {
  return el("span.result", { "data-verdict": TONES[verdict] }, icon(ICONS[verdict]), t(`verdict.${verdict}`));
}

/**
 * Invariants look inside, histories see only what customers see.
 * @param {Model} model
 * @param {Verdict} verdict
 */
function promiseRow(model, verdict) {
  return [
    el("span", { title: systemTerm("checks", verdict.check) }, checkName(verdict.check)),
    t(`verdict.kind.${verdict.kind ?? kindOf(model, verdict.check)}`),
    resultBadge(verdict),
    verdictText(model, verdict),
  ];
}

/**
 * @param {Model} model
 * @param {Verdict[]} verdicts
 * @param {HTMLElement} promises the table
 * @param {HTMLDialogElement} dialog
 */
async function showProofs(model, verdicts, promises, dialog) {
  const { proofPart } = await import("./proof.js");
  const seek = (/** @type {number} */ t_us) => {
    dialog.close();
    void model.replay?.seekTo(Math.floor(t_us)).catch(report);
  };
  const holding = document.createDocumentFragment();
  for (const verdict of verdicts) {
    const part = proofPart(checkName(verdict.check), verdict, seek);
    if (part && isWell(verdict)) holding.append(part);
    else if (part) promises.before(part);
  }
  promises.after(holding);
}

/**
 * @param {Model} model
 * @param {string} check
 */
function kindOf(model, check) {
  return model.system?.checks.find((known) => known.name === check)?.kind ?? "invariant";
}
