// api.js: the requests of docs/api.md. Every failure is a Problem with one clear sentence.

import { translated } from "./language.js";
import { refusalText } from "./problem_words.js";

/** A problem document of the server, or the network's own failure. */
export class Problem extends Error {
  /**
   * @param {number} status
   * @param {string} detail
   * @param {string[]} allowed
   */
  constructor(status, detail, allowed = []) {
    super(detail);
    this.status = status;
    this.allowed = allowed;
  }
}

/**
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 * @returns {Promise<any>}
 */
async function request(method, path, body) {
  /** @type {RequestInit} */
  const options = { method, headers: { Accept: "application/json" } };
  if (method === "POST") {
    options.headers = { Accept: "application/json", "Content-Type": "application/json" };
    options.body = JSON.stringify(body ?? {});
  }
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new Problem(0, refusalText("The server does not answer."));
  }
  const text = await response.text();
  /** @type {any} */
  let answer = null;
  try {
    answer = text === "" ? null : JSON.parse(text);
  } catch {
    answer = null;
  }
  if (response.ok) return answer;
  throw refusal(response.status, answer);
}

/**
 * What a problem document says, in the language of the viewer.
 * @param {number} status
 * @param {{detail?: string, words?: string, values?: string[], allowed?: string[]} | null} document
 */
export function refusal(status, document) {
  const { words, values, detail, allowed } = document ?? {};
  const sentence = words === undefined ? detail : refusalText(words, values);
  return new Problem(status, sentence ?? refusalText("The server answered {a}.", [String(status)]), allowed);
}

/**
 * A scenario, or a run of one, with the scenario's title and what it is about in the viewer's language.
 * @template {{name?: string, scenario?: string}} T
 * @param {T} told
 * @returns {T}
 */
function inWords(told) {
  /** @type {Record<string, {title: string, about: string}>} */
  const words = translated("scenarios", {});
  return { ...told, ...words[told.scenario ?? told.name ?? ""] };
}

/** @param {string} run */
const runPath = (run) => `/api/v1/runs/${encodeURIComponent(run)}`;

export const api = {
  systems: () => request("GET", "/api/v1/systems"),
  /** @param {Promise<void>} words of the viewer's language, on their way */
  scenarios: async (words) => {
    const [scenarios] = await Promise.all([request("GET", "/api/v1/scenarios"), words]);
    return scenarios.map(inWords);
  },
  /** @returns {Promise<Record<string, Record<string, {rule: string, source: string}>>>} */
  rules: async () => translated("rules", await request("GET", "/words/rules.json")),
  /** @param {string} system */
  words: (system) => request("GET", `/api/v1/words/${encodeURIComponent(system)}`),
  session: () => request("POST", "/api/v1/session"),
  /** @param {{scenario: string, seed?: number, settings?: object, private?: boolean, paused?: boolean}} body */
  createRun: (body) => request("POST", "/api/v1/runs", body),
  runs: () => request("GET", "/api/v1/runs"),
  /** @param {string} run */
  run: async (run) => inWords(await request("GET", runPath(run))),
  /** @param {string} run @param {Record<string, unknown>} input */
  input: (run, input) => request("POST", `${runPath(run)}/inputs`, input),
  /** @param {string} run @param {Record<string, unknown>} pace */
  pace: (run, pace) => request("POST", `${runPath(run)}/pace`, pace),
  /** @param {string} run */
  verify: (run) => request("POST", `${runPath(run)}/verify`),
  /** @param {string} run @param {number} after_s */
  metrics: (run, after_s) =>
    request("GET", `${runPath(run)}/metrics?after_s=${after_s}&limit=3600`),
  /** @param {string} run @param {number} after @param {number} limit */
  events: (run, after, limit) =>
    request("GET", `${runPath(run)}/events?after=${after}&limit=${limit}`),
  /** @param {string} run @param {number} after_row @param {number} limit */
  eventsAfter: (run, after_row, limit) =>
    request("GET", `${runPath(run)}/events?after_row=${after_row}&limit=${limit}`),
  /** @param {string} run @param {"open" | "all"} state @param {number} limit */
  orders: (run, state, limit) =>
    request("GET", `${runPath(run)}/orders?state=${state}&limit=${limit}`),
  /** @param {string} run @param {number} after a subject's number @param {number} limit */
  subjectsAfter: (run, after, limit) =>
    request("GET", `${runPath(run)}/orders?state=all&after=${after}&limit=${limit}`),
  /**
   * @param {string} run
   * @param {number} subject
   * @param {number} [at_ms] as known at that moment; none: as known now
   */
  subject: (run, subject, at_ms) =>
    request(
      "GET",
      `${runPath(run)}/subjects/${subject}${at_ms === undefined ? "" : `?at_ms=${at_ms}`}`,
    ),
  /**
   * The past as the live stream would have shown it.
   * @param {string} run
   * @param {{from_ms: number, to_ms: number, step_ms: number, messages: boolean}} what
   * @returns {Promise<import("./types").Frames>}
   */
  frames: (run, { from_ms, to_ms, step_ms, messages }) =>
    request(
      "GET",
      `${runPath(run)}/frames?from_ms=${from_ms}&to_ms=${to_ms}&step_ms=${step_ms}${messages ? "&layer=messages" : ""}`,
    ),
  /**
   * A moment of the past.
   * @param {string} run
   * @param {Record<string, string | number>} query from_ms, and step and what, or until
   * @returns {Promise<import("./types").Found>}
   */
  find: (run, query) =>
    request(
      "GET",
      `${runPath(run)}/find?${new URLSearchParams(Object.entries(query).map(([key, value]) => [key, String(value)]))}`,
    ),
  /** @param {string} run @param {Record<string, unknown>} body */
  branch: (run, body) => request("POST", `${runPath(run)}/branch`, body),
  /** @param {string} run @param {string} label */
  label: (run, label) => request("POST", `${runPath(run)}/label`, { label }),
  /** @param {string} run */
  remove: (run) => request("DELETE", runPath(run)),
  /**
   * The run as one line of text.
   * @param {string} run
   * @param {number} [at_us] the moment to show; none: the present
   * @returns {Promise<import("./types").LinkInfo>}
   */
  link: (run, at_us) =>
    request("GET", `${runPath(run)}/link${at_us === undefined ? "" : `?at_ms=${at_us / 1000}`}`),
  /**
   * @param {string} link or a short id, or the name of a run here
   * @returns {Promise<import("./types").Opened>}
   */
  openLink: (link) => request("POST", "/api/v1/links", { link }),
  /**
   * What happened between two moments, every event or exact counts of them.
   * @param {string} run
   * @param {number} from_us
   * @param {number} to_us
   * @param {number} max events, else counts
   */
  trace: (run, from_us, to_us, max) => request(
    "GET",
    `${runPath(run)}/trace?from_ms=${from_us / 1000}&to_ms=${to_us / 1000}&max=${max}`,
  ),
  /** @param {string} run @param {Record<string, number>} what an event, or a subject */
  causes: (run, what) => request(
    "GET",
    `${runPath(run)}/causes?${Object.entries(what).map(([key, value]) => `${key}=${value}`).join("&")}`,
  ),
  /** @param {Record<string, unknown>} body */
  search: (body) => request("POST", "/api/v1/searches", body),
  /** @param {string} run @param {string} check */
  shrink: (run, check) => request("POST", `${runPath(run)}/shrink`, { check }),
  /** @param {string} job */
  job: (job) => request("GET", `/api/v1/jobs/${encodeURIComponent(job)}`),
  /** @param {string} job */
  endJob: (job) => request("DELETE", `/api/v1/jobs/${encodeURIComponent(job)}`),
  scenes: () => request("GET", "/api/v1/scenes"),
  /** @param {string} scene */
  scene: (scene) => request("GET", `/api/v1/scenes/${encodeURIComponent(scene)}`),
  /** @param {unknown} scene */
  checkScene: (scene) => request("POST", "/api/v1/scenes", scene),
  /** @param {string} key */
  presenter: (key) => request("POST", "/api/v1/presenter", { key }),
  /** @param {string} [code] of whoever has not come in @returns {Promise<import("./room/types").Room>} */
  room: (code) => request("GET", `/api/v1/room${code === undefined ? "" : `?code=${encodeURIComponent(code)}`}`),
  /** @returns {Promise<import("./room/types").Room>} */
  openRoom: () => request("POST", "/api/v1/room"),
  endRoom: () => request("DELETE", "/api/v1/room"),
  /** @returns {Promise<import("./room/types").Room>} */
  resetRoom: () => request("POST", "/api/v1/room/reset"),
  /** @param {Partial<import("./room/types").Room>} change @returns {Promise<import("./room/types").Room>} */
  showInRoom: (change) => request("POST", "/api/v1/room/state", change),
  /** @param {string} act for the wall to do @returns {Promise<import("./room/types").Room>} */
  wish: (act) => request("POST", "/api/v1/room/wish", { act }),
  /** @param {{wall: string, shows: import("./room/types").Shows | null, take?: boolean}} says @returns {Promise<import("./room/types").Room>} */
  wall: (says) => request("POST", "/api/v1/room/wall", says),
  /** @param {string} code @param {string} nickname @returns {Promise<import("./room/types").Room>} */
  joinRoom: (code, nickname) => request("POST", "/api/v1/room/join", { code, nickname }),
  /** @param {{scene: string, step: string, round: number, option: string}} vote */
  vote: (vote) => request("POST", "/api/v1/room/vote", vote),
  cards: () => request("GET", "/api/v1/cards"),
  /** @param {Record<string, unknown>} body */
  keepCard: (body) => request("POST", "/api/v1/cards", body),
  /** @param {number} card */
  deleteCard: (card) => request("DELETE", `/api/v1/cards/${card}`),
  /**
   * Two runs from their beginning to where both have come.
   * @param {string} a
   * @param {string} b
   * @returns {Promise<import("./types").Comparison>}
   */
  compare: (a, b) => request("POST", "/api/v1/comparisons", { a, b }),
  /**
   * Where the figures of both, second by second, are downloaded.
   * @param {string} a
   * @param {string} b
   */
  comparisonUrl: (a, b) => `${runPath(a)}/export/comparison.csv?with=${encodeURIComponent(b)}`,
  /**
   * Where a table is downloaded.
   * @param {string} run
   * @param {string} table
   * @param {boolean} excel
   */
  exportUrl: (run, table, excel) =>
    `${runPath(run)}/export/${table}.csv${excel ? "?for=excel" : ""}`,
  /** @param {string} run */
  zipUrl: (run) => `${runPath(run)}/export.zip`,
  /** @param {string} run */
  reportUrl: (run) => `${runPath(run)}/report.html`,
};
