// spans.js: which events of the host begin something that lasts, and which end it: the shaded spans
// of the timeline.

/**
 * @typedef {import("./types").EventRow} EventRow
 * @typedef {{begins?: string, ends?: string, until_us?: number}} Span
 */

export const AS_BUILT_PCT = 100;

/** @param {EventRow} event */
const road = ({ node, peer }) => `road ${Math.min(node, peer)} ${Math.max(node, peer)}`;

/**
 * A fault has a name of its own, so that its end finds it; one that ends in "*" ends all such.
 * @type {Record<string, (event: EventRow) => Span>}
 */
const SPANS = {
  node_crashed: (event) => ({ begins: `down ${event.node}` }),
  node_started: (event) => ({ ends: `down ${event.node}` }),
  node_paused: (event) => ({ begins: `paused ${event.node}` }),
  node_resumed: (event) => ({ ends: `paused ${event.node}` }),
  link_cut: (event) => ({ begins: road(event) }),
  link_healed: (event) => ({ ends: road(event) }),
  net_partitioned: () => ({ begins: "road partition" }),
  net_healed: () => ({ ends: "road *" }),
  healed_all: () => ({ ends: "*" }),
  cpu_slowed: (event) => slowed(`cpu ${event.node}`, event.args[0] > AS_BUILT_PCT),
};

/** @param {string} name @param {boolean} begins @returns {Span} */
export function slowed(name, begins) {
  return begins ? { begins: name } : { ends: name };
}

/**
 * @param {EventRow} event
 * @returns {Span | null}
 */
export function spanOf(event) {
  return SPANS[event.kind]?.(event) ?? null;
}
