// main.js: the start of the page: what the server has, the private run of this browser, the live
// link, then the rooms of that run's system. Nothing asks before something runs.

import { api } from "./api.js";
import { openRooms } from "./rooms.js";
import { momentInAddress, pairInAddress, putInAddress, putPairInAddress, runInAddress, setEnter, setFind } from "./runs.js";
import { dropOffer, endProblem, sayProblem, sayStatus } from "./say.js";
import { linkInAddress, mountDrop, openLink } from "./share.js";
import { openSearch } from "./search.js";
import { recall, recallVisit } from "./kept.js";
import { chooseLook } from "./look.js";
import { report } from "./steer.js";
import { LiveLink } from "./live.js";
import { noteVisit, setSystems, systemName } from "./systems.js";
import { fetchPageWords, t } from "./words.js";
import { hasPage } from "../systems/catalogue.js";

const ADDRESS_EVERY_MS = 500; /* browsers refuse to change the address more often */

/** The page of one system.
 * @type {import("./rooms.js").Rooms | null} */
let rooms = null;
/** @type {import("./types").ScenarioInfo[]} */
let scenarios = [];
let entries = 0; /* of runs: only the newest counts */

const link = new LiveLink((frame) => rooms?.receive(frame), tellLink);

/** @param {"connecting" | "open" | "lost"} state */
function tellLink(state) {
  const before = rooms?.model.link;
  rooms?.model.setLink(state);
  if (before === state) return;
  if (state === "lost") sayProblem(t("link.lost"));
  else if (state === "open") {
    endProblem(t("link.lost"));
    sayStatus(t("link.open"));
  }
}

/**
 * Puts a run on the stage; one of another system changes what is in the rooms.
 * @param {string} run
 * @param {import("./runs.js").Where} [where]
 */
async function enter(run, where = {}) {
  const entry = (entries += 1);
  const info = await api.run(run);
  if (entry !== entries) return;
  const page = rooms?.system === info.system ? rooms : await turnTo(info.system, entry);
  if (!page) return;
  const { model, replay } = page;
  dropOffer();
  page.comparing?.leave();
  link.leave();
  replay.reset();
  model.enter(info);
  model.takeCarried(where.carried);
  if (where.selection !== undefined) model.select(where.selection);
  putInAddress(run, where.at_us);
  document.title = `${info.title || info.scenario} · ${t("brand")}`;
  noteVisit(info.system, run);
  link.join(run);
  if (where.at_us !== undefined && where.at_us < model.edge_us) void replay.seekTo(where.at_us);
}

/**
 * The rooms of another system; null when a newer wish overtook this one.
 * @param {string} system
 * @param {number} entry
 */
async function turnTo(system, entry) {
  if (!hasPage(system)) throw new Error(t("systems.none", { system: systemName(system) }));
  const before = rooms;
  const next = await openRooms(system, link, scenarios, () => {
    if (entry !== entries) return false;
    before?.leave();
    return true;
  });
  if (!next) return null;
  rooms = next;
  if (before) next.model.setLink(before.model.link);
  keepAddress(next);
  return next;
}

/**
 * The moment that is shown stands in the address, so that a reload comes back to it.
 * @param {import("./rooms.js").Rooms} page
 */
function keepAddress({ model, replay, comparing }) {
  let timer = 0;
  const put = () => {
    timer = 0;
    if (model.until.aborted || comparing?.isOpen || !model.run) return;
    putInAddress(model.run.run, replay.inPast ? replay.cursor_us : undefined);
  };
  model.on(["replay", "frame"], () => {
    if (timer === 0 && (replay.inPast || location.hash.includes("&t="))) timer = window.setTimeout(put, ADDRESS_EVERY_MS);
  });
}

/** The scene named in the address, or "". */
function sceneInAddress() {
  return new URLSearchParams(location.hash.slice(1)).get("scene") ?? "";
}

/** The scene of this visit, if it is the run on the stage that it plays on. */
async function resumeScene() {
  const { model } = rooms ?? {};
  const run = model?.run?.run;
  if (run === undefined || !recallVisit("chef.scene")?.includes(`"run":"${run}"`)) return;
  const scenes = await import("./scene/player.js");
  if (rooms && rooms.model === model) await scenes.resumeScene(rooms);
}

/** What the address names: a scene, a link, or a run. False when it names nothing, or what it names is not
 * there any more. */
async function enterAddressed() {
  const scene = sceneInAddress();
  const shared = linkInAddress();
  const wanted = runInAddress();
  const pair = pairInAddress();
  try {
    if (scene !== "") await (await import("./scene/player.js")).openScene(scene, () => rooms);
    else if (shared !== "") await openLink(shared);
    else if (pair) await enterPair(pair, wanted, momentInAddress());
    else if (wanted !== "") await enter(wanted, { at_us: momentInAddress() });
    void resumeScene().catch(report);
    return scene !== "" || shared !== "" || wanted !== "" || pair !== null;
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
  await rooms?.comparing?.open(a, b, { at_us });
}

/** The room of a lecture that this browser is in. True when the room shows a run.
 * @param {string | null} code */
async function followRoom(code) {
  if (code === null) return false;
  const { follow } = await import("./room/follow.js");
  return follow(code, () => rooms);
}

/** In the presenter's browser the room shows what is on this page. */
async function presentRoom() {
  if (recall("chef.presenting") === null) return;
  const { present } = await import("./room/present.js");
  await present(() => rooms);
}

async function start() {
  chooseLook();
  const room = recallVisit("chef.room");
  const named = room !== null || sceneInAddress() + runInAddress() + linkInAddress() !== "" || pairInAddress() !== null;
  const session = named ? null : api.session();
  const words = fetchPageWords();
  const [systems, catalogue] = await Promise.all([api.systems(), api.scenarios(words), words, session]);
  setSystems(systems);
  scenarios = catalogue;
  setEnter(enter);
  setFind(openSearch);
  mountDrop();
  window.addEventListener("hashchange", () => void enterAddressed());
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) rooms?.model.tell("frame", "points", "events");
  });
  if (await followRoom(room)) return;
  if (!(await enterAddressed())) await enter((await (session ?? api.session())).run);
  if (room === null) void presentRoom().catch(report);
}

start().catch(report);
