// join.js: the way into the room of a lecture: its code, and a nickname if one likes.

import { api } from "./api.js";
import { byId, el, fill, icon } from "./dom.js";
import { chooseLook } from "./look.js";
import { keepForVisit, NICKNAME, OWN_COPY, ROOM, VOTES } from "./room/kept.js";
import { fetchRoomWords, rs } from "./room/words.js";
import { cityPicture } from "./scene/picture.js";
import { fetchPageWords, t } from "./words.js";

const NICKNAME_LENGTH = 24;

/** @param {string} id @param {string} word @param {Record<string, unknown>} more */
function field(id, word, more) {
  const input = /** @type {HTMLInputElement} */ (el("input", { id, type: "text", autocomplete: "off", spellcheck: "false", ...more }));
  return { input, parts: [el("label", { for: id }, rs(word)), input] };
}

function show() {
  const code = field("code", "join.code", {
    required: true, maxlength: 12, autocapitalize: "characters", value: new URLSearchParams(location.search).get("code") ?? "",
  });
  const name = field("nickname", "join.name", { maxlength: NICKNAME_LENGTH });
  const wrong = el("p.wrong", { role: "alert" });
  const form = el("form", null,
    el("h1", null, rs("join.title")), el("p.second", null, rs("join.lead")), ...code.parts, ...name.parts,
    el("p.second", null, rs("join.name_about")), wrong, el("button", { type: "submit" }, icon("door"), rs("join.go")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    fill(wrong);
    comeIn(code.input.value.trim(), name.input.value.trim())
      .catch((error) => fill(wrong, icon("warning"), String(error.message ?? error)));
  });
  fill(byId("join"), el("div.banner", null, cityPicture()), form);
  document.title = `${rs("join.title")} · ${t("brand")}`;
  (code.input.value === "" ? code.input : name.input).focus();
}

/** @param {string} code @param {string} nickname */
async function comeIn(code, nickname) {
  const room = await api.joinRoom(code, nickname);
  keepForVisit(ROOM, room.code);
  keepForVisit(NICKNAME, nickname);
  for (const old of [OWN_COPY, VOTES]) keepForVisit(old, "");
  location.assign("/");
}

async function start() {
  chooseLook();
  await fetchPageWords();
  await fetchRoomWords();
  show();
}

start().catch((error) => fill(byId("join"), el("p.wrong", { role: "alert" }, String(error.message ?? error))));
