// proof.js: what a checker of histories found: the smallest set of operations that proves it, a
// sentence a line in the words of the city and of the field, and how much was looked at.

import { el, icon } from "./dom.js";
import { lanesOf } from "./lanes.js";
import { table } from "./menu.js";
import { resultBadge, TONES } from "./promises.js";
import { anomalyWords, lineWords, valueText } from "./proof_words.js";
import { capital, number, t, virtualTime } from "./words.js";

/**
 * @typedef {import("./types").Verdict} Verdict
 * @typedef {import("./types").ProofOperation} Operation
 */

const NS_PER_US = 1000;

/** @param {Operation} operation */
function answerText({ type, f, output }) {
  if (type !== "ok") return t(`proof.${type}`);
  return valueText(output) || t(f === "delete" ? "proof.done" : "proof.nothing");
}

/**
 * The operations of a proof, each once, in the order in which they began.
 * @param {import("./types").Finding} finding
 */
function operationsOf(finding) {
  /** @type {Map<number, Operation>} */
  const found = new Map();
  for (const { a, b } of finding.lines)
    for (const operation of [a, b]) if (operation) found.set(operation.op_id, operation);
  return [...found.values()].sort((one, other) => (one.invoke_ns ?? 0) - (other.invoke_ns ?? 0));
}

/**
 * @param {Operation} operation
 * @param {(t_us: number) => void} seek
 */
function operationRow(operation, seek) {
  const { invoke_ns = 0, complete_ns, key } = operation;
  const begun_us = invoke_ns / NS_PER_US;
  const ended = complete_ns === undefined ? "…" : virtualTime(complete_ns / NS_PER_US, 3);
  const go = el("button", {
    type: "button",
    title: t("proof.go"),
    "aria-label": `${t("proof.go")}: ${operation.op_id}`,
    onclick: () => seek((complete_ns ?? invoke_ns) / NS_PER_US + 1),
  }, icon("jump"), String(operation.op_id));
  const what = key === null || key === undefined ? operation.f : `${operation.f} ${valueText(key)}`;
  return [
    go,
    number(operation.process),
    what,
    valueText(operation.input),
    answerText(operation),
    `${virtualTime(begun_us, 3)}–${ended}`,
  ];
}

/**
 * An operation in a line: who did what, and what came of it.
 * @param {Operation} operation
 */
function lineOf(operation) {
  const { f, input, process } = operation;
  const answer = operation.type !== "ok" ? t(`proof.${operation.type}`) : valueText(operation.output);
  const words = [f, valueText(operation.key), valueText(input)].filter(Boolean).join(" ");
  return t("proof.lane", { process: number(process), words: answer === "" ? words : `${words} → ${answer}` });
}

/** @param {NonNullable<Verdict["proof"]>} proof */
function powerWords(proof) {
  return Object.entries(proof.operations)
    .map(([f, { ok, fail, info }]) => t("proof.power", { f, ok: number(ok), fail: number(fail), info: number(info) }))
    .join(" · ");
}

/**
 * What stands under the table of promises about one that a checker judged; seek goes to a moment of
 * virtual time, in microseconds.
 * @param {string} name
 * @param {Verdict} verdict
 * @param {(t_us: number) => void} seek
 */
export function proofPart(name, verdict, seek) {
  const { proof, history } = verdict;
  if (!proof || !history) return null;
  const finding = proof.findings[0];
  const weakest = history.weakest_broken;
  const looked = t("proof.looked", {
    model: history.model, operations: number(history.operations), under_fault: number(history.under_fault ?? 0),
  });
  const head = ["operation", "process", "f", "asked", "told", "time"].map((word) => t(`proof.head.${word}`));
  return el("section.proof", { "data-verdict": TONES[verdict.verdict], "data-check": verdict.check },
    el("h3", null, name, resultBadge(verdict)),
    finding ? told(anomalyWords(finding), "p") : null,
    finding && finding.lines.length > 0
      ? el("ol", null, ...finding.lines.map((line) => told(lineWords(line), "li")))
      : null,
    finding && operationsOf(finding).length > 1 ? lanesOf(operationsOf(finding), lineOf) : null,
    finding
      ? el("div.across", null, table(name, head, operationsOf(finding).map((operation) => operationRow(operation, seek))))
      : null,
    el("p.note", null, looked, " ", powerWords(proof), ".", weakest ? ` ${t("proof.weakest", { model: weakest })}` : ""));
}

/**
 * A sentence in the words of the city, and under it in those of the field where they differ.
 * @param {{city: string, field: string}} sentence
 * @param {string} tag
 */
function told({ city, field }, tag) {
  return el(tag, null, capital(city), field === city ? null : el("small", null, capital(field)));
}
