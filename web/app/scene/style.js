// style.js: a style sheet that comes only when it is needed.

import { el } from "../dom.js";

/**
 * @param {string} name of a file in /style
 * @returns {Promise<void>} when it counts
 */
export function loadStyle(name) {
  const id = `style-${name}`;
  if (document.getElementById(id)) return Promise.resolve();
  const link = el("link", { id, rel: "stylesheet", href: `/style/${name}.css` });
  document.head.append(link);
  return new Promise((resolve) => {
    for (const event of ["load", "error"]) link.addEventListener(event, () => resolve());
  });
}
