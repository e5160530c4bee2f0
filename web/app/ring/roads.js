// roads.js: the roads of a small cluster, and where they are cut.

import { token } from "../dom.js";
import { drawCut } from "../stage/drawing.js";

/**
 * @typedef {import("../model.js").Model} Model
 * @typedef {import("./geometry.js").RingGeometry} RingGeometry
 * @typedef {import("../stage/drawing.js").Point} Point
 */

/**
 * Is the road between two nodes cut now? Which side of a partition is which stands in the event that
 * told of it: a bit for each node.
 * @param {Model} model
 * @param {number} a
 * @param {number} b
 */
export function isCut(model, a, b) {
  const about = (/** @type {number} */ node, /** @type {number} */ peer) => (node === a && peer === b) || (node === b && peer === a);
  return model.faults.some((fault) => {
    if (fault.kind === "link.cut") return about(fault.node, fault.peer);
    if (fault.kind === "node.isolate") return fault.node === a || fault.node === b;
    return fault.kind === "net.partition" && sideOf(model, a) !== sideOf(model, b);
  });
}

/** @param {Model} model @param {number} node */
function sideOf(model, node) {
  const event = [...model.events].reverse().find((one) => one.kind === "net_partitioned");
  return Math.floor((event?.args[0] ?? 0) / 2 ** node) % 2;
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Model} model
 * @param {RingGeometry} geometry
 */
export function drawRoads(ctx, model, geometry) {
  const { u } = geometry;
  const roads = geometry.roads();
  const toTable = geometry.centre < 0 ? [] : geometry.nodes.map((node) => /** @type {[number, number]} */ ([node, geometry.centre]));
  ctx.strokeStyle = token("--border");
  for (const [a, b] of [...roads, ...toTable]) {
    const [from, to] = geometry.between(a, b);
    if (!from || !to) continue;
    const cut = isCut(model, a, b);
    ctx.lineWidth = (b === geometry.centre ? 1 : 1.6) * u;
    ctx.setLineDash(b === geometry.centre ? [2 * u, 5 * u] : cut ? [7 * u, 7 * u] : []);
    ctx.globalAlpha = cut ? 0.5 : 0.75;
    ctx.beginPath();
    ctx.moveTo(from.x, from.y);
    ctx.lineTo(to.x, to.y);
    ctx.stroke();
  }
  ctx.setLineDash([]);
  ctx.globalAlpha = 1;
  for (const [a, b] of roads) {
    const [from, to] = geometry.between(a, b);
    if (from && to && isCut(model, a, b)) drawCut(ctx, ...aroundTable(geometry, from, to), u);
  }
}

/**
 * Is a node cut off from so many that it and who hears it are no majority?
 * @param {Model} model
 * @param {number[]} nodes of the cluster
 * @param {number} node
 */
export function isApart(model, nodes, node) {
  const heard = nodes.filter((other) => other === node || !isCut(model, node, other)).length;
  return heard <= nodes.length / 2;
}

/**
 * A part of a road whose middle is not under the table.
 * @param {RingGeometry} geometry
 * @param {Point} from
 * @param {Point} to
 * @returns {[Point, Point]}
 */
function aroundTable({ table, u }, from, to) {
  const margin = 24 * u;
  const at = (/** @type {number} */ part) => ({ x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part });
  const free = [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8].find((part) => {
    const { x, y } = at(part);
    const inside = x > table.x - margin && x < table.x + table.width + margin && y > table.y - margin &&
      y < table.y + table.height + margin;
    return !inside;
  }) ?? 0.5;
  return [at(free - 0.1), at(free + 0.1)];
}
