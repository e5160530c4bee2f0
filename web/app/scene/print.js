// print.js: a scene as a handout: it is played here on a run of its own, at once, and the stage is drawn at
// each of its moments by the same code as on the page; beside it the words, the questions with boxes, and
// room to write. The answers are left out: the run gives them. What the lecturer may say is there on demand.

import { api } from "../api.js";
import { el, fill, icon } from "../dom.js";
import { Replay } from "../replay.js";
import { systemInfo } from "../systems.js";
import { fetchWords, setWords, virtualTime } from "../words.js";
import { loadPart } from "../../systems/catalogue.js";
import { inputOf, questionBefore, since, untilOf } from "./asking.js";
import { scenePicture } from "./picture.js";
import { freshState, OWN, ownScene } from "./state.js";
import { loadStyle } from "./style.js";
import { focusOf } from "./views.js";
import { choiceText, programText, ps, stepText, titleOf } from "./words.js";

/**
 * @typedef {import("./types").Scene} Scene
 * @typedef {import("./types").Step} Step
 * @typedef {import("./types").State} State
 * @typedef {import("../model.js").Model} Model
 */

const LOOK_EVERY_MS = 100;
const LINES = 2; /* to write on, below a question */
const SLOW = 0.1; /* a step at most this fast is about single messages */
const APART_MS = 0.001; /* as player.js has it */

/** @param {number} ms */
const wait = (ms) => new Promise((resolve) => window.setTimeout(resolve, ms));
const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));

/** The stage of one run, which shows any of its moments. */
class Easel {
  /** @param {HTMLElement} stage @param {Scene} scene @param {string} run */
  constructor(stage, scene, run) {
    this.stage = stage;
    this.scene = scene;
    this.run = run;
  }

  async open() {
    const [part, words] = await Promise.all([loadPart(this.scene.system), fetchWords(this.scene.system)]);
    setWords(words);
    this.model = new part.Model();
    this.model.system = systemInfo(this.scene.system);
    this.model.look = { density: "lecture", theme: "light", still: true };
    this.replay = new Replay(this.model);
    part.mountFrame(this.model, () => {});
    this.model.enter(await api.run(this.run));
    this.model.tell("look");
  }

  /**
   * The stage at a moment, as a picture.
   * @param {Step} step
   * @param {State} state
   * @param {number} t_us
   */
  async draw(step, state, t_us) {
    const { model, replay, stage } = this;
    const picture = /** @type {HTMLCanvasElement} */ (el("canvas", { role: "img", "aria-label": stepText(this.scene, step, "caption") || ps(`beat.${step.beat}`) }));
    if (!model || !replay) return picture;
    model.edge_us = Math.max(model.edge_us, t_us);
    replay.setSpeed((step.speed ?? 1) <= SLOW ? SLOW : 1);
    await replay.seekTo(t_us);
    const nodes = focusOf(step, state, model.plan?.node_names ?? []);
    model.setFocus(nodes.length > 0 ? { event: -1, node: nodes[0], from: -1, subject: -1, t_us, slice: new Set(), nodes } : null);
    for (let i = 0; i < 3; i++) await frame(); /* the ground is drawn in one, what stands on it in the next */
    const layers = /** @type {HTMLCanvasElement[]} */ ([...stage.querySelectorAll(":scope > canvas")]);
    picture.width = layers[0]?.width ?? 1;
    picture.height = layers[0]?.height ?? 1;
    const ctx = picture.getContext("2d");
    for (const layer of layers) {
      if (!ctx || layer.width === 0) continue;
      ctx.globalAlpha = Number(getComputedStyle(layer).opacity);
      ctx.drawImage(layer, 0, 0, picture.width, picture.height);
    }
    return picture;
  }
}

/**
 * Plays a step to its end. Answers the moment of it, or null when what it waited for did not come.
 * @param {Step} step
 * @param {State} state
 * @param {number} from_us
 * @returns {Promise<number | null>}
 */
async function play(step, state, from_us) {
  for (const input of step.do ?? []) await api.input(state.run, inputOf(input, state.who));
  let found = await since(state.run, from_us, step.until ?? ""); /* what an input caused at once */
  if (!found.found) {
    await api.pace(state.run, { until: untilOf(step, from_us) });
    while (["live", "held"].includes((await api.run(state.run)).state)) await wait(LOOK_EVERY_MS);
    found = await since(state.run, from_us, step.until ?? "");
  }
  const event = /** @type {{node?: string, peer?: string} | undefined} */ (found.event);
  state.who = { node: event?.node, peer: event?.peer };
  return found.found ? Math.round(found.t_ms * 1000) : null;
}

/**
 * The words of a step, with room to write.
 * @param {Scene} scene
 * @param {Step} step
 * @param {number} at
 * @param {number} t_us
 */
function words(scene, step, at, t_us) {
  const list = step.tasks ? "tasks" : "options";
  const again = step.beat === "vote_again" ? scene.steps[questionBefore(scene, at)] : step;
  const boxes = (again?.options ?? step.tasks ?? []).map((choice) =>
    el("li", null, el("span.box"), choiceText(scene, again ?? step, list, choice)));
  const lines = step.beat === "predict" || step.beat === "turn" ? LINES : 0;
  const caption = stepText(scene, step, "caption");
  const notes = stepText(scene, step, "notes");
  return el("div.words", null,
    el("h2", null, `${at + 1}. ${ps(`beat.${step.beat}`)} `, el("small", null, ps("print.at", { time: virtualTime(t_us) }))),
    caption ? el("p", null, caption) : null,
    step.question !== undefined || step.beat === "predict" ? el("p.asked", null, stepText(scene, step, "question")) : null,
    boxes.length > 0 ? el("ul", null, ...boxes) : null,
    lines > 0 ? el("p.second", null, ps("print.why")) : null,
    ...Array.from({ length: lines }, () => el("div.line")),
    notes ? el("p.notes", null, notes) : null);
}

/** The way back, paper, and whether the notes are on it; none of this is printed. */
function tools() {
  const notes = /** @type {HTMLInputElement} */ (el("input", { id: "with-notes", type: "checkbox" }));
  notes.addEventListener("change", () => document.documentElement.toggleAttribute("data-notes", notes.checked));
  return el("p.tools", null,
    el("a.button", { href: "/storyboard" }, icon("list"), ps("all")),
    el("label", null, notes, " ", ps("print.notes")), el("span.space"),
    el("button", { type: "button", onclick: () => window.print() }, ps("board.print")));
}

/**
 * What stands above the steps.
 * @param {Scene} scene
 */
function head(scene) {
  const { scenario, seed, name } = scene;
  const about = programText(name, "about") ?? scene.about ?? "";
  return el("header", null,
    el("div", null,
      el("h1", null, titleOf(scene)), el("p", null, about), el("p.brings", null, programText(name, "words") ?? ""),
      el("p.second", null, ps("print.run", { scenario, seed, name, origin: location.origin }))),
    name === OWN ? null : scenePicture(name));
}

/**
 * @param {string} name
 * @param {HTMLElement} root
 */
export async function printScene(name, root) {
  document.documentElement.dataset.theme = "light";
  document.documentElement.dataset.density = "lecture";
  document.documentElement.dataset.print = "making";
  const [scene] = await Promise.all([
    name === OWN ? ownScene() ?? api.scene(name) : api.scene(name), loadStyle("stage"), loadStyle("print"),
  ]);
  const { scenario, seed, settings } = scene;
  const { run } = await api.createRun({ scenario, seed, settings, private: true, paused: true });
  const state = freshState(scene, run);
  const making = el("p.making", { role: "status" });
  const stage = el("div.stage", { id: "stage" });
  const sheet = el("div.sheet");
  fill(root, tools(), head(scene), making, stage, el("p", { id: "caption", hidden: true }), sheet);
  const easel = new Easel(stage, scene, run);
  await easel.open();
  const whole = await fillSheet(scene, state, easel, making, sheet);
  const link = await api.link(run);
  making.textContent = whole ? "" : ps("print.stopped");
  sheet.append(el("p", null, ps("print.short", { id: link.short_id ?? `${run}, ${link.digest}` })));
  if (scene.sources?.length) sheet.append(el("p.second", null, `${ps("sources")}: ${scene.sources.join("; ")}.`));
  stage.remove();
  document.documentElement.dataset.print = "made";
  document.title = titleOf(scene);
}

/**
 * Step by step: plays it, and puts it onto the sheet, with a picture where there is another one to see.
 * @param {Scene} scene
 * @param {State} state
 * @param {Easel} easel
 * @param {HTMLElement} making
 * @param {HTMLElement} sheet
 */
async function fillSheet(scene, state, easel, making, sheet) {
  let drawn = "";
  let t_us = 0;
  for (const [at, step] of scene.steps.entries()) {
    making.textContent = ps("print.making", { at: at + 1, of: scene.steps.length });
    if (step.beat === "home") continue;
    await api.pace(state.run, { advance_ms: APART_MS });
    const came_us = step.beat === "run" ? await play(step, state, t_us) : t_us;
    t_us = came_us ?? Math.round((await api.run(state.run)).t_ms * 1000);
    const what = JSON.stringify([t_us, step.focus]);
    const follows = step.beat === "run" && scene.steps[at + 1]?.beat === "freeze"; /* shows the same, and says more */
    const picture = what === drawn || follows ? null : await easel.draw(step, state, t_us);
    if (picture) drawn = what;
    sheet.append(el("section", { "data-step": step.id }, picture, words(scene, step, at, t_us)));
    if (came_us === null) return false;
  }
  return true;
}
