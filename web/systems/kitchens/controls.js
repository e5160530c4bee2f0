// controls.js: everything that is not in the bar: scenario and seed, load, who cooks, hand-over,
// orders, faults, kitchens. A drawer in the hall, a rail in the lab, a tab on the phone.

import { healAll, recipeButtons } from "../../app/bar.js";
import { el, fill, icon } from "../../app/dom.js";
import { mountDrawer, ruleParts } from "../../app/drawer.js";
import { anyFault } from "../../app/anyfault.js";
import { faultButton } from "../../app/faults.js";
import { isOn, settingField } from "../../app/fields.js";
import { restartWith, runSection } from "../../app/runs.js";
import { cutLink, partition } from "../../app/stage/cutting.js";
import { changeSetting, sendInput } from "../../app/steer.js";
import { duration, nameOf, t } from "../../app/words.js";
import { startRush } from "./actions.js";
import { compareHandover, comparePolicies, compareThresholds } from "./compare.js";
import { nodesOfDistrict } from "./cutting.js";
import { faultsFor, nodesOf, truthOf } from "./faults.js";
import { DISPATCHER } from "./geometry.js";
import { openOrdersButton, placeOrder } from "./orders.js";
import { nodeLabel } from "./tell.js";

/**
 * @typedef {import("./model.js").CityModel} Model
 * @typedef {{
 *   setMode: (mode: {kind: "place", dish: number} | {kind: "cut"}) => void,
 *   explain: (order: number) => void,
 * }} Hands
 */

const CONFIG_FILE_THRESHOLD = 0.9;
const FAVOURITES = 0.8; /* Zipf exponent of the dishes: a few are ordered often */
const LOSSY = { loss_ppm: 20_000, jitter_us: 20_000 }; /* 2 % of the messages, up to 20 ms late */
const CLOSED_LOOP = ["users", "think_ms"];
const HANDOVER = /^(available_threshold|handover.*)$/; /* the upper threshold marks kitchens either way */

/**
 * Why a setting does nothing under the present choice, as a key of the words.
 * @param {Model} model
 * @param {string} key
 */
export function whyIdle(model, key) {
  const settings = model.run?.settings ?? {};
  const closed = settings.arrivals === "closed-loop";
  if (CLOSED_LOOP.includes(key) && !closed) return "why.closed_loop_only";
  if (key === "orders_per_min" && closed) return "why.closed_loop";
  if (key.startsWith("weight_") && settings.policy !== "weighted-score") return "why.weights";
  return HANDOVER.test(key) && !isOn(settings.migration) ? "why.no_handover" : null;
}

/** @param {HTMLElement} root @param {Model} model @param {Hands} hands */
export function mountControls(root, model, hands) {
  mountDrawer(root, model, [
    { id: "run", icon: "runs", parts: () => runSection(model) },
    { id: "load", icon: "rush", parts: (until) => loadParts(model, until) },
    { id: "order", icon: "order", parts: () => orderParts(model, hands) },
    { id: "policy", icon: "policy", parts: (until) => policyParts(model, until) },
    { id: "handover", icon: "handover", parts: (until) => handoverParts(model, until) },
    { id: "assumptions", icon: "cut", parts: (until) => assumptionParts(model, until) },
    { id: "faults", icon: "break", parts: (until) => faultParts(model, hands, until) },
    { id: "kitchens", icon: "door", parts: (until) => kitchenParts(model, until) },
    { id: "rules", icon: "verify", parts: (until) => ruleParts(model, until, ["ejection"]) },
  ], "load");
}

/** @param {Model} model @param {AbortSignal} until */
function loadParts(model, until) {
  const buttons = (model.plan?.districts ?? []).map((district) =>
    el(
      "button",
      { type: "button", onclick: () => void startRush(model, district.name) },
      icon("rush"),
      el("span.cut", null, nameOf(district.name)),
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
    ...explainParts(hands),
  ];
}

/**
 * Any order by its number, also one that is long done.
 * @param {Hands} hands
 */
function explainParts(hands) {
  const number = /** @type {HTMLInputElement} */ (
    el("input", { type: "number", id: "explain-order", min: 1, step: 1, inputmode: "numeric" })
  );
  const explain = () => {
    if (number.value !== "" && number.checkValidity()) hands.explain(Number(number.value));
    else number.reportValidity();
  };
  number.addEventListener("keydown", (event) => {
    if (event.key === "Enter") explain();
  });
  return [
    el("div.field", null, el("label", { for: number.id }, t("order.number")), number),
    el("div.buttons.one", null, button(t("order.explain"), explain, "jump")),
  ];
}

/** @param {Model} model */
function dishSelect(model) {
  return /** @type {HTMLSelectElement} */ (
    el("select", { id: "order-dish" }, ...(model.plan?.dishes ?? []).map((dish, index) =>
      el("option", { value: index }, `${nameOf(dish.name)} (${duration(dish.preparation_ms)})`)))
  );
}

/** @param {Model} model @param {string} id */
function districtSelect(model, id) {
  return /** @type {HTMLSelectElement} */ (
    el(
      "select",
      { id },
      ...(model.plan?.districts ?? []).map(
        (district, index) => el("option", { value: index }, nameOf(district.name)),
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
        t("compare.policies"),
      ),
    ),
  ];
}

/** @param {string} text @param {() => unknown} run @param {string} [picture] */
function button(text, run, picture) {
  return el(
    "button",
    { type: "button", onclick: () => void run() },
    picture ? icon(picture) : null,
    el("span.cut", { title: text }, text),
  );
}

/** @param {Model} model @param {AbortSignal} until */
function handoverParts(model, until) {
  const field = (/** @type {string} */ key) => settingField(model, key, until);
  const limits = async (/** @type {number} */ cycle) => {
    if (await changeSetting(model, "handovers_per_cycle", cycle) && cycle === 0) {
      await changeSetting(model, "handovers_per_kitchen", 2);
    }
  };
  return [
    field("migration"),
    field("overload_threshold"),
    el(
      "div.buttons.one",
      null,
      button(
        t("preset.config_file"),
        () => changeSetting(model, "overload_threshold", CONFIG_FILE_THRESHOLD),
      ),
      button(
        t("compare.thresholds"),
        () => compareThresholds(model),
        "compare",
      ),
    ),
    field("available_threshold"),
    field("handovers_per_kitchen"),
    field("handovers_per_cycle"),
    el(
      "div.buttons",
      null,
      button(t("preset.in_all"), () => limits(2)),
      button(t("preset.a_kitchen"), () => limits(0)),
    ),
    field("handover_cooldown_ms"),
    el(
      "div.buttons.one",
      null,
      button(
        t("compare.handover"),
        () => compareHandover(model),
        "compare",
      ),
    ),
  ];
}

/**
 * What the model takes for granted, each to be given up: the first at once, the others from the
 * start of the same run.
 * @param {Model} model
 * @param {AbortSignal} until
 */
function assumptionParts(model, until) {
  const toggle = (
    /** @type {string} */ id,
    /** @type {() => boolean} */ holds,
    /** @type {(on: boolean) => unknown} */ change,
  ) => {
    const input = /** @type {HTMLInputElement} */ (
      el("input", { type: "checkbox", id: `assume-${id}` })
    );
    const read = () => {
      input.checked = holds();
    };
    input.addEventListener("change", () => void change(input.checked));
    model.on(["faults", "settings", "run"], read, until);
    read();
    return el(
      "div.field",
      null,
      el("label", { for: input.id }, t(`assume.${id}`)),
      input,
      el("p.why", null, t(`assume.${id}.about`)),
    );
  };
  const settings = () => model.run?.settings ?? {};
  return [
    toggle(
      "network",
      () => !model.faults.some((fault) => fault.kind === "link.set"),
      (on) => sendInput(model, on ? { type: "net.heal" } : { type: "link.set", ...LOSSY }),
    ),
    toggle(
      "dishes",
      () => settings().dish_zipf === 0,
      (on) => restartWith(model, "dish_zipf", on ? 0 : FAVOURITES),
    ),
    toggle(
      "kitchens",
      () => isOn(settings().equal_kitchens),
      (on) => restartWith(model, "equal_kitchens", on),
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
    fill(buttons, ...faultsFor(node).map((fault) => faultButton(model, nodesOf(model), node, fault)));
  };
  model.on(["selection", "view"], render, until);
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
    el("h3", null, t("recipes.title")),
    recipeButtons(model),
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
    ...anyFault(model, (name) => nodeLabel(model, model.plan?.node_names.indexOf(name) ?? 0)),
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
  to.setAttribute("aria-label", t("cut.and"));
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
      ...(model.plan?.cuisines ?? []).map((name) => el("option", { value: name }, nameOf(name))),
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
    const options = (/** @type {import("./types").Kitchen[]} */ list) => list.map(
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
  model.on("view", render, until);
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
