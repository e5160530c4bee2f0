// present.js: the page of the runs in the presenter's browser, on the wall: the room shows what is on it.
// The presenter's own page (presenter.js) is another window of this browser and drives it over a channel.

import { api } from "../api.js";
import { el, refill, setText } from "../dom.js";
import { forget, recall } from "../kept.js";
import { showRun } from "../runs.js";
import { fetchSceneWords, choiceText, stepText, titleOf } from "../scene/words.js";
import { questionBefore } from "../scene/asking.js";
import { playing } from "../scene/player.js";
import { report } from "../steer.js";
import { questionText, voteBars } from "./bars.js";
import { CHANNEL, PRESENTING } from "./kept.js";
import { RoomLink } from "./link.js";
import { loadRoomStyle } from "./style.js";
import { wayIn } from "./way.js";
import { fetchRoomWords, rs } from "./words.js";

/**
 * @typedef {import("../rooms.js").Rooms} Rooms
 * @typedef {import("./types").Room} Room
 * @typedef {import("./types").Wall} Wall
 */

const LOOK_EVERY_MS = 500;
const OWN = "own"; /* a scene from a file: its texts are not on the server */

class Presenter {
  /** @param {() => Rooms | null} rooms */
  constructor(rooms) {
    this.rooms = rooms;
    this.told = ""; /* run and moment as the room shows them */
    this.stepTold = "";
    this.busy = false;
    /** @type {HTMLElement | null} */
    this.way = null;
    this.channel = new BroadcastChannel(CHANNEL);
    this.channel.onmessage = (message) => this.hear(message.data);
    this.card = el("div", { id: "room-votes", role: "region", "aria-label": rs("votes.title"), hidden: true });
    document.body.append(this.card);
    document.addEventListener("scene-step", () => {
      this.tellWall();
      void this.tell();
    });
    this.timer = 0;
    this.refused = ""; /* what was said last; it is tried again, and not said again */
    this.link = new RoomLink(recall(PRESENTING) ?? "", null, {
      room: (room) => this.receive(room), lost: () => {}, over: () => this.end(),
    });
  }

  end() {
    window.clearInterval(this.timer);
    forget(PRESENTING);
    this.link.close();
    this.channel.close();
    this.card.remove();
    this.way?.remove();
    document.documentElement.removeAttribute("data-votes");
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
  receive(room) {
    if (this.timer === 0) this.timer = window.setInterval(() => void this.tell(), LOOK_EVERY_MS);
    this.showVotes(room);
  }

  /** @param {{act?: string, run?: string | null}} message of the presenter's page */
  hear({ act, run }) {
    const player = playing();
    if (act === "hello") this.tellWall();
    else if (act === "next") void player?.next();
    else if (act === "back") void player?.back();
    else if (act === "way") void this.toggleWay().catch(report);
    else if (act === "again" && player) void player.again().catch(report);
    else if (act === "again" && run) void showRun(run).catch(report);
  }

  tellWall() {
    const player = playing();
    /** @type {Wall | null} */
    let wall = null;
    if (player) {
      const { scene, state, step } = player;
      const next = scene.steps[state.at + 1];
      wall = {
        title: titleOf(scene), at: state.at + 1, of: scene.steps.length, notes: player.notes,
        caption: stepText(scene, step, step.beat === "predict" ? "question" : "caption"),
        next: next ? stepText(scene, next, next.beat === "predict" ? "question" : "caption") : "",
      };
    }
    this.channel.postMessage({ wall });
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
      if (String(error) !== this.refused) report(error);
      this.refused = String(error);
    } finally {
      this.busy = false;
    }
  }

  /** Scene, step and question of what is on the wall; a question stands where it was asked first.
   * @returns {Partial<Room>} */
  stepOf() {
    const player = playing();
    if (!player || player.rooms.model.run?.run !== player.state.run) return { scene: null, step: null, vote: null };
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
  const presenter = new Presenter(rooms);
  presenter.tellWall();
}
