// messages.js: what the kitchens' messages are, and between which places of the map they go.

/**
 * @typedef {import("./model.js").CityModel} Model
 * @typedef {import("./geometry.js").Geometry} Geometry
 * @typedef {import("./geometry.js").Point} Point
 */

/** What answers something (server/systems/kitchens/messages.h); what is not here asks. */
const REPLIES = new Set([
  "answer", "welcome", "unwanted", "unknown", "accept", "reject", "done_ack", "released", "too_late",
  "farewell",
]);

/**
 * @param {string} type
 * @returns {"heartbeat" | "reply" | "request"}
 */
export function messageKind(type) {
  if (type === "heartbeat") return "heartbeat";
  return REPLIES.has(type) ? "reply" : "request";
}

/** @param {string} type */
export function messageName(type) {
  return type.replace(/_/g, " ");
}

/**
 * @param {Model} model
 * @param {Geometry} geometry
 * @returns {import("../../app/stage/messages.js").Places}
 */
export function messagePlaces(model, geometry) {
  const { width, height, u } = geometry;
  return {
    width, height, u,
    ends: (flight) => geometry.between(flight.from, flight.to, customerOf(model, geometry, flight.subject)),
    look: messageKind,
    name: messageName,
  };
}

/**
 * @param {Model} model
 * @param {Geometry} geometry
 * @param {number} subject
 * @returns {Point | null}
 */
function customerOf(model, geometry, subject) {
  const order = model.orders.get(subject);
  return order ? geometry.point(order.x_m, order.y_m) : null;
}
