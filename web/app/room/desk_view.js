// desk_view.js: the presenter's desk as it is drawn: what is on the wall and what comes next, notes, the
// vote, the way in, time, and all that can be done; what cannot be done now says why.

import { byId, el, fill, icon, refill, setText } from "../dom.js";
import { ps, stepText, titleOf } from "../scene/words.js";
import { speedName } from "../transport.js";
import { optionText, questionText, voteBars } from "./bars.js";
import { wayIn } from "./way.js";
import { rs } from "./words.js";

/**
 * @typedef {import("./desk.js").Desk} Desk
 * @typedef {import("./types").Shows} Shows
 * @typedef {import("./types").OwnTexts} OwnTexts
 * @typedef {OwnTexts & {captions?: string[]}} Told captions: of all steps, where they are known here
 */

/** @type {Record<string, string>} */
const PICTURES = {
  situation: "city", predict: "unknown", run: "play", freeze: "pause", explain: "spacetime", vote_again: "chart",
  turn: "person", home: "door",
};

/** @param {number} from minutes and seconds since, hours once there are some */
function elapsed(from) {
  const seconds = Math.max(0, Math.floor((Date.now() - from) / 1000));
  const two = (/** @type {number} */ value) => String(value).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  return `${hours > 0 ? `${hours}:` : ""}${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

export class DeskView {
  /** @param {Desk} desk */
  constructor(desk) {
    this.desk = desk;
    this.drawn = "";
    const part = (/** @type {string} */ id, /** @type {string} */ word) => el("section", { id, "aria-label": rs(word) });
    this.step = part("desk-step", "show.now");
    this.next = part("desk-next", "show.next");
    this.vote = part("desk-vote", "show.votes");
    this.way = part("desk-way", "show.way");
    this.bar = el("div", { id: "desk-bar" });
    this.line = el("p.wrong", { role: "alert" });
    this.members = el("span.members"); /* seen, not spoken: a class comes in one by one */
    this.names = el("p.second.names");
    this.roomBar = el("div.buttons", { role: "group", "aria-label": rs("bar.room") });
    this.time = el("b");
    this.sceneTime = el("span.second");
    this.theme = this.tool("moon", "theme", "do.theme");
    fill(byId("presenter"),
      el("header", null,
        el("h1", null, rs("show.title")), this.members, el("span.space"),
        el("button.bare.time", { type: "button", "data-act": "begin", title: rs("do.begin"), "aria-label": rs("do.begin"), onclick: () => desk.act("begin") }, this.sceneTime, this.time),
        this.theme, this.tool("help", "help", "do.help"),
        el("a.button", { href: "/storyboard", target: "_blank" }, icon("open"), rs("show.wall"))),
      this.line, this.step, this.next, this.vote, this.way, this.bar);
    this.drawWay();
    this.drawTheme();
  }

  /** @param {string} picture @param {string} act @param {string} word */
  tool(picture, act, word) {
    return el("button.bare", {
      type: "button", "data-act": act, title: rs(word), "aria-label": rs(word), onclick: () => this.desk.act(act),
    }, icon(picture));
  }

  /** @param {string} sentence "": nothing is wrong */
  say(sentence) {
    if (this.line.textContent !== sentence) fill(this.line, sentence === "" ? null : icon("warning"), sentence);
  }

  drawTheme() {
    fill(this.theme, icon(document.documentElement.dataset.theme === "dark" ? "sun" : "moon"));
  }

  drawTime() {
    const { begun, shows } = this.desk;
    setText(this.time, elapsed(begun.at));
    setText(this.sceneTime, shows?.scene ? rs("show.scene_time", { time: elapsed(begun.scene_at) }) : "");
  }

  draw() {
    const { room, shows, scene } = this.desk;
    this.drawTime();
    setText(this.members, rs("show.members", { count: room.members ?? 0 }));
    setText(this.names, (room.nicknames ?? []).join(" · "));
    const drawn = JSON.stringify([{ ...room, version: 0, wall: null }, { ...shows, done: 0 }, scene?.name]);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    this.drawStep();
    this.drawVote();
    this.drawBar();
  }

  // ---- the step, and the next one ----

  /**
   * What is told of the scene on the wall; null: there is none, or it is on its way.
   * @returns {Told | null}
   */
  told() {
    const { shows, scene } = this.desk;
    if (!shows || shows.scene === null) return null;
    if (shows.own) return shows.own;
    const step = scene?.steps[shows.at];
    if (!scene || !step) return null;
    const said = (/** @type {import("../scene/types").Step | undefined} */ one) => one
      ? stepText(scene, one, one.beat === "predict" ? "question" : "caption") || ps(`band.${one.beat}`, { title: titleOf(scene) }) : "";
    return {
      title: titleOf(scene), beats: scene.steps.map(({ beat }) => beat), captions: scene.steps.map(said), caption: said(step),
      notes: stepText(scene, step, "notes"), next: said(scene.steps[shows.at + 1]),
    };
  }

  drawStep() {
    const { shows } = this.desk;
    const told = this.told();
    this.next.hidden = told === null;
    if (!told || !shows) {
      refill(this.step, ...this.withoutScene(shows));
      return;
    }
    const { title, beats, caption, notes, next } = told;
    const at = shows.at;
    refill(this.step,
      el("p.where", null, el("b.cut", null, title), el("span.second", null, ps("count", { at: at + 1, of: beats.length }))),
      el("ol.dots", { "aria-hidden": "true" }, ...beats.map((beat, index) => el("li", {
        "data-state": index === at ? "now" : index <= shows.front ? "been" : "to_come", "data-beat": beat,
      }))),
      el("p.caption", null, beatBadge(beats[at]), caption),
      shows.state === "failed" ? el("p.wrong", null, icon("warning"), rs("why.failed")) : null,
      notes === "" ? null : el("div.notes", null, el("h2", null, rs("show.notes")), el("p", null, notes)));
    refill(this.next, el("h2", null, rs("show.next")), next === "" ? el("p.second", null, rs("show.end"))
      : el("p.caption", null, beatBadge(beats[at + 1]), next));
  }

  /** @param {Shows | null} shows */
  withoutScene(shows) {
    if (!shows) {
      return [el("p.caption", null, rs("show.no_wall")), el("p.second", null, rs("show.no_wall_how")),
        el("p", null, el("a.button.primary", { href: "/storyboard", target: "_blank" }, icon("open"), rs("show.wall")))];
    }
    if (shows.scene !== null) return [el("p.second", null, shows.scene)];
    return [el("p.where", null, el("b", null, shows.title)), el("p.caption", null, rs("show.none")), el("p.second", null, rs("show.none_how"))];
  }

  // ---- the vote ----

  drawVote() {
    const { desk } = this;
    const { room } = desk;
    const { vote } = room;
    if (!vote) {
      refill(this.vote, el("h2", null, rs("show.votes")), el("p.second", null, rs("show.no_vote")), ...this.plan());
      return;
    }
    const act = (/** @type {string} */ word, /** @type {string} */ picture, /** @type {{open: boolean, revealed: boolean}} */ change) =>
      el("button", { type: "button", "data-act": word, onclick: () => desk.setVote(change) }, icon(picture), rs(word));
    const count = Object.values(vote.counts?.[vote.round] ?? {}).reduce((sum, one) => sum + one, 0);
    const state = vote.revealed ? "vote.shown" : vote.open ? "vote.open" : "vote.closed";
    refill(this.vote,
      el("p.where", null, el("h2", null, rs("show.votes")), el("span.badge", { "data-state": state }, rs(state)),
        el("span.second", null, rs("show.voted", { count, total: room.members ?? 0 }))),
      el("p.question", null, questionText(room) || vote.options.map((option) => optionText(room, option)).join(" / ")),
      voteBars(room),
      el("div.buttons", null,
        vote.open ? act("do.close", "pause", { open: false, revealed: false }) : act("do.open", "play", { open: true, revealed: false }),
        vote.revealed ? act("do.hide", "close", { open: false, revealed: false }) : act("do.reveal", "chart", { open: false, revealed: true })));
  }

  /** Where nothing is asked there is room for all steps of the scene. */
  plan() {
    const { shows } = this.desk;
    const told = this.told();
    if (!told || !shows) return [];
    return [el("h2", null, rs("show.plan")), el("ol.plan", null, ...told.beats.map((beat, index) => el("li", {
      "aria-current": index === shows.at ? "step" : null, "data-state": index <= shows.front ? "been" : "to_come",
    }, icon(PICTURES[beat] ?? "city"), el("span.cut", null, told.captions?.[index] || ps(`beat.${beat}`)))))];
  }

  // ---- the way in ----

  /** The picture comes with the presenter's cookie; the address in words stands below it. */
  drawWay() {
    const address = el("p.address");
    const picture = el("img", { alt: rs("show.way") });
    fill(this.way, picture, el("p.code", null, this.desk.room.code), address, this.names, this.roomBar);
    wayIn().then((way) => {
      setText(address, way.address.replace(/^http:\/\//, ""));
      picture.setAttribute("src", way.picture);
    }, (error) => this.say(error.message));
  }

  // ---- what can be done ----

  /**
   * @param {string} act
   * @param {string} word
   * @param {string} picture
   * @param {boolean} [on]
   */
  button(act, word, picture, on) {
    const why = this.desk.why(act);
    return el("button", {
      type: "button", "data-act": act, "aria-pressed": on === undefined ? null : String(on), title: why || null,
      "aria-disabled": why ? "true" : null, onclick: () => this.desk.act(act),
    }, icon(picture), rs(word));
  }

  /**
   * A button whose picture says enough.
   * @param {string} act
   * @param {string} word
   * @param {string} picture
   */
  short(act, word, picture) {
    const button = this.button(act, word, picture);
    const why = this.desk.why(act);
    button.lastChild?.remove();
    button.setAttribute("aria-label", rs(word));
    button.title = why || rs(word);
    return button;
  }

  drawBar() {
    const { room, shows } = this.desk;
    const group = (/** @type {string} */ word, /** @type {(Node | null)[]} */ ...nodes) =>
      el("div.group", { role: "group", "aria-label": rs(word) }, el("h2", null, rs(word)), el("div.buttons", null, ...nodes));
    const next = this.button("next", "do.next", "chevron");
    next.classList.add("primary");
    refill(this.bar,
      group("bar.step", this.button("back", "do.previous", "previous"), next),
      group("bar.run",
        this.button("play", shows?.paused === false ? "do.pause" : "do.play", shows?.paused === false ? "pause" : "play"),
        this.short("slower", "do.slower", "slower"), el("output", null, shows ? speedName(shows.speed) : "–"), this.short("faster", "do.faster", "faster")),
      group("bar.class",
        this.button("freeze", "do.freeze", "isolate", room.frozen), this.button("orders", "do.orders", "order", room.inputs_allowed),
        this.button("blank", "do.blank", "moon", room.blank), this.button("way", "do.way", "person"))
    );
    refill(this.roomBar,
      el("a.button", { href: "/api/v1/room/votes.csv", download: "votes.csv" }, icon("table"), rs("do.export")),
      this.button("reset", "do.reset", "restart"), this.button("end", "do.end", "close"));
  }
}

/** @param {string} beat */
function beatBadge(beat) {
  return el("span.beat", { "data-beat": beat }, icon(PICTURES[beat] ?? "city"), ps(`beat.${beat}`));
}
