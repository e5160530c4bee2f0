// present.js: the page of the runs in the presenter's browser, as the wall of the room: the room shows
// what is on it, and it does what the presenter's desk wishes, wherever that is (room/desk.js). One wall
// drives; any other says so, and may take its place.

import { api, Problem } from "../api.js";
import { el, refill, setText } from "../dom.js";
import { mountKeys } from "../keys.js";
import { forget, recall, recallVisit } from "../kept.js";
import { showRun } from "../runs.js";
import { sayNote } from "../say.js";
import { fetchSceneWords, choiceText, stepText } from "../scene/words.js";
import { questionBefore } from "../scene/asking.js";
import { playing } from "../scene/player.js";
import { report, togglePause } from "../steer.js";
import { changeSpeed } from "../transport.js";
import { questionText, voteBars } from "./bars.js";
import { keepForVisit, PRESENTING, WALL } from "./kept.js";
import { RoomLink } from "./link.js";
import { OWN, showsOf } from "./shows.js";
import { loadRoomStyle } from "./style.js";
import { wayIn } from "./way.js";
import { fetchRoomWords, rs } from "./words.js";

/**
 * @typedef {import("../rooms.js").Rooms} Rooms
 * @typedef {import("./types").Room} Room
 */

const LOOK_EVERY_MS = 500;
const FREE_EVERY_MS = 40;
const LOCKED_EVERY = 5; /* looks: so seldom while the key is asked for */

function drawn() {
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

class Presenter {
  /** @param {() => Rooms | null} rooms */
  constructor(rooms) {
    this.rooms = rooms;
    this.name = recallVisit(WALL) ?? drawn();
    keepForVisit(WALL, this.name);
    this.page = drawn();
    this.drives = false;
    this.offered = ""; /* the wall that was said to drive */
    this.done = 0; /* the newest wish that was taken up */
    this.acting = Promise.resolve(); /* the last of them */
    this.told = ""; /* run and moment as the room shows them */
    this.stepTold = "";
    this.said = ""; /* what the desk was told */
    this.busy = this.saying = false;
    this.again = false;
    this.looking = false;
    this.looks = 0;
    this.refused = ""; /* what was said last; it is tried again, and not said again */
    this.ending = new AbortController();
    this.card = el("div", { id: "room-votes", role: "region", "aria-label": rs("votes.title"), hidden: true });
    this.dark = el("div", { id: "room-blank", role: "presentation", hidden: true, onclick: () => this.darken(false) });
    /** @type {HTMLElement | null} */
    this.way = null;
    document.body.append(this.card, this.dark);
    this.listen();
    this.link = new RoomLink(recall(PRESENTING) ?? "", null, {
      room: () => void this.look(), lost: () => {}, over: () => this.end(),
    });
    this.timer = window.setInterval(() => void this.tick(), LOOK_EVERY_MS);
  }

  listen() {
    const { signal } = this.ending;
    document.addEventListener("scene-step", () => void this.tick(), { signal });
    document.addEventListener("scene-blank", (event) => {
      if (!this.drives) return;
      event.preventDefault();
      this.darken(true);
    }, { signal });
    window.addEventListener("pagehide", () => this.close(), { signal });
    window.addEventListener("pageshow", ({ persisted }) => persisted && void this.look(), { signal });
    mountKeys("dark", { light: () => this.light() }, signal, { holds: () => this.way !== null || !this.dark.hidden });
  }

  /** Another window may drive at once. */
  close() {
    if (!this.drives) return;
    this.drives = false;
    const body = JSON.stringify({ wall: this.name, shows: null });
    void fetch("/api/v1/room/wall", { method: "POST", body, keepalive: true, headers: { "Content-Type": "application/json" } });
  }

  end() {
    window.clearInterval(this.timer);
    this.ending.abort();
    forget(PRESENTING);
    this.link.close();
    this.drives = false;
    for (const part of [this.card, this.dark, this.way]) part?.remove();
    document.documentElement.removeAttribute("data-votes");
  }

  /** @param {unknown} error said once, as long as it is the same */
  wrong(error) {
    if (String(error) !== this.refused) report(error);
    this.refused = String(error);
  }

  // ---- what the room says ----

  /** Looks what is new; what comes meanwhile is looked at afterwards. */
  async look() {
    this.again = true;
    if (this.looking) return;
    this.looking = true;
    try {
      while (this.again && !this.ending.signal.aborted) {
        this.again = false;
        await this.receive(await api.room());
      }
      this.refused = "";
    } catch (error) {
      this.drives = false;
      this.wrong(error instanceof Problem && [401, 403].includes(error.status) ? rs("wall.key") : error);
    } finally {
      this.looking = false;
    }
  }

  /** @param {Room} room as the presenter sees it */
  async receive(room) {
    this.room = room;
    this.showVotes(room);
    this.dark.hidden = !room.blank;
    const { wall } = room;
    const mine = wall?.id === this.name && (!this.drives || wall.shows.page === this.page);
    if (!wall || (mine && !this.drives)) await this.take(wall?.shows.page === this.page);
    else if (!mine) this.standBack(wall.id);
    else this.hear(room);
  }

  /**
   * Drives from now on; what was wished before is not for this wall.
   * @param {boolean} [again] it drove already, and only an answer was lost: no wish is skipped
   */
  async take(again = false) {
    const shows = this.shows();
    if (!shows) return;
    const room = await api.wall({ wall: this.name, shows, take: true });
    if (!again) this.done = room.wish_count ?? 0;
    this.drives = true;
    this.offered = this.told = this.said = "";
    this.stepTold = this.isShown(room) ? JSON.stringify(this.stepOf()) : "";
    void this.tick();
  }

  /**
   * Does the room show this step already? Then a vote that is closed or shown stays so after a reload.
   * @param {Room} room
   */
  isShown(room) {
    const { scene, step, vote } = this.stepOf();
    return room.scene === scene && room.step === step && room.vote?.round === vote?.round;
  }

  /** @param {string} other the wall that drives */
  standBack(other) {
    this.drives = false;
    if (this.offered === other) return;
    this.offered = other;
    sayNote(rs("wall.other"), { text: rs("wall.take"), run: () => void this.take().catch(report) });
  }

  /** @param {Room} room */
  hear({ wishes, run }) {
    for (const { number, act } of wishes ?? []) {
      if (number <= this.done) continue;
      this.done = number;
      this.acting = this.acting.then(() => this.free()).then(() => this.act(act, run)).catch(report);
      void this.tick();
    }
  }

  /** A wish waits until the scene has come to its step: it was made with that step in view. */
  async free() {
    for (let player = playing(); player && (player.busy || player.state.front < 0); player = playing()) {
      await new Promise((resume) => window.setTimeout(resume, FREE_EVERY_MS));
    }
  }

  /** @param {string} act @param {string | null} run of the room */
  act(act, run) {
    const player = playing();
    const here = this.rooms();
    if (act === "next") void player?.next();
    else if (act === "back") void player?.back();
    else if (act === "play" && here) togglePause(here.timed());
    else if (act === "slower" && here) changeSpeed(here.timed(), -1);
    else if (act === "faster" && here) changeSpeed(here.timed(), 1);
    else if (act === "way") void this.toggleWay().catch(report);
    else if (act === "again" && player) void player.again().catch(report);
    else if (act === "again" && run !== null) void showRun(run).catch(report);
  }

  // ---- what the room is told ----

  async tick() {
    this.looks += 1;
    if (this.drives) await Promise.all([this.tell(), this.sayShows()]);
    else if (this.looks % LOCKED_EVERY === 0) await this.look();
  }

  /** The scene on the wall, if it is of the run on the stage. */
  player() {
    const player = playing();
    return player && player.rooms.model.run?.run === player.state.run ? player : null;
  }

  /** Null before a run is on the stage. */
  shows() {
    const here = this.rooms();
    return here?.model.run ? showsOf(this.page, this.done, here, this.player()) : null;
  }

  /** One at a time, so that an older word never comes after a newer one. */
  async sayShows() {
    if (this.saying) return;
    this.saying = true;
    try {
      for (let shows = this.shows(); shows && JSON.stringify(shows) !== this.said; shows = this.shows()) {
        await api.wall({ wall: this.name, shows });
        this.said = JSON.stringify(shows);
      }
    } catch (error) {
      if (error instanceof Problem && error.status === 409) await this.look();
      else this.wrong(error);
    } finally {
      this.saying = false;
    }
  }

  /** What the room shows, once it differs; a step says what is asked with it. */
  async tell() {
    const here = this.rooms();
    const run = here?.model.run?.run;
    if (!here || run === undefined || this.busy) return;
    const { replay } = here;
    const standing = replay.inPast && replay.direction === 0 && !replay.joining;
    const at_ms = standing ? Math.floor(replay.cursor_us) / 1000 : null;
    const told = JSON.stringify([run, at_ms]);
    const step = this.stepOf();
    const stepTold = JSON.stringify(step);
    if (told === this.told && stepTold === this.stepTold) return;
    this.busy = true;
    try {
      await api.showInRoom({ run, at_ms, ...(stepTold === this.stepTold ? {} : step) });
      this.told = told;
      this.stepTold = stepTold;
      this.refused = "";
    } catch (error) {
      if (error instanceof Problem && [401, 403].includes(error.status)) await this.look();
      else this.wrong(error);
    } finally {
      this.busy = false;
    }
  }

  /** Scene, step and question of what is on the wall; a question stands where it was asked first.
   * @returns {Partial<Room>} */
  stepOf() {
    const player = this.player();
    if (!player) return { scene: null, step: null, vote: null };
    const { scene, state, step } = player;
    const again = step.beat === "vote_again";
    const asked = step.beat === "predict" ? state.at : again ? questionBefore(scene, state.at) : -1;
    if (asked < 0 || state.failed) return { scene: scene.name, step: step.id, vote: null };
    const question = scene.steps[asked];
    const own = scene.name === OWN;
    const options = (question.options ?? []).map((option) => ({
      id: option.id, text: own ? choiceText(scene, question, "options", option) : undefined,
    }));
    return {
      scene: scene.name, step: question.id,
      vote: {
        round: again ? 2 : 1, options, open: state.at === state.front, revealed: false,
        question: own ? stepText(scene, question, "question") : undefined,
      },
    };
  }

  // ---- what lies over the wall ----

  /** @param {boolean} on the wall and all phones; shown at once */
  darken(on) {
    this.dark.hidden = !on;
    api.showInRoom({ blank: on }).catch(report);
  }

  light() {
    if (this.way) void this.toggleWay();
    else this.darken(false);
  }

  /** The way in over everything, and away again. */
  async toggleWay() {
    if (this.way) {
      this.way.remove();
      this.way = null;
      return;
    }
    const way = await wayIn();
    this.way = el("div", { id: "room-way", role: "dialog", "aria-label": rs("show.way"), onclick: () => void this.toggleWay() },
      el("img", { src: way.picture, alt: "" }), el("p.code", null, way.code), el("p.address", null, way.address));
    document.body.append(this.way);
  }

  /** @param {Room} room */
  showVotes(room) {
    this.card.hidden = !room.vote?.revealed;
    document.documentElement.toggleAttribute("data-votes", !this.card.hidden);
    if (this.card.hidden) return;
    const head = el("h2");
    setText(head, questionText(room));
    refill(this.card, head, voteBars(room));
  }
}

/** @param {() => Rooms | null} rooms */
export async function present(rooms) {
  await Promise.all([fetchRoomWords(), fetchSceneWords(), loadRoomStyle()]);
  new Presenter(rooms);
}
