// spans.js: what lasts in the city: the host's faults, and slow ovens.

import { AS_BUILT_PCT, slowed, spansOf as spansOfHost } from "../../app/spans.js";

/**
 * @param {import("./model.js").CityModel} model
 * @returns {(event: import("../../app/types").EventRow) => import("../../app/spans.js").Span | null}
 */
export function spansOf(model) {
  const host = spansOfHost(model);
  return (event) => {
    if (event.kind === "kitchen_slowed") return slowed(`slow ${event.node}`, event.args[0] < AS_BUILT_PCT);
    return host(event);
  };
}
