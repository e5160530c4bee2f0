// transport.js: play, pause, step, speed, lens, and the badge that cannot be mistaken.

import { el, fill, icon, setText } from "./dom.js";
import { keepProblem, sayStatus } from "./say.js";
import { isHeld, isPaused, setPace, togglePause } from "./steer.js";
import { t } from "./words.js";

/** @typedef {import("./model.js").Model} Model */

/** The named stops. Two of them are the lenses: kitchen time and message time. */
export const SPEEDS = [0.001, 0.01, 0.02, 0.1, 0.5, 1, 2, 5, 10, 20, 60, 200, 1000];
const BEHIND_MS = 500;
export const KITCHEN_TIME = 1;
export const MESSAGE_TIME = 0.02;

/** @param {number} speed */
export function speedName(speed) {
  if (speed >= 1) return `${speed}×`;
  return `1/${Math.round(1 / speed)}×`;
}

/**
 * Words for a stop: "kitchen time", "message time", "as fast as it goes".
 * @param {number} speed
 */
export function speedWords(speed) {
  const key = `speed.${speed}`;
  const words = t(key);
  return words === key ? speedName(speed) : `${speedName(speed)} ${words}`;
}

/** @param {Model} model @param {number} speed */
export function setSpeed(model, speed) {
  sayStatus(t("said.speed", { speed: speedWords(speed) }));
  void setPace(model, { speed });
}

/** @param {Model} model @param {1 | -1} by */
export function changeSpeed(model, by) {
  const at = SPEEDS.reduce((best, speed, i) =>
    Math.abs(Math.log(speed / model.pace.speed)) < Math.abs(Math.log(SPEEDS[best] / model.pace.speed)) ? i : best, 0);
  setSpeed(model, SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, at + by))]);
}

/** @param {Model} model */
export function toggleLens(model) {
  setSpeed(model, model.pace.speed <= 0.1 ? KITCHEN_TIME : MESSAGE_TIME);
}

/** @param {Model} model @param {"event" | "interesting"} step */
export function stepTo(model, step) {
  model.clock.freeze(performance.now());
  void setPace(model, { step });
}

/**
 * The state a person reads: live, paused, held (the store takes nothing), replay (computed again
 * from its inputs), ended, halted.
 * @param {Model} model
 */
export function runState(model) {
  if (model.link !== "open") return "replay";
  if (model.pace.state === "halted") return "halted";
  if (model.pace.state === "finished") return "ended";
  if (model.pace.state === "stored") return "replay";
  if (isHeld(model)) return "held";
  return isPaused(model) ? "paused" : "live";
}

/** @param {Model} model */
function badgeWord(model) {
  if (model.link !== "open") return t("badge.no_link");
  return t(`badge.${runState(model)}`, { seed: model.run?.seed ?? "" });
}

/** @param {HTMLElement} root @param {Model} model */
export function mountTransport(root, model) {
  const play = el("button.play", { type: "button", onclick: () => togglePause(model) });
  const step = button("step", "transport.step", () => stepTo(model, "event"));
  const next = button("next", "transport.next", () => stepTo(model, "interesting"));
  const slower = button("slower", "transport.slower", () => changeSpeed(model, -1));
  const faster = button("faster", "transport.faster", () => changeSpeed(model, 1));
  const lens = button("lens", "transport.lens", () => toggleLens(model));
  const word = el("span");
  const scale = el("span.scale");
  const badge = el("output.badge", { "aria-live": "off" }, word, scale);
  slower.classList.add("wide");
  faster.classList.add("wide");
  root.append(
    el(
      "div.transport",
      { role: "group", "aria-label": t("transport.label") },
      play,
      step,
      next,
      slower,
      faster,
      lens,
    ),
    badge,
  );
  const render = () => {
    const paused = isPaused(model);
    if (play.dataset.paused !== String(paused)) {
      play.dataset.paused = String(paused);
      const name = t(paused ? "transport.play" : "transport.pause");
      play.setAttribute("aria-label", name);
      play.title = name;
      fill(play, icon(paused ? "play" : "pause"));
    }
    lens.setAttribute("aria-pressed", String(model.pace.speed <= 0.1));
    badge.dataset.state = runState(model);
    const ended = model.pace.state === "finished" ? t("why.finished") : "";
    keepProblem(badgeWord(model), model.pace.problem ?? ended);
    const behind = (model.pace.behind_ms ?? 0) > BEHIND_MS;
    setText(word, badgeWord(model));
    setText(
      scale,
      behind ? t("badge.behind", { speed: speedName(model.pace.speed) }) : speedName(model.pace.speed),
    );
  };
  model.on(["pace", "link", "run"], render);
  render();
}

/** @param {string} picture @param {string} key @param {() => void} run */
function button(picture, key, run) {
  return el(
    "button",
    { type: "button", "aria-label": t(key), title: t(key), onclick: run },
    icon(picture),
  );
}
