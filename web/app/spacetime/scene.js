// scene.js: what there is to draw for a view: single events when they can be told apart, exact
// counts when not. Reads the tiles that are known and says which ones are wanted.

import { childrenOf, LEVEL_MAX, levelOf, tileSpan_us, TILE_BUCKETS } from "./tiles.js";
import { scaleOf, spanOf } from "./view.js";

/**
 * @typedef {import("./tiles.js").Tile} Tile
 * @typedef {import("./tiles.js").Tiles} Tiles
 * @typedef {import("./tiles.js").Place} Place
 * @typedef {import("./tiles.js").TraceEvent} TraceEvent
 * @typedef {import("./tiles.js").TraceNote} TraceNote
 * @typedef {import("./view.js").View} View
 * @typedef {{from_us: number, to_us: number, tile: Tile}} Part
 * @typedef {{
 *   bucket_us: number, from_us: number, to_us: number, start_us: number,
 *   nodes: Map<number, Float64Array>, cells: {from: number, to: number, counts: Float64Array, lost: Float64Array}[],
 * }} Counts
 * @typedef {{
 *   single: boolean, events: TraceEvent[], lost: TraceEvent[], notes: TraceNote[], counts: Counts[],
 *   inView: number, pending: boolean, hidden: number, names: Set<string>,
 * }} Scene
 * @typedef {{nodes: Set<number>, types: Set<string>, subject: number}} Filters what is hidden; one order or -1
 */

const TILE_PIXELS_MIN = 256; /* a bucket is one to four pixels wide */
const SINGLES_MAX = { lecture: 420, lab: 900, phone: 160 };
/** An arrow is in the tile of its arrival: so far ahead of the screen one has to look. */
const REACH_US = tileSpan_us(7);
const REFINE_MAX = 24;

/**
 * @param {View} view
 * @param {Tiles} tiles
 * @param {number} edge_us
 * @param {Filters} filters
 * @param {string} density
 * @returns {{scene: Scene, wanted: Place[]}}
 */
export function gather(view, tiles, edge_us, filters, density) {
  const level = levelOf(TILE_PIXELS_MIN / scaleOf(view));
  const from_us = Math.max(0, view.from_us);
  const to_us = Math.min(view.to_us, edge_us);
  /** @type {Place[]} */
  const wanted = [];
  const parts = covering(tiles, level, from_us, to_us, wanted);
  const inView = parts.reduce((sum, part) => sum + countIn(part, from_us, to_us), 0);
  const most = SINGLES_MAX[/** @type {keyof typeof SINGLES_MAX} */ (density)] ?? SINGLES_MAX.lab;
  const single = inView <= most;
  const shown = single ? refined(tiles, parts, from_us, to_us, wanted) : parts;
  const ahead = single ? lookAhead(tiles, level, from_us, to_us, edge_us, wanted) : [];
  wanted.sort((a, b) => distance(a, view) - distance(b, view));
  const scene = {
    single,
    inView,
    pending: wanted.length > 0,
    ...singles(single ? [...shown, ...ahead] : [], view, filters),
    notes: notesOf(tiles, [...shown, ...ahead], level, from_us),
    counts: countsOf(shown.filter((part) => !single || !part.tile.events), edge_us),
  };
  return { scene, wanted };
}

/**
 * The best tiles known for a stretch of time, each clipped to the place it stands for.
 * @param {Tiles} tiles
 * @param {number} level
 * @param {number} from_us
 * @param {number} to_us
 * @param {Place[]} wanted
 * @returns {Part[]}
 */
function covering(tiles, level, from_us, to_us, wanted) {
  const span = tileSpan_us(level);
  /** @type {Part[]} */
  const parts = [];
  for (let index = Math.floor(from_us / span); index * span < to_us; index += 1) {
    parts.push(...best(tiles, { level, index }, wanted));
  }
  return parts;
}

/**
 * The tile itself; else one that holds all its events, its children, or what lies above.
 * @param {Tiles} tiles
 * @param {Place} place
 * @param {Place[]} wanted
 * @returns {Part[]}
 */
function best(tiles, place, wanted) {
  const from_us = place.index * tileSpan_us(place.level);
  const to_us = from_us + tileSpan_us(place.level);
  const whole = tiles.whole(place);
  if (whole) return [{ from_us, to_us, tile: whole }];
  const own = tiles.get(place);
  if (!own || !tiles.fresh(own)) wanted.push(place);
  if (own) return [{ from_us, to_us, tile: own }];
  const children = place.level > 0 ? childrenOf(place).map((child) => tiles.get(child)) : [];
  if (children.length > 0 && children.every((child) => child !== null)) {
    return children.map((child) => {
      const tile = /** @type {Tile} */ (child);
      return { from_us: tile.from_us, to_us: tile.to_us, tile };
    });
  }
  const above = tiles.above(place);
  return above ? [{ from_us, to_us, tile: above }] : [];
}

/**
 * Few events are on the screen, but a tile that reaches beyond it has too many: its children.
 * @param {Tiles} tiles
 * @param {Part[]} parts
 * @param {number} from_us
 * @param {number} to_us
 * @param {Place[]} wanted
 */
function refined(tiles, parts, from_us, to_us, wanted) {
  /** @type {Part[]} */
  const done = [];
  const open = [...parts];
  for (let rounds = 0; open.length > 0 && rounds < REFINE_MAX; rounds += 1) {
    const part = /** @type {Part} */ (open.shift());
    const { tile } = part;
    const itself = tile.from_us === part.from_us && tile.to_us === part.to_us;
    if (tile.events || !itself || tile.level === 0) {
      done.push(part);
      continue;
    }
    for (const child of childrenOf(tile)) {
      const span = tileSpan_us(child.level);
      if (child.index * span >= to_us || (child.index + 1) * span <= from_us) continue;
      open.push(...best(tiles, child, wanted));
    }
  }
  return [...done, ...open];
}

/**
 * Tiles behind the right edge of the screen: what arrives there may have been sent here.
 * @param {Tiles} tiles
 * @param {number} level
 * @param {number} from_us
 * @param {number} to_us
 * @param {number} edge_us
 * @param {Place[]} wanted
 */
function lookAhead(tiles, level, from_us, to_us, edge_us, wanted) {
  if (to_us <= from_us) return [];
  const end_us = Math.min(edge_us, to_us + REACH_US);
  const parts = covering(tiles, Math.max(level, levelOf(REACH_US)), to_us, end_us, wanted);
  return refined(tiles, parts, to_us, end_us, wanted).filter((part) => part.tile.events);
}

/**
 * How far a tile is from the middle of the screen: the nearest is asked for first.
 * @param {Place} place
 * @param {View} view
 */
function distance(place, view) {
  const span = tileSpan_us(place.level);
  const middle = (view.from_us + view.to_us) / 2;
  const off = Math.abs((place.index + 0.5) * span - middle) - span / 2;
  return Math.max(0, off) / spanOf(view);
}

/** @param {Part} part @param {number} from_us @param {number} to_us */
function countIn(part, from_us, to_us) {
  const first = Math.max(part.from_us, from_us);
  const last = Math.min(part.to_us, to_us);
  const { tile } = part;
  if (last <= first) return 0;
  if (first <= tile.from_us && last >= Math.min(tile.to_us, tile.covered_us)) return tile.total;
  if (tile.events) return firstAfter(tile.events, last) - firstAfter(tile.events, first);
  let sum = 0;
  for (const [bucket, , count] of tile.nodes) {
    const start = tile.from_us + bucket * tile.bucket_us;
    const share = Math.min(last, start + tile.bucket_us) - Math.max(first, start);
    if (share > 0) sum += (count * share) / tile.bucket_us;
  }
  return Math.round(sum);
}

/**
 * Where in a list in order of time that begins which is later than a moment.
 * @param {TraceEvent[]} events
 * @param {number} t_us
 */
export function firstAfter(events, t_us) {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (events[middle].t_us <= t_us) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Every event whose dot or arrow touches the screen, each once.
 * @param {Part[]} parts
 * @param {View} view
 * @param {Filters} filters
 */
function singles(parts, view, filters) {
  /** @type {Map<number, TraceEvent>} */
  const events = new Map();
  /** @type {Map<string, TraceEvent>} */
  const lost = new Map();
  /** @type {Set<string>} */
  const names = new Set();
  let hidden = 0;
  for (const { tile } of new Set(parts)) {
    for (const event of tile.events ?? []) {
      if (event.type) names.add(event.type);
      if (!touches(event, view)) continue;
      if (isHidden(event, filters)) hidden += 1;
      else events.set(event.event, event);
    }
    for (const event of tile.lost) {
      if (touches(event, view) && !isHidden(event, filters)) lost.set(lostKey(event), event);
    }
  }
  return { events: [...events.values()], lost: [...lost.values()], hidden, names };
}

/** @param {TraceEvent} event @param {View} view */
function touches(event, view) {
  const start = event.from >= 0 ? Math.min(event.sent_us, event.t_us) : event.t_us;
  return start <= view.to_us && event.t_us >= view.from_us;
}

/** @param {TraceEvent} event @param {Filters} filters */
export function isHidden(event, filters) {
  if (filters.subject >= 0 && event.subject !== filters.subject) return true;
  if (event.type !== "" && filters.types.has(event.type)) return true;
  return filters.nodes.has(event.node) || (event.from >= 0 && filters.nodes.has(event.from));
}

/**
 * A lost message has no event: this is its name.
 * @param {TraceEvent} event
 */
export function lostKey(event) {
  return `${event.from} ${event.node} ${event.type} ${event.sent_us} ${event.subject}`;
}

/**
 * Notes of what is shown, and of the tiles above it: what began earlier may still last.
 * @param {Tiles} tiles
 * @param {Part[]} parts
 * @param {number} level
 * @param {number} from_us
 */
function notesOf(tiles, parts, level, from_us) {
  /** @type {Map<string, TraceNote>} */
  const notes = new Map();
  const known = new Set(parts.map((part) => part.tile));
  for (let up = level; up <= LEVEL_MAX; up += 1) {
    const tile = tiles.get({ level: up, index: Math.floor(from_us / tileSpan_us(up)) });
    if (tile) known.add(tile);
  }
  const key = [...known].map((tile) => `${tile.key} ${tile.covered_us}`).sort().join(" ");
  if (tiles.notesKept.key === key) return tiles.notesKept.notes;
  for (const tile of known) {
    for (const note of tile.notes) {
      notes.set(`${note.event} ${note.name} ${note.node} ${note.peer}`, note);
    }
  }
  const sorted = [...notes.values()].sort((a, b) => a.t_us - b.t_us);
  tiles.notesKept = { key, notes: sorted };
  return sorted;
}

/**
 * Counts of the parts, bucket by bucket; events that came one by one are counted here.
 * @param {Part[]} parts
 * @param {number} edge_us
 * @returns {Counts[]}
 */
function countsOf(parts, edge_us) {
  return parts.map((part) => {
    const counts = part.tile.events ? countEvents(part) : countTile(part.tile);
    return { ...counts, from_us: part.from_us, to_us: Math.min(part.to_us, edge_us) };
  });
}

/** @type {WeakMap<Tile, Omit<Counts, "from_us" | "to_us">>} */
const counted = new WeakMap();

/**
 * @param {Tile} tile
 * @returns {Omit<Counts, "from_us" | "to_us">}
 */
function countTile(tile) {
  const known = counted.get(tile);
  if (known) return known;
  const sums = new Sums(tile.bucket_us, tile.from_us);
  for (const [bucket, node, count] of tile.nodes) sums.node(bucket, node, count);
  for (const [bucket, from, to, count, lost] of tile.cells) sums.cell(bucket, from, to, count, lost);
  const counts = sums.all();
  counted.set(tile, counts);
  return counts;
}

/** @type {WeakMap<Tile, Map<number, Omit<Counts, "from_us" | "to_us">>>} */
const countedParts = new WeakMap();

/**
 * @param {Part} part
 * @returns {Omit<Counts, "from_us" | "to_us">}
 */
function countEvents(part) {
  const byStart = countedParts.get(part.tile) ?? new Map();
  const key = part.from_us + part.to_us / 2;
  const known = byStart.get(key);
  if (known) return known;
  const bucket_us = (part.to_us - part.from_us) / TILE_BUCKETS;
  const sums = new Sums(bucket_us, part.from_us);
  const { events, lost, from_us, to_us } = part.tile;
  /* A tile holds what is later than its start up to its end; times are cut to microseconds. */
  const first_us = part.from_us === from_us ? -1 : part.from_us;
  const last_us = part.to_us === to_us ? Infinity : part.to_us;
  const bucketOf = (/** @type {number} */ t_us) => Math.max(0, Math.ceil((t_us - part.from_us) / bucket_us) - 1);
  for (const event of events ?? []) {
    if (event.t_us <= first_us || event.t_us > last_us) continue;
    sums.node(bucketOf(event.t_us), event.node, 1);
    if (event.from >= 0) sums.cell(bucketOf(event.t_us), event.from, event.node, 1, 0);
  }
  for (const event of lost) {
    if (event.t_us <= first_us || event.t_us > last_us) continue;
    sums.cell(bucketOf(event.t_us), event.from, event.node, 0, 1);
  }
  const counts = sums.all();
  byStart.set(key, counts);
  countedParts.set(part.tile, byStart);
  return counts;
}

/** Adds up one tile's buckets. */
class Sums {
  /** @param {number} bucket_us @param {number} start_us */
  constructor(bucket_us, start_us) {
    this.bucket_us = bucket_us;
    this.start_us = start_us;
    /** @type {Map<number, Float64Array>} */
    this.nodes = new Map();
    /** @type {Map<number, {from: number, to: number, counts: Float64Array, lost: Float64Array}>} */
    this.cells = new Map();
  }

  /** @param {number} bucket @param {number} node @param {number} count */
  node(bucket, node, count) {
    const row = this.nodes.get(node) ?? new Float64Array(TILE_BUCKETS);
    row[Math.min(bucket, TILE_BUCKETS - 1)] += count;
    this.nodes.set(node, row);
  }

  /**
   * @param {number} bucket
   * @param {number} from
   * @param {number} to
   * @param {number} count
   * @param {number} lost
   */
  cell(bucket, from, to, count, lost) {
    const key = from * 65536 + to;
    const row = this.cells.get(key) ?? {
      from, to, counts: new Float64Array(TILE_BUCKETS), lost: new Float64Array(TILE_BUCKETS),
    };
    const at = Math.min(bucket, TILE_BUCKETS - 1);
    row.counts[at] += count;
    row.lost[at] += lost;
    this.cells.set(key, row);
  }

  all() {
    return {
      bucket_us: this.bucket_us, start_us: this.start_us, nodes: this.nodes,
      cells: [...this.cells.values()],
    };
  }
}
