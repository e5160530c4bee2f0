// messages.js: the message layer, seen at slow speed: words between nodes. Kinds differ by shape
// first: request a solid arrow, reply a hollow one, heartbeat thin dots; what is lost ends in an x
// that stays for a second.

import { token } from "../dom.js";
import { MESSAGES_SPEED_MAX } from "../replay.js";
import { arrowHead, drawX, label } from "./drawing.js";

/**
 * @typedef {import("../model.js").Model} Model
 * @typedef {import("../types").Flight} Flight
 * @typedef {import("../types").MessageLook} Look
 * @typedef {import("./drawing.js").Point} Point
 * @typedef {{
 *   width: number,
 *   height: number,
 *   u: number,
 *   ends: (flight: Flight) => [Point | null, Point | null],
 *   look: (type: string) => Look,
 *   name: (type: string) => string,
 * }} Places where messages go, and what they are
 */

export const FATE_UNDER_WAY = 0;
const FATE_CUT = 2;
export const FATE_CARRIED = 3;
const FADES_WALL_US = 0.5e6; /* an arrow stays and fades for half a second of wall time */
const NAMES_MAX = 6; /* more names at once cannot be read */

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Model} model
 * @param {Places} places
 * @param {number} t_us
 * @returns {boolean} is there anything to be drawn?
 */
export function drawFlights(ctx, model, places, t_us) {
  ctx.clearRect(0, 0, places.width, places.height);
  if (!showsFlights(model)) return false;
  const stays_us = model.pace.speed * 1e6;
  const fades_us = model.pace.speed * FADES_WALL_US;
  let names = 0;
  for (const flight of model.flights) {
    if (flight.fate === FATE_CARRIED || flight.sent_us > t_us) continue;
    const [from, to] = places.ends(flight);
    if (!from || !to) continue;
    const dropped = flight.fate !== FATE_UNDER_WAY;
    const over_us = t_us - flight.arrives_us;
    if (over_us > (dropped ? stays_us : fades_us)) continue;
    const end = dropped ? (flight.fate === FATE_CUT ? 0.5 : 0.7) : 1;
    const span = Math.max(1, flight.arrives_us - flight.sent_us);
    const done = Math.min(end, (t_us - flight.sent_us) / span);
    const at = { x: from.x + (to.x - from.x) * done, y: from.y + (to.y - from.y) * done };
    const named = places.look(flight.type) !== "heartbeat" && names < NAMES_MAX;
    ctx.globalAlpha = dropped || over_us <= 0 ? 1 : 1 - over_us / fades_us;
    drawFlight(ctx, places.look(flight.type), from, at, places.u);
    if (dropped && done === end) drawX(ctx, at, 7 * places.u, places.u);
    else if (named) {
      names += 1;
      const middle = { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 - 20 * places.u };
      label(ctx, places.name(flight.type), middle, places.u);
    }
    ctx.globalAlpha = 1;
  }
  return true;
}

/** Single messages are seen at a slow pace only.
 * @param {Model} model */
export function showsFlights(model) {
  return model.pace.speed <= MESSAGES_SPEED_MAX && model.flights.length > 0;
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Look} kind
 * @param {Point} from
 * @param {Point} at
 * @param {number} u
 */
function drawFlight(ctx, kind, from, at, u) {
  const colour = token(kind === "heartbeat" ? "--text-second" : "--text");
  ctx.strokeStyle = colour;
  ctx.lineWidth = (kind === "heartbeat" ? 1.6 : 2.6) * u;
  ctx.setLineDash(kind === "heartbeat" ? [1.6 * u, 4.5 * u] : []);
  ctx.beginPath();
  ctx.moveTo(from.x, from.y);
  ctx.lineTo(at.x, at.y);
  ctx.stroke();
  ctx.setLineDash([]);
  if (kind === "heartbeat") {
    ctx.beginPath();
    ctx.arc(at.x, at.y, 3 * u, 0, 2 * Math.PI);
    ctx.fillStyle = colour;
    ctx.fill();
    return;
  }
  arrowHead(ctx, from, at, 13 * u, colour);
  if (kind === "reply") {
    const back = { x: at.x - (at.x - from.x) * 0.001, y: at.y - (at.y - from.y) * 0.001 };
    const angle = Math.atan2(at.y - from.y, at.x - from.x);
    arrowHead(
      ctx,
      from,
      { x: back.x - 3.5 * u * Math.cos(angle), y: back.y - 3.5 * u * Math.sin(angle) },
      7 * u,
      token("--page"),
    );
  }
}
