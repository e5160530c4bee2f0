// kept.js: what a browser keeps of the room it is in: for this visit only.

export const ROOM = "chef.room";
export const NICKNAME = "chef.room.nickname";
export const OWN_COPY = "chef.room.own";
export const VOTES = "chef.room.votes";
/** Of the presenter's browser: the page of the runs is on the wall, and says what it shows. */
export const PRESENTING = "chef.presenting";
/** The name of the wall that this window is. */
export const WALL = "chef.wall";

/** @param {string} name @param {string} value "" forgets it */
export function keepForVisit(name, value) {
  try {
    if (value === "") sessionStorage.removeItem(name);
    else sessionStorage.setItem(name, value);
  } catch {
    /* it lasts as long as the page */
  }
}

export function forgetRoom() {
  for (const name of [ROOM, NICKNAME, OWN_COPY, VOTES]) keepForVisit(name, "");
}
