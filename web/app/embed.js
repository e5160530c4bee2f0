// embed.js: the page that stands in a frame of another page. It opens the link of its address as a
// run of its own and shows it: forwards, backwards, moment by moment. Nobody steers here; Reset
// comes back to the moment that was shared, Remix opens the whole page with the same link.
//
// In a frame of another site a browser sends no cookies and may forbid storage: nothing here needs
// either.

import { api } from "./api.js";
import { byId, el, fill, forgetTokens, icon, setText } from "./dom.js";
import { mountKeys } from "./keys.js";
import { Overview } from "./overview.js";
import { Replay } from "./replay.js";
import { sayProblem } from "./say.js";
import { linkInAddress } from "./share.js";
import { report, togglePause } from "./steer.js";
import { mountTimeline } from "./timeline.js";
import { changeSpeed, mountTransport, stepBack, stepTo, toggleBack } from "./transport.js";
import { mountVerdict } from "./verdicts.js";
import { cityClock, fetchPageWords, fetchWords, setWords, t } from "./words.js";
import { hasPage, loadPart } from "../systems/catalogue.js";

/** @typedef {import("./model.js").Model} Model */

/* Below either of these a scaled picture cannot be read: tiles, and text of a fixed size. */
const NARROW_WIDTH = 700;
const LOW_HEIGHT = 420;

const dark = window.matchMedia("(prefers-color-scheme: dark)");
const still = window.matchMedia("(prefers-reduced-motion: reduce)");

/**
 * As the system says; a frame has no settings of its own.
 * @param {Model} model
 */
function refreshLook(model) {
  const theme = dark.matches ? "dark" : "light";
  const small = window.innerWidth < NARROW_WIDTH || window.innerHeight < LOW_HEIGHT;
  const density = small ? "phone" : "lecture";
  Object.assign(document.documentElement.dataset, { theme, density, still: String(still.matches) });
  forgetTokens();
  model.look = { theme, density, still: still.matches };
  model.tell("look");
}

/**
 * Brand, run, and the two buttons.
 * @param {Model} model
 * @param {string} link
 * @param {() => void} reset
 */
function mountHeader(model, link, reset) {
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
    el("button", {
      type: "button", "data-embed": "reset", title: t("embed.reset"), "aria-label": t("embed.reset"), onclick: reset,
    }, icon("restart"), el("span", null, t("embed.reset"))),
    el("a", {
      href: `/#l=${link}`, target: "_blank", rel: "noopener", "data-embed": "remix",
      title: t("embed.remix_about"), "aria-label": t("embed.remix"),
    }, icon("open"), el("span", null, t("embed.remix"))),
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

/**
 * @param {Model} model
 * @param {Replay} replay
 * @param {import("./types").SystemPart} part
 */
function mountRooms(model, replay, part) {
  byId("stage").setAttribute("aria-label", t("room.stage"));
  const own = part.mountFrame(model, (event) => void replay.seekTo(event.t_us));
  mountVerdict(byId("verdict"), model, {
    ...own.verdictHow,
    choose: (first) => {
      const broken = model.verdicts.find((one) => one.witness?.first_event === first);
      if (broken?.witness?.at_ms) void replay.seekTo(broken.witness.at_ms * 1000);
    },
  });
  const timeline = byId("timeline");
  mountTransport(timeline, model, []);
  mountTimeline(timeline, model, new Overview(model, own.timelineWords), own.timelineWords);
}

/** @param {Model} model @param {() => void} reset */
function mountEmbedKeys(model, reset) {
  mountKeys("frame", {
    play: () => togglePause(model),
    backwards: () => toggleBack(model),
    step: () => void stepTo(model, "event"),
    previous: () => void stepBack(model, "event"),
    next: () => void stepTo(model, "interesting"),
    earlier: () => void stepBack(model, "interesting"),
    slower: () => changeSpeed(model, -1),
    faster: () => changeSpeed(model, 1),
    again: reset,
  }, model.until);
}

/**
 * The model of the run's system, as this frame looks at it.
 * @param {import("./types").SystemPart} part
 * @param {string} system
 */
async function makeModel(part, system) {
  const systems = await api.systems();
  const model = new part.Model();
  model.system = systems.find((/** @type {{name: string}} */ one) => one.name === system) ?? null;
  refreshLook(model);
  for (const list of [dark, still]) list.addEventListener("change", () => refreshLook(model));
  window.addEventListener("resize", () => refreshLook(model));
  return model;
}

async function start() {
  await fetchPageWords();
  const link = linkInAddress();
  if (link === "") {
    sayProblem(t("embed.no_link"));
    return;
  }
  const opened = await api.openLink(link);
  const info = await api.run(opened.run);
  if (!hasPage(info.system)) throw new Error(t("systems.none", { system: info.system }));
  const [part, words] = await Promise.all([loadPart(info.system), fetchWords(info.system)]);
  setWords(words);
  const model = await makeModel(part, info.system);
  const replay = new Replay(model);
  replay.onProblem = report;
  const reset = () => void replay.seekTo(opened.t_ms * 1000);
  mountHeader(model, link, reset);
  mountRooms(model, replay, part);
  mountEmbedKeys(model, reset);
  model.enter(info);
  reset();
  document.title = `${info.title} · ${t("brand")}`;
  if (opened.note) tellDifference(opened.note);
  else if (opened.edge_ms === 0) sayProblem(t("embed.empty"));
}

window.addEventListener("hashchange", () => location.reload());
start().catch(report);
