// runs.js: which run is on the stage: scenario, seed, the same again, a new one, recent ones. The
// run of this page stands in the address, so that a reload comes back to it.

import { api } from "./api.js";
import { el, fill, icon } from "./dom.js";
import { sayStatus } from "./say.js";
import { report } from "./steer.js";
import { humanise, t, virtualTime } from "./words.js";

/** @typedef {import("./model.js").Model} Model */

/**
 * @typedef {{
 *   at_us?: number,
 *   selection?: number | null,
 *   carried?: unknown,
 * }} Where the moment to show, and what of the page goes along to the other run
 */

/** @type {(run: string, where?: Where) => Promise<void>} */
let enter = async () => {};

/**
 * Who shows a run: the start of the page says it.
 * @param {(run: string, where?: Where) => Promise<void>} show
 */
export function setEnter(show) {
  enter = show;
}

/**
 * Puts a run on the stage.
 * @param {string} run
 * @param {Where} [where]
 */
export function showRun(run, where) {
  return enter(run, where);
}

/** @type {(model: Model) => void} */
let find = () => {};

/**
 * Who looks for moments: the search, which itself shows runs.
 * @param {(model: Model) => void} open
 */
export function setFind(open) {
  find = open;
}

/** The run named in the address, or "". */
export function runInAddress() {
  return new URLSearchParams(location.hash.slice(1)).get("run") ?? "";
}

/** The moment named in the address, or undefined when it is the present. */
export function momentInAddress() {
  const text = new URLSearchParams(location.hash.slice(1)).get("t");
  const ms = text === null ? NaN : Number(text);
  return Number.isFinite(ms) && ms >= 0 ? Math.round(ms * 1000) : undefined;
}

/**
 * @param {string} run
 * @param {number} [at_us] the moment of the past that is shown
 */
export function putInAddress(run, at_us) {
  const moment = at_us === undefined ? "" : `&t=${at_us / 1000}`;
  history.replaceState(null, "", `#run=${encodeURIComponent(run)}${moment}`);
}

/**
 * The two runs side by side in the address, and the moment of the run that one comes back to.
 * @returns {{a: string, b: string, back_us: number | undefined} | null}
 */
export function pairInAddress() {
  const words = new URLSearchParams(location.hash.slice(1));
  const [a, b] = (words.get("compare") ?? "").split(",");
  if (!a || !b) return null;
  const back = words.get("back");
  return { a, b, back_us: back === null ? undefined : Math.round(Number(back) * 1000) };
}

/**
 * @param {string} a
 * @param {string} b
 * @param {number} at_us
 * @param {string} run one comes back to it
 * @param {number} [back_us] the moment of its past that was shown
 */
export function putPairInAddress(a, b, at_us, run, back_us) {
  const pair = `compare=${encodeURIComponent(a)},${encodeURIComponent(b)}&t=${at_us / 1000}`;
  const back = back_us === undefined ? "" : `&back=${back_us / 1000}`;
  history.replaceState(null, "", `#${pair}&run=${encodeURIComponent(run)}${back}`);
}

/**
 * A new run of a scenario.
 * @param {string} scenario
 * @param {number | undefined} seed none: a fresh one
 * @param {Record<string, number | string | boolean>} [settings] none: the scenario's
 */
export async function startRun(scenario, seed, settings) {
  try {
    const answer = await api.createRun({ scenario, seed, settings, private: true });
    await enter(answer.run);
  } catch (error) {
    report(error);
  }
}

const BEFORE_S = 2; /* virtual: so long before a moment the run stands */

/**
 * A new run that stands shortly before a moment.
 * @param {{scenario: string, seed: number, settings: Record<string, number | string | boolean>, t_ms: number}} moment
 */
export async function openMoment({ scenario, seed, settings, t_ms }) {
  const stop_ms = Math.floor(t_ms / 1000 - BEFORE_S) * 1000;
  try {
    const { run } = await api.createRun({ scenario, seed, settings, private: true });
    await api.pace(run, stop_ms > 0 ? { until: `t_ms >= ${stop_ms}` } : { paused: true });
    await enter(run);
    sayStatus(t("said.before", { seconds: BEFORE_S }));
  } catch (error) {
    report(error);
  }
}

/** @param {Model} model */
export function restartRun(model) {
  if (model.run) void startRun(model.run.scenario, Number(model.run.seed));
}

/**
 * The same seed under another setting that is fixed from the start; the others as they are now.
 * @param {Model} model
 * @param {string} key
 * @param {number | string | boolean} value
 */
export async function restartWith(model, key, value) {
  const run = model.run;
  if (!run) return;
  sayStatus(t("said.restart_with", { seed: run.seed }));
  await startRun(run.scenario, Number(run.seed), { ...run.settings, [key]: value });
}

/** @param {Model} model */
export function newSeed(model) {
  if (model.run) void startRun(model.run.scenario, undefined);
}

/**
 * A scenario's name for people.
 * @param {Model} model
 * @param {string} name
 */
export function scenarioTitle(model, name) {
  const known = model.scenarios.find((scenario) => scenario.name === name);
  return known?.title ?? humanise(name.split("/").pop() ?? name);
}

/**
 * The section of the drawer.
 * @param {Model} model
 */
export function runSection(model) {
  const run = model.run;
  const about = el("p.why");
  const select = /** @type {HTMLSelectElement} */ (
    el("select", { id: "scenario", onchange: () => tell() }, ...model.scenarios.map((scenario) =>
      el(
        "option",
        { value: scenario.name, selected: scenario.name === run?.scenario },
        scenario.title,
      ))));
  const tell = () => fill(
    about,
    model.scenarios.find((scenario) => scenario.name === select.value)?.about ?? "",
  );
  const seed = /** @type {HTMLInputElement} */ (
    el(
      "input",
      {
        id: "seed",
        type: "text",
        inputmode: "numeric",
        value: run?.seed ?? "",
        autocomplete: "off",
      },
    )
  );
  const start = el("button", { type: "button", onclick: () => {
    const number = seed.value.trim() === "" ? undefined : Number(seed.value);
    void startRun(select.value, number);
  } }, icon("play"), t("run.start"));
  const recent = /** @type {HTMLSelectElement} */ (
    el("select", { id: "recent", onchange: () => void enter(recent.value) })
  );
  void fillRecent(recent, model);
  tell();
  return [
    el("div.field", null, el("label", { for: "scenario" }, t("run.scenario")), select),
    about,
    el("div.field", null, el("label", { for: "seed" }, t("run.seed")), seed),
    el("div.buttons", null, start,
      el(
        "button",
        { type: "button", onclick: () => restartRun(model) },
        icon("restart"),
        t("run.again"),
      ),
      el(
        "button",
        { type: "button", onclick: () => newSeed(model) },
        icon("dice"),
        t("run.fresh"),
      )),
    el(
      "div.buttons.one",
      null,
      el(
        "button",
        { type: "button", onclick: () => find(model) },
        icon("search"),
        t("find.title"),
      ),
    ),
    el("div.field", null, el("label", { for: "recent" }, t("run.recent")), recent),
    el(
      "p.why",
      null,
      t("run.digest", { run: run?.run ?? "", digest: String(run?.digest ?? "").slice(0, 12) }),
    ),
  ];
}

/** @param {HTMLSelectElement} select @param {Model} model */
async function fillRecent(select, model) {
  try {
    const answer = await api.runs();
    const runs = /** @type {import("./types").RunInfo[]} */ (
      Array.isArray(answer) ? answer : answer.runs
    );
    fill(select, ...runs.slice(0, 30).map((run) =>
      el("option", { value: run.run, selected: run.run === model.run?.run },
        t(
          "run.entry",
          {
            title: scenarioTitle(model, run.scenario),
            seed: run.seed,
            time: virtualTime(run.t_ms * 1000, 0),
          },
        ))));
  } catch (error) {
    report(error);
  }
}
