// lobster.js: the lobster of the city's last dish, as a mark on plates and in the legend.

const LOBSTER = "M0-6C2.6-6 4-3.4 3.7-.4C3.5 2.6 2.7 4.6 2.1 6L5.4 8.4Q5.6 10.4 4 10.4H-4Q-5.6 10.4-5.4 8.4L-2.1 6" +
  "C-2.7 4.6-3.5 2.6-3.7-.4C-4-3.4-2.6-6 0-6Z" +
  "M-2.6-2.2C-5-2.4-6.4-3.6-6.8-5C-9.4-5.6-10.2-8.8-8.4-11L-6.9-8.2L-5.2-10.8C-3.4-9.2-3.6-6.2-5-4.9C-4.6-4.2-4-3.8-2.6-3.6Z" +
  "M2.6-2.2C5-2.4 6.4-3.6 6.8-5C9.4-5.6 10.2-8.8 8.4-11L6.9-8.2L5.2-10.8C3.4-9.2 3.6-6.2 5-4.9C4.6-4.2 4-3.8 2.6-3.6Z";
const path = new Path2D(LOBSTER);

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {number} x
 * @param {number} y
 * @param {number} r half of its size
 * @param {string} colour
 * @param {boolean} isFree full; else hollow
 */
export function drawLobster(ctx, x, y, r, colour, isFree) {
  ctx.save();
  ctx.translate(x, y);
  ctx.scale(r / 10, r / 10);
  ctx.lineJoin = "round";
  ctx.fillStyle = ctx.strokeStyle = colour;
  ctx.lineWidth = 14 / r;
  ctx.stroke(path);
  if (isFree) ctx.fill(path);
  ctx.restore();
}

/**
 * The same in the legend.
 * @param {"free" | "sold" | "other"} kind
 */
export function lobsterPicture(kind) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("class", "lobster");
  svg.setAttribute("viewBox", "-12 -12 24 24");
  svg.dataset.lobster = kind;
  const drawing = document.createElementNS(space, "path");
  drawing.setAttribute("d", LOBSTER);
  svg.append(drawing);
  return svg;
}
