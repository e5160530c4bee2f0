// tiles.js: the trace of a run in tiles, like a map: a level is four times as fine as the one
// above. A tile with few events carries them all and serves every level below it; one with many
// carries exact counts. What is on the screen is asked for first; the least recently used go.

/**
 * @typedef {import("../types").TraceAnswer} TraceAnswer
 * @typedef {{
 *   event: number, cause: number, t_us: number, node: number, kind: string, from: number,
 *   type: string, sent_us: number, subject: number, fate: number,
 * }} TraceEvent
 * @typedef {{event: number, t_us: number, name: string, node: number, peer: number, subject: number}} TraceNote
 * @typedef {{
 *   key: string, level: number, index: number, from_us: number, to_us: number,
 *   covered_us: number, complete: boolean, asked_at: number, weight: number, total: number,
 *   events: TraceEvent[] | null, lost: TraceEvent[], notes: TraceNote[], notes_more: number,
 *   bucket_us: number, nodes: number[][], cells: number[][],
 * }} Tile
 * @typedef {{level: number, index: number}} Place
 */

export const TILE_BUCKETS = 256;
/** A tile with at most so many events carries them one by one. */
export const TILE_EVENTS_MAX = 2000;
export const LEVEL_MAX = 15; /* 256 * 4^15 us: more than three days */
const TILES_KEPT = 320;
const WEIGHT_KEPT = 600_000; /* rows in all tiles together */
const REQUESTS_MAX = 3; /* at once */
const EDGE_AGAIN_MS = 500; /* how soon a tile at the live edge is asked for again */
const EDGE_AGAIN_SHORT_MS = 120; /* a short one: it is cheap, and its gap would be seen */
const SHORT_LEVEL_MAX = 7; /* 4 s */
const EDGE_STILL_MS = 600;
const FAILED_AGAIN_MS = 3000;

/** @param {number} level */
export function tileSpan_us(level) {
  return TILE_BUCKETS * 4 ** level;
}

/**
 * The finest level whose tiles are at least so long.
 * @param {number} span_us
 */
export function levelOf(span_us) {
  const level = Math.ceil(Math.log(span_us / TILE_BUCKETS) / Math.log(4) - 1e-9);
  return Math.max(0, Math.min(LEVEL_MAX, level));
}

/** @param {Place} place */
function keyOf(place) {
  return `${place.level}/${place.index}`;
}

/** @param {Place} place @returns {Place} */
function parentOf(place) {
  return { level: place.level + 1, index: Math.floor(place.index / 4) };
}

/** @param {Place} place @returns {Place[]} */
export function childrenOf(place) {
  return [0, 1, 2, 3].map((n) => ({ level: place.level - 1, index: place.index * 4 + n }));
}

export class Tiles {
  /**
   * @param {(from_us: number, to_us: number, max: number) => Promise<TraceAnswer>} ask
   * @param {() => void} changed something has arrived
   * @param {(error: unknown) => void} failed
   */
  constructor(ask, changed, failed) {
    this.ask = ask;
    this.changed = changed;
    this.failed = failed;
    /**
     * In order of use, the least recent first.
     * @type {Map<string, Tile>}
     */
    this.tiles = new Map();
    /** @type {Place[]} */
    this.queue = [];
    /** @type {Set<string>} */
    this.asked = new Set();
    /**
     * When a failed tile may be asked for again.
     * @type {Map<string, number>}
     */
    this.later = new Map();
    this.weight = 0;
    /** Notes of the tiles that were looked at last; the diagram's, while it pans.
     * @type {{key: string, notes: TraceNote[]}} */
    this.notesKept = { key: "", notes: [] };
    this.edge_us = 0;
    this.moving = false;
    this.moved_at = -Infinity;
    this.generation = 0;
    this.requests = 0;
  }

  /** Another run: nothing that was known holds, and what is under way comes too late. */
  forget() {
    this.generation += 1;
    this.tiles.clear();
    this.later.clear();
    this.asked.clear();
    this.queue = [];
    this.weight = 0;
    this.edge_us = 0;
    this.notesKept = { key: "", notes: [] };
  }

  /**
   * A tile as it is known, or nothing; asking for it is using it.
   * @param {Place} place
   */
  get(place) {
    const key = keyOf(place);
    const tile = this.tiles.get(key);
    if (!tile) return null;
    this.tiles.delete(key);
    this.tiles.set(key, tile);
    return tile;
  }

  /**
   * The coarsest tile over this place that carries all its events: it serves all below it.
   * @param {Place} place
   */
  whole(place) {
    /** @type {Tile | null} */
    let found = null;
    for (let at = place; at.level <= LEVEL_MAX; at = parentOf(at)) {
      const tile = this.get(at);
      if (tile?.events && tile.complete) found = tile;
    }
    return found;
  }

  /**
   * The nearest tile above that is known: drawn scaled until the right one is here.
   * @param {Place} place
   */
  above(place) {
    for (let at = parentOf(place); at.level <= LEVEL_MAX; at = parentOf(at)) {
      const tile = this.get(at);
      if (tile) return tile;
    }
    return null;
  }

  /**
   * Is this tile as new as it has to be? While the edge moves, a bucket less makes no difference.
   * @param {Tile} tile
   */
  fresh(tile) {
    if (tile.complete || tile.covered_us >= this.edge_us) return true;
    return this.moving && this.edge_us - tile.covered_us < tileSpan_us(tile.level) / TILE_BUCKETS;
  }

  /**
   * How far the run has come.
   * @param {number} edge_us
   * @param {number} wall performance.now()
   */
  setEdge(edge_us, wall) {
    if (edge_us !== this.edge_us) this.moved_at = wall;
    this.edge_us = edge_us;
    this.moving = wall - this.moved_at < EDGE_STILL_MS;
  }

  /**
   * What is wanted now, the most urgent first; what waited before and is no longer wanted is dropped.
   * @param {Place[]} places
   */
  want(places) {
    const now = performance.now();
    this.queue = places.filter((place) => {
      const key = keyOf(place);
      const tile = this.tiles.get(key);
      if (this.asked.has(key) || (tile && this.fresh(tile))) return false;
      const again_ms = place.level > SHORT_LEVEL_MAX ? EDGE_AGAIN_MS : EDGE_AGAIN_SHORT_MS;
      if (tile && now - tile.asked_at < again_ms) return false;
      return (this.later.get(key) ?? 0) <= now;
    });
    this.pump();
  }

  /** Whether something that was wanted is still on its way. */
  get busy() {
    return this.asked.size > 0 || this.queue.length > 0;
  }

  pump() {
    while (this.asked.size < REQUESTS_MAX) {
      const place = this.queue.shift();
      if (!place) return;
      void this.fetch(place);
    }
  }

  /** @param {Place} place */
  async fetch(place) {
    const key = keyOf(place);
    const generation = this.generation;
    const from_us = place.index * tileSpan_us(place.level);
    const to_us = Math.min(from_us + tileSpan_us(place.level), this.edge_us);
    if (to_us <= from_us) return;
    this.asked.add(key);
    this.requests += 1;
    try {
      const answer = await this.ask(from_us, to_us, TILE_EVENTS_MAX);
      if (generation === this.generation) this.put(readTile(place, to_us, answer));
    } catch (error) {
      if (generation === this.generation) {
        this.later.set(key, performance.now() + FAILED_AGAIN_MS);
        this.failed(error);
      }
    } finally {
      if (generation === this.generation) {
        this.asked.delete(key);
        this.changed();
        this.pump();
      }
    }
  }

  /** @param {Tile} tile */
  put(tile) {
    this.weight += tile.weight - (this.tiles.get(tile.key)?.weight ?? 0);
    this.tiles.delete(tile.key);
    this.tiles.set(tile.key, tile);
    for (const [key, oldest] of this.tiles) {
      if (this.tiles.size <= TILES_KEPT && this.weight <= WEIGHT_KEPT) break;
      if (oldest === tile) break;
      this.tiles.delete(key);
      this.weight -= oldest.weight;
    }
  }
}

/**
 * @param {Place} place
 * @param {number} covered_us up to where the run had gone
 * @param {TraceAnswer} answer
 * @returns {Tile}
 */
function readTile(place, covered_us, answer) {
  const from_us = place.index * tileSpan_us(place.level);
  const to_us = from_us + tileSpan_us(place.level);
  const events = answer.kind === "events" ? readEvents(answer) : null;
  const lost = events ? readLost(answer) : [];
  const nodes = answer.nodes ?? [];
  const cells = answer.cells ?? [];
  return {
    key: keyOf(place), ...place, from_us, to_us, covered_us,
    complete: covered_us >= to_us,
    asked_at: performance.now(),
    events, lost, nodes, cells,
    total: events ? events.length : (answer.total ?? 0),
    notes: (answer.notes ?? []).map(readNote).filter(isNews),
    notes_more: answer.notes_more ?? 0,
    bucket_us: answer.bucket_us ?? tileSpan_us(place.level) / TILE_BUCKETS,
    weight: (events?.length ?? 0) + lost.length + nodes.length + cells.length + 1,
  };
}

/** @param {TraceAnswer} answer @returns {TraceEvent[]} */
function readEvents(answer) {
  const types = answer.names?.types ?? [];
  const kinds = answer.names?.kinds ?? [];
  return (answer.events ?? []).map(
    ([event, cause, t_us, node, kind, from, type, sent_us, subject]) => ({
      event, cause, t_us, node, from, sent_us, subject, fate: 0,
      kind: kinds[kind] ?? "", type: types[type] ?? "",
    }),
  );
}

/** @param {TraceAnswer} answer @returns {TraceEvent[]} */
function readLost(answer) {
  const types = answer.names?.types ?? [];
  return (answer.lost ?? []).map(([from, to, type, sent_us, t_us, subject, fate, cause]) => ({
    event: -1, cause, t_us, node: to, from, sent_us, subject, fate,
    kind: "message", type: types[type] ?? "",
  }));
}

/**
 * That every node starts when the run begins is no news.
 * @param {TraceNote} note
 */
function isNews(note) {
  return note.t_us > 0 || note.name !== "node_started";
}

/** @param {(number | string)[]} row @returns {TraceNote} */
function readNote([event, t_us, name, node, peer, subject]) {
  return {
    event: Number(event), t_us: Number(t_us), name: String(name), node: Number(node),
    peer: Number(peer), subject: Number(subject),
  };
}
