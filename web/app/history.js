// history.js: the figures of a run second by second, from its beginning to where it has come: asked
// for in pages, and what is new whenever it is asked again.

import { api } from "./api.js";

const ROWS_A_PAGE = 3600;
const PAGES_MAX = 60; /* a run has at most 24 virtual hours */

export class History {
  run = "";
  /** @type {string[]} */
  columns = [];
  /** In order of time; the first cell is the second.
   * @type {(number | null)[][]} */
  rows = [];
  reading = false;

  /** @param {string} run */
  begin(run) {
    this.run = run;
    this.columns = [];
    this.rows = [];
    this.reading = false;
  }

  /** What has come since the last row. True when there was something. */
  async read() {
    const { run } = this;
    if (this.reading || run === "") return false;
    const before = this.rows.length;
    this.reading = true;
    try {
      for (let page = 0; page < PAGES_MAX; page += 1) {
        const { columns, rows } = await api.metrics(run, this.last_s);
        if (run !== this.run) return false;
        this.add(columns, rows);
        if (rows.length < ROWS_A_PAGE) break;
      }
    } finally {
      if (run === this.run) this.reading = false;
    }
    return this.rows.length > before;
  }

  get last_s() {
    return this.rows[this.rows.length - 1]?.[0] ?? 0;
  }

  /** @param {string[]} columns @param {(number | null)[][]} rows */
  add(columns, rows) {
    this.columns = columns;
    const time = columns.indexOf("t_ms");
    for (const row of rows) {
      const t_s = Math.floor(Number(row[time]) / 1000);
      if (t_s > this.last_s || this.rows.length === 0) this.rows.push([t_s, ...row]);
    }
  }

  /**
   * A column as points of a line, at most so many: each the mean of its stretch.
   * @param {string} name
   * @param {number} factor
   * @param {number} until_s
   * @param {number} most
   */
  line(name, factor, until_s, most) {
    const column = this.columns.indexOf(name) + 1;
    if (column === 0) return [];
    const rows = this.rows.filter((row) => Number(row[0]) <= until_s);
    const stretch = Math.max(1, Math.ceil(rows.length / most));
    /** @type {{x: number, y: number}[]} */
    const points = [];
    for (let from = 0; from < rows.length; from += stretch) {
      const part = rows.slice(from, from + stretch).filter((row) => row[column] !== null);
      if (part.length === 0) continue;
      const sum = part.reduce((total, row) => total + Number(row[column]), 0);
      points.push({ x: Number(part[part.length - 1][0]), y: (sum / part.length) * factor });
    }
    return points;
  }

  /**
   * The value of a column at a moment: of the last whole second before it.
   * @param {string} name
   * @param {number} t_s
   */
  at(name, t_s) {
    const column = this.columns.indexOf(name) + 1;
    if (column === 0) return null;
    let low = 0;
    let high = this.rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (Number(this.rows[middle][0]) <= t_s) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? null : this.rows[low - 1][column];
  }
}
