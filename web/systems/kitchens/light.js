// light.js: day and night by the load curve. While orders follow the curve of the city's day, it is
// the hour of that day. Else evening falls with a rush: at twice the usual orders it is dark. The
// windows of a district light up with what that district itself orders. A function of virtual time
// in a few steps, so that the ground is drawn again only when a step is taken.

/** @typedef {import("./model.js").CityModel} Model */
/**
 * @typedef {{dusk: number, districts: number[]}} Light steps of 0 (day) .. LIGHT_STEPS (night); of
 *   each district: how many of its windows are lit
 */

export const LIGHT_STEPS = 4;
const DUSK_US = 3e6; /* virtual time in which a rush has brought the evening, and in which it goes */
const DAY_STARTS_AT = 10; /* the hour at which a run begins; an hour is a virtual minute */
const HOUR_US = 6e7;
const EVENINGS_SHARE = 0.45; /* of the windows: lit in the evening where nobody is in a hurry */
/** Hours between which the light changes evenly: from the first to the second. */
const SUNRISE = [5, 7.5];
const SUNSET = [17, 20];

/** @param {number} value */
function clamp(value) {
  return Math.max(0, Math.min(1, value));
}

/** @param {number} share */
function steps(share) {
  return Math.round(clamp(share) * LIGHT_STEPS);
}

/**
 * How dark it is at an hour of the day, 0 .. 1.
 * @param {number} hour 0 .. 24
 */
export function darkAt(hour) {
  const risen = clamp((hour - SUNRISE[0]) / (SUNRISE[1] - SUNRISE[0]));
  const set = clamp((hour - SUNSET[0]) / (SUNSET[1] - SUNSET[0]));
  return Math.max(1 - risen, set);
}

/**
 * How much more than usual a district orders in rushes, in parts of the usual; without a district:
 * the whole city.
 * @param {Model} model
 * @param {number} t_us
 * @param {number} [district]
 */
export function rushAt({ rushes, plan }, t_us, district) {
  let more = 0;
  for (const rush of rushes) {
    const begun = clamp((t_us - rush.since_us) / DUSK_US);
    const over = clamp((t_us - rush.until_us) / DUSK_US);
    const here = rush.district < 0 || rush.district === district ? 1
      : district === undefined ? (plan?.districts[rush.district]?.share_pct ?? 0) / 100 : 0;
    more += here * (rush.factor - 1) * (begun - over);
  }
  return more;
}

/**
 * @param {Model} model
 * @param {number} t_us
 * @returns {Light}
 */
export function lightAt(model, t_us) {
  const isCurve = model.run?.settings?.arrivals === "curve";
  const hour = (DAY_STARTS_AT + t_us / HOUR_US) % 24;
  const dark = isCurve ? darkAt(hour) : clamp(rushAt(model, t_us));
  const districts = (model.plan?.districts ?? []).map((_district, index) => {
    const rush = clamp(rushAt(model, t_us, index));
    return steps(Math.max(EVENINGS_SHARE * dark, rush * dark));
  });
  return { dusk: steps(dark), districts };
}
