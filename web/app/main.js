// main.js: the start of the page: words, the private run of this browser, the live link, then
// the rooms. Nothing asks before the city runs.

import { api } from "./api.js";
import { branchWith } from "./branches.js";
import { mountChart } from "./charts.js";
import { mountComparing } from "./compare.js";
import { openCompareMenu } from "./comparing.js";
import { byId } from "./dom.js";
import { mountEvents } from "./events.js";
import { mountFigures } from "./figures.js";
import { mountKeys, openHelp } from "./keys.js";
import { LiveLink } from "./live.js";
import { Model } from "./model.js";
import { Overview } from "./overview.js";
import { Replay } from "./replay.js";
import { momentInAddress, pairInAddress, putInAddress, putPairInAddress, runInAddress, setEnter, setFind } from "./runs.js";
import { dropOffer, endProblem, sayNote, sayProblem, sayStatus } from "./say.js";
import { linkInAddress, mountDrop, openGoTo, openLink, openShare } from "./share.js";
import { openSearch } from "./search.js";
import { mountShell, mountTabs, refreshLook, toggleDensity, toggleDrawer, toggleStill, toggleTheme } from "./shell.js";
import { mountSpacetime } from "./spacetime.js";
import { report, setBranching, togglePause } from "./steer.js";
import { goTo, mountTimeline } from "./timeline.js";
import { cursorOf } from "./timeline/geometry.js";
import { changeSpeed, KITCHEN_TIME, mountTransport, setSpeed, stepBack, stepTo, toggleBack, toggleLens, toLive } from "./transport.js";
import { mountVerdict } from "./verdicts.js";
import { setWords, t } from "./words.js";
import { mountKitchens } from "../systems/kitchens/kitchens.js";
import { MESSAGES_SPEED_MAX } from "../systems/kitchens/messages.js";

const SYSTEM = "kitchens";
const ADDRESS_EVERY_MS = 500; /* browsers refuse to change the address more often */

const model = new Model();
/** @type {Overview | null} */
let overview = null;
/** @type {import("./compare.js").Comparing | null} */
let comparing = null;
const link = new LiveLink(takeFrame, (state) => model.setLink(state));
const replay = new Replay(model, link);
replay.onProblem = report;

/** @param {import("./types").Frame} frame of the live link */
function takeFrame(frame) {
  replay.receive(frame);
  overview?.note(frame);
}

/**
 * Puts a run on the stage.
 * @param {string} run
 * @param {import("./runs.js").Where} [where]
 */
async function enter(run, where = {}) {
  const info = await api.run(run);
  dropOffer();
  comparing?.leave();
  link.leave();
  replay.reset();
  model.enter(info);
  model.expected = where.expected ?? [];
  if (where.selection !== undefined) model.select(where.selection);
  putInAddress(run, where.at_us);
  document.title = `${info.title || info.scenario} · Distributed Chef`;
  link.join(run);
  if (where.at_us !== undefined && where.at_us < model.edge_us) void replay.seekTo(where.at_us);
}

/** The moment that is shown stands in the address, so that a reload comes back to it. */
function keepAddress() {
  let timer = 0;
  const put = () => {
    timer = 0;
    if (model.run && !comparing?.isOpen) putInAddress(model.run.run, replay.inPast ? replay.cursor_us : undefined);
  };
  model.on(["replay", "frame"], () => {
    if (timer === 0 && (replay.inPast || location.hash.includes("&t="))) timer = window.setTimeout(put, ADDRESS_EVERY_MS);
  });
}

/** What the address names: a link, or a run. False when it names nothing, or what it names is not
 * there any more. */
async function enterAddressed() {
  const shared = linkInAddress();
  const wanted = runInAddress();
  const pair = pairInAddress();
  try {
    if (shared !== "") await openLink(shared);
    else if (pair) await enterPair(pair, wanted, momentInAddress());
    else if (wanted !== "") await enter(wanted, { at_us: momentInAddress() });
    return shared !== "" || wanted !== "" || pair !== null;
  } catch (error) {
    report(error);
    return false;
  }
}

/**
 * Two runs side by side, as the address has them; behind them the run to come back to.
 * @param {{a: string, b: string, back_us: number | undefined}} pair
 * @param {string} home or ""
 * @param {number | undefined} at_us
 */
async function enterPair({ a, b, back_us }, home, at_us) {
  const run = home === "" ? b : home;
  await enter(run, { at_us: back_us });
  putPairInAddress(a, b, at_us ?? 0, run, back_us); /* which the run's own address took the place of */
  await comparing?.open(a, b, { at_us });
}

/** The run in the address if there is one, else this browser's own. */
async function firstRun() {
  if (await enterAddressed()) return;
  const session = await api.session();
  await enter(session.run);
}

/** @param {string} path */
async function file(path) {
  const answer = await fetch(path);
  return answer.json();
}

async function start() {
  refreshLook(model);
  const session = runInAddress() + linkInAddress() === "" && !pairInAddress() ? api.session() : null;
  const [page, words, host, systems] = await Promise.all([
    file("/words/page.json"),
    api.words(SYSTEM),
    file("/words/host.json"),
    api.systems(),
    session,
  ]);
  setWords(page.words, { ...words, notes: { ...host.notes, ...words.notes } });
  const list = Array.isArray(systems) ? systems : systems.systems;
  model.system = list.find(
    (/** @type {{name: string}} */ system) => system.name === SYSTEM,
  ) ?? null;
  setEnter(enter);
  setBranching(branchWith);
  setFind(openSearch);
  mount();
  keepAddress();
  const scenarios = await api.scenarios();
  model.scenarios = Array.isArray(scenarios) ? scenarios : scenarios.scenarios;
  await firstRun();
}

function mount() {
  const events = { choose: (/** @type {import("./types").EventRow} */ _event) => {} };
  const verdict = { verify: async () => {} };
  const causes = { show: (/** @type {{event?: number, subject?: number}} */ _what) => {} };
  const city = mountKitchens(model, {
    verify: () => verdict.verify(),
    chooseEvent: (event) => events.choose(event),
    showCauses: (what) => causes.show(what),
  });
  mountFigures(byId("figures"), model, city.figures);
  mountChart(byId("chart-1"), model, city.charts[0]);
  mountChart(byId("chart-2"), model, city.charts[1]);
  Object.assign(events, mountEvents(byId("events"), model, city.eventWords));
  Object.assign(verdict, mountVerdict(byId("verdict"), model, city.verdictHow));
  const timeline = byId("timeline");
  overview = new Overview(model, city.timelineWords);
  mountTransport(timeline, model, city.untils());
  mountTimeline(timeline, model, overview, city.timelineWords);
  mountTabs(byId("tabs"), model);
  const diagram = mountSpacetime(model, city.diagramWords, {
    now: () => cursorOf(model),
    scrub: (t_us) => void replay.scrubTo(t_us),
    seek: (t_us) => goTo(model, t_us),
  });
  causes.show = (what) => void diagram.showCauses(what);
  comparing = mountComparing(model, city.sides);
  const keys = keyTable(city.keys, diagram);
  mountShell(byId("header"), model, () => openHelp(keys));
  mountKeys(keys);
  mountDrop();
  window.addEventListener("hashchange", () => void enterAddressed());
  model.on("pace", () => {
    if (!replay.inPast) link.subscribeMessages(model.pace.speed <= MESSAGES_SPEED_MAX);
  });
  model.on("link", () => {
    if (model.link === "lost") sayProblem(t("link.lost"));
    else if (model.link === "open") {
      endProblem(t("link.lost"));
      sayStatus(t("link.open"));
    }
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) model.tell("frame", "points", "events");
  });
}

/** @param {string} id a button of the transport */
function pressTransport(id) {
  const room = byId(comparing?.isOpen ? "compare" : "timeline");
  /** @type {HTMLElement | null} */ (room.querySelector(`[data-transport="${id}"]`))?.click();
}

/** The model whose time is moved: of two runs side by side the one that stands for both. */
function timed() {
  return comparing?.isOpen ? comparing.front : model;
}

function toggleCompare() {
  if (comparing?.isOpen) comparing.close();
  else openCompareMenu(/** @type {HTMLElement} */ (document.querySelector("#header .run")));
}

/**
 * What belongs to one run does nothing while two are side by side, and says why.
 * @param {import("./keys.js").Key} key
 * @returns {import("./keys.js").Key}
 */
function alone(key) {
  return {
    ...key,
    run: (event) => {
      if (!comparing?.isOpen) key.run(event);
      else if (!comparing.pressKey(event)) sayNote(t("why.comparing"));
    },
  };
}

function toggleFullScreen() {
  if (document.fullscreenElement) void document.exitFullscreen();
  else void document.documentElement.requestFullscreen();
}

/**
 * @param {import("./keys.js").Key[]} own the system's keys
 * @param {import("./spacetime.js").Spacetime} diagram
 * @returns {import("./keys.js").Key[]}
 */
function keyTable(own, diagram) {
  const key = (/** @type {string[]} */ keys, /** @type {string} */ name, /** @type {() => void} */ run) => ({
    keys, name, run,
  });
  /** @type {import("./keys.js").Key[]} */
  const table = [
    key([" ", "."], "keys.play", () => togglePause(timed())),
    key([","], "keys.back", () => toggleBack(timed())),
    key(["ArrowRight", "n", "PageDown"], "keys.step", () => void stepTo(timed(), "event")),
    key(["ArrowLeft", "p", "PageUp"], "keys.previous", () => void stepBack(timed(), "event")),
    key(["j"], "keys.next", () => void stepTo(timed(), "interesting")),
    key(["k"], "keys.earlier", () => void stepBack(timed(), "interesting")),
    key(["u"], "keys.until", () => pressTransport("until")),
    key(["0"], "keys.live", () => toLive(timed())),
    key(["["], "keys.slower", () => changeSpeed(timed(), -1)),
    key(["]"], "keys.faster", () => changeSpeed(timed(), 1)),
    key(["l"], "keys.lens", () => toggleLens(timed())),
    key(["="], "keys.real", () => setSpeed(timed(), KITCHEN_TIME)),
    key(["d"], "keys.compare", toggleCompare),
    ...[
      ...own,
      key(["g"], "keys.goto", () => openGoTo()),
      key(["s"], "keys.share", () => void openShare(model)),
      key(["e"], "keys.spacetime", () => diagram.toggle()),
      { keys: ["+", "-"], name: "keys.zoom", run: (/** @type {KeyboardEvent} */ event) => diagram.zoomKey(event.key) },
      key(["i"], "keys.controls", () => toggleDrawer(model)),
    ].map(alone),
    key(["t"], "keys.theme", () => toggleTheme(model)),
    key(["z"], "keys.density", () => toggleDensity(model)),
    key(["m"], "keys.still", () => toggleStill(model)),
    key(
      ["f"],
      "keys.full",
      toggleFullScreen,
    ),
    key(["?"], "keys.help", () => openHelp(table)),
  ];
  return table;
}

start().catch(report);
