// kept.js: what this browser remembers of how a person likes the page. In a frame of another site
// a browser may forbid that; then everything is as on the first visit.

/** @param {string} name @returns {string | null} */
export function recall(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

/**
 * What it remembers for this visit.
 * @param {string} name
 * @returns {string | null}
 */
export function recallVisit(name) {
  try {
    return sessionStorage.getItem(name);
  } catch {
    return null;
  }
}

/** @param {string} name */
export function forget(name) {
  try {
    localStorage.removeItem(name);
  } catch {
    /* nothing was kept */
  }
}

/** @param {string} name @param {string} value */
export function keep(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    /* it lasts as long as the page */
  }
}
