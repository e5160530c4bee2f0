// style.js: the style of the room comes with its first part.

import { el } from "../dom.js";

export function loadRoomStyle() {
  if (document.getElementById("room-style")) return Promise.resolve();
  const link = el("link", { id: "room-style", rel: "stylesheet", href: "/style/room.css" });
  document.head.append(link);
  return new Promise((resolve) => {
    for (const event of ["load", "error"]) link.addEventListener(event, () => resolve(undefined));
  });
}
