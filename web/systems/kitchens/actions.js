// actions.js: the bar of the eight actions, the same in every density.

import { api } from "../../app/api.js";
import { el, fill, icon, setText } from "../../app/dom.js";
import { asSent, isOn } from "../../app/fields.js";
import { menuEntry, openMenu } from "../../app/menu.js";
import { sayStatus } from "../../app/say.js";
import { changeSetting, sendInput, whyNoRequest } from "../../app/steer.js";
import { duration, t } from "../../app/words.js";
import { comparePolicies } from "./compare.js";
import { applyFault, faultsFor, truthOf } from "./faults.js";
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
  const rush = action("rush", () => void startRush(model, null));
  const order = action(
    "order",
    () => model.look.density === "phone" ? cityTab() : openMenu(
      order,
      t("action.order"),
      orderEntries(model, hands),
    ),
  );
  const policy = action(
    "policy",
    () => openMenu(
      policy,
      t("action.policy"),
      policyEntries(model, () => void comparePolicies(model)),
    ),
  );
  const handover = action("handover", () => toggleHandover(model));
  const breakIt = action(
    "break",
    () => openMenu(breakIt, t("action.break"), breakEntries(model, hands)),
  );
  const heal = action("heal", () => void healAll(model));
  const verify = action("verify", () => void hands.verify());
  const csv = action("download", () => openMenu(csv, t("action.download"), csvEntries(model)));
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

/** @param {string} id @param {() => void} run */
function action(id, run) {
  const button = el(
    "button",
    { type: "button", "data-action": id, title: t(`action.${id}.about`) },
    icon(id),
    el("span", null, t(`action.${id}`)),
  );
  button.addEventListener("click", () => {
    const why = button.getAttribute("aria-disabled") === "true" ? button.title : "";
    if (why) sayStatus(why);
    else run();
  });
  return button;
}

/**
 * @param {HTMLElement} button
 * @param {string | null} why it cannot be used now
 * @param {boolean} [branches] what it does opens a branch
 */
function setWhy(button, why, branches = false) {
  if (why) button.setAttribute("aria-disabled", "true");
  else button.removeAttribute("aria-disabled");
  const about = t(`action.${button.dataset.action}.about`);
  const title = why ?? (branches ? `${about}. ${t("branch.opens")}` : about);
  if (button.title !== title) button.title = title;
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
  sayStatus(t("said.rush", { district: district ?? t("everywhere") }));
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

/** @param {Model} model */
export function healAll(model) {
  sayStatus(t("said.heal"));
  return sendInput(model, { type: healName(model) });
}

/**
 * The host's name for it.
 * @param {Model} model
 */
function healName(model) {
  return model.system?.inputs.find((input) => /heal/.test(input.name) && /all/.test(input.name))?.name ?? "heal.all";
}

/** @param {Model} model @param {Hands} hands */
function orderEntries(model, hands) {
  return (model.plan?.dishes ?? []).map((dish, index) =>
    menuEntry({
      text: dish.name,
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
      run: () => void applyFault(model, node, fault),
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

/** @param {Model} model */
function csvEntries(model) {
  const run = model.run?.run ?? "";
  const link = (/** @type {string} */ text, /** @type {string} */ href, /** @type {string} */ picture) =>
    el("a", { href, download: true, role: "menuitem" }, icon(picture), text);
  const excel = /** @type {HTMLInputElement} */ (
    el("input", { type: "checkbox", id: "csv-excel" })
  );
  const names = model.system?.tables.map((one) => one.name) ?? [];
  const first = [
    "orders",
    "metrics",
    "kitchens",
    "migrations",
    "events",
    "inputs",
    "verdicts",
    "columns",
  ];
  const tables = [...first, ...names.filter((name) => !first.includes(name))];
  const links = tables.map((name) => link(`${name}.csv`, api.exportUrl(run, name, false), "table"));
  excel.addEventListener("change", () =>
    links.forEach(
      (one, index) => one.setAttribute("href", api.exportUrl(run, tables[index], excel.checked)),
    ));
  return [
    ...evidenceEntries(run),
    document.createElement("hr"),
    ...links,
    document.createElement("hr"),
    el("label.field", { for: "csv-excel" }, t("csv.excel"), excel),
  ];
}

/**
 * What one keeps of a run: everything in one archive, and the report alone.
 * @param {string} run
 */
function evidenceEntries(run) {
  const entry = (/** @type {string} */ picture, /** @type {string} */ text, /** @type {string} */ about, /** @type {Record<string, unknown>} */ more) =>
    el(
      "a",
      { role: "menuitem", ...more },
      icon(picture),
      el("span", null, text, el("span.under", null, about)),
    );
  return [
    entry("download", t("csv.evidence"), t("csv.evidence.about"), { href: api.zipUrl(run), download: true }),
    entry(
      "chart",
      t("csv.report"),
      t("csv.report.about"),
      { href: api.reportUrl(run), target: "_blank", rel: "noopener" },
    ),
  ];
}
