// catalogue.js: the systems that have a page: where its part stands, and which scenario one begins
// with. The order is the server's, which is that of the course.

/**
 * @typedef {import("../app/types").SystemPart} SystemPart
 * @typedef {{load: () => Promise<{part: SystemPart}>, first: string}} Entry
 */

/** @type {Record<string, Entry>} */
export const CATALOGUE = {
  kitchens: { load: () => import("./kitchens/kitchens.js"), first: "kitchens/lunch-rush" },
  raft: { load: () => import("./raft/raft.js"), first: "raft/council" },
  kv: { load: () => import("./kv/kv.js"), first: "kv/one-menu" },
  city: { load: () => import("./city/city.js"), first: "city/cp" },
};

/** @param {string} system */
export function hasPage(system) {
  return Object.hasOwn(CATALOGUE, system);
}

/**
 * The part of a system, fetched when it is needed.
 * @param {string} system
 */
export async function loadPart(system) {
  const { part } = await CATALOGUE[system].load();
  return part;
}
