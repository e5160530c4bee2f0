// proof_words.js: the sentences of a proof in the language of the viewer. The server says them in
// English, with the key of each and what stands in its places.

import { language, translated } from "./language.js";
import { fillIn, number, t } from "./words.js";

/**
 * @typedef {import("./types").ProofLine} Line
 * @typedef {{field: string, city: string}} Sentence in the words of the field, and of the city
 */

/** Words of the checkers: none in English, in which the server says them.
 * @returns {Record<string, Record<string, Sentence>>} */
const words = () => translated("check", {});

/**
 * As the sentences write it: of several values all, and nil where there is none.
 * @param {unknown} value
 * @returns {string}
 */
export function valueText(value) {
  if (value === null || value === undefined) return "";
  if (!Array.isArray(value)) return String(value);
  return `[${value.map((one) => valueText(one) || "nil").join(" ")}]`;
}

/**
 * What kind of finding it is.
 * @param {Sentence & {anomaly: string}} finding
 * @returns {Sentence}
 */
export function anomalyWords(finding) {
  return words().anomalies?.[finding.anomaly] ?? finding;
}

/** @param {Line} line @returns {Sentence} */
export function lineWords(line) {
  const sentence = words().check?.[line.word];
  if (!sentence) return line;
  const values = {
    a: operationText(line.a), b: operationText(line.b),
    key: valueText(line.key) || "nil", value: valueText(line.value) || "nil", number: number(line.number),
  };
  return { field: fillIn(sentence.field, values), city: fillIn(sentence.city, values) };
}

/** @param {import("./types").ProofOperation | undefined} operation */
function operationText(operation) {
  if (!operation) return t("proof.nobody");
  const { f, type, process, op_id, key, input, output } = operation;
  const what = [f, valueText(key), valueText(output ?? input)].filter(Boolean).join(" ");
  const how = type === "ok" ? "proof.operation" : `proof.operation.${type}`;
  return t(how, { process: number(process), operation: op_id, what });
}

/**
 * In a sentence of its own.
 * @param {string} anomaly
 * @returns {string | null} null in English, in which the server says it
 */
export function anomalyText(anomaly) {
  const sentence = language() === "en" ? undefined : words().anomalies?.[anomaly];
  return sentence ? `${sentence.city} (${anomaly}).` : null;
}
