// replay.js: the viewer's own cursor. It shows any moment of the past, and plays from there
// forwards and backwards; the run itself, and whoever else looks at it, never notice.
//
// The past comes in chunks of frames on a fixed grid of virtual time, each with a run-up: a minute
// of coarse frames and a moment of fine ones before its first. What is drawn is so a function of
// the chunk and the virtual time alone: played backwards, the same pictures come in reverse. Where
// the cursor stands still, a run-up of its own ends exactly there, to the microsecond.

import { api } from "./api.js";
import { VirtualClock } from "./clock.js";

/**
 * @typedef {import("./model.js").Model} Model
 * @typedef {import("./live.js").LiveLink} LiveLink
 * @typedef {import("./types").Frame} Frame
 * @typedef {import("./types").Topic} Topic
 * @typedef {{frames: Frame[], first: number, to_us: number}} Chunk first: the frame where it begins
 * @typedef {{from_us: number, to_us: number, step_us: number}} Stretch
 */

const FRAME_WALL_US = 100_000; /* a frame so often, as the live stream has them */
const CHUNK_FRAMES = 40;
const CHUNKS_KEPT = 6;
const RUN_UP_FRAMES = 16;
const RUN_UP_STEP_MIN_US = 100_000;
const RUN_UP_US = 60_000_000;
const RUN_UP_COARSE_US = 2_000_000;
const REQUEST_US_MAX = 3_600_000_000; /* the server's limit of one request */
export const MESSAGES_SPEED_MAX = 0.1; /* faster, single messages cannot be followed */
const TICK_MS_MAX = 250; /* a browser that was busy for longer does not jump */
const STILL_MS = 1000; /* reduced motion: a new still picture so often */

/** @type {Topic[]} */
const EVERYTHING = ["frame", "view", "events", "figures", "points", "verdicts", "faults"];

/**
 * Of a keyframe that is not needed for anything else: the messages under way.
 * @param {Frame} frame
 * @returns {Frame}
 */
function flightsOnly({ h, t, flights }) {
  return { h: [h[0], h[1], h[2], h[3], h[4], h[4], h[6]], t, flights };
}

/**
 * Moves a cursor with the wall clock until it stands still.
 * @param {{
 *   direction: number, speed: number, cursor_us: number, waiting: boolean,
 *   move: (next_us: number) => Promise<void>,
 * }} cursor
 * @param {Model} model whose look says whether pictures move or follow each other
 */
export function beginTicks(cursor, model) {
  let tickedAt = performance.now();
  const tick = () => {
    if (cursor.direction === 0) return;
    requestAnimationFrame(tick);
    const { still } = model.look;
    const wall = performance.now();
    const elapsed = wall - tickedAt;
    if (still && elapsed < STILL_MS) return;
    tickedAt = wall;
    if (cursor.waiting) return;
    const ms = still ? STILL_MS : Math.min(elapsed, TICK_MS_MAX);
    void cursor.move(cursor.cursor_us + cursor.direction * cursor.speed * ms * 1000);
  };
  requestAnimationFrame(tick);
}

export class Replay {
  /**
   * @param {Model} model what it shows; only one replay belongs to a model
   * @param {LiveLink | null} link where "live" is; none: the past is all there is
   */
  constructor(model, link = null) {
    this.model = model;
    this.link = link;
    /** live: the link's frames are shown; past: the cursor's moment; joining: on the way back.
     * @type {"live" | "past" | "joining"} */
    this.mode = "live";
    this.cursor_us = 0;
    this.direction = 0; /* 1 forwards, -1 backwards, 0 standing */
    this.speed = 1;
    /** The pace of the run itself, which goes on meanwhile. */
    this.livePace = model.pace;
    /** @type {Map<string, Promise<Chunk>>} */
    this.chunks = new Map();
    /** @type {Chunk | null} */
    this.shown = null;
    this.applied = -1; /* the newest frame of `shown` that the model knows */
    this.generation = 0; /* answers to what was asked before are dropped */
    /** @type {number | null} */
    this.wanted_us = null;
    this.scrubbing = false;
    this.asking = false;
    this.waiting = false; /* for a chunk, while playing */
    /** @type {(error: unknown) => void} */
    this.onProblem = () => {};
    /** Who else wants to see what was fetched.
     * @type {(frames: Frame[]) => void} */
    this.onFrames = () => {};
    model.replay = this;
  }

  get paired() {
    return false;
  }

  /** Does this viewer look at the past? */
  get inPast() {
    return this.mode !== "live";
  }

  /** Asked for the present, which is not here yet: what is done now is done to the run. */
  get joining() {
    return this.mode === "joining";
  }

  /** Another run is on the stage. */
  reset() {
    this.mode = "live";
    this.direction = 0;
    this.scrubbing = false;
    this.forgetChunks();
  }

  forgetChunks() {
    this.generation += 1;
    this.chunks.clear();
    this.shown = null;
    this.applied = -1;
    this.wanted_us = null;
    this.waiting = false;
  }

  // ---- from the live link ----

  /**
   * A frame of the live link: shown when this viewer is live, else it only tells the edge.
   * @param {Frame} frame
   */
  receive(frame) {
    const { model } = this;
    if (frame.pace) this.livePace = frame.pace;
    if (this.mode === "joining" && frame.h[5] === 0) this.join(frame);
    else if (this.mode === "live") {
      const first = model.wantsPast();
      model.applyFrame(frame, performance.now());
      if (first) void this.recall(frame.t);
    } else {
      model.edge_us = frame.t;
      model.tell("edge");
    }
  }

  /** @param {Frame} frame a keyframe of the present */
  join(frame) {
    const { model } = this;
    this.mode = "live";
    this.forgetChunks();
    model.rewind();
    model.clock = new VirtualClock();
    model.pace = this.livePace;
    model.applyFrame(frame, performance.now());
    model.tell("replay", "pace", ...EVERYTHING);
    void this.recall(frame.t);
  }

  /**
   * A keyframe knows nothing of the minute before it: what is shown of that is asked for.
   * @param {number} t_us
   */
  async recall(t_us) {
    const { model, generation } = this;
    const from_us = Math.max(0, t_us - RUN_UP_US);
    const past = new /** @type {new () => Model} */ (model.constructor)();
    past.plan = model.plan;
    past.rewind();
    try {
      const frames = await this.fetchChain([{ from_us, to_us: t_us, step_us: RUN_UP_COARSE_US }]);
      for (const frame of frames) past.takeFrame(frame, new Set());
    } catch {
      return; /* the figure begins with what this page has seen itself */
    }
    if (generation !== this.generation || this.mode !== "live") return;
    model.takePast(past, t_us);
  }

  /** Back to the present; what was shown stays until its first frame is here. */
  toLive() {
    if (this.mode === "live") return;
    if (!this.link) {
      void this.seekTo(this.model.edge_us);
      return;
    }
    this.stop();
    this.forgetChunks();
    this.mode = "joining";
    this.link.reopen();
    this.model.tell("replay", "pace");
  }

  // ---- the cursor ----

  /**
   * Shows a moment of the past, and stands there.
   * @param {number} t_us
   */
  seekTo(t_us) {
    this.stop();
    this.scrubbing = false;
    return this.want(t_us);
  }

  /**
   * The cursor follows a hand: the thumb at once, the world as soon as the server answers, always
   * to the newest place. Ends with seekTo().
   * @param {number} t_us
   */
  scrubTo(t_us) {
    this.stop();
    this.scrubbing = true;
    return this.want(t_us);
  }

  /** @param {number} t_us */
  want(t_us) {
    this.enterPast();
    this.wanted_us = Math.round(Math.min(Math.max(0, t_us), this.model.edge_us));
    this.cursor_us = this.wanted_us;
    this.model.tell("replay");
    return this.answerWants();
  }

  /** Leaves the present, at the moment that is shown. */
  enterPast() {
    const { model } = this;
    if (this.mode === "past") return;
    if (this.mode === "live") {
      this.cursor_us = Math.max(0, model.clock.shown_us);
      this.livePace = model.pace;
      this.speed = model.pace.speed;
    }
    this.mode = "past";
    model.clock.drive(this.cursor_us, false);
    this.tellPace();
  }

  /** One request at a time; only the newest wish counts. */
  async answerWants() {
    if (this.asking) return;
    this.asking = true;
    try {
      while (this.wanted_us !== null && this.mode === "past") {
        const t_us = this.wanted_us;
        const { generation } = this;
        const frames = await this.framesUpTo(t_us, this.scrubbing);
        if (generation !== this.generation) continue;
        if (this.mode !== "past") break;
        if (this.wanted_us === t_us) this.wanted_us = null;
        if (this.direction === 0) this.showStill(frames, t_us);
      }
    } catch (error) {
      this.wanted_us = null;
      this.onProblem(error);
    } finally {
      this.asking = false;
    }
  }

  /**
   * The thumb is where the newest wish is, also while the picture still follows.
   * @param {Frame[]} frames
   * @param {number} t_us where they end
   */
  showStill(frames, t_us) {
    this.shown = { frames, first: frames.length - 1, to_us: t_us };
    this.applied = -1;
    this.show(t_us, this.wanted_us ?? t_us);
  }

  // ---- playing ----

  /** @param {1 | -1} direction */
  play(direction) {
    this.enterPast();
    this.scrubbing = false;
    this.wanted_us = null;
    const turning = this.direction === 0;
    this.direction = direction;
    this.tellPace();
    if (turning) beginTicks(this, this.model);
  }

  /** Stands still; the moment is then shown exactly. */
  pause() {
    if (this.direction === 0) return;
    this.stop();
    void this.want(this.cursor_us);
  }

  stop() {
    if (this.direction === 0) return;
    this.direction = 0;
    this.waiting = false;
    if (this.mode === "past") this.tellPace();
  }

  /** @param {number} speed */
  setSpeed(speed) {
    if (speed === this.speed) return;
    const layered = this.speed <= MESSAGES_SPEED_MAX || speed <= MESSAGES_SPEED_MAX;
    this.speed = speed;
    this.tellPace();
    if (this.direction === 0 && layered && this.mode === "past") void this.want(this.cursor_us);
  }

  /** What the page shows as pace while it looks at the past: the cursor's. */
  tellPace() {
    const { model } = this;
    model.pace = { state: this.direction === 0 ? "paused" : "live", speed: this.speed };
    model.clock.drive(this.cursor_us, this.direction !== 0);
    model.tell("pace", "replay");
  }


  /**
   * On to a moment near the cursor, if its chunk is here; else it is fetched and the cursor waits.
   * @param {number} next_us
   */
  async move(next_us) {
    const { model } = this;
    if (this.direction > 0 && next_us >= model.edge_us) {
      if (this.link) this.toLive();
      else await this.seekTo(model.edge_us);
      return;
    }
    const t_us = Math.round(Math.max(0, next_us));
    const { generation } = this;
    this.waiting = true;
    try {
      await this.showAt(t_us, () => this.direction !== 0);
      if (t_us === 0 && this.direction < 0) this.pause();
    } catch (error) {
      this.stop();
      this.onProblem(error);
    } finally {
      if (generation === this.generation) this.waiting = false;
    }
  }

  /**
   * The past at a moment, from the chunk in which it lies, which is fetched if need be. True when it
   * is shown.
   * @param {number} t_us whole
   * @param {() => boolean} [still] is it wanted still, once the chunk is here?
   */
  async showAt(t_us, still = () => true) {
    this.enterPast();
    const { generation } = this;
    const chunk = await this.chunkAt(t_us);
    if (generation !== this.generation || this.mode !== "past" || !still()) return false;
    this.showFrom(chunk, t_us);
    this.prefetch(t_us);
    return true;
  }

  /**
   * A moment of a chunk. Two replays in lockstep wait for both chunks, then show both at once.
   * @param {Chunk} chunk
   * @param {number} t_us
   */
  showFrom(chunk, t_us) {
    if (chunk !== this.shown) {
      this.shown = chunk;
      this.applied = -1;
    }
    this.show(t_us, t_us);
  }

  /**
   * The model as the frames of the shown chunk have it at this moment: those up to the first one
   * that is not before it, as the live picture runs a little behind its newest frame.
   * @param {number} t_us
   * @param {number} cursor_us where the thumb is
   */
  show(t_us, cursor_us) {
    const { model, shown } = this;
    if (!shown) return;
    let until = shown.first;
    while (until < shown.frames.length - 1 && shown.frames[until].t < t_us) until += 1;
    /** @type {Set<Topic>} */
    const changed = new Set(["frame"]);
    if (until < this.applied || this.applied < 0) {
      model.rewind();
      this.applied = -1;
      for (const topic of EVERYTHING) changed.add(topic);
    }
    while (this.applied < until) {
      this.applied += 1;
      model.takeFrame(shown.frames[this.applied], changed);
    }
    this.cursor_us = cursor_us;
    model.clock.drive(t_us, this.direction !== 0);
    model.tell(...changed);
  }

  // ---- chunks ----

  /** Virtual time between two frames at this speed. */
  get step_us() {
    return Math.max(1, Math.round(FRAME_WALL_US * this.speed));
  }

  /** Virtual time of a chunk at this speed. */
  get chunk_us() {
    const frames = Math.max(1, Math.min(CHUNK_FRAMES, Math.floor(REQUEST_US_MAX / this.step_us)));
    return frames * this.step_us;
  }

  /**
   * The chunk in which a moment lies.
   * @param {number} t_us
   */
  async chunkAt(t_us) {
    const number = Math.floor(t_us / this.chunk_us);
    const chunk = await this.loadChunk(number);
    if (chunk.to_us >= t_us) return chunk;
    this.chunks.delete(this.chunkKey(number)); /* it was cut at the edge, and the run has gone on */
    return this.loadChunk(number);
  }

  /** @param {number} number */
  chunkKey(number) {
    return `${this.speed} ${number}`;
  }

  /**
   * @param {number} number
   * @returns {Promise<Chunk>}
   */
  loadChunk(number) {
    const key = this.chunkKey(number);
    const known = this.chunks.get(key);
    if (known) return known;
    const loading = this.fetchChunk(number * this.chunk_us);
    loading.catch(() => this.chunks.delete(key));
    this.chunks.set(key, loading);
    for (const oldest of this.chunks.keys()) {
      if (this.chunks.size <= CHUNKS_KEPT) break;
      this.chunks.delete(oldest);
    }
    return loading;
  }

  /** @param {number} from_us @returns {Promise<Chunk>} */
  async fetchChunk(from_us) {
    const stretches = this.runUp(from_us);
    stretches.push({ from_us, to_us: from_us + this.chunk_us, step_us: this.step_us });
    const frames = await this.fetchChain(stretches);
    const last = frames[frames.length - 1];
    const first = frames.findIndex((frame) => frame.t >= from_us);
    return { frames, first: first < 0 ? frames.length - 1 : first, to_us: last.t };
  }

  /**
   * The next chunk in the direction of play.
   * @param {number} t_us
   */
  prefetch(t_us) {
    const number = Math.floor(t_us / this.chunk_us) + (this.direction < 0 ? -1 : 1);
    if (number < 0 || number * this.chunk_us >= this.model.edge_us) return;
    this.loadChunk(number).catch(() => {});
  }

  /**
   * What leads up to a moment: orders that have just been served, links still warm, the minute over
   * which the cooks' work is averaged.
   * @param {number} to_us
   * @returns {Stretch[]}
   */
  runUp(to_us) {
    const step_us = Math.max(this.step_us, RUN_UP_STEP_MIN_US);
    const fine_us = Math.max(0, to_us - RUN_UP_FRAMES * step_us);
    const coarse_us = Math.max(0, to_us - RUN_UP_US);
    const fine = { from_us: fine_us, to_us, step_us };
    if (coarse_us >= fine_us) return [fine];
    return [{ from_us: coarse_us, to_us: fine_us, step_us: RUN_UP_COARSE_US }, fine];
  }

  /**
   * What has to be known to show a moment that the cursor stands on.
   * @param {number} t_us
   * @param {boolean} rough without what led up to it: for a hand that will move on
   */
  framesUpTo(t_us, rough) {
    return this.fetchChain(rough ? [{ from_us: t_us, to_us: t_us, step_us: 1 }] : this.runUp(t_us));
  }

  /**
   * Where the next or previous event or moment is, or when a condition next holds.
   * @param {Record<string, string | number>} query as api.find() has it
   */
  find(query) {
    return api.find(this.model.run?.run ?? "", query);
  }

  /**
   * Frames of stretches that follow each other. Where one ends the next begins, and its keyframe
   * tells nothing new: left out, so that what was there before is not forgotten.
   * @param {Stretch[]} stretches
   */
  async fetchChain(stretches) {
    const run = this.model.run?.run ?? "";
    const messages = this.speed <= MESSAGES_SPEED_MAX;
    const answers = await Promise.all(stretches.map(({ from_us, to_us, step_us }, index) =>
      api.frames(run, {
        from_ms: from_us / 1000,
        to_ms: to_us / 1000,
        step_ms: step_us / 1000,
        messages: messages && index === stretches.length - 1,
      })));
    /** @type {Frame[]} */
    const chain = [];
    let single = true;
    for (const { frames } of answers) {
      /** @type {boolean} */
      const continues = chain.length > 0 && chain[chain.length - 1].t === frames[0].t &&
        single === (frames[0].view?.sprites ?? true);
      /** @type {Frame[]} */
      const added = continues ? frames.slice(1) : frames;
      if (continues && frames[0].flights) added.unshift(flightsOnly(frames[0]));
      chain.push(...added);
      for (const frame of added) single = frame.view?.sprites ?? single;
    }
    const { edge_ms } = answers[answers.length - 1];
    if (this.model.run?.run === run) {
      this.noteEdge(Math.round(edge_ms * 1000));
      this.onFrames(chain);
    }
    return chain;
  }

  /** @param {number} edge_us */
  noteEdge(edge_us) {
    if (edge_us <= this.model.edge_us) return;
    this.model.edge_us = edge_us;
    this.model.tell("edge");
  }
}
