// drawing.js: what stages are drawn of: a plate with the border of its state, letter and badge,
// arrows, an x, a cut, a label.

import { token } from "../dom.js";
import { LOOKS } from "./looks.js";

/**
 * @typedef {import("./looks.js").Tone} Tone
 * @typedef {{x: number, y: number}} Point
 * @typedef {{x: number, y: number, width: number, height: number}} Box
 */

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Box} box
 * @param {number} radius
 */
export function roundedBox(ctx, box, radius) {
  ctx.beginPath();
  ctx.roundRect(box.x, box.y, box.width, box.height, radius);
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Point} from
 * @param {Point} to
 * @param {number} size
 * @param {string} colour
 */
export function arrowHead(ctx, from, to, size, colour) {
  const angle = Math.atan2(to.y - from.y, to.x - from.x);
  ctx.beginPath();
  ctx.moveTo(to.x, to.y);
  for (const side of [-0.45, 0.45]) {
    ctx.lineTo(to.x - size * Math.cos(angle + side), to.y - size * Math.sin(angle + side));
  }
  ctx.closePath();
  ctx.fillStyle = colour;
  ctx.fill();
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Point} at
 * @param {number} r
 * @param {number} u
 */
export function drawX(ctx, at, r, u) {
  ctx.beginPath();
  ctx.moveTo(at.x - r, at.y - r);
  ctx.lineTo(at.x + r, at.y + r);
  ctx.moveTo(at.x + r, at.y - r);
  ctx.lineTo(at.x - r, at.y + r);
  ctx.lineWidth = 5 * u;
  ctx.strokeStyle = token("--page");
  ctx.stroke();
  ctx.lineWidth = 2.6 * u;
  ctx.strokeStyle = token("--state-down");
  ctx.stroke();
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Point} a
 * @param {Point} b
 * @param {number} u
 */
export function drawCut(ctx, a, b, u) {
  const angle = Math.atan2(b.y - a.y, b.x - a.x);
  const middle = { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
  ctx.save();
  ctx.translate(middle.x, middle.y);
  ctx.rotate(angle);
  ctx.fillStyle = token("--map-land");
  ctx.fillRect(-9 * u, -5 * u, 18 * u, 10 * u);
  ctx.strokeStyle = token("--state-down");
  ctx.lineWidth = 3.5 * u;
  ctx.beginPath();
  for (const x of [-8, 8]) {
    ctx.moveTo((x - 4) * u, 13 * u);
    ctx.lineTo((x + 4) * u, -13 * u);
  }
  ctx.stroke();
  ctx.restore();
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {string} text
 * @param {Point} at
 * @param {number} u
 */
export function label(ctx, text, at, u) {
  ctx.font = `600 ${20.2 * u}px ${token("--font")}`;
  const width = ctx.measureText(text).width + 12 * u;
  ctx.fillStyle = token("--page");
  ctx.beginPath();
  ctx.roundRect(at.x - width / 2, at.y - 13 * u, width, 26 * u, 13 * u);
  ctx.fill();
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.fillStyle = token("--text");
  ctx.fillText(text, at.x, at.y + u);
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {string} text
 * @param {number} x
 * @param {number} y baseline
 * @param {number} size
 * @param {number} weight
 * @param {string} colour
 * @returns {number} where the text ends
 */
export function write(ctx, text, x, y, size, weight, colour) {
  ctx.font = `${weight} ${size}px ${token("--font")}`;
  ctx.textAlign = "left";
  ctx.textBaseline = "alphabetic";
  ctx.fillStyle = token(colour);
  ctx.fillText(text, x, y);
  return x + ctx.measureText(text).width;
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Box} box
 * @param {Tone} tone
 * @param {number} u
 */
export function drawBody(ctx, box, tone, u) {
  const look = LOOKS[tone];
  ctx.save();
  ctx.shadowColor = token("--map-shadow");
  ctx.shadowBlur = 10 * u;
  ctx.shadowOffsetY = 2 * u;
  ctx.fillStyle = token("--page");
  roundedBox(ctx, box, 8 * u);
  ctx.fill();
  ctx.restore();
  ctx.strokeStyle = token(`--state-${tone}`);
  ctx.lineWidth = look.width * u;
  ctx.setLineDash(look.dash.map((part) => part * u));
  ctx.stroke();
  if (look.double) {
    const inset = 3.5 * u;
    roundedBox(
      ctx,
      {
        x: box.x + inset,
        y: box.y + inset,
        width: box.width - 2 * inset,
        height: box.height - 2 * inset,
      },
      5 * u,
    );
    ctx.stroke();
  }
  ctx.setLineDash([]);
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {string} letter
 * @param {Box} box
 * @param {number} u
 */
export function drawLetter(ctx, letter, box, u) {
  ctx.fillStyle = token("--text");
  roundedBox(ctx, box, 5 * u);
  ctx.fill();
  ctx.font = `700 ${(letter.length > 1 ? 16 : 18) * u}px ${token("--font")}`;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.fillStyle = token("--page");
  ctx.fillText(letter, box.x + box.width / 2, box.y + box.height / 2 + u);
}

/**
 * The state's glyph in its fixed corner.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Tone} tone
 * @param {number} x
 * @param {number} y
 * @param {number} u
 */
export function drawBadge(ctx, tone, x, y, u) {
  const r = 10 * u;
  ctx.fillStyle = token(`--state-${tone}`);
  ctx.beginPath();
  ctx.arc(x, y, r + 2 * u, 0, 2 * Math.PI);
  ctx.fillStyle = token("--page");
  ctx.fill();
  ctx.strokeStyle = token(`--state-${tone}`);
  ctx.fillStyle = ctx.strokeStyle;
  ctx.lineWidth = 2.2 * u;
  ctx.lineCap = "round";
  ctx.beginPath();
  if (tone === "slow") {
    ctx.moveTo(x, y - r * 0.85);
    ctx.lineTo(x + r * 0.9, y + r * 0.7);
    ctx.lineTo(x - r * 0.9, y + r * 0.7);
    ctx.closePath();
    ctx.moveTo(x, y - r * 0.2);
    ctx.lineTo(x, y + r * 0.2);
  } else if (tone === "down") {
    ctx.rect(x - r * 0.75, y - r * 0.75, r * 1.5, r * 1.5);
    ctx.moveTo(x - r * 0.35, y - r * 0.35);
    ctx.lineTo(x + r * 0.35, y + r * 0.35);
    ctx.moveTo(x + r * 0.35, y - r * 0.35);
    ctx.lineTo(x - r * 0.35, y + r * 0.35);
  } else if (tone === "moving") {
    ctx.arc(x, y, r * 0.65, 0.3, 1.6 * Math.PI);
    ctx.lineTo(x + r * 0.55, y - r * 0.95);
  } else {
    ctx.setLineDash([2 * u, 3.2 * u]);
    ctx.arc(x, y, r * 0.75, 0, 2 * Math.PI);
  }
  ctx.stroke();
  ctx.setLineDash([]);
  ctx.lineCap = "butt";
}

/**
 * Slanted lines over a part of the picture: a fault lasts. What is clipped away stays as it is.
 * @param {CanvasRenderingContext2D} ctx
 * @param {{left: number, right: number, top: number, bottom: number}} area
 * @param {number} gap from line to line
 */
export function hatch(ctx, { left, right, top, bottom }, gap) {
  const height = bottom - top;
  ctx.strokeStyle = token("--state-down");
  ctx.globalAlpha = 0.4;
  ctx.lineWidth = Math.max(1, gap / 6);
  ctx.beginPath();
  for (let at = left - height; at < right; at += gap) {
    ctx.moveTo(at, bottom);
    ctx.lineTo(at + height, top);
  }
  ctx.stroke();
  ctx.globalAlpha = 1;
}
