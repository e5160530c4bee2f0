// main.js: the start of the page: words, the private run of this browser, the live link, then
// the rooms. Nothing asks before the city runs.

import { api } from "./api.js";
import { mountChart } from "./charts.js";
import { byId } from "./dom.js";
import { mountEvents } from "./events.js";
import { mountFigures } from "./figures.js";
import { mountKeys, openHelp } from "./keys.js";
import { LiveLink } from "./live.js";
import { Model } from "./model.js";
import { putInAddress, runInAddress, setEnter } from "./runs.js";
import { sayProblem, sayStatus } from "./say.js";
import { mountShell, mountTabs, refreshLook, toggleDensity, toggleDrawer, toggleStill, toggleTheme } from "./shell.js";
import { report, togglePause } from "./steer.js";
import { mountTimeline } from "./timeline.js";
import { changeSpeed, KITCHEN_TIME, mountTransport, setSpeed, stepTo, toggleLens } from "./transport.js";
import { mountVerdict } from "./verdicts.js";
import { setWords, t } from "./words.js";
import { mountKitchens } from "../systems/kitchens/kitchens.js";
import { MESSAGES_SPEED_MAX } from "../systems/kitchens/messages.js";

const SYSTEM = "kitchens";

const model = new Model();
const link = new LiveLink(
  (frame) => model.applyFrame(frame, performance.now()),
  (state) => model.setLink(state),
);

/**
 * Puts a run on the stage.
 * @param {string} run
 */
async function enter(run) {
  const info = await api.run(run);
  link.leave();
  model.enter(info);
  putInAddress(run);
  document.title = `${info.title || info.scenario} · Distributed Chef`;
  link.join(run);
  const history = await api.metrics(run, 0);
  if (model.run?.run === run) model.prependPoints(history.columns, history.rows);
}

/** The run in the address if it still exists, else this browser's own. */
async function firstRun() {
  const wanted = runInAddress();
  if (wanted !== "") {
    try {
      await enter(wanted);
      return;
    } catch (error) {
      report(error);
    }
  }
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
  const session = runInAddress() === "" ? api.session() : null;
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
  mount();
  const scenarios = await api.scenarios();
  model.scenarios = Array.isArray(scenarios) ? scenarios : scenarios.scenarios;
  await firstRun();
}

function mount() {
  const events = { choose: (/** @type {import("./types").EventRow} */ _event) => {} };
  const verdict = { verify: async () => {} };
  const city = mountKitchens(model, {
    verify: () => verdict.verify(),
    chooseEvent: (event) => events.choose(event),
  });
  mountFigures(byId("figures"), model, city.figures);
  mountChart(byId("chart-1"), model, city.charts[0]);
  mountChart(byId("chart-2"), model, city.charts[1]);
  Object.assign(events, mountEvents(byId("events"), model, city.eventWords));
  Object.assign(verdict, mountVerdict(byId("verdict"), model, city.verdictHow));
  const timeline = byId("timeline");
  mountTransport(timeline, model);
  mountTimeline(timeline, model, city.timelineWords);
  mountTabs(byId("tabs"), model);
  const keys = keyTable(city.keys);
  mountShell(byId("header"), model, () => openHelp(keys));
  mountKeys(keys);
  model.on("pace", () => link.subscribeMessages(model.pace.speed <= MESSAGES_SPEED_MAX));
  model.on("link", () => {
    if (model.link === "lost") sayProblem(t("link.lost"));
    else if (model.link === "open") sayStatus(t("link.open"));
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) model.tell("frame", "points", "events");
  });
}

function toggleFullScreen() {
  if (document.fullscreenElement) void document.exitFullscreen();
  else void document.documentElement.requestFullscreen();
}

/** @param {import("./keys.js").Key[]} own the system's keys @returns {import("./keys.js").Key[]} */
function keyTable(own) {
  const key = (/** @type {string[]} */ keys, /** @type {string} */ name, /** @type {() => void} */ run) => ({
    keys, name, run, letter: keys.every((one) => /^[a-z]$/.test(one)),
  });
  /** @type {import("./keys.js").Key[]} */
  const table = [
    key([" ", "."], "keys.play", () => togglePause(model)),
    key(["ArrowRight", "PageDown"], "keys.step", () => stepTo(model, "event")),
    key(["n", "j"], "keys.next", () => stepTo(model, "interesting")),
    key(["["], "keys.slower", () => changeSpeed(model, -1)),
    key(["]"], "keys.faster", () => changeSpeed(model, 1)),
    key(["l"], "keys.lens", () => toggleLens(model)),
    key(["0"], "keys.real", () => setSpeed(model, KITCHEN_TIME)),
    ...own,
    key(["k"], "keys.controls", () => toggleDrawer(model)),
    key(["t"], "keys.theme", () => toggleTheme(model)),
    key(["g"], "keys.density", () => toggleDensity(model)),
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
