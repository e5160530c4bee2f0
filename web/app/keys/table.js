// table.js: every key of the program, declared once: where it holds, what it does. keys.js binds what
// is done, help.js tells people, and a test finds a key with two meanings in one place.

/** @typedef {{act: string, keys: string[]}} Entry keys: as events name them, letters small; "*": any */

const DIGITS = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];

/** By place. What stands first is asked first where several hold at once.
 * @type {Record<string, Entry[]>} */
export const KEYS = {
  /* A dark screen, or the way into the room over everything. */
  dark: [{ act: "light", keys: ["*"] }],
  /* While a cut is drawn. */
  cutting: [
    { act: "side", keys: [...DIGITS, "q"] },
    { act: "cut", keys: ["Enter"] },
    { act: "end", keys: ["Escape"] },
  ],
  /* A scene of the storyboard: a clicker drives it. */
  scene: [
    { act: "next", keys: ["ArrowRight", "PageDown"] },
    { act: "back", keys: ["ArrowLeft", "PageUp"] },
    { act: "go", keys: [" ", "."] },
    { act: "answer", keys: ["1", "2", "3", "4"] },
    { act: "overview", keys: ["o"] },
    { act: "blank", keys: ["b"] },
  ],
  /* The space-time diagram, while the keyboard is in it; Escape from anywhere. */
  diagram: [
    { act: "left", keys: ["ArrowLeft"] },
    { act: "right", keys: ["ArrowRight"] },
    { act: "up", keys: ["ArrowUp"] },
    { act: "down", keys: ["ArrowDown"] },
    { act: "nearer", keys: ["+", "="] },
    { act: "farther", keys: ["-"] },
    { act: "whole", keys: ["Home"] },
    { act: "now", keys: ["End"] },
    { act: "close", keys: ["Escape"] },
  ],
  page: [
    { act: "play", keys: [" ", "."] },
    { act: "backwards", keys: [","] },
    { act: "step", keys: ["ArrowRight", "n", "PageDown"] },
    { act: "previous", keys: ["ArrowLeft", "p", "PageUp"] },
    { act: "next", keys: ["j"] },
    { act: "earlier", keys: ["k"] },
    { act: "until", keys: ["u"] },
    { act: "live", keys: ["0"] },
    { act: "slower", keys: ["["] },
    { act: "faster", keys: ["]"] },
    { act: "lens", keys: ["l"] },
    { act: "real", keys: ["="] },
    { act: "node", keys: DIGITS },
    { act: "escape", keys: ["Escape"] },
    { act: "crash", keys: ["c"] },
    { act: "cut", keys: ["x"] },
    { act: "break", keys: ["b"] },
    { act: "heal", keys: ["a"] },
    { act: "verify", keys: ["v"] },
    { act: "csv", keys: ["y"] },
    { act: "compare", keys: ["d"] },
    { act: "systems", keys: ["/"] },
    { act: "goto", keys: ["g"] },
    { act: "share", keys: ["s"] },
    { act: "diagram", keys: ["e"] },
    { act: "nearer", keys: ["+"] },
    { act: "farther", keys: ["-"] },
    { act: "controls", keys: ["i"] },
    { act: "theme", keys: ["t"] },
    { act: "density", keys: ["z"] },
    { act: "still", keys: ["m"] },
    { act: "full", keys: ["f"] },
    { act: "help", keys: ["?"] },
  ],
  /* The slider of the timeline, while the keyboard is on it. */
  timeline: [
    { act: "back", keys: ["ArrowLeft", "ArrowDown"] },
    { act: "on", keys: ["ArrowRight", "ArrowUp"] },
    { act: "far_back", keys: ["PageDown"] },
    { act: "far_on", keys: ["PageUp"] },
    { act: "start", keys: ["Home"] },
    { act: "end", keys: ["End"] },
  ],
  /* The presenter's desk. */
  desk: [
    { act: "next", keys: ["ArrowRight", "PageDown"] },
    { act: "back", keys: ["ArrowLeft", "PageUp"] },
    { act: "play", keys: [" ", "."] },
    { act: "slower", keys: ["["] },
    { act: "faster", keys: ["]"] },
    { act: "blank", keys: ["b"] },
    { act: "freeze", keys: ["s"] },
    { act: "orders", keys: ["o"] },
    { act: "vote", keys: ["v"] },
    { act: "way", keys: ["w"] },
    { act: "theme", keys: ["t"] },
    { act: "full", keys: ["f"] },
    { act: "help", keys: ["?"] },
  ],
  storyboard: [
    { act: "open", keys: DIGITS },
    { act: "theme", keys: ["t"] },
    { act: "help", keys: ["?"] },
  ],
  /* A run in a frame of another page. */
  frame: [
    { act: "play", keys: [" ", "."] },
    { act: "backwards", keys: [","] },
    { act: "step", keys: ["ArrowRight", "n"] },
    { act: "previous", keys: ["ArrowLeft", "p"] },
    { act: "next", keys: ["j"] },
    { act: "earlier", keys: ["k"] },
    { act: "slower", keys: ["["] },
    { act: "faster", keys: ["]"] },
    { act: "again", keys: ["r"] },
  ],
};

/** What a system adds to the page, and may not take from it.
 * @type {Record<string, Entry[]>} */
export const SYSTEM_KEYS = {
  kitchens: [
    { act: "dispatcher", keys: ["q"] },
    { act: "rush", keys: ["r"] },
    { act: "order", keys: ["o"] },
    { act: "policy", keys: ["w"] },
    { act: "handover", keys: ["h"] },
  ],
  raft: [
    { act: "three", keys: ["r"] },
    { act: "orders", keys: ["o"] },
    { act: "members", keys: ["w"] },
    { act: "transfer", keys: ["h"] },
  ],
  kv: [
    { act: "read", keys: ["r"] },
    { act: "mode", keys: ["o"] },
    { act: "write", keys: ["w"] },
    { act: "repair", keys: ["h"] },
  ],
  city: [
    { act: "orders", keys: ["r"] },
    { act: "mode", keys: ["o"] },
    { act: "three", keys: ["w"] },
    { act: "pantry", keys: ["h"] },
  ],
};
