// board.js: the cards of the storyboard, in the acts of the course: what each scene is about, how long a
// class takes with it, and how far this browser has come.

import { el, icon } from "../dom.js";
import { systemName } from "../systems.js";
import { scenePicture } from "./picture.js";
import { keptState, scenesSeen } from "./state.js";
import { programText, ps } from "./words.js";

/** @typedef {import("./types").SceneInfo} SceneInfo */

/**
 * How far this browser has come in a scene; null when it has not begun.
 * @param {string} name
 */
function progress(name) {
  const seen = scenesSeen()[name];
  if (!seen) return null;
  const through = seen.step >= seen.of;
  const tasks = seen.tasks > 0 ? ps("board.tasks", { done: seen.tasks, of: seen.asked }) : null;
  return el("p", { class: through ? "reached done" : "reached" },
    through ? icon("verify") : null,
    [through ? ps("board.done") : ps("board.step", { step: seen.step, of: seen.of }), tasks].filter(Boolean).join(", "));
}

/** @param {SceneInfo} scene @param {number} number */
function card(scene, number) {
  const name = encodeURIComponent(scene.name);
  const title = programText(scene.name, "title") ?? scene.title;
  const kept = keptState();
  return el("li.scene", null,
    el("div.picture", { "aria-hidden": "true" }, scenePicture(scene.name)),
    el("h3", null, el("b.number", { "aria-hidden": "true" }, String(number)), el("a", { href: `/#scene=${name}` }, title)),
    progress(scene.name),
    el("p", null, programText(scene.name, "about") ?? scene.about),
    el("p.brings", null, programText(scene.name, "words") ?? ""),
    el("p.foot", null,
      scene.minutes ? el("span", { title: ps("board.minutes_about") }, icon("clock"), ps("board.minutes", { minutes: scene.minutes })) : null,
      el("span", null, systemName(scene.system))),
    el("p.ways", null,
      el("span.start", { "aria-hidden": "true" }, ps("board.start"), icon("play")),
      kept?.name === scene.name
        ? el("a.way", { href: `/#run=${encodeURIComponent(kept.run)}`, "data-way": "on" }, ps("board.go_on", { step: kept.at + 1 }))
        : null,
      el("a.way", { href: `/storyboard?print=${name}`, "data-way": "print", "aria-label": ps("board.print_of", { title }) }, ps("board.print"))));
}

/**
 * One act of the course.
 * @param {SceneInfo[]} scenes
 * @param {number} before how many scenes come before it
 */
function act(scenes, before) {
  const id = `act-${scenes[0].act}`;
  return el("section.act", { "aria-labelledby": id },
    el("h2", { id }, ps(`act.${scenes[0].act}`)),
    el("ol.scenes", { start: before + 1 }, ...scenes.map((scene, index) => card(scene, before + index + 1))));
}

/**
 * All of them; an act ends where the next scene is of another one.
 * @param {SceneInfo[]} scenes in the order of the course
 */
export function acts(scenes) {
  const sections = [];
  for (let from = 0; from < scenes.length;) {
    let to = from + 1;
    while (to < scenes.length && scenes[to].act === scenes[from].act) to += 1;
    sections.push(act(scenes.slice(from, to), from));
    from = to;
  }
  return sections;
}
