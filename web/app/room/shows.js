// shows.js: what the wall says that it shows, for the presenter's desk: the step, whether the run moves,
// and of a scene from a file its texts, which nobody else has.

import { stepText, titleOf } from "../scene/words.js";
import { isPaused } from "../steer.js";

/**
 * @typedef {import("../rooms.js").Rooms} Rooms
 * @typedef {import("../scene/player.js").Player} Player
 * @typedef {import("./types").Shows} Shows
 */

export const OWN = "own"; /* a scene from a file: its texts are not on the server */
const TEXT_MAX = 400;
const NOTES_MAX = 1400; /* of letters; with the others within what a wall may say */

/**
 * @param {string} page
 * @param {number} done
 * @param {Rooms} rooms
 * @param {Player | null} player of the run on the stage
 * @returns {Shows}
 */
export function showsOf(page, done, rooms, player) {
  const model = rooms.timed();
  const pace = { paused: isPaused(model), speed: model.pace.speed };
  if (!player) {
    const title = rooms.model.run?.title || rooms.model.run?.scenario || "";
    return { page, done, scene: null, title, at: 0, front: 0, state: "live", ...pace };
  }
  const { scene, state } = player;
  const { at, front } = state;
  const turn = scene.steps[front]?.beat === "turn";
  return {
    page, done, scene: scene.name, title: "", at, front,
    state: state.failed ? "failed" : state.running || front < 0 ? "running" : turn ? "turn" : "standing", ...pace,
    own: scene.name === OWN ? ownTexts(player) : undefined,
  };
}

/** @param {Player} player */
function ownTexts({ scene, state, step, notes }) {
  const said = (/** @type {import("../scene/types").Step | undefined} */ one) =>
    one ? stepText(scene, one, one.beat === "predict" ? "question" : "caption").slice(0, TEXT_MAX) : "";
  return {
    title: titleOf(scene).slice(0, TEXT_MAX), beats: scene.steps.map(({ beat }) => beat),
    caption: said(step), notes: notes.slice(0, NOTES_MAX), next: said(scene.steps[state.at + 1]),
  };
}
