// follow.js: a phone in the room of a lecture: shows what the presenter shows, asks for a vote, and
// lets its owner leave to a copy of the run and come back.

import { api } from "../api.js";
import { el, icon, refill, setText } from "../dom.js";
import { recallVisit } from "../kept.js";
import { showRun } from "../runs.js";
import { sayStatus } from "../say.js";
import { fetchSceneWords } from "../scene/words.js";
import { report } from "../steer.js";
import { optionText, questionText, voteBars } from "./bars.js";
import { RoomLink } from "./link.js";
import { forgetRoom, keepForVisit, NICKNAME, OWN_COPY, VOTES } from "./kept.js";
import { loadRoomStyle } from "./style.js";
import { fetchRoomWords, rs } from "./words.js";

/**
 * @typedef {import("../rooms.js").Rooms} Rooms
 * @typedef {import("./types").Room} Room
 */

class Follower {
  /**
   * @param {string} code
   * @param {() => Rooms | null} rooms
   */
  constructor(code, rooms) {
    this.code = code;
    this.rooms = rooms;
    /** @type {Room | null} */
    this.room = null;
    this.line = "band.waiting";
    this.own = recallVisit(OWN_COPY) ?? "";
    /** @type {Record<string, string>} */
    this.votes = JSON.parse(recallVisit(VOTES) ?? "{}");
    this.moving = false;
    this.wanted = false;
    this.band = el("div", { id: "room", role: "region", "aria-label": rs("band") });
    this.card = el("div", { id: "room-card", role: "region", "aria-label": rs("vote.title"), hidden: true });
    this.dark = el("p", { id: "room-blank", hidden: true }, rs("blank"));
    document.body.append(this.card, this.band, this.dark);
    document.documentElement.dataset.room = "";
    /** @type {(put: boolean) => void} */
    this.first = () => {};
    /** Whether the room has put a run on the stage. */
    this.begun = new Promise((resolve) => {
      this.first = resolve;
    });
    this.link = new RoomLink(code, recallVisit(NICKNAME) ?? "", {
      room: (room) => this.receive(room),
      lost: () => this.say("band.lost"),
      over: () => this.end(),
    });
    this.render();
  }

  /** @param {Room} room */
  receive(room) {
    const asked = this.question(this.room) !== this.question(room);
    this.room = room;
    if (room.frozen && this.own) this.setOwn("");
    this.line = this.own ? "band.own" : room.frozen ? "band.frozen" : room.run === null ? "band.waiting" : "band.follow";
    if (this.own || room.run === null) this.first(false);
    else void this.look();
    this.render();
    if (asked && room.vote?.open) sayStatus(questionText(room));
  }

  /** @param {Room | null} room */
  question(room) {
    return room?.vote ? [room.scene, room.step, room.vote.round].join("/") : "";
  }

  /** @param {string} line */
  say(line) {
    this.line = line;
    this.render();
  }

  end() {
    forgetRoom();
    this.room = null;
    this.own = "";
    this.first(false);
    this.say("band.over");
  }

  leave() {
    this.link.close();
    forgetRoom();
    for (const part of [this.band, this.card, this.dark]) part.remove();
    delete document.documentElement.dataset.room;
  }

  /** @param {string} run */
  setOwn(run) {
    this.own = run;
    keepForVisit(OWN_COPY, run);
  }

  // ---- following ----

  /** To the run and the moment that the presenter shows; what comes meanwhile is done afterwards. */
  async look() {
    this.wanted = true;
    if (this.moving) return;
    this.moving = true;
    while (this.wanted && !this.own) {
      this.wanted = false;
      await this.move().catch(report);
    }
    this.moving = false;
    this.first(this.rooms() !== null);
  }

  async move() {
    const { room } = this;
    if (!room || room.run === null) return;
    const at_us = room.at_ms === null ? undefined : Math.round(room.at_ms * 1000);
    const here = this.rooms();
    if (here?.model.run?.run !== room.run) await showRun(room.run, { at_us });
    else if (at_us !== undefined) await here.replay.seekTo(at_us);
    else if (here.replay.inPast) here.replay.toLive();
  }

  /** A copy of one's own, from the moment that is shown. */
  async explore() {
    const here = this.rooms();
    const run = this.room?.run;
    if (!here || !run) return;
    const at_us = here.replay.inPast ? here.replay.cursor_us : here.model.edge_us;
    const copy = await api.branch(run, { at_ms: Math.floor(at_us) / 1000, private: true });
    this.setOwn(copy.run);
    await showRun(copy.run);
    this.say("band.own");
  }

  comeBack() {
    this.setOwn("");
    if (this.room) this.receive(this.room);
  }

  // ---- voting ----

  /** @param {string} option */
  async vote(option) {
    const { room } = this;
    if (!room?.vote || room.scene === null || room.step === null) return;
    await api.vote({ scene: room.scene, step: room.step, round: room.vote.round, option });
    this.votes[this.question(room)] = option;
    keepForVisit(VOTES, JSON.stringify(this.votes));
    this.render();
  }

  // ---- drawing ----

  render() {
    this.renderBand();
    this.renderCard();
    this.dark.hidden = !(this.room?.blank && !this.own);
  }

  renderBand() {
    const { room, own } = this;
    const over = this.line === "band.over";
    const why = own || over ? null : room?.frozen ? rs("why.frozen") : room?.run ? null : rs("why.nothing");
    const word = over ? "do.leave" : own ? "do.back" : "do.explore";
    const act = over ? () => this.leave() : own ? () => this.comeBack() : () => void this.explore().catch(report);
    refill(this.band,
      el("b.code", null, this.code), el("span.line", { role: "status" }, rs(this.line)),
      el("button", {
        type: "button", "data-room": word, title: why, "aria-disabled": why === null ? null : "true", onclick: why === null ? act : null,
      }, icon(own ? "back" : over ? "close" : "door"), rs(word)));
  }

  renderCard() {
    const { room, card } = this;
    const vote = room?.vote;
    card.hidden = !vote || (!vote.open && !vote.revealed);
    if (!room || !vote || card.hidden) return;
    const chosen = this.votes[this.question(room)];
    const answers = vote.options.map((option) => el("button", {
      type: "button", "data-option": option.id, "aria-pressed": String(option.id === chosen),
      onclick: () => void this.vote(option.id).catch(report),
    }, optionText(room, option)));
    const head = el("h2");
    setText(head, questionText(room));
    refill(card, head,
      vote.round === 2 && vote.open ? el("p.second", null, rs("vote.again")) : null,
      vote.revealed ? voteBars(room) : el("div.answers", { role: "group", "aria-label": rs("vote.answers") }, ...answers),
      vote.open && chosen !== undefined ? el("p.second", { role: "status" }, rs("vote.sent")) : null);
  }
}

/**
 * Comes into the room. True once the room has put a run on the stage; false when it shows none yet, or
 * this browser is in a copy of its own.
 * @param {string} code
 * @param {() => Rooms | null} rooms
 */
export async function follow(code, rooms) {
  await Promise.all([fetchRoomWords(), fetchSceneWords(), loadRoomStyle()]);
  return new Follower(code, rooms).begun;
}
