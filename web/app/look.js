// look.js: how a page looks: theme, density and motion: what was chosen in this browser, else what the
// system and the window say.

import { forgetTokens } from "./dom.js";
import { recall } from "./kept.js";

export const THEME = "chef.theme";
export const DENSITY = "chef.density";
export const STILL = "chef.still";
const PHONE_WIDTH = 700;
export const LAB_WIDTH = 1200;

export const dark = window.matchMedia("(prefers-color-scheme: dark)");
export const still = window.matchMedia("(prefers-reduced-motion: reduce)");

export function chooseLook() {
  const theme = recall(THEME) ?? (dark.matches ? "dark" : "light");
  const wanted = recall(DENSITY) ?? "lecture";
  const phone = window.innerWidth < PHONE_WIDTH || window.innerHeight > window.innerWidth * 1.15;
  const large = wanted === "lab" && window.innerWidth >= LAB_WIDTH ? "lab" : "lecture";
  const density = phone ? "phone" : large;
  const stillNow = (recall(STILL) ?? (still.matches ? "1" : "0")) === "1";
  const root = document.documentElement;
  root.dataset.theme = theme;
  root.dataset.density = density;
  root.dataset.still = String(stillNow);
  forgetTokens();
  return { theme, density, still: stillNow };
}
