// filters.js: what the diagram leaves out: nodes, kinds of messages, all but one order.

import { el } from "../dom.js";
import { t } from "../words.js";

/**
 * @param {{
 *   rows: import("./view.js").Row[], types: string[], name: (type: string) => string, only: string,
 *   filters: import("./scene.js").Filters, changed: () => void, subject: (subject: number) => void,
 * }} options
 * @returns {(Node | null)[]} entries of a menu
 */
export function filterEntries({ rows, types, name, only, filters, changed, subject }) {
  const number = /** @type {HTMLInputElement} */ (
    el("input", {
      type: "text", inputmode: "numeric", id: "spacetime-subject", autocomplete: "off",
      value: filters.subject >= 0 ? filters.subject : "",
    })
  );
  number.addEventListener("change", () => {
    const text = number.value.trim();
    const valid = /^\d{1,9}$/.test(text);
    number.setAttribute("aria-invalid", String(text !== "" && !valid));
    if (text === "" || valid) subject(valid ? Number(text) : -1);
  });
  return [
    el("label.field", { for: "spacetime-subject" }, only, number),
    el("h3", null, t("spacetime.nodes")),
    ...rows.map((row) => box(row.label, filters.nodes, row.node, changed)),
    types.length > 0 ? el("h3", null, t("spacetime.messages")) : null,
    ...types.map((type) => box(name(type), filters.types, type, changed)),
  ];
}

/**
 * Ticked: shown.
 * @template T
 * @param {string} label
 * @param {Set<T>} hidden
 * @param {T} what
 * @param {() => void} changed
 */
function box(label, hidden, what, changed) {
  const input = /** @type {HTMLInputElement} */ (
    el("input", { type: "checkbox", checked: !hidden.has(what) })
  );
  input.addEventListener("change", () => {
    if (input.checked) hidden.delete(what);
    else hidden.add(what);
    changed();
  });
  return el("label.check", null, input, label);
}
