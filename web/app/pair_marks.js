// pair_marks.js: what happened in two runs on one timeline: once where it happened in both at the
// same moment, else with the letter of its side. Load and faults are drawn as the first run has
// them: the runs that are compared most often have the same.

/**
 * @typedef {import("./overview.js").Overview} Overview
 * @typedef {import("./types").EventRow} EventRow
 */

/** @param {EventRow} event what it says, without the simulator's number of it */
function keyOf({ t_us, kind, node, peer, subject, args }) {
  return `${t_us} ${kind} ${node} ${peer} ${subject} ${args.join()}`;
}

export class PairMarks {
  /** Which side an event belongs to, of those that are not in both.
   * @type {Map<EventRow, number>} */
  sides = new Map();
  /** Of both sides, in order of time.
   * @type {EventRow[]} */
  marks = [];
  /** What it was made of.
   * @type {EventRow[][]} */
  made = [];

  /** @param {Overview[]} overviews */
  constructor(overviews) {
    this.overviews = overviews;
  }

  get spans() {
    return this.overviews[0].spans;
  }

  curve() {
    return this.overviews[0].curve();
  }

  /** Takes in what either side has come to know since the last time. */
  sort() {
    for (const one of this.overviews) one.sort();
    const [a, b] = this.overviews.map((one) => one.marks);
    if (this.made[0] === a && this.made[1] === b) return;
    this.made = [a, b];
    this.sides = new Map();
    const keys = [a, b].map((marks) => new Set(marks.map(keyOf)));
    for (const event of a) if (!keys[1].has(keyOf(event))) this.sides.set(event, 0);
    const own = b.filter((event) => !keys[0].has(keyOf(event)));
    for (const event of own) this.sides.set(event, 1);
    this.marks = [...a, ...own].sort((one, other) => one.t_us - other.t_us);
  }

  /** @param {EventRow} event @returns {number} the side, or -1: both */
  sideOf(event) {
    return this.sides.get(event) ?? -1;
  }
}
