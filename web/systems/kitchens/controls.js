// controls.js: everything that is not in the bar: scenario and seed, load, who cooks, hand-over,
// orders, faults, kitchens. A drawer in the hall, a rail in the lab, a tab on the phone.

import { el, fill, icon } from "../../app/dom.js";
import { settingField } from "../../app/fields.js";
import { runSection } from "../../app/runs.js";
import { placeOrder, sendInput } from "../../app/steer.js";
import { duration, t } from "../../app/words.js";
import { healAll, startRush } from "./actions.js";
import { comparePolicies } from "./compare.js";
import { cutLink, nodesOfDistrict, partition } from "./cutting.js";
import { faultButton, faultsFor, truthOf } from "./faults.js";
import { DISPATCHER } from "./geometry.js";
import { openOrdersButton } from "./orders.js";
import { nodeLabel } from "./tell.js";

/**
 * @typedef {import("../../app/model.js").Model} Model
 * @typedef {{
 *   setMode: (mode: {kind: "place", dish: number} | {kind: "cut"}) => void,
 *   explain: (order: number) => void,
 * }} Hands
 */

/** @param {HTMLElement} root @param {Model} model @param {Hands} hands */
export function mountControls(root, model, hands) {
  let built = new AbortController();
  const build = () => {
    if (!model.run || !model.system) return;
    built.abort();
    built = new AbortController();
    const until = built.signal;
    const open = new Set(
      [...root.querySelectorAll("details[open]")].map((one) => one.getAttribute("data-section")),
    );
    if (open.size === 0) open.add("load");
    const section = (/** @type {string} */ id, /** @type {string} */ picture, /** @type {(Node | null)[]} */ parts) =>
      el("details", { "data-section": id, open: open.has(id) },
        el("summary", null, icon(picture), t(`section.${id}`), icon("chevron")), el(
          "div.section",
          null,
          ...parts,
        ));
    fill(
      root,
      section("run", "runs", runSection(model)),
      section("load", "rush", loadParts(model, until)),
      section("order", "order", orderParts(model, hands)),
      section("policy", "policy", policyParts(model, until)),
      section("handover", "handover", [
        "migration",
        "overload_threshold",
        "available_threshold",
        "handovers_per_kitchen",
        "handovers_per_cycle",
        "handover_cooldown_ms",
      ]
        .map((key) => settingField(model, key, until))),
      section("faults", "break", faultParts(model, hands, until)),
      section("kitchens", "door", kitchenParts(model, until)),
      section("rules", "verify", ruleParts(model, until)),
    );
  };
  model.on("run", build);
  build();
}

/** @param {Model} model @param {AbortSignal} until */
function loadParts(model, until) {
  const buttons = (model.plan?.districts ?? []).map((district) =>
    el(
      "button",
      { type: "button", onclick: () => void startRush(model, district.name) },
      icon("rush"),
      el("span.cut", null, district.name),
    ));
  return [
    ...[
      "orders_per_min",
      "arrivals",
      "users",
      "think_ms",
      "dish_zipf",
    ].map((key) => settingField(model, key, until)),
    el("h3", null, t("rush.where")),
    el("div.buttons", null, ...buttons),
  ];
}

/** @param {Model} model @param {Hands} hands */
function orderParts(model, hands) {
  const dish = dishSelect(model);
  const where = districtSelect(model, "order-where");
  const place = el("button", { type: "button", onclick: () => {
    const district = model.plan?.districts[Number(where.value)];
    if (district) void placeOrder(
      model,
      Number(dish.value),
      Math.round(district.x_m + district.width_m / 2),
      Math.round(district.y_m + district.height_m / 2),
    );
  } }, icon("order"), t("order.here"));
  const map = el(
    "button",
    { type: "button", onclick: () => hands.setMode({ kind: "place", dish: Number(dish.value) }) },
    icon("jump"),
    t("order.map"),
  );
  return [
    el("div.field", null, el("label", { for: dish.id }, t("order.dish")), dish),
    el("div.field", null, el("label", { for: where.id }, t("order.where")), where),
    el("div.buttons", null, place, map),
    openOrdersButton(model, hands.explain),
  ];
}

/** @param {Model} model */
function dishSelect(model) {
  return /** @type {HTMLSelectElement} */ (
    el("select", { id: "order-dish" }, ...(model.plan?.dishes ?? []).map((dish, index) =>
      el("option", { value: index }, `${dish.name} (${duration(dish.preparation_ms)})`)))
  );
}

/** @param {Model} model @param {string} id */
function districtSelect(model, id) {
  return /** @type {HTMLSelectElement} */ (
    el(
      "select",
      { id },
      ...(model.plan?.districts ?? []).map(
        (district, index) => el("option", { value: index }, district.name),
      ),
    )
  );
}

/** @param {Model} model @param {AbortSignal} until */
function policyParts(model, until) {
  return [
    settingField(model, "policy", until),
    ...[
      "weight_load_pct",
      "weight_specialty_pct",
      "weight_time_pct",
      "weight_distance_pct",
    ].map((key) => settingField(model, key, until)),
    el(
      "div.buttons.one",
      null,
      el(
        "button",
        { type: "button", onclick: () => void comparePolicies(model) },
        icon("compare"),
        t("compare.open"),
      ),
    ),
  ];
}

/** @param {Model} model @param {Hands} hands @param {AbortSignal} until */
function faultParts(model, hands, until) {
  const who = /** @type {HTMLSelectElement} */ (
    el("select", { id: "fault-node", onchange: () => model.select(Number(who.value)) })
  );
  const buttons = el("div.buttons");
  let shown = "";
  const render = () => {
    const node = model.selection ?? (who.value === "" ? DISPATCHER : Number(who.value));
    const nodes = [DISPATCHER, ...model.kitchens.keys()];
    const key = `${node} ${truthOf(model, node)} ${nodes.length}`;
    if (key === shown) return;
    shown = key;
    fill(
      who,
      ...nodes.map(
        (one) => el("option", { value: one, selected: one === node }, nodeLabel(model, one)),
      ),
    );
    fill(buttons, ...faultsFor(node).map((fault) => faultButton(model, node, fault)));
  };
  model.on(["selection", "kitchens"], render, until);
  render();
  return [
    el("div.field", null, el("label", { for: "fault-node" }, t("fault.node")), who),
    buttons,
    clockField(model, () => model.selection ?? Number(who.value)),
    el("h3", null, t("cut.title")),
    el(
      "div.buttons.one",
      null,
      el(
        "button",
        { type: "button", onclick: () => hands.setMode({ kind: "cut" }) },
        icon("cut"),
        t("fault.draw"),
      ),
    ),
    ...cutFields(model),
    el("div.buttons", null,
      el(
        "button",
        { type: "button", onclick: () => void sendInput(model, { type: "net.heal" }) },
        icon("restart"),
        t("cut.heal"),
      ),
      el(
        "button",
        { type: "button", onclick: () => void healAll(model) },
        icon("heal"),
        t("action.heal"),
      )),
  ];
}

/** @param {Model} model @param {() => number} node */
function clockField(model, node) {
  const input = model.system?.inputs.find((one) => one.name === "clock.skew");
  const argument = input?.args[0];
  if (!argument) return null;
  const amount = /** @type {HTMLInputElement} */ (
    el("input", { type: "number", id: "clock-skew", value: 2, step: 0.5, min: -3600, max: 3600 })
  );
  const set = el("button", { type: "button", onclick: () => {
    const perSecond = argument.name.endsWith("_us") ? 1e6 : argument.name.endsWith("_ns") ? 1e9 : 1000;
    void sendInput(
      model,
      {
        type: "clock.skew",
        node: model.nodeName(node()),
        [argument.name]: Math.round(Number(amount.value) * perSecond),
      },
    );
  } }, icon("clock"), t("clock.set"));
  return el(
    "div.field",
    null,
    el("label", { for: "clock-skew" }, t("clock.skew")),
    amount,
    el("div.buttons.one.wide", null, set),
  );
}

/**
 * The same cuts without a mouse: a district, or two nodes.
 * @param {Model} model
 */
function cutFields(model) {
  const district = districtSelect(model, "cut-district");
  const nodes = [DISPATCHER, ...model.kitchens.keys()];
  const pick = (/** @type {string} */ id, /** @type {number} */ at) => /** @type {HTMLSelectElement} */ (
    el(
      "select",
      { id },
      ...nodes.map(
        (node, index) => el(
          "option",
          { value: node, selected: index === at },
          nodeLabel(model, node),
        ),
      ),
    ));
  const from = pick("cut-from", 0);
  const to = pick("cut-to", 1);
  return [
    el("div.field", null, el("label", { for: "cut-district" }, t("cut.district")), district,
      el(
        "div.buttons.one.wide",
        null,
        el(
          "button",
          {
            type: "button",
            onclick: () => void partition(model, nodesOfDistrict(model, Number(district.value))),
          },
          icon("cut"),
          t("cut.close_road"),
        ),
      )),
    el("div.field", null, el("label", { for: "cut-from" }, t("cut.between")), from, to,
      el(
        "div.buttons.one.wide",
        null,
        el(
          "button",
          {
            type: "button",
            onclick: () => void cutLink(model, Number(from.value), Number(to.value)),
          },
          icon("cut"),
          t("cut.link"),
        ),
      )),
  ];
}

/** @param {Model} model @param {AbortSignal} until */
function kitchenParts(model, until) {
  const empty = () => [...model.kitchens.values()].filter((kitchen) => kitchen.truth === 0);
  const open = () => [...model.kitchens.values()].filter((kitchen) => kitchen.truth !== 0);
  const place = /** @type {HTMLSelectElement} */ (el("select", { id: "kitchen-place" }));
  const cuisine = /** @type {HTMLSelectElement} */ (
    el(
      "select",
      { id: "kitchen-cuisine" },
      ...(model.plan?.cuisines ?? []).map((name) => el("option", { value: name }, name)),
    ));
  const leaving = /** @type {HTMLSelectElement} */ (el("select", { id: "kitchen-leave" }));
  const add = el("button", { type: "button", onclick: () => {
    if (add.getAttribute("aria-disabled") !== "true") {
      void sendInput(
        model,
        { type: "kitchen.open", node: model.nodeName(Number(place.value)), cuisine: cuisine.value },
      );
    }
  } }, icon("plus"), t("kitchen.add"));
  const remove = el(
    "button",
    {
      type: "button",
      onclick: () => void sendInput(
        model,
        { type: "kitchen.close", node: model.nodeName(Number(leaving.value)) },
      ),
    },
    icon("door"),
    t("kitchen.close"),
  );
  let shown = "";
  const render = () => {
    const key = [...model.kitchens.values()].map((kitchen) => kitchen.truth === 0).join();
    if (key === shown) return;
    shown = key;
    const options = (/** @type {import("../../app/types").Kitchen[]} */ list) => list.map(
      (kitchen) => el("option", { value: kitchen.node }, nodeLabel(model, kitchen.node)),
    );
    fill(place, ...options(empty()));
    fill(leaving, ...options(open()));
    const none = empty().length === 0;
    add.title = none ? t("why.no_place") : "";
    if (none) add.setAttribute("aria-disabled", "true");
    else add.removeAttribute("aria-disabled");
    why.hidden = !none;
  };
  const why = el("p.why", { hidden: true }, t("why.no_place"));
  model.on("kitchens", render, until);
  render();
  return [
    el("div.field", null, el("label", { for: "kitchen-place" }, t("kitchen.place")), place),
    el("div.field", null, el("label", { for: "kitchen-cuisine" }, t("kitchen.cuisine")), cuisine),
    el("div.buttons.one", null, add),
    why,
    el("div.field", null, el("label", { for: "kitchen-leave" }, t("kitchen.leaves")), leaving),
    el("div.buttons.one", null, remove),
  ];
}

/**
 * Rules that can be turned off, to see why they exist.
 * @param {Model} model
 * @param {AbortSignal} until
 */
function ruleParts(model, until) {
  const switches = (model.system?.settings ?? []).filter((setting) => setting.trap);
  return [
    el("p.why", null, t("rules.about")),
    ...[
      "ejection",
      ...switches.map((setting) => setting.key),
    ].map((key) => settingField(model, key, until)),
  ];
}
