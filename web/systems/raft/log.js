// log.js: the end of a server's log as a strip: a cell for each entry in the colour of its term, with
// the term written where it changes; filled when it is confirmed, hollow before; a bar after the last
// that this server knows to be confirmed; what was struck out stays for a moment, crossed through.

import { token } from "../../app/dom.js";

/**
 * @typedef {import("./types").Server} Server
 * @typedef {import("../../app/stage/drawing.js").Box} Box
 */

const CELL = 15; /* units */
const GAP = 2;
const TERM_COLOURS = 6;
const STRUCK_US = 3e6; /* virtual: how long a struck-out entry is seen */

/** @param {number} term */
export function termColour(term) {
  return `--six-${((term - 1 + TERM_COLOURS) % TERM_COLOURS) + 1}`;
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Server} server
 * @param {Box} box
 * @param {number} u
 * @param {number} t_us
 */
export function drawLog(ctx, server, box, u, t_us) {
  const struck = server.struck.filter((one) => t_us - one.t_us < STRUCK_US);
  const step = (CELL + GAP) * u;
  const room = Math.floor((box.width - 3 * u) / step);
  const cells = server.terms.map((term, offset) => ({ index: server.first + offset, term, gone: false }));
  const ghosts = struck.filter((one) => one.index > server.last).map((one) => ({ ...one, gone: true }));
  const replaced = new Map(struck.filter((one) => one.index <= server.last).map((one) => [one.index, one.term]));
  const shown = [...cells, ...ghosts].slice(-room);
  const height = Math.min(26 * u, box.height - 12 * u);
  let before = 0;
  shown.forEach((cell, at) => {
    const place = { x: box.x + at * step, y: box.y, width: CELL * u, height };
    drawCell(ctx, place, cell, cell.index <= server.commit, at === 0 || cell.term !== before, u);
    const old = replaced.get(cell.index);
    if (old !== undefined) crossOut(ctx, { ...place, y: box.y + height + 2 * u, height: 9 * u }, old, u);
    before = cell.term;
  });
  const confirmed = shown.findIndex((cell) => cell.gone || cell.index > server.commit);
  const bar = box.x + (confirmed < 0 ? shown.length : confirmed) * step - (GAP / 2) * u;
  if (shown.length === 0) return;
  ctx.fillStyle = token("--text");
  ctx.fillRect(bar - 1.5 * u, box.y - 4 * u, 3 * u, height + 8 * u);
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Box} box
 * @param {{term: number, gone: boolean}} cell
 * @param {boolean} confirmed
 * @param {boolean} named
 * @param {number} u
 */
function drawCell(ctx, box, cell, confirmed, named, u) {
  const colour = token(termColour(cell.term));
  ctx.globalAlpha = cell.gone ? 0.55 : 1;
  ctx.fillStyle = confirmed && !cell.gone ? colour : token("--page");
  ctx.fillRect(box.x, box.y, box.width, box.height);
  ctx.strokeStyle = colour;
  ctx.lineWidth = 2.4 * u;
  ctx.setLineDash(cell.gone ? [3 * u, 2 * u] : []);
  ctx.strokeRect(box.x + 1.2 * u, box.y + 1.2 * u, box.width - 2.4 * u, box.height - 2.4 * u);
  ctx.setLineDash([]);
  if (named) {
    const text = String(cell.term);
    ctx.font = `700 ${(text.length > 1 ? 11 : 15) * u}px ${token("--font")}`;
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.lineWidth = 3 * u;
    ctx.strokeStyle = token("--page");
    if (confirmed && !cell.gone) ctx.strokeText(text, box.x + box.width / 2, box.y + box.height / 2 + u);
    ctx.fillStyle = token("--text");
    ctx.fillText(text, box.x + box.width / 2, box.y + box.height / 2 + u);
  }
  ctx.globalAlpha = 1;
  if (cell.gone) strike(ctx, box, u);
}

/**
 * An entry that another took the place of: small, under it, crossed through.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Box} box
 * @param {number} term
 * @param {number} u
 */
function crossOut(ctx, box, term, u) {
  ctx.strokeStyle = token(termColour(term));
  ctx.lineWidth = 1.6 * u;
  ctx.setLineDash([2 * u, 2 * u]);
  ctx.strokeRect(box.x + u, box.y, box.width - 2 * u, box.height);
  ctx.setLineDash([]);
  strike(ctx, box, u);
}

/** @param {CanvasRenderingContext2D} ctx @param {Box} box @param {number} u */
function strike(ctx, box, u) {
  ctx.strokeStyle = token("--state-down");
  ctx.lineWidth = 2.6 * u;
  ctx.beginPath();
  ctx.moveTo(box.x - 2 * u, box.y + box.height + u);
  ctx.lineTo(box.x + box.width + 2 * u, box.y - u);
  ctx.stroke();
}
