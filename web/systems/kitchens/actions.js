// actions.js: the bar of the eight actions, the same in every density.

import { barButton, csvEntries, healAll, setWhy } from "../../app/bar.js";
import { el, fill, setText } from "../../app/dom.js";
import { applyFault } from "../../app/faults.js";
import { asSent, isOn } from "../../app/fields.js";
import { menuEntry, openMenu } from "../../app/menu.js";
import { sayStatus } from "../../app/say.js";
import { changeSetting, sendInput, whyNoRequest } from "../../app/steer.js";
import { duration, nameOf, t } from "../../app/words.js";
import { comparePolicies } from "./compare.js";
import { dishIcon } from "./dishes.js";
import { faultsFor, nodesOf, truthOf } from "./faults.js";
import { DISPATCHER } from "./geometry.js";
import { policyEntries } from "./policies.js";
import { nodeLabel } from "./tell.js";

/**
 * @typedef {import("./model.js").CityModel} Model
 * @typedef {{
 *   setMode: (mode: {kind: "look"} | {kind: "place", dish: number} | {kind: "cut"}) => void,
 *   verify: () => Promise<unknown>,
 * }} Hands
 */

const RUSH_FACTOR_PCT = 300;
export const RUSH_MS = 60_000;

/** @param {HTMLElement} root @param {Model} model @param {Hands} hands */
export function mountActions(root, model, hands) {
  const rush = barButton("rush", () => void startRush(model, null));
  const order = barButton(
    "order",
    () => model.look.density === "phone" ? cityTab() : openMenu(
      order,
      t("action.order"),
      orderEntries(model, hands),
    ),
  );
  const policy = barButton(
    "policy",
    () => openMenu(
      policy,
      t("action.policy"),
      policyEntries(model, () => void comparePolicies(model)),
    ),
  );
  const handover = barButton("handover", () => toggleHandover(model));
  const breakIt = barButton(
    "break",
    () => openMenu(breakIt, t("action.break"), breakEntries(model, hands)),
  );
  const heal = barButton("heal", () => void healAll(model));
  const verify = barButton("verify", () => void hands.verify());
  const csv = barButton("download", () => openMenu(csv, t("action.download"), csvEntries(model)));
  fill(root, rush, order, policy, handover, breakIt, heal, verify, csv);
  for (const menu of [order, policy, breakIt, csv]) menu.setAttribute("aria-haspopup", "menu");
  const render = () => {
    handover.setAttribute("aria-pressed", String(migrationOn(model)));
    const until = rushUntil(model);
    rush.setAttribute("aria-pressed", String(until > 0));
    setText(
      rush.querySelector("span") ?? rush,
      until > 0 ? duration(until).replace(/\..*/, " s") : t("action.rush"),
    );
    const past = model.replay?.inPast ?? false;
    const why = whyNoRequest(model);
    for (const button of [rush, policy, handover, breakIt, heal]) setWhy(button, null, past);
    setWhy(order, why ? t(why) : null, past);
    setWhy(verify, past ? t("why.verify_past") : null);
  };
  model.on(["run", "settings", "pace", "events", "figures", "replay"], render);
  render();
  return {
    rush: () => void startRush(model, null),
    order: () => order.click(),
    policy: () => policy.click(),
    handover: () => toggleHandover(model),
    break: () => breakIt.click(),
    heal: () => void healAll(model),
    verify: () => void hands.verify(),
    csv: () => csv.click(),
  };
}

/** On a phone orders are placed under the city's tiles. */
function cityTab() {
  /** @type {HTMLElement | null} */ (document.querySelector("#tabs button"))?.click();
}

/** @param {Model} model */
export function migrationOn(model) {
  return isOn(model.run?.settings.migration);
}

/**
 * Switches travel as the server sends them.
 * @param {Model} model
 */
export function toggleHandover(model) {
  const now = model.run?.settings.migration ?? false;
  void changeSetting(model, "migration", asSent(!isOn(now), now));
}

/**
 * A rush in a district, or everywhere.
 * @param {Model} model
 * @param {string | null} district
 */
export function startRush(model, district) {
  sayStatus(t("said.rush", { district: district ? nameOf(district) : t("everywhere") }));
  return sendInput(
    model,
    {
      type: "load.rush",
      factor_pct: RUSH_FACTOR_PCT,
      duration_ms: RUSH_MS,
      ...(district ? { district } : {}),
    },
  );
}

/**
 * How long the newest rush still lasts, in virtual ms.
 * @param {Model} model
 */
function rushUntil(model) {
  const rush = [...model.events].reverse().find((event) => event.kind === "rush");
  if (!rush) return 0;
  return Math.max(0, rush.t_us / 1000 + (rush.args[2] ?? 0) - model.t_us / 1000);
}

/** @param {Model} model @param {Hands} hands */
function orderEntries(model, hands) {
  const { plan } = model;
  return (plan?.dishes ?? []).map((dish, index) =>
    menuEntry({
      icon: plan ? dishIcon(plan, index) : undefined,
      text: nameOf(dish.name),
      second: duration(dish.preparation_ms),
      run: () => hands.setMode({ kind: "place", dish: index }),
    }));
}

/** @param {Model} model @param {Hands} hands */
function breakEntries(model, hands) {
  const chosen = model.selection ?? busiest(model);
  const select = /** @type {HTMLSelectElement} */ (el("select", { "aria-label": t("break.who"), onchange: () => {
    model.select(Number(select.value));
    list.replaceChildren(...faults(Number(select.value)));
  } },
    ...[DISPATCHER, ...model.kitchens.keys()].map((node) =>
      el("option", { value: node, selected: node === chosen }, nodeLabel(model, node)))));
  const faults = (/** @type {number} */ node) => faultsFor(node).map((fault) => {
    const why = fault.why(truthOf(model, node));
    return menuEntry({
      icon: fault.icon,
      text: t(`fault.${fault.id}`),
      why: why ? t(why, { node: nodeLabel(model, node) }) : null,
      run: () => void applyFault(model, nodesOf(model), node, fault),
    });
  });
  const list = el("div", { role: "group" }, ...faults(chosen));
  return [select, list, document.createElement("hr"),
    menuEntry({ icon: "cut", text: t("fault.draw"), run: () => hands.setMode({ kind: "cut" }) })];
}

/** @param {Model} model */
function busiest(model) {
  let best = DISPATCHER;
  let most = -1;
  for (const kitchen of model.kitchens.values()) {
    const load = (kitchen.cooking + kitchen.pending) / Math.max(1, kitchen.capacity);
    if (kitchen.truth === 1 && load > most) [most, best] = [load, kitchen.node];
  }
  return best;
}
