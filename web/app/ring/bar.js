// bar.js: the bar of a small cluster: the system's own actions, then what all have: break, heal,
// verify, download. The same on a phone, where there is room for the larger part of it.

import { barButton, csvEntries, healAll, setWhy } from "../bar.js";
import { el, fill } from "../dom.js";
import { openMenu } from "../menu.js";
import { whyNoRequest } from "../steer.js";
import { t } from "../words.js";
import { breakEntries } from "./fault_parts.js";

/**
 * @typedef {import("../model.js").Model} Model
 * @typedef {import("./stage.js").RingStage} RingStage
 * @typedef {{
 *   id: string,
 *   icon: string,
 *   entries?: () => (Node | null)[],
 *   run?: () => void,
 *   request?: boolean,
 * }} Action one of entries (it opens a menu) and run; request: clients ask, which waits while the run
 *   is paused
 */

/**
 * @param {HTMLElement} root
 * @param {Model} model
 * @param {RingStage} stage
 * @param {() => Promise<unknown>} verify
 * @param {Action[]} own
 * @returns {Record<string, () => void>} to press each, by key
 */
export function mountBar(root, model, stage, verify, own) {
  /** @type {Action[]} */
  const actions = [
    ...own,
    { id: "break", icon: "break", entries: () => breakEntries(model, stage) },
    { id: "heal", icon: "heal", run: () => void healAll(model) },
    { id: "verify", icon: "verify", run: () => void verify() },
    { id: "download", icon: "download", entries: () => csvEntries(model) },
  ];
  const buttons = actions.map(({ id, icon: picture, entries, run }) => {
    if (!entries) return barButton(id, () => run?.(), picture);
    const button = barButton(id, () => openMenu(button, t(`action.${id}`), entries()), picture);
    button.setAttribute("aria-haspopup", "menu");
    return button;
  });
  fill(root, ...buttons);
  const render = () => {
    const past = model.replay?.inPast ?? false;
    const waits = whyNoRequest(model);
    actions.forEach(({ id, request }, index) => {
      if (id === "verify") setWhy(buttons[index], past ? t("why.verify_past") : null);
      else if (id !== "download") setWhy(buttons[index], request && waits ? t(waits) : null, past);
    });
  };
  model.on(["run", "settings", "pace", "replay"], render);
  render();
  return Object.fromEntries(actions.map(({ id }, index) => [id, () => buttons[index].click()]));
}

/**
 * The larger part of the bar under the tiles of a phone; a menu opens where it was pressed.
 * @param {HTMLElement} root
 * @param {Model} model
 * @param {RingStage} stage
 * @param {() => Promise<unknown>} verify
 * @param {Action[]} own
 */
export function mountPhoneBar(root, model, stage, verify, own) {
  const bar = el("div.buttons.tall");
  fill(root, bar);
  mountBar(bar, model, stage, verify, own);
  bar.querySelector('[data-action="download"]')?.remove();
}
