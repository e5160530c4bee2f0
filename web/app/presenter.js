// presenter.js: the page of the lecturer alone: asks for the key, opens the room or takes up the one that
// is there, and puts up the desk (room/desk.js).

import { api, Problem } from "./api.js";
import { byId, el, fill, icon } from "./dom.js";
import { chooseLook } from "./look.js";
import { Desk } from "./room/desk.js";
import { fetchRoomWords, rs } from "./room/words.js";
import { fetchSceneWords } from "./scene/words.js";
import { fetchPageWords, t } from "./words.js";

/** @param {string} problem */
function askKey(problem) {
  const input = /** @type {HTMLInputElement} */ (el("input", { id: "key", type: "password", autocomplete: "current-password", required: true }));
  const wrong = el("p.wrong", { role: "alert" }, problem === "" ? null : icon("warning"), problem);
  const form = el("form", null, el("h1", null, rs("show.title")), el("label", { for: "key" }, rs("show.key")), input,
    el("p.second", null, rs("show.key_about")), wrong, el("button", { type: "submit" }, icon("open"), rs("show.key_go")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    api.presenter(input.value).then(() => begin(), (error) => askKey(String(error.message ?? error)));
  });
  fill(byId("presenter"), form);
  input.focus();
}

async function begin() {
  try {
    new Desk(await api.openRoom());
  } catch (error) {
    if (error instanceof Problem && [401, 403].includes(error.status)) askKey("");
    else throw error;
  }
}

async function start() {
  chooseLook();
  window.addEventListener("resize", () => chooseLook());
  await fetchPageWords();
  await Promise.all([fetchRoomWords(), fetchSceneWords()]);
  document.title = `${rs("show.title")} · ${t("brand")}`;
  await begin();
}

start().catch((error) => fill(byId("presenter"), el("p.wrong", { role: "alert" }, String(error.message ?? error))));
