// search.js: "Find a moment": which seed shows something worth showing? The server looks through
// seeds while the dialog is open; what it finds can be opened shortly before, or kept as a card.

import { api } from "./api.js";
import { keepCard } from "./cards.js";
import { el, fill, icon } from "./dom.js";
import { settingName } from "./fields.js";
import { followJob, isOver, showProgress } from "./jobs.js";
import { openDialog } from "./menu.js";
import { refusalText } from "./problem_words.js";
import { openMoment, scenarioTitle } from "./runs.js";
import { slowLine } from "./say.js";
import { report } from "./steer.js";
import { noteText } from "./tell.js";
import { humanise, number, systemTerm, systemTitle, t, virtualTime } from "./words.js";

/**
 * @typedef {import("./model.js").Model} Model
 * @typedef {import("./types").Job} Job
 * @typedef {import("./types").Hit} Hit
 * @typedef {Record<string, number | string | boolean>} Settings
 * @typedef {{id: string, condition: string, within: string, scenario?: string, settings?: Settings}} Moment
 */

const WITHIN = ["30s", "1m", "2m", "5m", "10m"];
const WITHIN_STANDARD = "1m";
const SEEDS_STANDARD = 1000;
const SEEDS_MAX = 100000;
const HITS_MAX = 20;
const CONDITION_BYTES_MAX = 400;

/** What the system suggests to look for.
 * @type {Moment[]} */
let moments = [];

/** @param {Moment[]} list */
export function setMoments(list) {
  moments = list;
}

/** @param {Model} model */
export function openSearch(model) {
  const run = model.run;
  if (!run) return;
  const { dialog, body } = openDialog("search", t("find.title"));
  const form = searchForm(model);
  const found = el("ol.hits", { "aria-label": t("find.hits") });
  const said = el("p.said", { role: "status" });
  const say = slowLine(said);
  const bar = /** @type {HTMLProgressElement} */ (
    el("progress", { "aria-label": t("find.progress"), hidden: true })
  );
  const go = el("button.main", { type: "submit" }, icon("search"), t("find.go"));
  const stop = el("button", { type: "button", hidden: true }, icon("close"), t("find.cancel"));
  /** @type {ReturnType<typeof followJob> | null} */
  let following = null;
  /* One of the two is there, and the focus does not fall out of the dialog with the other. */
  const swap = (/** @type {boolean} */ over) => {
    const focused = document.activeElement === go || document.activeElement === stop;
    stop.hidden = over;
    go.hidden = !over;
    if (focused) (over ? go : stop).focus({ preventScroll: true });
  };
  const show = (/** @type {Job} */ job, /** @type {Asked} */ asked) => {
    showProgress(bar, job);
    bar.hidden = isOver(job);
    swap(isOver(job));
    say(searchWords(job), isOver(job));
    showHits(found, model, job.result?.hits ?? [], asked);
  };
  const begin = async () => {
    following?.leave();
    following = null;
    const asked = form.read();
    fill(found);
    try {
      const { job } = await api.search({
        scenario: asked.scenario,
        until: asked.condition,
        first_seed: 1,
        last_seed: asked.seeds,
        within: asked.within,
        settings: asked.settings,
        hits: HITS_MAX,
      });
      following = followJob(job, (one) => show(one, asked));
      if (!dialog.open) following.leave();
    } catch (error) {
      said.textContent = "";
      report(error);
      fill(found, el("li.why", null, error instanceof Error ? error.message : String(error)));
    }
  };
  form.element.addEventListener("submit", (event) => {
    event.preventDefault();
    void begin();
  });
  stop.addEventListener("click", () => void following?.cancel());
  dialog.addEventListener("close", () => following?.leave());
  form.element.append(el("div.row", null, go, stop, bar, said));
  fill(body, el("p.lead", null, t("find.about")), form.element, found);
  go.focus({ preventScroll: true });
}

/**
 * What is asked for.
 * @typedef {{scenario: string, condition: string, called: string, within: string, seeds: number, settings: Settings}} Asked
 */

/**
 * Where, what, how long: the suggestions fill the fields in.
 * @param {Model} model
 */
function searchForm(model) {
  const run = /** @type {import("./types").RunInfo} */ (model.run);
  /** @type {Settings} */
  let extra = {};
  const scenario = /** @type {HTMLSelectElement} */ (
    el("select", { id: "find-scenario" }, ...model.scenarios.map((one) =>
      el("option", { value: one.name, selected: one.name === run.scenario }, one.title)))
  );
  const condition = /** @type {HTMLInputElement} */ (el("input", {
    id: "find-condition", type: "text", required: true, maxlength: CONDITION_BYTES_MAX, spellcheck: "false",
    autocomplete: "off", autocapitalize: "off", "aria-describedby": "find-names",
  }));
  const seeds = /** @type {HTMLInputElement} */ (el("input", {
    id: "find-seeds", type: "number", min: 1, max: SEEDS_MAX, step: 1, value: SEEDS_STANDARD, required: true,
  }));
  const within = /** @type {HTMLSelectElement} */ (
    el("select", { id: "find-within" }, ...WITHIN.map((one) =>
      el("option", { value: one, selected: one === WITHIN_STANDARD }, t(`find.within.${one}`))))
  );
  const beside = el("p.why");
  const tell = () => {
    beside.textContent = settingsWords(model, scenario.value, extra);
  };
  const chips = moments.map((moment) => el("button", {
    type: "button", "aria-pressed": "false", onclick: () => take(moment),
  }, t(`moment.${moment.id}`)));
  const take = (/** @type {Moment} */ moment) => {
    condition.value = moment.condition;
    within.value = moment.within;
    scenario.value = moment.scenario ?? run.scenario;
    extra = moment.settings ?? {};
    mark(moment);
    tell();
  };
  const mark = (/** @type {Moment | null} */ chosen) => chips.forEach((chip, index) =>
    chip.setAttribute("aria-pressed", String(moments[index] === chosen)));
  condition.addEventListener("input", () => mark(null));
  scenario.addEventListener("change", () => {
    extra = {};
    mark(null);
    tell();
  });
  if (moments.length > 0) take(moments[0]);
  const field = (/** @type {HTMLElement} */ control, /** @type {string} */ name) =>
    el("div.field", null, el("label", { for: control.id }, t(name)), control);
  const element = el("form.search", null,
    el("div.chips", { role: "group", "aria-label": t("find.suggestions") }, ...chips),
    field(condition, "find.condition"),
    namesOf(model),
    el("div.trio", null, field(scenario, "find.scenario"), field(within, "find.within"), field(seeds, "find.seeds")),
    beside);
  return {
    element,
    /** @returns {Asked} */
    read: () => ({
      scenario: scenario.value,
      condition: condition.value.trim(),
      called: chips.find((chip) => chip.getAttribute("aria-pressed") === "true")?.textContent ?? "",
      within: within.value,
      seeds: Number(seeds.value),
      settings: { ...(scenario.value === run.scenario ? run.settings : {}), ...extra },
    }),
  };
}

/**
 * Under which settings: those of this run, or of the other scenario, and what the suggestion needs.
 * @param {Model} model
 * @param {string} scenario
 * @param {Settings} extra
 */
function settingsWords(model, scenario, extra) {
  const own = scenario === model.run?.scenario;
  const base = own ? t("find.as_here") : t("find.as_there", { scenario: scenarioTitle(model, scenario) });
  const parts = Object.entries(extra).map(([key, value]) => `${settingName(key)}: ${valueWords(value)}`);
  return parts.length === 0 ? base : t("find.with", { base, settings: parts.join(" · ") });
}

/** @param {number | string | boolean} value */
function valueWords(value) {
  if (typeof value === "boolean") return t(value ? "switch.on" : "switch.off");
  return typeof value === "number" ? String(value) : (systemTerm("choices", value) ?? humanise(value));
}

/**
 * What a condition can name, to be looked up.
 * @param {Model} model
 */
function namesOf(model) {
  const list = (/** @type {string} */ title, /** @type {string[]} */ names) =>
    el("p", null, el("b", null, t(title)), ` ${names.join(", ")}`);
  const system = model.system;
  const subjects = system?.tables.find((table) => table.name === system.subject_table);
  return el("details.names", { id: "find-names" },
    el("summary", null, t("find.names")),
    el("p", null, t("find.language")),
    list("find.notes", (system?.notes ?? []).map((note) => note.name)),
    list("find.figures", (system?.figures ?? []).map((figure) => figure.name)),
    list("find.columns", (subjects?.columns ?? []).map((column) => column.name)));
}

/** @param {Job} job */
function searchWords(job) {
  const hits = job.result?.hits?.length ?? 0;
  const words = {
    done: number(job.progress.done),
    of: number(job.progress.of ?? 0),
    count: hits,
    found: number(hits),
    seeds: number(job.result?.seeds ?? job.progress.done),
  };
  if (job.state === "waiting") return t("find.waiting");
  if (job.state === "running") return t("find.running", words);
  if (job.state === "failed") return refusalText(job.problem ?? "");
  return t(hits === 0 ? "find.none" : "find.done", words);
}

/**
 * @param {HTMLElement} list
 * @param {Model} model
 * @param {Hit[]} hits
 * @param {Asked} asked
 */
function showHits(list, model, hits, asked) {
  const first = list.children.length === 0 && hits.length > 0;
  for (const hit of hits.slice(list.children.length)) {
    const text = hitText(model, hit);
    const title = t("find.hit", { seed: hit.seed, time: virtualTime(hit.t_ms * 1000, 1), text });
    const moment = { scenario: asked.scenario, seed: hit.seed, settings: asked.settings, t_ms: hit.t_ms };
    const keep = el("button", { type: "button", title: t("find.keep"), onclick: () => void kept() },
      icon("keep"), t("find.keep_word"));
    const kept = async () => {
      if (keep.getAttribute("aria-disabled") === "true") return;
      if (await keepCard(model, { ...moment, title: hit.kind ? text : asked.called || text, condition: asked.condition })) {
        keep.setAttribute("aria-disabled", "true");
        fill(keep, icon("verify"), t("find.kept"));
      }
    };
    list.append(el("li", null,
      el("span", null, title),
      el("div.pair", null,
        el("button", {
          type: "button", title: t("find.open_about"), "aria-label": t("find.open_one", { seed: hit.seed }),
          onclick: () => {
            /** @type {HTMLDialogElement | null} */ (list.closest("dialog"))?.close();
            void openMoment(moment);
          },
        }, icon("play"), t("find.open")),
        keep)));
  }
  if (first) list.previousElementSibling?.querySelector(".row")?.scrollIntoView({ block: "start" });
}

/**
 * What happened there. Figures come with their names of the API: "waiting 23, bounces 1".
 * @param {Model} model
 * @param {Hit} hit
 */
function hitText(model, hit) {
  if (hit.note) return noteText(model, hit.note);
  if (hit.kind) return hit.text;
  return hit.text.split(", ").map((part) => {
    const [name, value] = part.split(" ");
    return t("find.figure", { name: systemTitle("figures", name) ?? humanise(name), value });
  }).join(", ");
}
