// looks.js: how a state looks on every stage: colour, glyph, border, always together with its word.

/** @typedef {"serving" | "slow" | "down" | "moving" | "off"} Tone */

/** @type {Record<Tone, {icon: string, dash: number[], width: number, double: boolean}>} */
export const LOOKS = {
  serving: { icon: "serving", dash: [], width: 2, double: false },
  slow: { icon: "warning", dash: [], width: 4, double: false },
  down: { icon: "down", dash: [], width: 1.5, double: true },
  moving: { icon: "moving", dash: [7, 4], width: 2, double: false },
  off: { icon: "unknown", dash: [2, 3], width: 2, double: false },
};
