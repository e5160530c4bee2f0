// cutting.js: what can be cut of the city: the roads from the dispatcher, and whole districts.

import { DISPATCHER } from "./geometry.js";

/**
 * @typedef {import("./model.js").CityModel} Model
 * @typedef {import("./geometry.js").Geometry} Geometry
 */

/**
 * @param {Model} model
 * @param {Geometry} geometry
 * @returns {import("../../app/stage/cutting.js").Ground}
 */
export function groundOf(model, geometry) {
  const open = [...model.kitchens.values()].filter((kitchen) => kitchen.truth !== 0).map((kitchen) => kitchen.node);
  const places = new Map();
  for (const node of [DISPATCHER, ...open]) {
    const at = geometry.nodePoint(node, null);
    if (at) places.set(node, at);
  }
  return { places, roads: open.map((node) => [DISPATCHER, node]) };
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
