// presenter.js: what the lecturer alone sees: the step that is on the wall and the next one, notes, time,
// the votes as they come in, the way in, and what the room may do. The wall is another window of this
// browser (room/present.js); it is driven over a channel, by buttons, keys and a clicker.

import { api, Problem } from "./api.js";
import { byId, el, fill, icon, refill, setText } from "./dom.js";
import { forget, keep, recall, recallVisit } from "./kept.js";
import { chooseLook } from "./look.js";
import { optionText, questionText, voteBars } from "./room/bars.js";
import { CHANNEL, keepForVisit, PRESENTING } from "./room/kept.js";
import { wayIn } from "./room/way.js";
import { fetchRoomWords, rs } from "./room/words.js";
import { fetchSceneWords } from "./scene/words.js";
import { fetchPageWords, t } from "./words.js";

/**
 * @typedef {import("./room/types").Room} Room
 * @typedef {import("./room/types").Wall} Wall
 */

const LOOK_EVERY_MS = 700;
const BEGUN = "chef.presenting.begun";
const KEYS = {
  ArrowRight: "next", PageDown: "next", ArrowLeft: "back", PageUp: "back", b: "blank", f: "full",
};

class Desk {
  /** @param {Room} room */
  constructor(room) {
    this.room = room;
    /** @type {Wall | null} */
    this.wall = null;
    this.drawn = "";
    this.begun = Number(recallVisit(BEGUN) ?? Date.now());
    keepForVisit(BEGUN, String(this.begun));
    keep(PRESENTING, room.code);
    this.wrong = el("p.wrong", { role: "alert" });
    this.left = el("section", { id: "desk-step", "aria-label": rs("show.notes") });
    this.middle = el("section", { id: "desk-vote", "aria-label": rs("show.votes") });
    this.right = el("section", { id: "desk-way", "aria-label": rs("show.way") });
    this.bar = el("section", { id: "desk-bar", role: "group", "aria-label": rs("band") });
    this.time = el("span.time");
    this.members = el("span.members"); /* seen, not spoken: a class comes in one by one */
    this.names = el("p.second.names");
    fill(byId("presenter"),
      el("header", null, el("h1", null, rs("show.title")), this.members, this.time,
        el("a.button", { href: "/storyboard", target: "_blank" }, icon("open"), rs("show.wall"))),
      this.wrong, this.left, this.middle, this.right, this.bar);
    this.drawWay();
    this.channel = new BroadcastChannel(CHANNEL);
    this.channel.onmessage = ({ data }) => {
      if (data.wall === undefined) return;
      this.wall = data.wall;
      this.draw();
    };
    this.channel.postMessage({ act: "hello" });
    window.setInterval(() => void this.ask(() => api.room()), LOOK_EVERY_MS);
    document.addEventListener("keydown", (event) => this.press(event));
    this.draw();
  }

  /** @param {() => Promise<Room>} what */
  async ask(what) {
    try {
      this.room = await what();
      fill(this.wrong);
      this.draw();
    } catch (error) {
      fill(this.wrong, icon("warning"), String(error instanceof Error ? error.message : error));
      if (!(error instanceof Problem)) return;
      if ([404, 410].includes(error.status)) forget(PRESENTING);
      if ([401, 403].includes(error.status)) location.reload(); /* the program began again: it asks for the key */
    }
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target instanceof Element && event.target.closest("input")) return;
    const act = /** @type {Record<string, string>} */ (KEYS)[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (act === undefined) return;
    event.preventDefault();
    this.act(act);
  }

  /** @param {string} act */
  act(act) {
    if (act === "next" || act === "back" || act === "way") this.channel.postMessage({ act });
    else if (act === "full") void toggleFull();
    else if (act === "blank") this.toggle("blank");
    else if (act === "freeze") this.toggle("frozen");
    else if (act === "orders") this.toggle("inputs_allowed");
    else if (act === "reset" && window.confirm(rs("ask.reset"))) void this.reset();
    else if (act === "end" && window.confirm(rs("ask.end"))) void this.end();
  }

  /**
   * Shown at once: a second press means the opposite.
   * @param {"blank" | "frozen" | "inputs_allowed"} what
   */
  toggle(what) {
    const change = { [what]: !this.room[what] };
    this.room = { ...this.room, ...change };
    this.draw();
    void this.ask(() => api.showInRoom(change));
  }

  async reset() {
    await this.ask(() => api.resetRoom());
    this.channel.postMessage({ act: "again", run: this.room.run });
  }

  async end() {
    try {
      await api.endRoom();
      forget(PRESENTING);
      location.reload();
    } catch (error) {
      fill(this.wrong, icon("warning"), String(error));
    }
  }

  /** @param {{open: boolean, revealed: boolean}} change */
  setVote(change) {
    const { vote } = this.room;
    if (!vote) return;
    const { round, options, question } = vote;
    void this.ask(() => api.showInRoom({ vote: { round, options, question, ...change } }));
  }

  // ---- drawing ----

  draw() {
    const { room, wall } = this;
    const minutes = Math.floor((Date.now() - this.begun) / 60000);
    setText(this.time, rs("show.elapsed", { minutes }));
    setText(this.members, rs("show.members", { count: room.members ?? 0 }));
    setText(this.names, (room.nicknames ?? []).join(" · "));
    const drawn = JSON.stringify([room, wall]);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    this.drawStep();
    this.drawVote();
    this.drawBar();
  }

  drawStep() {
    const { wall } = this;
    if (!wall) {
      refill(this.left, el("p.second", null, rs("show.none")));
      return;
    }
    refill(this.left,
      el("p.second", null, rs("show.step", { title: wall.title, at: wall.at, of: wall.of })),
      el("p.caption", null, wall.caption),
      wall.notes === "" ? null : el("p.notes", null, wall.notes),
      wall.next === "" ? null : el("p.second", null, `${rs("show.next")}: ${wall.next}`));
  }

  drawVote() {
    const { room } = this;
    const { vote } = room;
    if (!vote) {
      refill(this.middle, el("h2", null, rs("show.votes")), el("p.second", null, rs("show.no_vote")));
      return;
    }
    const act = (/** @type {string} */ word, /** @type {{open: boolean, revealed: boolean}} */ change) =>
      el("button", { type: "button", "data-act": word, onclick: () => this.setVote(change) }, rs(word));
    refill(this.middle,
      el("h2", null, questionText(room) || vote.options.map((option) => optionText(room, option)).join(" / ")),
      voteBars(room),
      el("div.buttons", null,
        vote.open ? act("do.close", { open: false, revealed: false }) : act("do.open", { open: true, revealed: false }),
        vote.revealed ? act("do.hide", { open: false, revealed: false }) : act("do.reveal", { open: false, revealed: true })));
  }

  /** The picture comes with the presenter's cookie; the address in words stands below it. */
  drawWay() {
    const address = el("p.address");
    const picture = el("img", { alt: rs("show.way") });
    fill(this.right, el("h2", null, rs("show.way")), picture, el("p.code", null, this.room.code), address, this.names);
    wayIn().then((way) => {
      setText(address, way.address);
      picture.setAttribute("src", way.picture);
    }, (error) => fill(this.wrong, icon("warning"), error.message));
  }

  drawBar() {
    const { room } = this;
    const act = (/** @type {string} */ name, /** @type {string} */ word, /** @type {string} */ picture, /** @type {boolean | undefined} */ on = undefined) =>
      el("button", {
        type: "button", "data-act": name, "aria-pressed": on === undefined ? null : String(on), onclick: () => this.act(name),
      }, icon(picture), rs(word));
    refill(this.bar,
      act("back", "do.previous", "previous"), act("next", "do.next", "next"),
      act("freeze", "do.freeze", "pause", room.frozen), act("orders", "do.orders", "order", room.inputs_allowed),
      act("way", "do.way", "open"), act("blank", "do.blank", "moon", room.blank), act("full", "do.full", "fit"),
      el("a.button", { href: "/api/v1/room/votes.csv", download: "votes.csv" }, icon("table"), rs("do.export")),
      act("reset", "do.reset", "restart"), act("end", "do.end", "close"));
  }
}

async function toggleFull() {
  if (document.fullscreenElement) await document.exitFullscreen();
  else await document.documentElement.requestFullscreen();
}

/** @param {string} problem */
function askKey(problem) {
  const input = /** @type {HTMLInputElement} */ (el("input", { id: "key", type: "password", autocomplete: "current-password", required: true }));
  const wrong = el("p.wrong", { role: "alert" }, problem === "" ? null : icon("warning"), problem);
  const form = el("form", null, el("h1", null, rs("show.title")), el("label", { for: "key" }, rs("show.key")), input,
    el("p.second", null, rs("show.key_about")), wrong, el("button", { type: "submit" }, icon("open"), rs("show.key_go")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    api.presenter(input.value).then(() => begin(), (error) => askKey(String(error.message ?? error)));
  });
  fill(byId("presenter"), form);
  input.focus();
}

async function begin() {
  try {
    const room = await api.openRoom();
    keepForVisit(BEGUN, recall(PRESENTING) === room.code ? (recallVisit(BEGUN) ?? "") : "");
    new Desk(room);
  } catch (error) {
    if (error instanceof Problem && [401, 403].includes(error.status)) askKey("");
    else throw error;
  }
}

async function start() {
  chooseLook();
  await fetchPageWords();
  await Promise.all([fetchRoomWords(), fetchSceneWords()]);
  document.title = `${rs("show.title")} · ${t("brand")}`;
  await begin();
}

start().catch((error) => fill(byId("presenter"), el("p.wrong", { role: "alert" }, String(error.message ?? error))));
