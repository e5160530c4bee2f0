// keys.js: the keys of a scene, before those of the page: a clicker drives it. In the person's own turn
// letters and digits are the page's again.

import { mountKeys } from "../keys.js";
import { togglePause } from "../steer.js";
import { openOverview } from "./overview.js";

/** @typedef {import("./player.js").Player} Player */

/** What moves something by arrows of its own. */
const MOVABLE = "#spacetime, [role=slider], [role=tablist]";

/**
 * @param {Player} player
 * @param {AbortSignal} until
 */
export function mountSceneKeys(player, until) {
  const { panel } = player;
  mountKeys("dark", { light: () => panel.unblank() }, until, { holds: () => panel.dark !== null });
  mountKeys("scene", {
    next: () => void player.next(),
    back: () => void player.back(),
    go: ({ key }, target) => {
      const button = target?.closest("button, a, summary");
      if (key === " " && button && button !== panel.nextButton) return false;
      goOrStand(player);
      return true;
    },
    answer: ({ key }) => panel.press(Number(key) - 1),
    overview: () => openOverview(player),
    blank: () => panel.blank(),
  }, until, {
    holds: (key, target) => !(key.startsWith("Arrow") && target?.closest(MOVABLE)) &&
      !(/^[^ .]$/.test(key) && player.step.beat === "turn"),
  });
}

/**
 * While the run goes on it stops and goes on, as anywhere; where it stands for a scene, it is the next
 * step that lets it go.
 * @param {Player} player
 */
function goOrStand(player) {
  if (player.state.running || player.step.beat === "turn") togglePause(player.model);
  else void player.next();
}
