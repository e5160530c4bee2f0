// comparing.js: the way to the two stages from wherever something is to be compared. The room
// itself (compare.js) says that it is there; so menus need not know it.

/**
 * @typedef {{
 *   at_us?: number,
 *   names?: string[],
 *   together?: boolean,
 * }} Manner the moment to begin with, what the sides are called until the server has said what
 *   differs, and whether the run that is behind may be computed up to where the other one is
 */

/** @type {(a: string, b: string, manner?: Manner) => Promise<void>} */
let open = async () => {};
/** @type {(anchor: HTMLElement) => void} */
let openMenu = () => {};

/**
 * @param {typeof open} compare
 * @param {typeof openMenu} menu
 */
export function setComparing(compare, menu) {
  open = compare;
  openMenu = menu;
}

/**
 * Two runs side by side.
 * @param {string} a
 * @param {string} b
 * @param {Manner} [manner]
 */
export function compareRuns(a, b, manner) {
  return open(a, b, manner);
}

/** @param {HTMLElement} anchor what can be compared with the run on the stage */
export function openCompareMenu(anchor) {
  openMenu(anchor);
}
