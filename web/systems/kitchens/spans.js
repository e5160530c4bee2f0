// spans.js: what lasts in the city: the host's faults, and slow ovens.

import { AS_BUILT_PCT, slowed, spanOf as spanOfHost } from "../../app/spans.js";

/** @param {import("../../app/types").EventRow} event */
export function spanOf(event) {
  if (event.kind === "kitchen_slowed") return slowed(`slow ${event.node}`, event.args[0] < AS_BUILT_PCT);
  return spanOfHost(event);
}
