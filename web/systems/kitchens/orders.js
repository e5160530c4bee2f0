// orders.js: following orders: my own (placed here, until it is served), the list of open ones,
// and the phone's four dishes.

import { api } from "../../app/api.js";
import { el, fill, icon, setText } from "../../app/dom.js";
import { openDialog, table } from "../../app/menu.js";
import { dishIcon } from "./dishes.js";
import { PHASE } from "./model.js";
import { sayStatus } from "../../app/say.js";
import { report, sendInput, whyNoRequest } from "../../app/steer.js";
import { duration, humanise, nameOf, number, t } from "../../app/words.js";
import { segmentAt } from "./motion.js";
import { nodeLabel } from "./tell.js";

/** @typedef {import("./model.js").CityModel} Model */

const DISHES_ON_PHONE = 4;

/**
 * Where my newest order is, in a sentence; null when I have none.
 * @param {Model} model
 */
export function myOrderSentence(model) {
  const id = model.mine[model.mine.length - 1];
  if (id === undefined) return null;
  const order = model.orders.get(id);
  if (!order) return model.replay?.inPast ? null : (done.get(id) ?? null);
  const segment = segmentAt(order, model.clock.shown_us) ?? order.segments[0];
  if (!segment) return null;
  const sentence = t(`mine.${phaseName(segment.phase)}`, {
    order: number(id),
    dish: nameOf(model.plan?.dishes[order.dish]?.name),
    kitchen: nodeLabel(model, segment.node),
  });
  if (segment.phase >= PHASE.SERVED) done.set(id, sentence);
  return sentence;
}

/**
 * What the picture shows of orders that are under way, in words.
 * @param {Model} model
 */
export function ordersUnderWay(model) {
  return [...model.orders.values()].flatMap((order) => {
    const segment = segmentAt(order, model.clock.shown_us);
    if (!segment || segment.phase >= PHASE.SERVED) return [];
    return [t(`way.${phaseName(segment.phase)}`, {
      order: number(order.id), dish: nameOf(model.plan?.dishes[order.dish]?.name), kitchen: nodeLabel(model, segment.node),
    })];
  });
}

/** @param {number} phase */
function phaseName(phase) {
  return Object.entries(PHASE).find(([, one]) => one === phase)?.[0].toLowerCase() ?? "";
}

/** Last words of my orders that the picture has forgotten.
 * @type {Map<number, string>} */
const done = new Map();

/** @param {HTMLElement} root @param {Model} model @param {(order: number) => void} explain */
export function mountMine(root, model, explain) {
  const text = el("span");
  const button = el("button", { type: "button", onclick: () => {
    const id = model.mine[model.mine.length - 1];
    if (id !== undefined) explain(id);
  } }, icon("order"), text);
  fill(root, button);
  let said = "";
  const render = () => {
    const sentence = myOrderSentence(model);
    setText(text, sentence ?? t("mine.none"));
    if (sentence && sentence !== said) sayStatus(sentence);
    said = sentence ?? "";
  };
  model.on(["run", "frame", "mine"], render);
  render();
}

/**
 * The four dishes of the phone.
 * @param {HTMLElement} root
 * @param {Model} model
 */
export function mountOrdering(root, model) {
  const build = () => {
    const { plan } = model;
    if (!plan) return;
    const where = /** @type {HTMLSelectElement} */ (
      el(
        "select",
        { "aria-label": t("order.where") },
        ...plan.districts.map(
          (district, index) => el("option", { value: index }, nameOf(district.name)),
        ),
      ));
    const dishes = plan.dishes.slice(0, DISHES_ON_PHONE).map((dish, index) =>
      el("button", { type: "button", onclick: () => {
        const district = plan.districts[Number(where.value)];
        if (!district) return;
        const x_m = Math.round(district.x_m + district.width_m * (0.2 + 0.6 * Math.random()));
        const y_m = Math.round(district.y_m + district.height_m * (0.2 + 0.6 * Math.random()));
        void placeOrder(model, index, x_m, y_m);
      } }, dishIcon(plan, index), nameOf(dish.name), el("span.second", null, duration(dish.preparation_ms))));
    fill(
      root,
      el("div.question", null, t("order.question"), where),
      el("div.dishes", null, ...dishes),
    );
    lock();
  };
  const lock = () => {
    const why = whyNoRequest(model);
    const past = model.replay?.inPast ? t("branch.opens") : "";
    for (const button of root.querySelectorAll(".dishes button")) {
      if (why) button.setAttribute("aria-disabled", "true");
      else button.removeAttribute("aria-disabled");
      button.setAttribute("title", why ? t(why) : past);
    }
  };
  model.on("run", build);
  model.on(["pace", "replay"], lock);
  build();
}

/** @param {Model} model @param {(order: number) => void} explain */
export function openOrdersButton(model, explain) {
  return el(
    "div.buttons.one",
    null,
    el(
      "button",
      { type: "button", onclick: () => void listOrders(model, explain) },
      icon("list"),
      t("orders.open"),
    ),
  );
}

/**
 * Open orders as a table; each can be explained.
 * @param {Model} model
 * @param {(order: number) => void} explain
 */
export async function listOrders(model, explain) {
  if (!model.run) return;
  try {
    const { columns, rows } = await api.orders(model.run.run, "open", 100);
    const shown = [
      "order_id",
      "dish",
      "district",
      "kitchen_last",
      "outcome",
    ].filter((name) => columns.includes(name));
    const title = t(model.replay?.inPast ? "orders.title_edge" : "orders.title", { count: rows.length });
    const { body, dialog } = openDialog("orders", title);
    const cells = rows.map((/** @type {any[]} */ row) => shown.map((name) => {
      const value = row[columns.indexOf(name)];
      if (name !== "order_id") return String(value ?? "–");
      return el("button", { type: "button", onclick: () => {
        dialog.close();
        explain(Number(value));
      } }, number(Number(value)));
    }));
    fill(body, table(title, shown.map(humanise), cells));
  } catch (error) {
    report(error);
  }
}

/**
 * Places an order and follows it.
 * @param {Model} model
 * @param {number} dish
 * @param {number} x_m
 * @param {number} y_m
 */
export async function placeOrder(model, dish, x_m, y_m) {
  const name = model.plan?.dishes[dish]?.name;
  if (!name) return;
  const expected = { dish, x_m, y_m };
  model.expected.push(expected);
  const stored = await sendInput(model, { type: "order.place", dish: name, x_m, y_m });
  if (!stored) model.expected = model.expected.filter((order) => order !== expected);
}
