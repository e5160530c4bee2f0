// cutting.js: cutting the network: a line across the map, a district, two nodes. A line cuts
// every link that crosses it.

import { sendInput } from "../../app/steer.js";
import { DISPATCHER } from "./geometry.js";

/**
 * @typedef {import("./model.js").CityModel} Model
 * @typedef {import("./geometry.js").Geometry} Geometry
 * @typedef {import("./geometry.js").Point} Point
 */

/** @param {Point} a @param {Point} b @param {Point} c */
function side(a, b, c) {
  return Math.sign((b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x));
}

/**
 * Do the segments ab and cd cross?
 * @param {Point} a
 * @param {Point} b
 * @param {Point} c
 * @param {Point} d
 */
export function crosses(a, b, c, d) {
  return side(a, b, c) !== side(a, b, d) && side(c, d, a) !== side(c, d, b);
}

/**
 * Cuts what a drawn line crosses. When the line parts the city in two, that is one partition;
 * otherwise each crossed link of the dispatcher is cut by itself.
 * @param {Model} model
 * @param {Geometry} geometry
 * @param {Point} from
 * @param {Point} to
 */
export async function cutAcross(model, geometry, from, to) {
  const desk = geometry.nodePoint(DISPATCHER, null);
  if (!desk) return;
  /** @type {number[]} */
  const cut = [];
  for (const kitchen of model.kitchens.values()) {
    const at = geometry.nodePoint(kitchen.node, null);
    if (kitchen.truth !== 0 && at && crosses(from, to, desk, at)) cut.push(kitchen.node);
  }
  const others = [DISPATCHER, ...[...model.kitchens.keys()].filter((node) => !cut.includes(node))];
  const parted = cut.every((node) =>
    others.every((other) => {
      const a = geometry.nodePoint(node, null);
      const b = geometry.nodePoint(other, null);
      return !a || !b || crosses(from, to, a, b);
    }),
  );
  if (cut.length > 1 && parted) await partition(model, cut);
  else for (const node of cut) await cutLink(model, DISPATCHER, node);
}

/**
 * One side of the city on its own.
 * @param {Model} model
 * @param {number[]} nodes
 */
export function partition(model, nodes) {
  return sendInput(
    model,
    { type: "net.partition", nodes: nodes.map((node) => model.nodeName(node)) },
  );
}

/**
 * @param {Model} model
 * @param {number} a
 * @param {number} b
 */
export function cutLink(model, a, b) {
  return sendInput(model, { type: "link.cut", node: model.nodeName(a), peer: model.nodeName(b) });
}

/**
 * The kitchens of a district.
 * @param {Model} model
 * @param {number} index of the district
 */
export function nodesOfDistrict(model, index) {
  const district = model.plan?.districts[index];
  if (!district) return [];
  return [...model.kitchens.values()]
    .filter((kitchen) => kitchen.district === index || kitchen.district === district.name)
    .map((kitchen) => kitchen.node);
}
