// mount.js: the page of a small cluster: fills the rooms that all such systems fill alike, with what one
// of them says of itself.

import { mountCaption } from "../caption.js";
import { byId } from "../dom.js";
import { mountDrawer, ruleParts, settingFields } from "../drawer.js";
import { runSection } from "../runs.js";
import { mountBar, mountPhoneBar } from "./bar.js";
import { faultParts } from "./fault_parts.js";
import { mountedOf, mountRingFrame, ringKeys, tellers } from "./kit.js";
import { RingStage } from "./stage.js";

/**
 * @typedef {import("../model.js").Model} Model
 * @typedef {import("../types").SystemPart} SystemPart
 * @typedef {import("../types").Mounted} Mounted
 * @typedef {{
 *   id: string,
 *   icon: string,
 *   settings?: string[],
 *   parts?(model: Model, until: AbortSignal): (Node | null)[],
 * }} Section one of settings and parts
 * @typedef {{
 *   Model: SystemPart["Model"],
 *   moments: SystemPart["moments"],
 *   whyIdle: SystemPart["whyIdle"],
 *   cluster: import("./kit.js").Cluster,
 *   actions(model: Model): import("./bar.js").Action[],
 *   byKey?(model: Model): Record<string, () => void>,
 *   sections: Section[],
 *   situation(model: Model): string,
 *   figures: Mounted["figures"],
 *   charts(): Mounted["charts"],
 * }} RingPage byKey: what has a key and no button; sections: of the
 *   drawer, of which the first is open; situation: what is going on when nothing special happens
 */

/** @param {RingPage} page @returns {SystemPart} */
export function ringPart(page) {
  const { Model, moments, whyIdle } = page;
  return {
    Model, moments, whyIdle,
    mount: (model, hands) => mount(model, hands, page),
    mountFrame: (model, choose) => {
      mountCaption(byId("caption"), model, storyOf(model, page));
      return mountRingFrame(model, page.cluster, choose);
    },
  };
}

/** @param {Model} model @param {RingPage} page */
function storyOf(model, page) {
  return { text: tellers(model, page.cluster).text, mine: () => "", situation: () => page.situation(model) };
}

/**
 * @param {Model} model
 * @param {import("../types").PageHands} hands
 * @param {RingPage} page
 * @returns {Mounted}
 */
function mount(model, hands, page) {
  const stage = new RingStage(byId("stage"), model, page.cluster.look(model));
  const own = page.actions(model);
  const actions = mountBar(byId("actions"), model, stage, hands.verify, own);
  mountDrawer(byId("controls"), model, [
    { id: "run", icon: "runs", parts: () => runSection(model) },
    ...page.sections.map(({ id, icon, settings, parts }) => ({
      id, icon,
      parts: (/** @type {AbortSignal} */ until) => parts?.(model, until) ?? settingFields(model, settings ?? [], until),
    })),
    { id: "faults", icon: "break", parts: (until) => faultParts(model, stage, until) },
    { id: "rules", icon: "verify", parts: (until) => ruleParts(model, until) },
  ], page.sections[0].id);
  for (const room of ["caption", "mine"]) mountCaption(byId(room), model, storyOf(model, page));
  mountPhoneBar(byId("ordering"), model, stage, hands.verify, own);
  return {
    ...mountedOf(model, hands, page.cluster),
    figures: page.figures,
    charts: page.charts(),
    keys: ringKeys(model, stage, { ...actions, ...page.byKey?.(model) }),
  };
}
