// embed.js: the page that stands in a frame of another page. It opens the link of its address as a
// run of its own and shows it: forwards, backwards, moment by moment. Nobody steers here; Reset
// comes back to the moment that was shared, Remix opens the whole page with the same link.
//
// In a frame of another site a browser sends no cookies and may forbid storage: nothing here needs
// either.

import { api } from "./api.js";
import { byId, el, fill, forgetTokens, icon, setText } from "./dom.js";
import { mountKeys } from "./keys.js";
import { Model } from "./model.js";
import { Overview } from "./overview.js";
import { Replay } from "./replay.js";
import { sayProblem } from "./say.js";
import { linkInAddress } from "./share.js";
import { report, togglePause } from "./steer.js";
import { mountTimeline } from "./timeline.js";
import { changeSpeed, mountTransport, stepBack, stepTo, toggleBack } from "./transport.js";
import { mountVerdict } from "./verdicts.js";
import { cityClock, setWords, t } from "./words.js";
import { mountCaption } from "../systems/kitchens/caption.js";
import { ordersSoFar } from "../systems/kitchens/figures.js";
import { timelineWords } from "../systems/kitchens/kitchens.js";
import { Stage } from "../systems/kitchens/stage.js";

const SYSTEM = "kitchens";
const NARROW_WIDTH = 560;

const model = new Model();
const replay = new Replay(model);
replay.onProblem = report;
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const still = window.matchMedia("(prefers-reduced-motion: reduce)");

/** As the system says; a frame has no settings of its own. */
function refreshLook() {
  const theme = dark.matches ? "dark" : "light";
  const density = window.innerWidth < NARROW_WIDTH ? "phone" : "lecture";
  Object.assign(document.documentElement.dataset, { theme, density, still: String(still.matches) });
  forgetTokens();
  model.look = { theme, density, still: still.matches };
  model.tell("look");
}

/** @param {string} path */
async function file(path) {
  const answer = await fetch(path);
  return answer.json();
}

/**
 * Brand, run, and the two buttons.
 * @param {string} link
 * @param {() => void} reset
 */
function mountHeader(link, reset) {
  const title = el("h1.cut");
  const seed = el("span.second.seed");
  const clock = el("span.clock", { title: t("clock.about") });
  fill(
    byId("header"),
    el(
      "span.brand",
      null,
      el("img", { src: "/static/favicon.svg", alt: "" }),
      el("span", null, t("brand")),
    ),
    title,
    seed,
    el("span.space"),
    clock,
    el("button", { type: "button", "data-embed": "reset", onclick: reset }, icon("restart"), t("embed.reset")),
    el("a", {
      href: `/#l=${link}`, target: "_blank", rel: "noopener", "data-embed": "remix",
      title: t("embed.remix_about"),
    }, icon("open"), t("embed.remix")),
  );
  model.on("run", () => {
    setText(title, model.run?.title || model.run?.scenario || "");
    setText(seed, t("run.seed_value", { seed: model.run?.seed ?? "" }));
  });
  model.on(["frame", "replay"], () => setText(clock, cityClock(Math.max(0, model.clock.shown_us))));
}

/**
 * Not the run that was shared: said at once, and again whenever somebody asks.
 * @param {string} note
 */
function tellDifference(note) {
  const say = () => sayProblem(note);
  const mark = el("button", { type: "button", title: note, "data-embed": "other", onclick: say },
    icon("warning"), t("embed.other"));
  byId("header").querySelector(".space")?.before(mark);
  say();
}

function mountRooms() {
  const words = timelineWords(model, (event) => void replay.seekTo(event.t_us));
  new Stage(byId("stage"), model, () => {});
  mountCaption(byId("caption"), model);
  mountVerdict(byId("verdict"), model, {
    orders: ordersSoFar,
    choose: (first) => {
      const broken = model.verdicts.find((one) => one.witness?.first_event === first);
      if (broken?.witness?.at_ms) void replay.seekTo(broken.witness.at_ms * 1000);
    },
  });
  const timeline = byId("timeline");
  mountTransport(timeline, model, []);
  mountTimeline(timeline, model, new Overview(model, words), words);
}

/** @param {() => void} reset */
function mountEmbedKeys(reset) {
  const key = (/** @type {string[]} */ keys, /** @type {() => void} */ run) =>
    ({ keys, name: "", letter: keys.every((one) => /^[a-z]$/.test(one)), run });
  mountKeys([
    key([" ", "."], () => togglePause(model)),
    key([","], () => toggleBack(model)),
    key(["ArrowRight", "n"], () => void stepTo(model, "event")),
    key(["ArrowLeft", "p"], () => void stepBack(model, "event")),
    key(["j"], () => void stepTo(model, "interesting")),
    key(["k"], () => void stepBack(model, "interesting")),
    key(["["], () => changeSpeed(model, -1)),
    key(["]"], () => changeSpeed(model, 1)),
    key(["r"], reset),
  ]);
}

async function start() {
  refreshLook();
  const [page, words, host, systems] = await Promise.all([
    file("/words/page.json"), api.words(SYSTEM), file("/words/host.json"), api.systems(),
  ]);
  setWords(page.words, { ...words, notes: { ...host.notes, ...words.notes } });
  model.system = systems.find((/** @type {{name: string}} */ one) => one.name === SYSTEM) ?? null;
  for (const list of [dark, still]) list.addEventListener("change", refreshLook);
  window.addEventListener("resize", refreshLook);
  const link = linkInAddress();
  if (link === "") {
    sayProblem(t("embed.no_link"));
    return;
  }
  const opened = await api.openLink(link);
  const reset = () => void replay.seekTo(opened.t_ms * 1000);
  mountHeader(link, reset);
  mountRooms();
  mountEmbedKeys(reset);
  model.enter(await api.run(opened.run));
  reset();
  document.title = `${model.run?.title ?? ""} · ${t("brand")}`;
  if (opened.note) tellDifference(opened.note);
  else if (opened.edge_ms === 0) sayProblem(t("embed.empty"));
}

window.addEventListener("hashchange", () => location.reload());
start().catch(report);
