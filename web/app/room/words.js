// words.js: what is said in the room of a lecture; fetched with the first of its parts.

import { translated } from "../language.js";
import { fillIn } from "../words.js";

/** @type {Record<string, string>} */
let words = {};

export async function fetchRoomWords() {
  if (Object.keys(words).length > 0) return;
  const answer = await fetch("/words/room.json");
  words = translated("room", await answer.json()).words;
}

/**
 * A sentence of the room. A count of exactly one may have one of its own.
 * @param {string} key
 * @param {Record<string, unknown>} [values]
 */
export function rs(key, values) {
  const sentence = (values?.count === 1 ? words[`${key}.one`] : undefined) ?? words[key];
  return sentence === undefined ? key : fillIn(sentence, values);
}
