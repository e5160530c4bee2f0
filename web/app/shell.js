// shell.js: the frame of the page: header, density, theme, reduced motion, drawer, tabs.

import { cardEntries, readCards } from "./cards.js";
import { openCompareMenu } from "./comparing.js";
import { byId, el, fill, hide, icon, setText } from "./dom.js";
import { keep } from "./kept.js";
import { chooseLook, dark, DENSITY, LAB_WIDTH, still, STILL, THEME } from "./look.js";
import { openMenu, menuEntry } from "./menu.js";
import { newSeed, restartRun, scenarioTitle, startRun } from "./runs.js";
import { sayStatus } from "./say.js";
import { openGoTo, openShare } from "./share.js";
import { openSearch } from "./search.js";
import { systemName, systemsButton } from "./systems.js";
import { cityClock, t } from "./words.js";

/** @typedef {import("./model.js").Model} Model */

/** @param {Model} model */
export function refreshLook(model) {
  model.look = chooseLook();
  byId("controls").hidden = model.look.density === "lecture" && !drawerOpen;
  model.tell("look");
}

let drawerOpen = false;

/** @param {Model} model @param {boolean} [open] */
export function toggleDrawer(model, open) {
  if (model.look.density !== "lecture") return;
  drawerOpen = open ?? !drawerOpen;
  const drawer = byId("controls");
  const button = document.querySelector('[data-tool="controls"]');
  button?.setAttribute("aria-expanded", String(drawerOpen));
  if (!drawerOpen) hide(drawer, button);
  else {
    drawer.hidden = false;
    /** @type {HTMLElement | null} */ (drawer.querySelector("summary"))?.focus();
  }
}

/**
 * Nothing that has the keyboard lies below the drawer: it goes when somebody comes to stand there.
 * @param {Model} model
 */
function giveWay(model) {
  const drawer = byId("controls");
  document.addEventListener("focusin", ({ target }) => {
    if (!drawerOpen || model.look.density !== "lecture") return;
    if (!(target instanceof Element) || drawer.contains(target) || target.closest("dialog, .menu")) return;
    const [one, two] = [target.getBoundingClientRect(), drawer.getBoundingClientRect()];
    if (one.right > two.left && one.left < two.right && one.bottom > two.top && one.top < two.bottom) toggleDrawer(model, false);
  }, { signal: model.until });
}

/** @param {Model} model */
export function toggleTheme(model) {
  keep(THEME, model.look.theme === "dark" ? "light" : "dark");
  refreshLook(model);
}

/** @param {Model} model */
export function toggleDensity(model) {
  keep(DENSITY, model.look.density === "lab" ? "lecture" : "lab");
  refreshLook(model);
  sayStatus(t(`density.${model.look.density}`));
}

/** @param {Model} model */
export function toggleStill(model) {
  keep(STILL, model.look.still ? "0" : "1");
  refreshLook(model);
  sayStatus(t(model.look.still ? "said.still" : "said.moving"));
}

/**
 * @param {HTMLElement} root
 * @param {Model} model
 * @param {string} system
 * @param {() => void} help
 */
export function mountShell(root, model, system, help) {
  const title = el("b.cut");
  void readCards();
  const seed = el("span.second.seed");
  const run = el(
    "button.bare.run",
    {
      type: "button",
      "aria-haspopup": "menu",
      onclick: () => openMenu(run, t("run.menu"), runEntries(model, run)),
    },
    title,
    seed,
    icon("chevron"),
  );
  const clock = el("span.clock", { title: t("clock.about") });
  const tool = (/** @type {string} */ id, /** @type {() => void} */ action) =>
    el(
      "button.bare",
      {
        type: "button",
        "data-tool": id,
        title: t(`tool.${id}`),
        "aria-label": t(`tool.${id}`),
        onclick: action,
      },
      icon(id),
    );
  const theme = tool("moon", () => toggleTheme(model));
  const density = tool("density", () => toggleDensity(model));
  density.classList.add("wide");
  const controls = el("button.wide", {
    type: "button",
    "data-tool": "controls",
    "aria-expanded": String(drawerOpen),
    "aria-controls": "controls",
    title: t("tool.controls"),
    onclick: () => toggleDrawer(model),
  },
    icon("controls"), el("span", null, t("tool.controls_word")));
  byId("controls").addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || model.look.density !== "lecture") return;
    event.stopPropagation();
    toggleDrawer(model, false);
  });
  giveWay(model);
  fill(root,
    el("h1.unseen", null, systemName(system)),
    systemsButton(system),
    run, el("span.space"), clock, el(
      "span.tools",
      null,
      density,
      theme,
      tool("help", help),
      controls,
    ));
  const render = () => {
    if (!model.run) return;
    setText(title, model.run.title || scenarioTitle(model, model.run.scenario));
    setText(seed, t("run.seed_value", { seed: model.run.seed }));
    fill(theme, icon(model.look.theme === "dark" ? "sun" : "moon"));
    density.setAttribute("aria-pressed", String(model.look.density === "lab"));
    controls.hidden = model.look.density !== "lecture";
    density.hidden = window.innerWidth < LAB_WIDTH;
  };
  const renderPast = () => {
    clock.title = t(model.replay?.inPast ? "clock.past" : "clock.about");
  };
  model.on(["run", "look"], render);
  model.on("replay", renderPast);
  model.on("frame", () => setText(clock, cityClock(Math.max(0, model.clock.shown_us))));
  for (const list of [dark, still]) list.addEventListener("change", () => refreshLook(model), { signal: model.until });
  window.addEventListener("resize", () => refreshLook(model), { signal: model.until });
}

/** @param {Model} model @param {HTMLElement} anchor */
function runEntries(model, anchor) {
  return [
    menuEntry({ icon: "restart", text: t("run.again"), run: () => restartRun(model) }),
    menuEntry({ icon: "dice", text: t("run.fresh"), run: () => newSeed(model) }),
    menuEntry({ icon: "compare", text: t("run.compare"), run: () => openCompareMenu(anchor) }),
    menuEntry({ icon: "share", text: t("run.share"), run: () => void openShare(model) }),
    menuEntry({ icon: "open", text: t("run.goto"), run: () => openGoTo() }),
    menuEntry({ icon: "search", text: t("find.title"), run: () => openSearch(model) }),
    el("a", { role: "menuitem", href: "/storyboard" }, icon("list"), t("run.storyboard")),
    ...cardEntries(model),
    document.createElement("hr"),
    el("h3", null, t("run.scenarios")),
    ...model.scenarios.map((scenario) =>
      menuEntry({
        text: scenario.title,
        checked: scenario.name === model.run?.scenario,
        run: () => void startRun(scenario.name, undefined),
      })),
  ];
}

/** @param {HTMLElement} root @param {Model} model */
export function mountTabs(root, model) {
  const tabs = [["city", "city"], ["spacetime", "spacetime"], ["truth", "chart"], ["events", "list"],
    ["controls", "controls"]];
  const buttons = tabs.map(([id, picture]) =>
    el(
      "button",
      {
        type: "button",
        role: "tab",
        "data-tab": id,
        "aria-selected": String(id === (document.documentElement.dataset.tab ?? "city")),
        onclick: () => choose(id),
      },
      icon(picture),
      t(`tab.${id}`),
    ));
  const choose = (/** @type {string} */ id) => {
    document.documentElement.dataset.tab = id;
    buttons.forEach(
      (button, index) => button.setAttribute("aria-selected", String(tabs[index][0] === id)),
    );
    model.tell("look");
  };
  root.setAttribute("role", "tablist");
  fill(root, ...buttons);
}
