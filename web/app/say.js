// say.js: what the page says to a person: one status line for screen readers, at most a sentence
// every two seconds, and one line for a problem, which never blocks anything.

import { byId, el, fill, icon, setText } from "./dom.js";
import { capital } from "./words.js";

const STATUS_EVERY_MS = 2000;
const PROBLEM_SHOWN_MS = 9000;
const NOTE_SHOWN_MS = 8000;

let waiting = "";
let timer = 0;
let saidAt = -Infinity;
let problemTimer = 0;
let noteTimer = 0;
/** What stays on the line as long as it is so. */
let kept = { badge: "", sentence: "" };

/**
 * The newest sentence wins while the line waits.
 * @param {string} sentence
 */
export function sayStatus(sentence) {
  waiting = sentence;
  if (timer !== 0) return;
  const wait = Math.max(0, saidAt + STATUS_EVERY_MS - performance.now());
  timer = window.setTimeout(() => {
    timer = 0;
    saidAt = performance.now();
    setText(byId("status"), capital(waiting));
  }, wait);
}

/**
 * For a line that is read out while work goes on: it changes at most every two seconds, and at once
 * when the work is over.
 * @param {HTMLElement} line
 */
export function slowLine(line) {
  let changedAt = -Infinity;
  return (/** @type {string} */ sentence, /** @type {boolean} */ over) => {
    if (!over && performance.now() - changedAt < STATUS_EVERY_MS) return;
    changedAt = performance.now();
    setText(line, sentence);
  };
}

/** @param {string} sentence */
export function sayProblem(sentence) {
  sayInDialog(sentence);
  const line = byId("problem");
  fill(line, icon("warning"), capital(sentence));
  line.hidden = false;
  window.clearTimeout(problemTimer);
  problemTimer = window.setTimeout(() => {
    problemTimer = 0;
    showKept();
  }, PROBLEM_SHOWN_MS);
}

/**
 * An open dialog lies over the line, and hides it from a screen reader: it says the problem too.
 * @param {string} sentence
 */
function sayInDialog(sentence) {
  const header = document.querySelector("dialog[open] > header");
  if (!header) return;
  header.parentElement?.querySelector(":scope > .problem")?.remove();
  const line = el("p.problem", { role: "alert" }, icon("warning"), sentence);
  header.after(line);
  window.setTimeout(() => line.remove(), PROBLEM_SHOWN_MS);
}

/** @param {string} sentence a problem that is over: it goes before its time is up */
export function endProblem(sentence) {
  if (problemTimer === 0 || byId("problem").textContent?.trim() !== capital(sentence)) return;
  window.clearTimeout(problemTimer);
  problemTimer = 0;
  showKept();
}

/**
 * Something a person should know and perhaps take back: a line over the timeline for a while.
 * @param {string} sentence
 * @param {...({text: string, run: () => void} | undefined)} actions
 */
export function sayNote(sentence, ...actions) {
  const line = byId("note");
  const buttons = actions.map((action) => action && el("button", { type: "button", onclick: () => {
    line.hidden = true;
    action.run();
  } }, action.text));
  fill(line, el("span", null, capital(sentence)), ...buttons);
  line.hidden = false;
  sayStatus(sentence);
  window.clearTimeout(noteTimer);
  noteTimer = window.setTimeout(() => {
    line.hidden = true;
  }, NOTE_SHOWN_MS);
}

/** What is offered about one run is not offered over another. */
export function dropOffer() {
  const line = byId("note");
  if (line.querySelector("button")) line.hidden = true;
}

/**
 * Why the run cannot go on: one line that stays until it can; "" when nothing is wrong.
 * @param {string} badge
 * @param {string} sentence
 */
export function keepProblem(badge, sentence) {
  if (sentence === kept.sentence && (sentence === "" || badge === kept.badge)) return;
  kept = { badge, sentence };
  if (problemTimer === 0 || sentence !== "") showKept();
}

function showKept() {
  const line = byId("problem");
  line.hidden = kept.sentence === "";
  if (!line.hidden) fill(line, icon("warning"), el("b", null, kept.badge), ` ${capital(kept.sentence)}`);
}
