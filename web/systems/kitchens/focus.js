// focus.js: what is chosen in the space-time diagram, on the map: its two ends are outlined, an
// arrow stands between them, everything else steps back.

import { token } from "../../app/dom.js";
import { arrowHead } from "../../app/stage/drawing.js";

/**
 * @typedef {import("./model.js").CityModel} Model
 * @typedef {import("./geometry.js").Geometry} Geometry
 * @typedef {import("./geometry.js").Point} Point
 */

const STEPPED_BACK = 0.65; /* so much of the ground over what is not meant: 35 % of it stays */
const ROUND = 6; /* units that eaves and shadow stand out */

/**
 * @param {CanvasRenderingContext2D} ctx over everything else
 * @param {Model} model
 * @param {Geometry} geometry
 * @param {boolean} isEvening
 */
export function drawFocus(ctx, model, geometry, isEvening) {
  const { focus } = model;
  ctx.clearRect(0, 0, geometry.width, geometry.height);
  if (!focus) return;
  ctx.globalAlpha = STEPPED_BACK;
  ctx.fillStyle = token(isEvening ? "--map-evening" : "--map-land");
  const round = ROUND * geometry.u;
  const meant = new Set(focus.nodes ?? [focus.node, focus.from]);
  for (const [node, box] of geometry.plates) {
    if (!meant.has(node)) {
      ctx.fillRect(box.x - round, box.y - round, box.width + 2 * round, box.height + 2 * round);
    }
  }
  ctx.globalAlpha = 1;
  const order = model.orders.get(focus.subject);
  const home = order ? geometry.point(order.x_m, order.y_m) : null;
  for (const node of meant) outline(ctx, geometry, node, home);
  if (focus.from >= 0) drawArrow(ctx, geometry, focus.from, focus.node, home);
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Geometry} geometry
 * @param {number} node
 * @param {Point | null} home of the customer whom it is about
 */
function outline(ctx, geometry, node, home) {
  const { u } = geometry;
  const box = geometry.plates.get(node);
  const at = geometry.nodePoint(node, home);
  ctx.strokeStyle = token("--focus");
  ctx.lineWidth = 4 * u;
  ctx.beginPath();
  if (box) ctx.roundRect(box.x - 5 * u, box.y - 5 * u, box.width + 10 * u, box.height + 10 * u, 11 * u);
  else if (at) ctx.arc(at.x, at.y, 14 * u, 0, 2 * Math.PI);
  ctx.stroke();
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Geometry} geometry
 * @param {number} from
 * @param {number} to
 * @param {Point | null} home
 */
function drawArrow(ctx, geometry, from, to, home) {
  const [a, b] = geometry.between(from, to, home);
  if (!a || !b) return;
  ctx.strokeStyle = token("--focus");
  ctx.lineWidth = 4 * geometry.u;
  ctx.beginPath();
  ctx.moveTo(a.x, a.y);
  ctx.lineTo(b.x, b.y);
  ctx.stroke();
  arrowHead(ctx, a, b, 19 * geometry.u, token("--focus"));
}
