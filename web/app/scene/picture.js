// picture.js: the picture of a scene (static/scenes.svg), fetched with the first of them. A scene from a
// file has none.

const BOXES = { scene: "0 0 320 180", city: "0 0 1280 170" };

/**
 * @param {string} name of a symbol
 * @param {string} box
 */
function drawing(name, box) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("class", "art");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("viewBox", box);
  svg.setAttribute("preserveAspectRatio", "xMidYMid slice");
  const use = document.createElementNS(space, "use");
  use.setAttribute("href", `/static/scenes.svg#${name}`);
  svg.append(use);
  return svg;
}

/** @param {string} name of a scene of the program */
export function scenePicture(name) {
  return drawing(name, BOXES.scene);
}

/** The whole city, as wide as a page. */
export function cityPicture() {
  const svg = drawing("city", BOXES.city);
  svg.setAttribute("preserveAspectRatio", "xMaxYMax slice");
  return svg;
}
