// geometry.js: where the nodes of a small cluster stand: in a circle around a table, at which the
// clients sit. Positions never move during a run.

import { ROOF } from "../stage/house.js";

/**
 * @typedef {import("../stage/drawing.js").Point} Point
 * @typedef {import("../stage/drawing.js").Box} Box
 */

const LEGEND = 34; /* units: the legend's row */
const MARGIN = 10;

export class RingGeometry {
  /**
   * @param {number[]} nodes around the table, the first on top
   * @param {number} centre the clients' node, or -1
   * @param {{width: number, height: number}} stage CSS pixels
   * @param {number} u one unit of the density
   * @param {{width: number, height: number, table: {width: number, height: number}}} plate in units
   * @param {boolean} bare without a legend
   */
  constructor(nodes, centre, stage, u, plate, bare) {
    this.width = stage.width;
    this.height = stage.height;
    this.u = u;
    this.nodes = nodes;
    this.centre = centre;
    const bottom = bare ? MARGIN : LEGEND;
    const wide = Math.min(plate.width * u, stage.width * (nodes.length > 5 ? 0.24 : 0.31));
    const high = Math.min(plate.height * u, stage.height * 0.27);
    const roof = ROOF * u; /* it stands over the plate */
    const middle = { x: stage.width / 2, y: (stage.height - bottom * u + roof) / 2 };
    const across = middle.x - wide / 2 - MARGIN * u;
    const along = middle.y - high / 2 - MARGIN * u - roof;
    /** @type {Map<number, Box>} */
    this.plates = new Map();
    nodes.forEach((node, index) => {
      const angle = (2 * Math.PI * index) / nodes.length;
      const x = middle.x + across * Math.sin(angle);
      const y = middle.y - along * Math.cos(angle);
      this.plates.set(node, { x: x - wide / 2, y: y - high / 2, width: wide, height: high });
    });
    const table = { width: plate.table.width * u, height: plate.table.height * u };
    /** The table in the middle.
     * @type {Box} */
    this.table = { x: middle.x - table.width / 2, y: middle.y - table.height / 2 - 0.8 * roof, ...table };
  }

  /** @param {number} node @returns {Box | undefined} */
  box(node) {
    return node === this.centre ? this.table : this.plates.get(node);
  }

  /** @param {number} node @returns {Point | null} */
  point(node) {
    const box = this.box(node);
    return box ? { x: box.x + box.width / 2, y: box.y + box.height / 2 } : null;
  }

  /**
   * The line between two nodes as far as it can be seen: from edge to edge.
   * @param {number} from
   * @param {number} to
   * @returns {[Point | null, Point | null]}
   */
  between(from, to) {
    const a = this.point(from);
    const b = this.point(to);
    if (!a || !b) return [a, b];
    return [atEdge(this.box(from), a, b), atEdge(this.box(to), b, a)];
  }

  /** All roads between the nodes. @returns {[number, number][]} */
  roads() {
    return this.nodes.flatMap((a, index) => this.nodes.slice(index + 1).map((b) => /** @type {[number, number]} */ ([a, b])));
  }
}

/**
 * Where a line from the middle of a box to another point leaves the box.
 * @param {Box | undefined} box
 * @param {Point} middle
 * @param {Point} other
 * @returns {Point}
 */
function atEdge(box, middle, other) {
  if (!box) return middle;
  const dx = Math.abs(other.x - middle.x);
  const dy = Math.abs(other.y - middle.y);
  const part = Math.min(0.48, dx < 1 ? 1 : box.width / 2 / dx, dy < 1 ? 1 : box.height / 2 / dy);
  return { x: middle.x + (other.x - middle.x) * part, y: middle.y + (other.y - middle.y) * part };
}
