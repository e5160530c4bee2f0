// overview.js: all steps of the scene: back to any that was reached, begin again, leave; and its keys.

import { el, fill, icon } from "../dom.js";
import { keyList } from "../keys/help.js";
import { openDialog } from "../menu.js";
import { report } from "../steer.js";
import { ps, stepText, titleOf } from "./words.js";

/** @typedef {import("./player.js").Player} Player */

/** @param {Player} player */
export function openOverview(player) {
  const { scene, state } = player;
  const { dialog, body } = openDialog("scene-steps", titleOf(scene));
  const act = (/** @type {() => unknown} */ run) => () => {
    dialog.close();
    void run();
  };
  const steps = scene.steps.map((step, at) => {
    const reached = at <= state.front;
    const field = step.beat === "predict" ? "question" : "caption";
    return el("li", null, el("button", {
      type: "button", "aria-current": at === state.at ? "step" : null, "aria-disabled": reached ? null : "true",
      title: reached ? null : ps("overview.not_yet"), onclick: reached ? act(() => player.goTo(at)) : null,
    }, el("b", null, String(at + 1)), el("span.beat", null, ps(`beat.${step.beat}`)), el("span.cut", null, stepText(scene, step, field))));
  });
  fill(
    body,
    el("ol.steps", null, ...steps),
    el("div.buttons", null,
      el("button", { type: "button", onclick: act(() => player.again().catch(report)) }, icon("restart"), ps("again")),
      el("a.button", { href: "/storyboard" }, icon("list"), ps("all")),
      el("button", { type: "button", onclick: act(() => player.leave()) }, icon("close"), ps("leave"))),
  );
  void keyList("scene").then((list) => body.append(list));
  /** @type {HTMLElement | null} */ (body.querySelector('[aria-current="step"]'))?.focus();
}
