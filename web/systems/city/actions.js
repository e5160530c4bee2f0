// actions.js: the city's own part of the bar: orders, the promise, a delivery, a new price.

import { el } from "../../app/dom.js";
import { menuEntry } from "../../app/menu.js";
import { restartWith } from "../../app/runs.js";
import { sayStatus } from "../../app/say.js";
import { changeSetting, sendInput } from "../../app/steer.js";
import { humanise, number, systemTerm, systemTitle, t } from "../../app/words.js";
import { MODES } from "./model.js";
import { openThree } from "./three.js";

/** @typedef {import("./model.js").CityModel} Model */

const LOADS = [0, 30, 60, 120, 240]; /* orders a minute */
const STEP = 4; /* a new price is so much higher */

/**
 * @param {Model} model
 * @returns {import("../../app/ring/bar.js").Action[]}
 */
export function ownActions(model) {
  return [
    { id: "orders", icon: "order", entries: () => orderEntries(model), request: true },
    { id: "mode", icon: "policy", entries: () => modeEntries(model) },
    { id: "three", icon: "compare", run: () => void openThree(model) },
    { id: "pantry", icon: "list", entries: () => pantryEntries(model) },
  ];
}

/**
 * A lobster is ordered in every kitchen at the same moment.
 * @param {Model} model
 */
async function everywhere(model) {
  for (const node of model.kitchens.keys()) {
    if (!await sendInput(model, { type: "order.place", dish: "lobster", kitchen: node, count: 1 })) return;
  }
  sayStatus(t("said.everywhere"));
}

/** @param {Model} model */
function orderEntries(model) {
  const now = Number(model.run?.settings.orders_per_min ?? 0);
  return [
    menuEntry({ icon: "order", text: t("orders.everywhere"), run: () => void everywhere(model) }),
    ...[...model.kitchens.keys()].map((node) => menuEntry({
      icon: "order",
      text: t("orders.at", { letter: model.nodeLetter(node), name: model.title(node) }),
      run: () => void sendInput(model, { type: "order.place", dish: "lobster", kitchen: node, count: 1 }),
    })),
    document.createElement("hr"),
    el("h3", null, t("orders.load")),
    ...LOADS.map((load) => menuEntry({
      text: load === 0 ? t("orders.none") : t("orders.rate", { count: number(load) }),
      checked: load === now,
      run: () => void changeSetting(model, "orders_per_min", load),
    })),
  ];
}

/** @param {Model} model */
function modeEntries(model) {
  const choices = (/** @type {string} */ key) => {
    const info = model.system?.settings.find((one) => one.key === key);
    const now = model.run?.settings[key];
    return (info?.choices ?? []).map((choice) => menuEntry({
      text: systemTitle("choices", choice) ?? humanise(choice),
      second: systemTerm("choices", choice) ?? undefined,
      checked: choice === now,
      run: () => void (info?.live ? changeSetting(model, key, choice) : restartWith(model, key, choice)),
    }));
  };
  const modes = MODES.map((mode) => menuEntry({
    text: systemTitle("choices", mode) ?? humanise(mode),
    second: systemTerm("choices", mode) ?? undefined,
    checked: mode === model.wishedKey(),
    run: () => void changeSetting(model, "switch_to", mode),
  }));
  return [
    ...modes, document.createElement("hr"),
    menuEntry({ icon: "compare", text: t("three.open"), run: () => void openThree(model) }),
    document.createElement("hr"), el("h3", null, t("mode.conflict")), ...choices("conflict"),
  ];
}

/** @param {Model} model */
function pantryEntries(model) {
  const nodes = [...model.kitchens.keys()];
  return [
    ...nodes.map((node) => menuEntry({
      icon: "handover",
      text: t("pantry.deliver", { letter: model.nodeLetter(node), name: model.title(node) }),
      run: () => void sendInput(model, { type: "pantry.deliver", node: model.nodeName(node) }),
    })),
    document.createElement("hr"),
    ...nodes.map((node) => {
      const price = Math.max(...nodes.map((one) => model.kitchens.get(one)?.prices[0] ?? 0)) + STEP;
      return menuEntry({
        icon: "rename",
        text: t("pantry.price", { letter: model.nodeLetter(node) }),
        second: number(price),
        run: () => void sendInput(model, { type: "menu.price", node: model.nodeName(node), dish: "lobster", price }),
      });
    }),
  ];
}
