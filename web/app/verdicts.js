// verdicts.js: the verdict card, always on: what was promised and whether it held so far. A broken
// promise has a witness and a way to its events.

import { api } from "./api.js";
import { el, fill, icon } from "./dom.js";
import { sayStatus } from "./say.js";
import { report } from "./steer.js";
import { number, systemWord, t } from "./words.js";

/**
 * @typedef {import("./model.js").Model} Model
 * @typedef {import("./types").Verdict} Verdict
 */

/** @param {string} check */
export function checkName(check) {
  const word = systemWord("checks", check);
  const text = typeof word === "string" ? word : (word?.title ?? word?.text ?? word?.name);
  return text ?? check.replace(/_/g, " ");
}

/**
 * The heaviest of several verdicts.
 * @param {Verdict[]} verdicts
 */
export function worst(verdicts) {
  for (const kind of ["FAIL", "EXPECTED-FAIL", "UNKNOWN"]) {
    const found = verdicts.find((verdict) => verdict.verdict === kind);
    if (found) return found;
  }
  return null;
}

/**
 * @param {HTMLElement} root
 * @param {Model} model
 * @param {{orders: (model: Model) => number, choose: (first: number, last: number, subject: number | null) => void}} how
 */
export function mountVerdict(root, model, how) {
  /** Verdicts of the healed fork, shown until the run goes on being judged otherwise.
   * @type {{verdicts: Verdict[], t_us: number} | null} */
  let proof = null;
  let shown = "";
  const render = () => {
    const bad = worst(model.verdicts) ?? (proof ? worst(proof.verdicts) : null);
    const fresh = proof !== null && model.t_us - proof.t_us < 30e6;
    const key = bad ? `${bad.check} ${bad.verdict} ${JSON.stringify(bad.witness)}` : `${fresh} ${how.orders(model)} ${model.verdicts.length}`;
    if (key === shown) return;
    shown = key;
    if (bad) showBad(root, bad, how);
    else showGood(root, model, fresh, how.orders(model));
  };
  model.on(["verdicts", "figures", "points"], render);
  model.on("run", () => {
    proof = null;
    shown = "";
    render();
  });
  render();
  return {
    /** Judges a healed fork; the run itself goes on untouched. */
    verify: async () => {
      if (!model.run) return null;
      sayStatus(t("said.verifying"));
      try {
        const answer = await api.verify(model.run.run);
        const verdicts = /** @type {Verdict[]} */ (Array.isArray(answer) ? answer : answer.verdicts);
        proof = { verdicts, t_us: model.t_us };
        render();
        return verdicts;
      } catch (error) {
        report(error);
        return null;
      }
    },
  };
}

/**
 * @param {HTMLElement} root
 * @param {Model} model
 * @param {boolean} proved
 * @param {number} orders
 */
function showGood(root, model, proved, orders) {
  root.dataset.verdict = "good";
  const checks = model.verdicts.map((verdict) => checkName(verdict.check));
  fill(
    root,
    el("h2", null, icon(proved ? "verify" : "serving"), proved ? t("verdict.proved") : t("verdict.so_far", { count: orders, orders: number(orders) })),
    el("p.promises.second", null, proved ? t("verdict.proved_about") : sentence(checks)),
  );
}

/** @param {string[]} checks */
function sentence(checks) {
  if (checks.length === 0) return t("verdict.waiting");
  const text = checks.join(" · ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/**
 * @param {HTMLElement} root
 * @param {Verdict} verdict
 * @param {{choose: (first: number, last: number, subject: number | null) => void}} how
 */
function showBad(root, verdict, how) {
  const tone = { FAIL: "fail", UNKNOWN: "unknown", "EXPECTED-FAIL": "planned", PASS: "good" }[verdict.verdict];
  root.dataset.verdict = tone;
  const witness = verdict.witness;
  const jump = witness?.first_event
    ? el("button", { type: "button", onclick: () => how.choose(witness.first_event ?? 0, witness.last_event ?? 0, witness.subjects?.[0] ?? null) },
      icon("jump"), t("verdict.jump"))
    : null;
  fill(
    root,
    el("h2", null, icon(tone === "unknown" ? "unknown" : "down"), el("span.cut", null, t(`verdict.${tone}`, { check: checkName(verdict.check) }))),
    el("p.promises", null, verdict.text ?? "", " ", jump),
  );
}
