// spans.js: which events of the host begin something that lasts, and which end it: the shaded spans
// of the timeline.

/**
 * @typedef {import("./model.js").Model} Model
 * @typedef {import("./types").EventRow} EventRow
 * @typedef {{begins?: string, ends?: string, until_us?: number}} Span
 */

export const AS_BUILT_PCT = 100;

/** @param {EventRow} event */
const road = ({ node, peer }) => `road ${Math.min(node, peer)} ${Math.max(node, peer)}`;

/**
 * The name of an input of the host by its number: the catalogue has them in the order of their numbers,
 * and the first is 1 (server/sim/sim.h).
 * @param {Model} model
 * @param {number} type
 */
export function hostInput(model, type) {
  const names = (model.system?.inputs ?? []).map((input) => input.name);
  return names[names.indexOf("setting.set") + type - 1] ?? "";
}

/**
 * A fault of a disk or a clock: which input, and is there nothing left of it?
 * @param {Model} model
 * @param {EventRow} event
 */
export function deviceFault(model, { args: [type, value] }) {
  const name = hostInput(model, type);
  return { name, over: value === (name === "disk.slow" ? AS_BUILT_PCT : 0) && name !== "disk.rot" };
}

/**
 * A fault has a name of its own, so that its end finds it; one that ends in "*" ends all such.
 * @type {Record<string, (event: EventRow, model: Model) => Span | null>}
 */
const SPANS = {
  node_crashed: (event) => ({ begins: `down ${event.node}` }),
  node_started: (event) => ({ ends: `down ${event.node}` }),
  node_paused: (event) => ({ begins: `paused ${event.node}` }),
  node_resumed: (event) => ({ ends: `paused ${event.node}` }),
  link_cut: (event) => ({ begins: road(event) }),
  link_healed: (event) => ({ ends: road(event) }),
  link_set: (event) => slowed(`road worse ${event.node} ${event.peer}`, event.args.some((value) => value !== 0)),
  net_partitioned: () => ({ begins: "road partition" }),
  net_healed: () => ({ ends: "road *" }),
  healed_all: () => ({ ends: "*" }),
  cpu_slowed: (event) => slowed(`cpu ${event.node}`, event.args[0] > AS_BUILT_PCT),
  disk_set: deviceSpan,
  clock_set: deviceSpan,
};

/** @param {EventRow} event @param {Model} model @returns {Span | null} */
function deviceSpan(event, model) {
  const { name, over } = deviceFault(model, event);
  if (name === "disk.rot") return null; /* it is done at once */
  const begins = `${name.replace("jump", "skew")} ${event.node}`; /* both are the clock on the wall */
  if (name === "disk.stall") return { begins, until_us: event.t_us + event.args[1] * 1000 };
  return slowed(begins, !over);
}

/** @param {string} name @param {boolean} begins @returns {Span} */
export function slowed(name, begins) {
  return begins ? { begins: name } : { ends: name };
}

/**
 * @param {Model} model
 * @returns {(event: EventRow) => Span | null}
 */
export function spansOf(model) {
  return (event) => SPANS[event.kind]?.(event, model) ?? null;
}
