// keys.js: the keys of a scene, before those of the page: a clicker drives it. In the person's own turn
// letters and digits are the page's again.

import { lettersOff } from "../keys.js";
import { togglePause } from "../steer.js";
import { openOverview } from "./overview.js";

/** @typedef {import("./player.js").Player} Player */

const DIGITS = ["1", "2", "3", "4"];

/** @type {{keys: string[], word: string, run: (player: Player) => void}[]} */
export const SCENE_KEYS = [
  { keys: ["ArrowRight", "PageDown"], word: "key.next", run: (player) => void player.next() },
  { keys: ["ArrowLeft", "PageUp"], word: "key.back", run: (player) => void player.back() },
  { keys: ["o"], word: "key.overview", run: (player) => openOverview(player) },
  { keys: ["b"], word: "key.blank", run: (player) => player.panel.blank() },
];

/**
 * @param {Player} player
 * @param {AbortSignal} until
 */
export function mountSceneKeys(player, until) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const taken = player.panel.unblank() || press(player, event);
    if (!taken) return;
    event.preventDefault();
    event.stopPropagation();
  }, { capture: true, signal: until });
}

/** @param {Player} player @param {KeyboardEvent} event */
function press(player, event) {
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest("input, select, textarea, dialog, .menu")) return false;
  const arrow = event.key.startsWith("Arrow");
  if (arrow && target?.closest("#spacetime, [role=slider], [role=tablist]")) return false;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const button = target?.closest("button, a, summary");
  if (key === " ") return (!button || button === player.panel.nextButton) && pressSpace(player);
  const turn = player.step.beat === "turn";
  const plain = key.length === 1;
  if (plain && turn) return false;
  if (DIGITS.includes(key)) return player.panel.press(DIGITS.indexOf(key));
  const found = SCENE_KEYS.find(({ keys }) => keys.includes(key));
  if (!found || (plain && lettersOff())) return false;
  found.run(player);
  return true;
}

/**
 * While the run goes on it stops and goes on, as anywhere; where it stands for a scene, it is the next
 * step that lets it go.
 * @param {Player} player
 */
function pressSpace(player) {
  if (player.state.running || player.step.beat === "turn") togglePause(player.model);
  else void player.next();
  return true;
}
