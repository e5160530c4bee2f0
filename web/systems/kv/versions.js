// versions.js: the versions of one key at each of its homes: values that nobody has ordered stand side
// by side, with who wrote them and when by that one's clock.

import { el, fill } from "../../app/dom.js";
import { table } from "../../app/menu.js";
import { number, t, virtualTime } from "../../app/words.js";
import { price } from "./look.js";

/** @typedef {import("./model.js").StoreModel} Model */

const REDRAW_MS = 400;

/**
 * @param {Model} model
 * @param {AbortSignal} until
 */
export function mountVersions(model, until) {
  const select = /** @type {HTMLSelectElement} */ (el("select", {
    id: "versions-key", onchange: () => model.showKey(Number(select.value)),
  }, ...(model.plan?.keys ?? []).map((name, key) => el("option", { value: key, selected: key === model.key }, name))));
  const rows = el("div");
  const agreed = el("p.why", { role: "status" });
  let drawnAt = -Infinity;
  let key = -1;
  const render = () => {
    const now = performance.now();
    if (rows.clientWidth === 0 && drawnAt > 0) return;
    if (key === model.key && now - drawnAt < REDRAW_MS) return;
    drawnAt = now;
    key = model.key;
    select.value = String(key);
    fill(rows, table(t("versions.title"), ["home", "value", "version"].map((name) => t(`versions.${name}`)), rowsOf(model, key)));
    agreed.textContent = t(model.agrees(key) ? "versions.agree" : "versions.differ", { key: model.keyName(key) });
  };
  model.on(["view", "selection"], render, until);
  render();
  return [el("div.field", null, el("label", { for: "versions-key" }, t("store.key")), select), rows, agreed];
}

/** @param {Model} model @param {number} key */
function rowsOf(model, key) {
  return model.homes(key).flatMap((node) => {
    const siblings = model.siblings(node, key) ?? [];
    if (siblings.length === 0) return [[model.nodeLetter(node), t("tag.nothing"), ""]];
    return siblings.map((one, index) => [
      index === 0 ? model.nodeLetter(node) : "",
      price(one),
      t("versions.version", {
        letter: model.nodeLetter(one.writer), counter: number(one.counter), time: virtualTime(one.wall_ms * 1000, 2),
      }),
    ]);
  });
}
