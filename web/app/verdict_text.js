// verdict_text.js: what a verdict says, in the language of the viewer. The server says it in English,
// and sends beside it the key and the numbers of which the sentence is made.

import { language } from "./language.js";
import { anomalyText } from "./proof_words.js";
import { capital, fillIn, number, systemWord, t } from "./words.js";

/**
 * @typedef {import("./model.js").Model} Model
 * @typedef {import("./types").Verdict} Verdict
 */

const LETTERS = ["a", "b", "c", "d"];

/** @param {Model} model @param {Verdict} verdict */
export function verdictText(model, verdict) {
  const { text = "", reason, unpromised } = verdict;
  if (language() === "en") return text;
  const said = reason ? reasonText(model, reason) : historyText(verdict);
  if (said === null) return text;
  if (unpromised !== undefined) {
    return `${said} ${t("verdict.unpromised", { why: reasonText(model, { word: unpromised, subject: 0, args: [] }) ?? "" })}`;
  }
  return verdict.verdict === "EXPECTED-FAIL" ? `${said} ${t("verdict.outside")}` : said;
}

/**
 * A sentence of the system's reasons: {a} is a number, {a:node} a node.
 * @param {Model} model
 * @param {NonNullable<Verdict["reason"]>} reason
 * @returns {string | null}
 */
function reasonText(model, { word, subject, args }) {
  const sentence = systemWord("reasons", word);
  if (typeof sentence !== "string") return null;
  /** @type {Record<string, unknown>} */
  const values = { order: subject, subject };
  args.forEach((value, index) => {
    values[LETTERS[index]] = number(value);
    values[`${LETTERS[index]}:node`] = model.nodeName(value);
  });
  return fillIn(sentence, values);
}

/** @param {Verdict} verdict judged from the operations of clients */
function historyText({ verdict, history }) {
  if (!history) return null;
  const operations = number(history.operations);
  if (history.under_fault === undefined) return t("verdict.recorded", { operations });
  if (verdict === "PASS" || verdict === "NOT-PROMISED") return t("verdict.none_breaks", { operations });
  const anomaly = history.anomaly === undefined ? null : anomalyText(history.anomaly);
  return anomaly === null ? null : capital(anomaly);
}
