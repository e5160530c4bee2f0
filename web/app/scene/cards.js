// cards.js: what a scene's card says: what the scene is about, a question with its answers, the votes beside
// what the run says, the tasks of one's own turn, the end with what can be taken home, or why the scene
// cannot go on.

import { api } from "../api.js";
import { el, icon } from "../dom.js";
import { openShare } from "../share.js";
import { isPaused, report, togglePause } from "../steer.js";
import { virtualTime } from "../words.js";
import { limitOf, questionBefore, taskKey, WITHIN_S } from "./asking.js";
import { scenePicture } from "./picture.js";
import { saveSheet } from "./sheet.js";
import { OWN } from "./state.js";
import { choiceText, programText, ps, stepText, titleOf } from "./words.js";

/**
 * @typedef {import("./player.js").Player} Player
 * @typedef {import("./types").Step} Step
 * @typedef {import("./types").Choice} Choice
 * @typedef {{kind: string, place: "stage" | "side", nodes: (Node | null)[]}} Card
 */

/**
 * The scene's picture; a phone has no room for it, a scene from a file has none.
 * @param {Player} player
 */
function picture({ scene, model }) {
  return scene.name === OWN || model.look.density === "phone" ? null : scenePicture(scene.name);
}

/**
 * The card of the step that is shown; null when it needs none.
 * @param {Player} player
 * @returns {Card | null}
 */
export function cardOf(player) {
  const { state, scene, step } = player;
  if (state.failed && player.atFront) return failure(player);
  if (step.beat === "situation") return opening(player);
  if (step.beat === "predict") return question(player, state.at, "before");
  if (step.beat === "turn") return mission(player);
  if (step.beat === "home") return home(player);
  const asked = step.beat === "run" ? -1 : questionBefore(scene, state.at);
  if (asked < 0) return null;
  const { id } = scene.steps[asked];
  if (step.beat === "vote_again" && !state.votes[id]?.after) return question(player, asked, "after");
  return state.answers[id] === undefined ? null : result(player, asked);
}

/**
 * What the scene is about, while nothing has moved yet and the charts are empty.
 * @param {Player} player
 * @returns {Card | null}
 */
function opening(player) {
  const { scene, state } = player;
  const drawn = picture(player);
  if (drawn === null || scene.steps.findIndex(({ beat }) => beat === "situation") !== state.at) return null;
  return {
    kind: "opening", place: "side",
    nodes: [drawn, el("h2", null, titleOf(scene)), el("p", null, programText(scene.name, "about") ?? "")],
  };
}

/**
 * @param {Player} player
 * @param {number} asked the step of the question
 * @param {"before" | "after"} when
 * @returns {Card}
 */
function question(player, asked, when) {
  const { scene, state } = player;
  const step = scene.steps[asked];
  const chosen = state.votes[step.id]?.[when];
  const over = when === "before" && !player.atFront;
  const options = step.options ?? [];
  const answers = options.map((option, index) => el("button", {
    type: "button", "data-option": option.id, "aria-pressed": String(option.id === chosen),
    "aria-disabled": over ? "true" : null, title: over ? ps("question.over") : null,
    onclick: over ? null : () => player.vote(option.id),
  }, el("kbd", null, String(index + 1)), el("span", null, choiceText(scene, step, "options", option))));
  return {
    kind: "question", place: "stage",
    nodes: [
      el("h2", null, stepText(scene, step, "question")),
      when === "after" ? el("p.second", null, ps("again.lead")) : null,
      el("div.answers", { role: "group", "data-count": options.length, "aria-label": ps("question.answers") }, ...answers),
    ],
  };
}

/**
 * One's votes beside what the run says.
 * @param {Player} player
 * @param {number} asked
 * @returns {Card}
 */
function result(player, asked) {
  const { scene, state } = player;
  const step = scene.steps[asked];
  const votes = state.votes[step.id] ?? {};
  const again = votes.after !== undefined;
  const rows = (step.options ?? []).map((option) => {
    const right = option.id === state.answers[step.id];
    const mine = [
      option.id === votes.before ? el("span.tag", null, ps(again ? "result.before" : "result.mine")) : null,
      option.id === votes.after ? el("span.tag", null, ps("result.after")) : null,
    ];
    return el("li", { "data-right": String(right) }, icon(right ? "verify" : "minus"),
      el("span.words", null, choiceText(scene, step, "options", option), right ? el("span.unseen", null, ps("result.right")) : null),
      ...mine);
  });
  return {
    kind: "result", place: "side",
    nodes: [el("h2", null, ps("result.title")), el("ul", null, ...rows), votes.before ? null : el("p.second", null, ps("result.none"))],
  };
}

/** @param {Player} player @returns {Card} */
function mission(player) {
  const { scene, state, step } = player;
  const tasks = (step.tasks ?? []).map((task) => {
    const key = taskKey(step, task.id);
    const t_ms = state.tasks[key];
    const done = t_ms !== undefined;
    const spoiled = done ? undefined : state.spoiled[key];
    return el("li", { "data-done": String(done), "data-spoiled": String(spoiled !== undefined), "data-task": task.id },
      done ? icon("verify") : spoiled === undefined ? el("span.box") : icon("close"),
      el("div", null, choiceText(scene, step, "tasks", task),
        done ? el("span.second.evidence", null, ` ${ps("task.done", { time: virtualTime(t_ms * 1000), seed: scene.seed })}`) : null,
        spoiled === undefined ? null : el("span.second", null, ` ${ps("task.spoiled", { time: virtualTime(spoiled * 1000) })}`)));
  });
  const standing = isPaused(player.model) && !player.model.replay?.inPast;
  return {
    kind: "mission", place: "side",
    nodes: [
      el("header", null, el("h2", null, ps("turn.title")),
        el("button", { type: "button", "data-time": standing ? "play" : "pause", onclick: () => togglePause(player.model) },
          icon(standing ? "play" : "pause"), ps(standing ? "turn.play" : "turn.pause"))),
      el("ul", null, ...tasks),
    ],
  };
}

/** @param {Player} player @returns {Card} */
function failure(player) {
  const { scene, state, step } = player;
  const from_us = state.moments_us[state.front];
  const words = ps("failed.about", {
    until: step.until, seconds: step.within_s ?? WITHIN_S,
    from: virtualTime(from_us), to: virtualTime(limitOf(step, from_us)), seed: scene.seed,
  });
  return {
    kind: "failure", place: "stage",
    nodes: [
      el("h2", null, icon("warning"), ps("failed.title")), el("p", null, words),
      el("div.buttons", null,
        el("button", { type: "button", onclick: () => player.again().catch(report) }, icon("restart"), ps("again")),
        el("button", { type: "button", onclick: () => player.leave() }, icon("close"), ps("leave"))),
    ],
  };
}

/** @param {Player} player @returns {Card} */
function home(player) {
  const { scene, model } = player;
  const act = (/** @type {string} */ picture, /** @type {string} */ word, /** @type {() => void} */ run) =>
    el("button", { type: "button", "data-home": word, onclick: run }, icon(picture), ps(`home.${word}`));
  const id = el("output", null, model.run?.run ?? "");
  void api.link(player.state.run).then((info) => {
    id.textContent = info.short_id ?? player.state.run;
  }, () => {});
  const sources = (scene.sources ?? []).map((source) => el("li", null, source));
  return {
    kind: "home", place: "stage",
    nodes: [
      picture(player),
      el("div.end", null,
        el("h2", null, ps("home.title", { title: titleOf(scene) })),
        el("p", null, ps("home.about"), " ", id),
        el("div.buttons", null,
          scene.next ? el("a.button", { href: `/#scene=${encodeURIComponent(scene.next)}`, "data-home": "next" }, icon("next"), ps("home.next")) : null,
          act("share", "share", () => void openShare(model)),
          act("table", "csv", () => void saveSheet(player, "csv").catch(report)),
          act("download", "sheet", () => void saveSheet(player, "html").catch(report)),
          el("a.button", { href: "/storyboard" }, icon("list"), ps("all")),
          act("city", "stay", () => player.leave())),
        sources.length > 0 ? el("details", null, el("summary", null, ps("sources")), el("ul.sources", null, ...sources)) : null),
    ],
  };
}
