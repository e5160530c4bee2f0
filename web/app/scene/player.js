// player.js: a scene of the storyboard on a run of its own: from step to step, forwards and back. A
// step waits for what happens in the run, never for time that passes; stepping back shows the run's
// past. What is drawn stands in panel.js, what the run is asked in asking.js.

import { api } from "../api.js";
import { showRun } from "../runs.js";
import { sayNote, sayStatus } from "../say.js";
import { report, setPace } from "../steer.js";
import { answerOf, inputOf, limitOf, lookAtTasks, questionBefore, since, untilOf } from "./asking.js";
import { mountSceneKeys } from "./keys.js";
import { Panel } from "./panel.js";
import { follow, freshState, keepState, keptState, noteSeen, OWN, ownScene } from "./state.js";
import { putAway, showView } from "./views.js";
import { fetchSceneWords, ps, stepText, titleOf } from "./words.js";

/**
 * @typedef {import("../rooms.js").Rooms} Rooms
 * @typedef {import("./types").Scene} Scene
 * @typedef {import("./types").State} State
 */

const TASKS_EVERY_MS = 1500;
const FASTEST = 1000; /* the run's highest speed */
const LOOK_AGAIN_MS = 200; /* the stream told that the run stands before the server was asked, or after */
const APART_MS = 0.001; /* what is done behind a step comes after its moment, and is found from there */

/** @type {Player | null} */
let player = null;

/** The scene that is played now, for who shows it to a room. */
export function playing() {
  return player;
}

export class Player {
  /**
   * @param {Scene} scene
   * @param {State} state
   * @param {Rooms} rooms with the scene's run on the stage
   */
  constructor(scene, state, rooms) {
    this.scene = scene;
    this.state = state;
    this.rooms = rooms;
    this.model = rooms.model;
    this.busy = false; /* a key that comes while a step is entered does not pile up */
    this.settling = false;
    this.hurried = false;
    this.looking = false;
    this.lookedAt = -Infinity;
    this.looked_us = -1;
    this.leaving = new AbortController();
    this.model.until.addEventListener("abort", () => this.goAway(), { signal: this.leaving.signal });
    this.panel = new Panel(this);
    mountSceneKeys(this, this.leaving.signal);
    const { signal } = this.leaving;
    this.model.on(["pace", "edge", "frame"], () => this.watch(), signal);
    this.model.on("run", () => {
      if (this.model.run?.run === this.state.run) void this.show(this.state.at);
      else if (!this.followTurn()) this.goAway();
    }, signal);
    this.model.on(["look", "replay", "pace"], () => this.panel.render(), signal);
    this.model.on("link", () => {
      if (this.model.link === "open") void this.rejoin().catch(report);
    }, signal);
  }

  get step() {
    return this.scene.steps[this.state.at];
  }

  /** Is the step that is shown the farthest one reached? */
  get atFront() {
    return this.state.at === this.state.front;
  }

  /** What the lecturer may say about the step that is shown; nobody else sees it. */
  get notes() {
    return stepText(this.scene, this.step, "notes");
  }

  // ---- from step to step ----

  /** On: to the next step, or to the end of the one that runs. */
  async next() {
    const { state, scene } = this;
    if (state.front < 0) return; /* it has not begun */
    if (!this.atFront) await this.show(state.at + 1);
    else if (state.running) await this.once(() => this.hurry());
    else if (state.front < scene.steps.length - 1) {
      if (!state.failed) await this.once(() => this.enter(state.front + 1));
    } else if (scene.next) location.hash = `scene=${encodeURIComponent(scene.next)}`;
  }

  async back() {
    if (this.state.at > 0) await this.show(this.state.at - 1);
  }

  /** @param {number} at a step that was reached before */
  goTo(at) {
    return at <= this.state.front ? this.show(at) : Promise.resolve();
  }

  /**
   * One thing at a time; what goes wrong is said.
   * @param {() => Promise<void>} act
   */
  async once(act) {
    if (this.busy) return;
    this.busy = true;
    this.panel.render();
    try {
      await act();
    } catch (error) {
      report(error);
    } finally {
      this.busy = false;
      if (!this.leaving.signal.aborted) this.panel.render();
    }
  }

  /**
   * The next step, for the first time: from here on the run stands, but in a step that lets it go.
   * @param {number} at
   */
  async enter(at) {
    const { state, scene } = this;
    const before = scene.steps[at - 1];
    this.toPresent();
    const t_ms = await setPace(this.model, { paused: true });
    if (t_ms === null) return;
    if (before?.beat === "turn") await this.lookAtTurn(at - 1);
    const t_us = Math.max(Math.round(t_ms * 1000), state.moments_us[at - 1] ?? 0);
    await setPace(this.model, { advance_ms: APART_MS });
    await this.takeAnswer(at);
    state.front = at;
    state.at = at;
    state.moments_us[at] = t_us;
    noteSeen(scene, state);
    putAway(this.rooms);
    const { beat, speed = 1 } = scene.steps[at];
    if (beat === "run") await this.run(t_us);
    else if (beat === "turn") await setPace(this.model, { speed });
    this.tellStep();
    await this.look(at);
  }

  /**
   * A step that has been before, at its moment of the run.
   * @param {number} at
   */
  async show(at) {
    const { state } = this;
    const { replay } = this.rooms;
    state.at = at;
    putAway(this.rooms);
    const t_us = state.moments_us[at];
    const standing = !state.running && this.scene.steps[state.front].beat !== "turn";
    if (at === state.front || (standing && t_us + 1e3 * APART_MS * state.front >= this.model.edge_us)) this.toPresent();
    else await replay.seekTo(t_us);
    if (this.leaving.signal.aborted || state.at !== at) return;
    this.tellStep();
    await this.look(at);
  }

  /**
   * What the step shows beside its words. Two runs side by side take a while: who has stepped on
   * meanwhile does not get them.
   * @param {number} at
   */
  async look(at) {
    const { state, scene, rooms } = this;
    await showView(rooms, scene.steps[at], state, state.moments_us[at]);
    if (this.leaving.signal.aborted) return;
    if (state.at !== at && this.step.view !== "compare" && rooms.comparing?.isOpen) rooms.comparing.close();
    this.panel.focus();
  }

  toPresent() {
    const { replay } = this.rooms;
    if (replay.inPast) replay.toLive();
  }

  tellStep() {
    keepState(this.state);
    this.panel.render();
    document.dispatchEvent(new CustomEvent("scene-step")); /* for a room that follows */
    const { step, scene } = this;
    sayStatus(stepText(scene, step, step.beat === "predict" ? "question" : "caption") || ps(`beat.${step.beat}`));
  }

  // ---- a step that runs ----

  /** @param {number} from_us */
  async run(from_us) {
    const { state, step } = this;
    for (const input of step.do ?? []) await api.input(state.run, inputOf(input, state.who));
    state.running = { from_us, by_hand: false };
    keepState(state);
    if (!step.do || !(await this.cameAtOnce(from_us))) await this.goOn();
  }

  /**
   * What the inputs of a step have caused has happened before the run goes on: was it what is waited for?
   * @param {number} from_us
   */
  async cameAtOnce(from_us) {
    const found = await since(this.state.run, from_us, this.step.until ?? "");
    if (found.found && this.state.running) this.arrive(found, from_us);
    return found.found;
  }

  /** Lets it go to its condition: at its speed, or at once where nothing is to move. */
  async goOn() {
    const { state, scene, model } = this;
    if (!state.running) return;
    const step = scene.steps[state.front];
    state.running.by_hand = false;
    const until = untilOf(step, state.running.from_us);
    model.clock.thaw();
    await setPace(model, model.look.still ? { until } : { until, speed: step.speed ?? 1 });
  }

  /**
   * Its end, at once. A run that goes on keeps what it waits for, and is only made faster: it may have come to
   * its end just now, and whoever let it go again would lead it past that.
   */
  async hurry() {
    const { state, step, model } = this;
    if (!state.running) return;
    if (await this.cameAtOnce(state.running.from_us)) {
      keepState(state); /* it stands there already, unseen: it must not run past it */
      await setPace(model, { paused: true });
      return;
    }
    if (!state.running) return;
    this.toPresent();
    model.clock.thaw();
    if (!state.running.by_hand) {
      this.hurried = true;
      await setPace(model, { speed: FASTEST });
      return;
    }
    state.running.by_hand = false;
    await setPace(model, { until: untilOf(step, state.running.from_us) });
  }

  /** A step that was hurried leaves the run at the speed that it found. */
  async slowDown() {
    if (!this.hurried) return;
    this.hurried = false;
    await setPace(this.model, { speed: this.scene.steps[this.state.front].speed ?? 1 });
  }

  /** The link is back. The program may have begun again, and then the run goes on and knows of nothing
   * to wait for. */
  async rejoin() {
    const { state, scene, model } = this;
    const { running } = state;
    if (!running || running.by_hand || this.settling) return;
    this.settling = true;
    try {
      const found = await since(state.run, running.from_us, scene.steps[state.front].until ?? "");
      if (state.running !== running || this.leaving.signal.aborted) return;
      if (found.found) await setPace(model, { paused: true });
      else await this.goOn();
    } finally {
      this.settling = false;
    }
    this.watch();
  }

  /** The run has moved, or has come to a stand: is it what was waited for? */
  watch() {
    const { state, model, rooms } = this;
    if (this.leaving.signal.aborted) return;
    const { replay } = rooms;
    const now = replay.inPast ? replay.livePace.state : model.pace.state;
    if (state.running && !this.settling && now !== "held") {
      const late = model.edge_us >= limitOf(this.scene.steps[state.front], state.running.from_us);
      if (state.running.by_hand && now === "live") void this.once(() => this.goOn());
      else if ((!state.running.by_hand && now !== "live") || late) void this.settle();
    }
    if (!state.running && this.scene.steps[state.front]?.beat === "turn") this.watchTurn();
  }

  async settle() {
    this.settling = true;
    try {
      await this.judge();
    } catch (error) {
      report(error);
    } finally {
      this.settling = false;
    }
    if (this.state.running) window.setTimeout(() => this.watch(), LOOK_AGAIN_MS);
  }

  async judge() {
    const { state, scene } = this;
    const { running } = state;
    if (!running) return;
    const step = scene.steps[state.front];
    const info = await api.run(state.run);
    const t_us = Math.round(info.t_ms * 1000);
    const late = t_us >= limitOf(step, running.from_us);
    if ((info.state === "live" && !late) || info.state === "held") return;
    const found = await since(state.run, running.from_us, step.until ?? "");
    if (state.running !== running || this.leaving.signal.aborted) return;
    if (found.found || late || info.state !== "paused") await this.slowDown();
    if (state.running !== running) return;
    if (found.found) this.arrive(found, t_us);
    else if (late || info.state !== "paused") {
      state.running = null;
      state.failed = true;
      void setPace(this.model, { paused: true });
      sayStatus(ps("failed.title"));
    } else running.by_hand = true;
    keepState(state);
    this.panel.render();
  }

  /**
   * What the step waited for has come.
   * @param {import("../types").Found} found
   * @param {number} t_us where the run stands
   */
  arrive(found, t_us) {
    const { state } = this;
    const event = /** @type {{node?: string, peer?: string} | undefined} */ (found.event);
    state.moments_us[state.front] = Math.max(Math.round(found.t_ms * 1000), t_us);
    state.who = { node: event?.node, peer: event?.peer };
    state.running = null;
    sayStatus(ps("said.came"));
  }

  // ---- questions, and what the run says ----

  /** @param {string} option of the question that is shown */
  vote(option) {
    const { state, scene, step } = this;
    const asked = step.beat === "predict" ? state.at : questionBefore(scene, state.at);
    if (asked < 0 || (step.beat === "predict" && !this.atFront)) return;
    const { id } = scene.steps[asked];
    const when = step.beat === "predict" ? "before" : "after";
    state.votes[id] = { ...state.votes[id], [when]: option };
    keepState(state);
    this.panel.render();
  }

  /** @param {number} at the first step behind a run asks it for the answer */
  async takeAnswer(at) {
    const { state, scene } = this;
    const asked = questionBefore(scene, at);
    const { beat } = scene.steps[at];
    if (asked < 0 || beat === "run" || beat === "predict") return;
    const question = scene.steps[asked];
    state.answers[question.id] ??= await answerOf(state, question, state.moments_us[asked]);
  }

  // ---- your turn ----

  watchTurn() {
    const { model, state } = this;
    if (this.looking || model.edge_us === this.looked_us || performance.now() - this.lookedAt < TASKS_EVERY_MS) return;
    this.lookAtTurn(state.front).catch(report);
  }

  /** @param {number} at */
  async lookAtTurn(at) {
    const { state, scene, model } = this;
    this.looking = true;
    this.lookedAt = performance.now();
    this.looked_us = model.edge_us;
    try {
      const done = Object.keys(state.tasks).length;
      if (!(await lookAtTasks(state, scene.steps[at], state.moments_us[at]))) return;
      keepState(state);
      noteSeen(scene, state);
      sayStatus(ps(Object.keys(state.tasks).length > done ? "said.task" : "said.spoiled"));
      this.panel.render();
    } finally {
      this.looking = false;
    }
  }

  /** In one's own turn the past may be touched: the mission goes on in the branch that this opens. */
  followTurn() {
    const { state, scene, model } = this;
    const inTurn = scene.steps[state.front]?.beat === "turn" && !state.running;
    if (!inTurn || !model.run || !follow(state, model.run)) return false;
    this.looked_us = -1;
    void this.show(state.front);
    return true;
  }

  // ---- coming and going ----

  again() {
    return openScene(this.scene.name, () => this.rooms);
  }

  /** The panel goes; the run stays. @param {boolean} [forget] the scene is over for this visit */
  leave(forget = true) {
    if (this.leaving.signal.aborted) return;
    this.leaving.abort();
    if (player === this) player = null;
    if (!this.model.until.aborted) putAway(this.rooms);
    this.panel.remove();
    if (forget) keepState(null);
  }

  /** Another run is on the stage: the scene waits. */
  goAway() {
    const { run } = this.state;
    const title = titleOf(this.scene);
    this.leave(false);
    sayNote(ps("away", { title }), { text: ps("away.back"), run: () => void showRun(run).catch(report) });
  }
}

/** @param {string} name @returns {Promise<Scene>} */
async function fetchScene(name) {
  const own = name === OWN ? ownScene() : null;
  return own ?? api.scene(name);
}

/**
 * A scene from its beginning, on a new run.
 * @param {string} name
 * @param {() => Rooms | null} rooms as they are once the run is on the stage
 */
export async function openScene(name, rooms) {
  const [scene] = await Promise.all([fetchScene(name), fetchSceneWords()]);
  const { scenario, seed, settings } = scene;
  const { run } = await api.createRun({ scenario, seed, settings, private: true, paused: true });
  player?.leave();
  await showRun(run);
  const here = rooms();
  if (!here || here.model.run?.run !== run) return;
  player = new Player(scene, freshState(scene, run), here);
  const { panel } = player;
  await panel.ready;
  await player.once(() => player?.enter(0) ?? Promise.resolve());
}

/**
 * The scene of the run that has come onto the stage, where this visit left it.
 * @param {Rooms} rooms
 */
export async function resumeScene(rooms) {
  const state = keptState();
  if (!state || player || state.run !== rooms.model.run?.run) return;
  const [scene] = await Promise.all([fetchScene(state.name), fetchSceneWords()]);
  if (player || rooms.model.run?.run !== state.run) return;
  player = new Player(scene, state, rooms);
  await player.panel.ready;
  await player.show(state.at);
  player?.watch();
}
