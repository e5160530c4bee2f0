// desk.js: the presenter's desk: knows what the wall shows and how the room votes, and acts: on the room
// itself, and on the wall by wishes, which reach it on whatever machine it is. What is drawn stands in
// desk_view.js.

import { api, Problem } from "../api.js";
import { mountKeys } from "../keys.js";
import { forget, keep, recall } from "../kept.js";
import { chooseLook, THEME } from "../look.js";
import { DeskView } from "./desk_view.js";
import { PRESENTING } from "./kept.js";
import { rs } from "./words.js";

/**
 * @typedef {import("./types").Room} Room
 * @typedef {import("./types").Shows} Shows
 * @typedef {import("../scene/types").Scene} Scene
 */

const LOOK_EVERY_MS = 700;
const LOOK_SOON_MS = 120; /* while a wish is under way */
const SILENT_MS = 4000; /* a wall that has not begun a wish by then does not answer */
const BEGUN = "chef.presenting.begun";
const WISHES = ["next", "back", "play", "slower", "faster", "way"];

export class Desk {
  /** @param {Room} room */
  constructor(room) {
    this.room = room;
    /** @type {{number: number, at: number} | null} the newest wish that the wall has not begun */
    this.wish = null;
    /** @type {Map<string, Scene | null>} null: on its way */
    this.scenes = new Map();
    /** When the lecture, and the scene on the wall, began.
     * @type {{code: string, at: number, scene: string, scene_at: number}} */
    this.begun = JSON.parse(recall(BEGUN) ?? "{}");
    if (this.begun.code !== room.code) this.begin();
    keep(PRESENTING, room.code);
    this.view = new DeskView(this);
    this.timer = 0;
    this.acts = {
      ...Object.fromEntries(WISHES.map((act) => [act, () => this.ask(() => this.wishFor(act))])),
      blank: () => this.toggle("blank"),
      freeze: () => this.toggle("frozen"),
      orders: () => this.toggle("inputs_allowed"),
      vote: () => this.showVotes(),
      reset: () => window.confirm(rs("ask.reset")) && this.reset(),
      end: () => window.confirm(rs("ask.end")) && this.end(),
      begin: () => this.begin(),
      theme: () => this.toggleTheme(),
      full: () => toggleFull(),
      help: () => openKeys(),
    };
    this.mountKeys();
    this.view.draw();
    this.lookLater();
    window.setInterval(() => this.view.drawTime(), 1000);
  }

  mountKeys() {
    const { reset, end, begin, ...byKey } = Object.fromEntries(Object.keys(this.acts).map((act) => [act, () => this.act(act)]));
    mountKeys("desk", byKey, new AbortController().signal);
  }

  /** What the wall shows; null: there is none. @returns {Shows | null} */
  get shows() {
    return this.room.wall?.shows ?? null;
  }

  /** The scene on the wall, once it has come. @returns {Scene | null} */
  get scene() {
    const name = this.shows?.scene ?? null;
    if (name === null || this.shows?.own) return null;
    const known = this.scenes.get(name);
    if (known === undefined) {
      this.scenes.set(name, null);
      void this.ask(async () => {
        this.scenes.set(name, await api.scene(name));
      });
    }
    return known ?? null;
  }

  /** The time begins anew. */
  begin() {
    this.begun = { code: this.room.code, at: Date.now(), scene: "", scene_at: Date.now() };
    keep(BEGUN, JSON.stringify(this.begun));
    this.view?.drawTime();
  }

  noteScene() {
    const scene = this.shows?.scene ?? "";
    if (!this.shows || scene === this.begun.scene) return;
    this.begun = { ...this.begun, scene, scene_at: Date.now() };
    keep(BEGUN, JSON.stringify(this.begun));
  }

  // ---- the room ----

  lookLater() {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.ask(() => api.room()), this.wish ? LOOK_SOON_MS : LOOK_EVERY_MS);
  }

  /**
   * Does something with the room, takes what it answers, and says what went wrong.
   * @param {() => Promise<Room | void>} what
   */
  async ask(what) {
    try {
      this.room = (await what()) ?? this.room;
      this.view.say("");
    } catch (error) {
      this.view.say(String(error instanceof Error ? error.message : error));
      if (!(error instanceof Problem)) return;
      if ([404, 410].includes(error.status)) forget(PRESENTING);
      if ([401, 403].includes(error.status)) location.reload(); /* the program began again: it asks for the key */
    } finally {
      this.noteWish();
      this.noteScene();
      this.view.draw();
      this.lookLater();
    }
  }

  // ---- doing ----

  /**
   * Why it cannot be done now; "": it can.
   * @param {string} act
   */
  why(act) {
    const { shows, room } = this;
    if (WISHES.includes(act) && !shows) return rs("why.no_wall");
    if (act === "reset" && room.run === null) return rs("why.no_run");
    if (act === "vote" && !room.vote) return rs("show.no_vote");
    if (!shows || !WISHES.includes(act) || act === "way") return "";
    const stepping = act === "next" || act === "back";
    if (stepping && shows.scene === null) return rs("why.no_scene");
    if (act === "back" && shows.at === 0) return rs("why.first");
    if (act === "next" && shows.state === "failed" && shows.at === shows.front) return rs("why.failed");
    if (act === "next" && shows.at === this.steps() - 1 && !this.scene?.next) return rs("why.last");
    if (act === "play" && (shows.state === "standing" || shows.state === "failed")) return rs("why.stands");
    return "";
  }

  /** How many steps the scene on the wall has; 0: not known yet. */
  steps() {
    return this.shows?.own?.beats.length ?? this.scene?.steps.length ?? 0;
  }

  /** @param {string} act */
  act(act) {
    const why = this.why(act);
    if (why !== "") this.view.say(why);
    else void /** @type {Record<string, () => unknown>} */ (this.acts)[act]();
  }

  /** @param {string} act */
  async wishFor(act) {
    const room = await api.wish(act);
    this.wish = { number: room.wish_count ?? 0, at: Date.now() };
    return room;
  }

  noteWish() {
    const { wish, shows } = this;
    if (!wish) return;
    if (!shows || shows.done >= wish.number) this.wish = null;
    else if (Date.now() - wish.at > SILENT_MS) this.view.say(rs("wall.silent"));
  }

  /**
   * Shown at once: a second press means the opposite.
   * @param {"blank" | "frozen" | "inputs_allowed"} what
   */
  toggle(what) {
    const change = { [what]: !this.room[what] };
    this.room = { ...this.room, ...change };
    this.view.draw();
    void this.ask(() => api.showInRoom(change));
  }

  /** @param {{open: boolean, revealed: boolean}} change */
  setVote(change) {
    const { vote } = this.room;
    if (!vote) return;
    const { round, options, question } = vote;
    void this.ask(() => api.showInRoom({ vote: { round, options, question, ...change } }));
  }

  showVotes() {
    this.setVote({ open: false, revealed: !this.room.vote?.revealed });
  }

  reset() {
    return this.ask(async () => {
      const room = await api.resetRoom();
      return room.wall ? this.wishFor("again") : room;
    });
  }

  async end() {
    await this.ask(async () => {
      await api.endRoom();
      forget(PRESENTING);
      location.reload();
    });
  }

  toggleTheme() {
    keep(THEME, chooseLook().theme === "dark" ? "light" : "dark");
    chooseLook();
    this.view.drawTheme();
  }
}

async function toggleFull() {
  if (document.fullscreenElement) await document.exitFullscreen();
  else await document.documentElement.requestFullscreen();
}

async function openKeys() {
  const { openHelp } = await import("../keys/help.js");
  await openHelp(["desk", "scene"]);
}
