// actions.js: the store's own part of the bar: a new price, a question, the mode, repair.

import { api } from "../../app/api.js";
import { el, fill } from "../../app/dom.js";
import { menuEntry } from "../../app/menu.js";
import { sayNote, sayStatus } from "../../app/say.js";
import { changeSetting, report, sendInput } from "../../app/steer.js";
import { humanise, listWord, number, systemTerm, systemTitle, t } from "../../app/words.js";

/** @typedef {import("./model.js").StoreModel} Model */

const LEVELS = ["eventual", "local"]; /* server/systems/kv/settings.c */
const FIRST_PRICE = 20;
const ANSWER_TRIES = 12;
const ANSWER_EVERY_MS = 400;
const BATCH_KEYS = 4; /* server/systems/kv/kv.h */
const ROWS_BACK = 2000; /* operations that end while one waits */

/**
 * @param {Model} model
 * @returns {import("../../app/ring/bar.js").Action[]}
 */
export function ownActions(model) {
  return [
    { id: "write", icon: "rename", entries: () => writeEntries(model), request: true },
    { id: "read", icon: "search", entries: () => readEntries(model), request: true },
    { id: "mode", icon: "policy", entries: () => modeEntries(model) },
    { id: "repair", icon: "return", run: () => void repair(model) },
  ];
}

/** @param {Model} model every replica compares with every other now */
async function repair(model) {
  sayStatus(t("said.repair"));
  for (const node of model.replicas.keys()) {
    if (!await sendInput(model, { type: "admin.repair", node: model.nodeName(node) })) return;
  }
}

/**
 * Which price the tags show; the menus act on it.
 * @param {Model} model
 * @param {() => void} chosen
 */
function keyChoice(model, chosen) {
  const select = /** @type {HTMLSelectElement} */ (el("select", {
    id: "store-key", "aria-label": t("store.key"),
    onchange: () => {
      model.showKey(Number(select.value));
      chosen();
    },
  }, ...(model.plan?.keys ?? []).map((name, key) => el("option", { value: key, selected: key === model.key }, name))));
  return select;
}

/**
 * @param {Model} model
 * @param {(node: number) => HTMLElement} entry for a home of the key
 */
function homeEntries(model, entry) {
  const list = el("div", { role: "group" });
  const render = () => fill(list, ...model.homes(model.key).map(entry));
  render();
  return [keyChoice(model, render), list];
}

/** @param {Model} model the keys of a batch that begins with the one shown */
function batch(model) {
  const names = (model.plan?.keys ?? []).slice(model.key, model.key + BATCH_KEYS);
  return { keys: names.length, first: names[0], last: names[names.length - 1] };
}

/**
 * @param {Model} model
 * @param {number} node
 * @param {"kv.batch_put" | "kv.batch_get"} type
 */
function batchEntry(model, node, type) {
  const { keys, first, last } = batch(model);
  return menuEntry({
    icon: type === "kv.batch_put" ? "order" : "search",
    text: t(type === "kv.batch_put" ? "store.write_batch" : "store.read_batch", { keys, letter: model.nodeLetter(node) }),
    second: t("store.batch", { first, last }),
    run: () => void operate(model, node, { type, keys }),
  });
}

/** @param {Model} model */
function writeEntries(model) {
  return homeEntries(model, (node) => {
    const known = (model.siblings(node, model.key) ?? []).map((one) => one.value);
    const value = Math.max(FIRST_PRICE - 1, ...known) + 1;
    const one = menuEntry({
      icon: "order",
      text: t("store.write", { letter: model.nodeLetter(node) }),
      second: number(value),
      run: () => void operate(model, node, { type: "kv.put", value }),
    });
    return el("div", { role: "group" }, one, batchEntry(model, node, "kv.batch_put"));
  });
}

/** @param {Model} model */
function readEntries(model) {
  const entry = (/** @type {number} */ node, /** @type {string} */ level) => menuEntry({
    icon: "search",
    text: t("store.read", { letter: model.nodeLetter(node) }),
    second: listWord(level) ?? humanise(level),
    run: () => void operate(model, node, { type: "kv.get", level }),
  });
  return homeEntries(model, (node) => el("div", { role: "group" }, ...LEVELS.map((level) => entry(node, level)),
    batchEntry(model, node, "kv.batch_get")));
}

/**
 * Does it and says what came back: the row of the table of operations that began at that moment.
 * @param {Model} model
 * @param {number} node
 * @param {Record<string, unknown>} what
 */
async function operate(model, node, what) {
  const run = model.run?.run ?? "";
  const { key } = model;
  const input = { ...what, key: model.keyName(key), replica: node };
  if (model.replay?.inPast) {
    await sendInput(model, input);
    return;
  }
  try {
    const { t_ms } = await api.input(run, input);
    const answer = await answerOf(model, run, { t_ms, key: model.keyName(key), node });
    if (answer && model.run?.run === run) sayNote(answer);
  } catch (error) {
    report(error);
  }
}

/**
 * @param {Model} model
 * @param {string} run
 * @param {{t_ms: number, key: string, node: number}} asked
 * @returns {Promise<string | null>} null: nothing has come in time
 */
async function answerOf(model, run, { t_ms, key, node }) {
  const over = ["ops_ok", "unavailable", "unknown"].reduce((sum, name) => sum + (model.figures[name] ?? 0), 0);
  for (let turn = 0; turn < ANSWER_TRIES; turn += 1) {
    await new Promise((done) => window.setTimeout(done, ANSWER_EVERY_MS));
    const { columns, rows } = await api.subjectsAfter(run, Math.max(0, over - ROWS_BACK), 2 * ROWS_BACK);
    const cell = (/** @type {any[]} */ row, /** @type {string} */ name) => row[columns.indexOf(name)];
    const row = rows.find((/** @type {any[]} */ one) =>
      Math.abs(Number(cell(one, "t_ms")) - t_ms) < 1 && cell(one, "key") === key &&
      cell(one, "replica") === model.nodeName(node));
    if (!row) continue;
    const result = String(cell(row, "result"));
    const good = cell(row, "batch") ? "store.batch_answer" : "store.answer";
    return t(result === "ok" ? good : "store.no_answer", {
      ...batch(model), promise: cell(row, "batch") ? t(`store.promise.${cell(row, "level")}`) : "", letter: model.nodeLetter(node), key, value: cell(row, "value"), result: listWord(result) ?? humanise(result),
      stale: Number(cell(row, "stale")) === 1 ? t("store.stale") : "",
    });
  }
  return null;
}

/** @param {Model} model */
function modeEntries(model) {
  const modes = (model.system?.settings.find((one) => one.key === "mode")?.choices ?? []).map((choice, mode) => menuEntry({
    text: systemTitle("choices", choice) ?? humanise(choice),
    second: systemTerm("choices", choice) ?? undefined,
    checked: mode === model.mode.wish,
    run: () => void changeSetting(model, "switch_to", choice),
  }));
  const choices = (/** @type {string} */ key) => {
    const info = model.system?.settings.find((one) => one.key === key);
    const now = model.run?.settings[key];
    return (info?.choices ?? []).map((choice) => menuEntry({
      text: systemTitle("choices", choice) ?? humanise(choice),
      second: systemTerm("choices", choice) ?? undefined,
      checked: choice === now,
      run: () => void changeSetting(model, key, choice),
    }));
  };
  const quorums = [[1, 1], [2, 2], [1, model.mode.n], [model.mode.n, 1]].map(([r, w]) => menuEntry({
    text: t("store.quorum", { r, w }),
    second: t(r + w > model.mode.n ? "store.overlap" : "store.miss"),
    checked: r === model.mode.r && w === model.mode.w,
    run: () => void changeSetting(model, "r", r).then(() => changeSetting(model, "w", w)),
  }));
  return [
    ...modes, document.createElement("hr"), ...quorums, document.createElement("hr"), ...choices("quorum"),
  ];
}
