// rooms.js: the page of one system: its model, its words, its part in every room. When the page
// turns to another system all of it goes: the rooms come back as they stood in the document, and
// whatever listened outside of them ends with the model.

import { branchWith } from "./branches.js";
import { mountChart } from "./charts.js";
import { mountComparing } from "./compare.js";
import { openCompareMenu } from "./comparing.js";
import { mountDiagram } from "./diagram.js";
import { byId } from "./dom.js";
import { mountEvents } from "./events.js";
import { setIdle } from "./fields.js";
import { mountFigures } from "./figures.js";
import { mountKeys } from "./keys.js";
import { SYSTEM_KEYS } from "./keys/table.js";
import { closeMenu } from "./menu.js";
import { Overview } from "./overview.js";
import { MESSAGES_SPEED_MAX, Replay } from "./replay.js";
import { setJudge } from "./rules.js";
import { sayNote } from "./say.js";
import { openGoTo, openShare } from "./share.js";
import { setMoments } from "./search.js";
import { mountShell, mountTabs, refreshLook, toggleDensity, toggleDrawer, toggleStill, toggleTheme } from "./shell.js";
import { report, setBranching, togglePause } from "./steer.js";
import { systemInfo } from "./systems.js";
import { goTo, mountTimeline } from "./timeline.js";
import { cursorOf } from "./timeline/geometry.js";
import { changeSpeed, KITCHEN_TIME, mountTransport, setSpeed, stepBack, stepTo, toggleBack, toggleLens, toLive } from "./transport.js";
import { fillPicture } from "./turns.js";
import { mountVerdict } from "./verdicts.js";
import { fetchWords, setWords, t } from "./words.js";
import { loadPart } from "../systems/catalogue.js";

/**
 * @typedef {import("./types").SystemPart} SystemPart
 * @typedef {import("./keys.js").Act} Act
 */

const ROOMS = [
  "header", "stage", "spacetime", "actions", "caption", "choice", "verdict", "figures", "chart-1", "chart-2", "events",
  "mine", "ordering", "compare", "controls", "timeline", "tabs",
];
const OWN = ["stage", "mine", "ordering"]; /* what they are is the system's to say */

/** The rooms as they stand in the document, before anything is in them.
 * @type {Map<string, Node>} */
const empty = new Map();

function emptyRooms() {
  for (const id of ROOMS) {
    const room = byId(id);
    const kept = empty.get(id);
    if (kept) room.replaceWith(kept.cloneNode(true));
    else empty.set(id, room.cloneNode(true));
  }
}

/**
 * The page of a system; null when it is not wanted any more.
 * @param {string} system
 * @param {import("./live.js").LiveLink} link
 * @param {import("./types").ScenarioInfo[]} scenarios
 * @param {() => boolean} makeRoom called when everything has come: is it still wanted, and may it be
 *   put up? Then what was there before has left.
 */
export async function openRooms(system, link, scenarios, makeRoom) {
  const [part, words] = await Promise.all([loadPart(system), fetchWords(system)]);
  if (!makeRoom()) return null;
  setWords(words);
  return new Rooms(system, part, link, scenarios);
}

export class Rooms {
  /**
   * @param {string} system
   * @param {SystemPart} part
   * @param {import("./live.js").LiveLink} link
   * @param {import("./types").ScenarioInfo[]} scenarios
   */
  constructor(system, part, link, scenarios) {
    this.system = system;
    this.link = link;
    this.model = new part.Model();
    this.model.system = systemInfo(system);
    this.model.scenarios = scenarios.filter((scenario) => scenario.system === system);
    this.replay = new Replay(this.model, link);
    this.replay.onProblem = report;
    emptyRooms();
    refreshLook(this.model);
    setBranching(branchWith);
    setMoments(part.moments);
    setIdle(part.whyIdle);
    this.mount(part);
  }

  /** Makes room for another system. */
  leave() {
    closeMenu();
    document.querySelectorAll("dialog[open]").forEach((dialog) => /** @type {HTMLDialogElement} */ (dialog).close());
    this.link.leave();
    this.replay.reset();
    this.comparing?.leave();
    this.model.leave();
  }

  /** @param {import("./types").Frame} frame of the live link */
  receive(frame) {
    fillPicture();
    this.replay.receive(frame);
    this.overview?.note(frame);
  }

  /** @param {SystemPart} part */
  mount(part) {
    const { model, replay, link } = this;
    const events = { choose: (/** @type {import("./types").EventRow} */ _event) => {} };
    const verdict = { verify: async () => {} };
    const causes = { show: (/** @type {{event?: number, subject?: number}} */ _what) => {} };
    for (const id of OWN) byId(id).setAttribute("aria-label", t(`room.${id}`));
    const own = part.mount(model, {
      verify: () => verdict.verify(),
      chooseEvent: (event) => events.choose(event),
      showCauses: (what) => causes.show(what),
    });
    mountFigures(byId("figures"), model, own.figures);
    const spans = () => {
      this.overview?.sort();
      return (this.overview?.spans ?? []).map(({ from_us, until_us }) => ({
        from_us, until_us: Math.min(until_us, model.t_us),
      }));
    };
    mountChart(byId("chart-1"), model, own.charts[0], spans);
    mountChart(byId("chart-2"), model, own.charts[1], spans);
    Object.assign(events, mountEvents(byId("events"), model, own.eventWords));
    Object.assign(verdict, mountVerdict(byId("verdict"), model, own.verdictHow));
    setJudge(() => verdict.verify());
    const timeline = byId("timeline");
    this.overview = new Overview(model, own.timelineWords);
    mountTransport(timeline, model, own.untils);
    mountTimeline(timeline, model, this.overview, own.timelineWords);
    mountTabs(byId("tabs"), model);
    this.verify = verdict.verify;
    const diagram = this.diagram = mountDiagram(model, own.diagramWords, {
      now: () => cursorOf(model),
      scrub: (t_us) => void replay.scrubTo(t_us),
      seek: (t_us) => goTo(model, t_us),
    });
    causes.show = diagram.showCauses;
    this.comparing = mountComparing(model, own.sides);
    mountShell(byId("header"), model, this.system, () => void this.help());
    mountKeys("page", this.acts(own.keys, diagram), model.until, { more: SYSTEM_KEYS[this.system] });
    model.on("pace", () => {
      if (!replay.inPast) link.subscribeMessages(model.pace.speed <= MESSAGES_SPEED_MAX);
    });
  }

  /** @param {string} id a button of the transport */
  pressTransport(id) {
    const room = byId(this.comparing?.isOpen ? "compare" : "timeline");
    /** @type {HTMLElement | null} */ (room.querySelector(`[data-transport="${id}"]`))?.click();
  }

  /** The model whose time is moved: of two runs side by side the one that stands for both. */
  timed() {
    return this.comparing?.isOpen ? this.comparing.front : this.model;
  }

  toggleCompare() {
    if (this.comparing?.isOpen) this.comparing.close();
    else openCompareMenu(/** @type {HTMLElement} */ (document.querySelector("#header .run")));
  }

  async help() {
    closeMenu();
    const { openHelp } = await import("./keys/help.js");
    await openHelp(["page", "scene", "diagram", "cutting", "timeline"], { system: this.system, about: t("help.stage") });
  }

  /**
   * What belongs to one run does nothing while two are side by side, and says why.
   * @param {Record<string, Act>} acts
   * @returns {Record<string, Act>}
   */
  alone(acts) {
    return Object.fromEntries(Object.entries(acts).map(([name, act]) => [name, (event, target) => {
      if (!this.comparing?.isOpen) return act(event, target);
      if (!this.comparing.pressKey(event)) sayNote(t("why.comparing"));
      return true;
    }]));
  }

  /**
   * What the keys of the page do.
   * @param {Record<string, Act>} own the system's
   * @param {ReturnType<typeof mountDiagram>} diagram
   * @returns {Record<string, Act>}
   */
  acts(own, diagram) {
    const { model } = this;
    const timed = () => this.timed();
    return {
      play: () => togglePause(timed()),
      backwards: () => toggleBack(timed()),
      step: () => void stepTo(timed(), "event"),
      previous: () => void stepBack(timed(), "event"),
      next: () => void stepTo(timed(), "interesting"),
      earlier: () => void stepBack(timed(), "interesting"),
      until: () => this.pressTransport("until"),
      live: () => toLive(timed()),
      slower: () => changeSpeed(timed(), -1),
      faster: () => changeSpeed(timed(), 1),
      lens: () => toggleLens(timed()),
      real: () => setSpeed(timed(), KITCHEN_TIME),
      compare: () => this.toggleCompare(),
      ...this.alone({
        ...own,
        systems: pressSystems,
        goto: () => openGoTo(),
        share: () => void openShare(model),
        diagram: diagram.toggle,
        nearer: () => diagram.zoomKey("+"),
        farther: () => diagram.zoomKey("-"),
        controls: () => toggleDrawer(model),
      }),
      theme: () => toggleTheme(model),
      density: () => toggleDensity(model),
      still: () => toggleStill(model),
      full: toggleFullScreen,
      help: () => void this.help(),
    };
  }
}

function pressSystems() {
  /** @type {HTMLElement | null} */ (document.querySelector('#header [data-tool="systems"]'))?.click();
}

function toggleFullScreen() {
  if (document.fullscreenElement) void document.exitFullscreen();
  else void document.documentElement.requestFullscreen();
}
