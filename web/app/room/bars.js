// bars.js: a question, and how the room voted: the first and the second round beside each other.

import { el } from "../dom.js";
import { choiceText, stepText } from "../scene/words.js";
import { rs } from "./words.js";

/** @typedef {import("./types").Room} Room */

/** The scene and the step of the question, as the table of words knows them.
 * @param {Room} room @returns {{scene: any, step: any}} */
function asked(room) {
  return { scene: { name: room.scene }, step: { id: room.step, question: room.vote?.question } };
}

/** @param {Room} room */
export function questionText(room) {
  const { scene, step } = asked(room);
  return stepText(scene, step, "question");
}

/** @param {Room} room @param {{id: string, text?: string}} option */
export function optionText(room, option) {
  const { scene, step } = asked(room);
  return choiceText(scene, step, "options", option);
}

/** @param {Record<string, number>} counts */
function sum(counts) {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

/** @param {Room} room */
export function voteBars(room) {
  const counts = room.vote?.counts ?? {};
  const rounds = [["1", "votes.first"], ["2", "votes.second"]].filter(([round]) => counts[round]);
  const rows = (room.vote?.options ?? []).map((option) => el("li", { "data-option": option.id },
    el("span", null, optionText(room, option)),
    ...rounds.map(([round, word]) => {
      const total = sum(counts[round]);
      const count = counts[round][option.id] ?? 0;
      const value = rs("votes.count", { count, total });
      return el("div.round", { "data-round": round }, rounds.length > 1 ? el("span.second", null, rs(word)) : null,
        el("progress", { max: Math.max(1, total), value: count, "aria-label": `${rs(word)}: ${value}` }), el("b", null, value));
    })));
  return el("ul.bars", { "data-rounds": rounds.length }, ...rows);
}
