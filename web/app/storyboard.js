// storyboard.js: the page of all scenes, in the order of the course (its cards: scene/board.js); a card leads
// to its scene on the page of the running systems. A lecturer's own scene comes from a file, is checked by the server, and
// stays in this browser.

import { api, Problem } from "./api.js";
import { byId, el, fill, icon } from "./dom.js";
import { keep, recall } from "./kept.js";
import { mountKeys } from "./keys.js";
import { language, languages, speak } from "./language.js";
import { chooseLook, dark, still, THEME } from "./look.js";
import { PRESENTING } from "./room/kept.js";
import { acts } from "./scene/board.js";
import { cityPicture } from "./scene/picture.js";
import { keepOwnScene, OWN } from "./scene/state.js";
import { fetchSceneWords, ps } from "./scene/words.js";
import { fetchPageWords, t } from "./words.js";

/** @typedef {import("./scene/types").SceneInfo} SceneInfo */

/**
 * A scene from a file: what is wrong with it is said in one sentence, else it begins.
 * @param {File} file
 * @param {HTMLElement} wrong
 */
async function load(file, wrong) {
  fill(wrong);
  try {
    const scene = await api.checkScene(parse(await file.text()));
    keepOwnScene(scene);
    location.assign(`/#scene=${OWN}`);
  } catch (error) {
    const allowed = error instanceof Problem && error.allowed.length > 0 ? ` (${error.allowed.join(", ")})` : "";
    fill(wrong, icon("warning"), `${error instanceof Error ? error.message : error}${allowed}`);
  }
}

/** @param {string} text */
function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(ps("board.no_file"));
  }
}

function loader() {
  const wrong = el("p.wrong", { role: "alert" });
  const input = /** @type {HTMLInputElement} */ (
    el("input.unseen", { type: "file", id: "scene-file", accept: ".json,application/json", tabindex: -1, "aria-label": ps("board.load") })
  );
  input.addEventListener("change", () => {
    const [file] = input.files ?? [];
    input.value = "";
    if (file) void load(file, wrong);
  });
  const button = el("button", { type: "button", "data-board": "load", "aria-label": ps("board.load"), onclick: () => input.click() }, icon("open"), el("span", null, ps("board.load")));
  return { button, input, wrong };
}

function languageChoice() {
  const select = /** @type {HTMLSelectElement} */ (
    el("select", { id: "language", "aria-label": t("language.menu"), onchange: () => speak(select.value) },
      ...languages().map(({ tag, name }) => el("option", { value: tag, lang: tag, selected: tag === language() }, name)))
  );
  return select;
}

/** Whoever holds a lecture is told that a class sees what comes now. */
function roomLine() {
  const code = recall(PRESENTING);
  if (!code) return null;
  return el("p.open-room", null, icon("door"),
    el("span", null, ps("board.room", { code }), " ", el("a", { href: "/presenter" }, ps("board.desk"))));
}

/** @param {SceneInfo[]} scenes */
function show(scenes) {
  const { button, input, wrong } = loader();
  const toggleTheme = () => {
    keep(THEME, chooseLook().theme === "dark" ? "light" : "dark");
    tellTheme();
  };
  const theme = el("button.bare", { type: "button", title: ps("board.theme"), "aria-label": ps("board.theme"), onclick: toggleTheme });
  const help = el("button.bare", { type: "button", title: t("tool.help"), "aria-label": t("tool.help"), onclick: openKeys }, icon("help"));
  const tellTheme = () => fill(theme, icon(chooseLook().theme === "dark" ? "sun" : "moon"));
  fill(byId("header"),
    el("a.brand", { href: "/", title: ps("board.back") }, el("img", { src: "/static/favicon.svg", alt: "" }), el("span", null, t("brand"))),
    el("span.space"), button, input, languageChoice(), theme, help);
  fill(byId("board"),
    el("div.hero", null, cityPicture(), el("div", null, el("h1", null, ps("board.title")), el("p.lead", null, ps("board.lead")))),
    el("div.cards", null, wrong, roomLine(), ...acts(scenes)));
  document.title = `${ps("board.title")} · ${t("brand")}`;
  tellTheme();
  for (const list of [dark, still]) list.addEventListener("change", tellTheme);
  window.addEventListener("resize", () => chooseLook());
  mountKeys("storyboard", {
    open: ({ key }) => /** @type {HTMLElement | null} */ (document.querySelectorAll(".scenes h3 a")[Number(key) - 1])?.click(),
    theme: toggleTheme,
    help: openKeys,
  }, new AbortController().signal);
}

async function openKeys() {
  const { openHelp } = await import("./keys/help.js");
  await openHelp(["storyboard", "scene"]);
}

async function start() {
  chooseLook();
  const printed = new URLSearchParams(location.search).get("print");
  const [scenes] = await Promise.all([api.scenes(), fetchPageWords()]);
  await fetchSceneWords();
  if (printed === null) show(scenes);
  else await (await import("./scene/print.js")).printScene(printed, byId("board"));
}

start().catch((error) => fill(byId("board"), el("p.wrong", { role: "alert" }, String(error.message ?? error))));
