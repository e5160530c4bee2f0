// problem_words.js: what was refused, in the language of the viewer. The server says it in English,
// and beside it the words of the sentence and what stands in its places.

import { translated } from "./language.js";

const PLACE = /\{(\w)\}/g;
const FIRST = "a".charCodeAt(0);

/** English sentences with places, and the same in this language: none in English itself.
 * @returns {Record<string, string>} */
const sentences = () => translated("problems", {});

/**
 * A value may be a sentence itself: "run r1 is held: the database is slower than the runs".
 * @param {string} words {a}, {b} ... are its places
 * @param {readonly string[]} [values]
 */
export function refusalText(words, values = []) {
  const said = sentences();
  const at = (/** @type {string} */ letter) => values[letter.charCodeAt(0) - FIRST] ?? "";
  return (said[words] ?? words).replace(PLACE, (_, letter) => said[at(letter)] ?? at(letter));
}
