// pair.js: two runs in lockstep: one cursor over two models. Both are always shown at the same
// moment, to the microsecond: what either needs is asked for at once, and nothing is shown before
// both answers are here. The end is where both have come; playing on beyond it lets both runs be
// computed on, and follows. Nothing else is ever done to them.

import { api } from "./api.js";
import { beginTicks, MESSAGES_SPEED_MAX, Replay } from "./replay.js";

/**
 * @typedef {import("./types").RunInfo} RunInfo
 * @typedef {import("./types").Found} Found
 * @typedef {{t_us: number, rough: boolean}} Wish
 */

const AHEAD_WALL_US = 3_000_000; /* so much time of the wall is computed ahead of a cursor at the end */
const AHEAD_MIN_US = 100_000;
const ASK_AGAIN_MS = 150;
const STUCK_AFTER = 100; /* answers that all name the same moment: somebody else has stopped the run */

export class Pair {
  /** @param {new () => import("./model.js").Model} Model the system's */
  constructor(Model) {
    this.models = [new Model(), new Model()];
    this.replays = this.models.map((model) => new Replay(model));
    this.cursor_us = 0;
    this.direction = 0;
    this.speed = 1;
    this.waiting = false; /* for chunks, while playing */
    this.asking = false;
    this.advancing = false;
    /** The moment to be shown as soon as both sides are known; only the newest counts.
     * @type {Wish | null} */
    this.wish = null;
    this.generation = 0; /* answers about an earlier pair are dropped */
    this.edges_us = [0, 0];
    /** @type {(error: unknown) => void} */
    this.onProblem = () => {};
    /** The runs cannot be computed on: where they stand is the end.
     * @type {() => void} */
    this.onEnd = () => {};
    this.models.forEach((model, side) => {
      model.replay = this;
      this.replays[side].noteEdge = (edge_us) => this.noteEdge(side, edge_us);
    });
  }

  /** The side whose events and load stand on the common timeline. */
  get front() {
    return this.models[0];
  }

  get inPast() {
    return true;
  }

  get paired() {
    return true;
  }

  /** There is no live edge to go to. */
  get link() {
    return null;
  }

  /** Where both have come. */
  get end_us() {
    return Math.min(...this.edges_us);
  }

  /**
   * Two runs come onto the stages; both models show the same moment when this is done.
   * @param {RunInfo[]} runs
   * @param {number} at_us
   * @param {number} speed
   */
  enter(runs, at_us, speed) {
    this.leave();
    this.speed = speed;
    this.edges_us = runs.map((run) => Math.round(run.t_ms * 1000));
    this.cursor_us = Math.min(at_us, this.end_us);
    this.models.forEach((model, side) => {
      this.replays[side].reset();
      this.replays[side].mode = "past";
      model.enter({ ...runs[side], family: [] });
    });
    this.tellPace();
    this.tellEnd();
    return this.seekTo(at_us);
  }

  /** Nothing is asked for or moves any more. */
  leave() {
    this.generation += 1;
    this.direction = 0;
    this.wish = null;
    this.waiting = false;
    this.asking = false;
    this.advancing = false;
  }

  // ---- the cursor ----

  /** @param {number} t_us */
  seekTo(t_us) {
    this.stop();
    return this.want({ t_us, rough: false });
  }

  /** @param {number} t_us */
  scrubTo(t_us) {
    this.stop();
    return this.want({ t_us, rough: true });
  }

  toLive() {
    void this.seekTo(this.end_us);
  }

  /** @param {Wish} wish */
  want({ t_us, rough }) {
    this.wish = { t_us: Math.round(Math.min(Math.max(0, t_us), this.end_us)), rough };
    this.cursor_us = this.wish.t_us;
    this.tell("replay");
    return this.answerWishes();
  }

  async answerWishes() {
    if (this.asking) return;
    this.asking = true;
    const { generation } = this;
    try {
      while (this.wish !== null && generation === this.generation) await this.answer(this.wish);
    } catch (error) {
      if (generation !== this.generation) return;
      this.wish = null;
      this.onProblem(error);
    } finally {
      if (generation === this.generation) this.asking = false;
    }
  }

  /** @param {Wish} wish */
  async answer(wish) {
    const { generation } = this;
    const frames = await Promise.all(
      this.replays.map((replay) => replay.framesUpTo(wish.t_us, wish.rough)),
    );
    if (generation !== this.generation) return;
    if (this.wish === wish) this.wish = null;
    if (this.direction !== 0) return;
    this.replays.forEach((replay, side) => replay.showStill(frames[side], wish.t_us));
  }

  // ---- playing ----

  /** @param {1 | -1} direction */
  play(direction) {
    this.wish = null;
    const turning = this.direction === 0;
    this.direction = direction;
    this.tellPace();
    if (turning) beginTicks(this, this.front);
  }

  /** Stands still; the moment is then shown exactly. */
  pause() {
    if (this.direction === 0) return;
    void this.seekTo(this.cursor_us);
  }

  stop() {
    if (this.direction === 0) return;
    this.direction = 0;
    this.waiting = false;
    this.tellPace();
  }

  /** @param {number} speed */
  setSpeed(speed) {
    if (speed === this.speed) return;
    const layered = this.speed <= MESSAGES_SPEED_MAX || speed <= MESSAGES_SPEED_MAX;
    this.speed = speed;
    this.tellPace();
    if (this.direction === 0 && layered) void this.want({ t_us: this.cursor_us, rough: false });
  }

  /**
   * On to a moment near the cursor, as soon as both sides know it.
   * @param {number} next_us
   */
  async move(next_us) {
    if (this.direction > 0) this.keepAhead(next_us);
    const t_us = Math.round(Math.max(0, Math.min(next_us, this.end_us)));
    if (t_us === this.cursor_us && this.direction > 0) return; /* at the end: the runs go on */
    const { generation } = this;
    this.waiting = true;
    try {
      const chunks = await Promise.all(this.replays.map((replay) => replay.chunkAt(t_us)));
      if (generation !== this.generation || this.direction === 0) return;
      this.cursor_us = t_us;
      this.replays.forEach((replay, side) => {
        replay.showFrom(chunks[side], t_us);
        replay.prefetch(t_us);
      });
      if (t_us === 0 && this.direction < 0) this.pause();
    } catch (error) {
      if (generation !== this.generation) return;
      this.stop();
      this.onProblem(error);
    } finally {
      if (generation === this.generation) this.waiting = false;
    }
  }

  // ---- going on ----

  /**
   * Near the end both runs are computed on, a little further than the cursor will be.
   * @param {number} next_us
   */
  keepAhead(next_us) {
    const ahead_us = Math.round(Math.max(AHEAD_MIN_US, this.speed * AHEAD_WALL_US));
    if (this.advancing || next_us + ahead_us / 2 < this.end_us) return;
    void this.advanceTo(Math.max(this.end_us, Math.round(next_us)) + ahead_us);
  }

  /**
   * Lets both runs come as far as this. False when one of them cannot.
   * @param {number} t_us
   * @returns {Promise<boolean>}
   */
  async advanceTo(t_us) {
    const { generation } = this;
    this.advancing = true;
    try {
      const [a, b] = await Promise.all(this.models.map((_, side) => this.advance(side, t_us)));
      if (generation === this.generation && !(a && b)) this.giveUp();
      return a && b;
    } catch (error) {
      if (generation === this.generation) {
        this.giveUp();
        this.onProblem(error);
      }
      return false;
    } finally {
      if (generation === this.generation) this.advancing = false;
    }
  }

  giveUp() {
    if (this.direction > 0) this.toLive();
    this.onEnd();
  }

  /**
   * One run, until it has come there.
   * @param {number} side
   * @param {number} t_us
   */
  async advance(side, t_us) {
    const { generation } = this;
    const run = this.models[side].run?.run ?? "";
    if (this.edges_us[side] < t_us) {
      await api.pace(run, { advance_ms: (t_us - this.edges_us[side]) / 1000 });
    }
    let before_us = -1;
    for (let stuck = 0; this.edges_us[side] < t_us && stuck < STUCK_AFTER; stuck += 1) {
      await new Promise((resume) => setTimeout(resume, ASK_AGAIN_MS));
      if (generation !== this.generation) return false;
      const { t_ms, state } = await api.run(run);
      if (generation !== this.generation) return false;
      this.noteEdge(side, Math.round(t_ms * 1000));
      if (state === "finished" || state === "halted") break;
      if (this.edges_us[side] > before_us) stuck = 0;
      before_us = this.edges_us[side];
    }
    return this.edges_us[side] >= t_us;
  }

  /** @param {number} side @param {number} edge_us */
  noteEdge(side, edge_us) {
    if (edge_us <= this.edges_us[side]) return;
    const before_us = this.end_us;
    this.edges_us[side] = edge_us;
    if (this.end_us > before_us) this.tellEnd();
  }

  // ---- telling ----

  tellEnd() {
    for (const model of this.models) model.edge_us = this.end_us;
    this.tell("edge");
  }

  tellPace() {
    for (const replay of this.replays) {
      replay.cursor_us = this.cursor_us;
      replay.direction = this.direction;
      replay.speed = this.speed;
      replay.tellPace();
    }
  }

  /** @param {import("./types").Topic} topic */
  tell(topic) {
    for (const model of this.models) model.tell(topic);
  }

  /**
   * The nearer of what both sides find, up to the end.
   * @param {Record<string, string | number>} query
   * @returns {Promise<Found>}
   */
  async find(query) {
    const answers = await Promise.all(this.replays.map((replay) => replay.find(query)));
    const back = query.step === "previous";
    const found = answers
      .filter((one) => one.found && one.t_ms * 1000 <= this.end_us)
      .sort((one, other) => (back ? other.t_ms - one.t_ms : one.t_ms - other.t_ms));
    return found[0] ?? { found: false, t_ms: back ? 0 : this.end_us / 1000 };
  }
}
