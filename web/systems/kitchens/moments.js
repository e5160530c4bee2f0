// moments.js: what is worth looking for in the kitchens. Each of them really occurs among a few
// hundred seeds, under the settings that it names (docs/kitchens.md); words are moment.ID.

/** @type {import("../../app/search.js").Moment[]} */
export const MOMENTS = [
  {
    id: "handover",
    condition: "handover_accepted",
    within: "1m",
    settings: { migration: true },
  },
  {
    id: "bounce",
    condition: "bounces > 0",
    within: "2m",
    settings: { migration: true, "bug.no_cooldown": true, overload_threshold: 0.55 },
  },
  {
    id: "herd",
    condition: "order_rejected",
    within: "1m",
    settings: { "bug.stale_load": true, heartbeat_ms: 2000, suspect_after_ms: 7000 },
  },
  { id: "late", condition: "first(response_ms > 20000)", within: "5m", scenario: "kitchens/kitchen-fire" },
  { id: "slow", condition: "first(response_ms > 12000)", within: "5m", scenario: "kitchens/lunch-rush" },
  { id: "uneven", condition: "t_ms > 60000 and max_over_mean > 1.15", within: "2m", scenario: "kitchens/lunch-rush" },
];
