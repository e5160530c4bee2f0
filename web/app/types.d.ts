// Shapes of what travels between server and page (docs/api.md), of the page's one model, and of what
// a system puts into the page.

import type { Model } from "./model.js";

/** The fixed part of a world; a system's own plan extends it. */
export interface Plan {
  node_names: string[];
}

export interface RunInfo {
  run: string;
  system: string;
  scenario: string;
  seed: number | string;
  t_ms: number;
  state: string;
  speed: number;
  title: string;
  about: string;
  until_s: number;
  settings: Record<string, number | string | boolean>;
  digest: string;
  behaviour_id: string;
  model: Record<string, number>;
  limits: Record<string, number>;
  plan: Plan;
  problem?: string;
  viewers?: number;
  created_at?: string;
  inputs_count: number;
  settings_at_start: Record<string, number | string | boolean>;
  parent?: string; /* of a branch, while its parent exists */
  branch_at_ms?: number;
  label?: string;
  family?: Relative[];
}
/** A run among its branches. */
export interface Relative {
  run: string;
  parent?: string;
  at_ms: number;
  label: string;
  t_ms: number;
  state: string;
}
/** What GET /frames answers. */
export interface Frames {
  edge_ms: number;
  digest: string;
  frames: Frame[];
}
export interface Found {
  found: boolean;
  t_ms: number;
  event?: { event: number; kind: string; text: string };
}

/** A run as one line of text. */
export interface LinkInfo {
  link: string;
  bytes: number;
  fits: boolean; /* into an address */
  t_ms: number;
  edge_ms: number;
  digest: string;
  short_id?: string;
}
/** The run that a link became here. */
export interface Opened {
  run: string;
  t_ms: number;
  edge_ms: number;
  same_version: boolean;
  digest_matches: boolean;
  note?: string;
}

/** The moment that a viewer sees and how it moves: over one run, or over two in lockstep. */
export interface Cursor {
  readonly inPast: boolean; /* not the live edge */
  readonly joining?: boolean; /* on the way back to it: what is done now is done to the run */
  readonly paired: boolean; /* of two runs at once */
  readonly link: object | null; /* where "live" is, if anywhere */
  cursor_us: number;
  direction: number; /* 1 forwards, -1 backwards, 0 standing */
  speed: number;
  play(direction: 1 | -1): void;
  pause(): void;
  seekTo(t_us: number): Promise<void>;
  scrubTo(t_us: number): Promise<void>;
  setSpeed(speed: number): void;
  toLive(): void;
  find(query: Record<string, string | number>): Promise<Found>;
}
/** Two runs side by side, from their beginning to where both have come (docs/api.md). */
export interface Comparison {
  a: string;
  b: string;
  until_ms: number;
  changes: { setting: string; a: SettingValue; b: SettingValue }[];
  inputs: (Record<string, any> & { type: string; side: "a" | "b"; t_ms: number })[];
  rows: ComparisonRow[];
  first_event: Parting | null;
  divergence: Parting | null;
}
export type SettingValue = number | string | boolean;
export interface ComparisonRow {
  figure: string;
  unit: string;
  decimals: number;
  a: number | null;
  b: number | null;
  diff: number | null;
  better: "a" | "b" | null;
}
/** Where two runs came apart; null: nothing happened there on that side. */
export interface Parting {
  t_ms: number;
  a: PartingSide | null;
  b: PartingSide | null;
}
export interface PartingSide {
  text: string;
  note?: CauseNote;
  t_ms: number;
  event: number;
  node: number;
  subject?: number;
}

export interface SettingInfo {
  key: string;
  kind: "number" | "switch" | "choice";
  live: boolean;
  unit: string;
  decimals: number;
  min: number;
  max: number;
  standard: number | string | boolean;
  choices?: string[];
  trap?: string;
}
export interface InputArgument {
  name: string;
  kind: string;
  min: number;
  max: number;
  standard: number | string;
  choices?: string[];
}
export interface InputInfo {
  name: string;
  target?: string;
  needs_node: boolean;
  needs_peer: boolean;
  client_operation: boolean;
  args: InputArgument[];
}
export interface ColumnInfo {
  name: string;
  unit: string;
  meaning: string;
}
export interface SystemInfo {
  name: string;
  settings: SettingInfo[];
  inputs: InputInfo[];
  notes: { name: string; args: (string | null)[]; listed: boolean; interesting: boolean }[];
  checks: { name: string; kind: "history" | "invariant" }[];
  figures: { name: string; unit: string; decimals: number; better?: "lower" | "higher" }[];
  tables: { name: string; columns: ColumnInfo[] }[];
  subject_table: string;
  recipes: { name: string; args: InputArgument[] }[];
}
export interface ScenarioInfo {
  name: string;
  system: string;
  title: string;
  about: string;
  seed: number;
  until_s: number;
  settings: Record<string, unknown>;
  expect?: unknown;
  bug?: string;
}

export interface Verdict {
  check: string;
  kind?: string;
  verdict: "PASS" | "FAIL" | "UNKNOWN" | "EXPECTED-FAIL" | "NOT-PROMISED";
  expected?: number;
  actual?: number;
  text?: string;
  /** What the text says, by a key of the words and its numbers. */
  reason?: { word: string; subject: number; args: number[] };
  /** Why it is not promised here, as a key of the reasons. */
  unpromised?: string;
  witness?: { subjects?: number[]; at_ms?: number; first_event?: number; last_event?: number } | null;
  history?: { model: string; operations: number; under_fault?: number; anomaly?: string; weakest_broken?: string };
  proof?: { findings: Finding[]; operations: Record<string, { ok: number; fail: number; info: number }> };
}

/** One operation of a client, as a proof shows it. */
export interface ProofOperation {
  op_id: number;
  process: number;
  type: "ok" | "fail" | "info";
  f: string;
  key?: unknown;
  input?: unknown;
  output?: unknown;
  invoke_ns?: number;
  complete_ns?: number;
}

/** A sentence, its key in the words of checkers, and what stands in its places. */
export interface ProofLine {
  word: string;
  field: string;
  city: string;
  key?: unknown;
  value?: unknown;
  number?: number;
  a?: ProofOperation;
  b?: ProofOperation;
}

export interface Finding {
  anomaly: string;
  field: string;
  city: string;
  count: number;
  lines: ProofLine[];
}

export interface EventRow {
  event: number;
  cause: number;
  t_us: number;
  kind: string;
  node: number;
  peer: number;
  subject: number;
  args: number[];
}

export interface Fault {
  kind: string;
  node: number;
  peer: number;
  since_us: number;
}
export interface Flight {
  from: number;
  to: number;
  type: string;
  sent_us: number;
  arrives_us: number;
  subject: number;
  fate: number;
}
export interface Pace {
  state: string;
  speed: number;
  behind_ms?: number;
  problem?: string; /* why the run cannot go on */
}

export interface Frame {
  h: [number, string, number, number, number, number, number];
  t: number;
  pace?: Pace;
  view?: Record<string, any>; /* the system's own */
  events?: (number | string)[][];
  figures?: Record<string, number | null>;
  points?: (number | null)[][];
  points_columns?: string[];
  verdicts?: Verdict[];
  faults?: [string, number, number, number][];
  flights?: (number | string)[][];
}

/** Work in the background of the server; the result's shape is its kind's. */
export interface Job {
  job: string;
  kind: "search" | "shrink";
  state: "waiting" | "running" | "done" | "cancelled" | "failed";
  progress: { done: number; of: number | null };
  result?: any;
  problem?: string;
}
/** Where a condition came true. */
export interface Hit {
  seed: number;
  t_ms: number;
  kind?: string;
  node?: string;
  subject?: number;
  text: string;
  note?: CauseNote;
}
/** A moment that was kept. */
export interface Card {
  card: number;
  private: boolean;
  title: string;
  scenario: string;
  seed: number;
  settings: Record<string, number | string | boolean>;
  t_ms: number;
  condition: string;
  created_at: string;
}
/** What happened between two moments (docs/api.md): all events, or exact counts of many. */
export interface TraceAnswer {
  kind: "events" | "counts";
  events?: number[][];
  lost?: number[][];
  names?: { types: string[]; kinds: string[] };
  notes?: (number | string)[][];
  notes_more?: number;
  bucket_us?: number;
  cells?: number[][];
  nodes?: number[][];
  total?: number;
}
export interface CauseItem {
  event: number;
  cause: number;
  t_ms: number;
  kind: string;
  node: string | number;
  from?: string | number;
  type?: string;
  sent_ms?: number;
  subject?: number;
  notes?: CauseNote[];
}
/** What happened at an event: in English, and in numbers. */
export interface CauseNote {
  name: string;
  text: string;
  subject?: number;
  node?: string | null;
  peer?: string | null;
  args: number[];
}
export type MessageLook = "request" | "reply" | "heartbeat" | "carried";
/** Something that lasts from one note to another: a fault, a belief. */
export interface SpanRule {
  begins: string;
  ends: string[];
  tone: string;
  of: "node" | "peer" | "both" | "all";
  wide: boolean;
}
export interface DiagramNote {
  event: number;
  t_us: number;
  name: string;
  node: number;
  peer: number;
  subject: number;
}
/** What a system tells the space-time diagram about itself. */
export interface DiagramWords {
  rows: () => { node: number; label: string }[];
  /** In a sentence, and in a list. */
  name: (node: number) => string;
  short: (node: number) => string;
  message: (type: string) => string;
  look: (type: string) => MessageLook;
  /** A note in a short sentence, and as short as can be. */
  note: (note: DiagramNote) => string;
  mark: (note: DiagramNote) => string;
  tone: (name: string) => string;
  subject: (subject: number) => string;
  only: () => string;
  explain: (subject: number) => void;
  spans: SpanRule[];
}
/** What is chosen in the diagram, for the stage and the list of events. */
export interface Focus {
  event: number;
  node: number;
  from: number; /* -1: no message */
  subject: number;
  t_us: number;
  slice: Set<number>;
  nodes?: number[]; /* of a scene: all who are meant, instead of a message's two ends */
}

export type Topic =
  | "run"
  | "link"
  | "pace"
  | "frame"
  | "view"
  | "events"
  | "figures"
  | "points"
  | "verdicts"
  | "faults"
  | "selection"
  | "mine"
  | "settings"
  | "edge" /* how far the run has come, whatever is shown */
  | "replay" /* into the past, out of it, playing, standing */
  | "family"
  | "look"
  | "focus"
  | "room";

// ---- What a system puts into the rooms of the page ----

/** What the page does for a part. */
export interface PageHands {
  verify(): Promise<unknown>;
  chooseEvent(event: EventRow): void;
  showCauses(what: { event?: number; subject?: number }): void;
}
/** The module /systems/NAME/NAME.js exports one as `part`. */
export interface SystemPart {
  /** What this system's frames show, as a model of its own. */
  Model: new () => Model;
  /** What is worth looking for among seeds; words are moment.ID. */
  moments: import("./search.js").Moment[];
  /** Why a setting does nothing now, as a key of the words; null when it counts. */
  whyIdle(model: Model, key: string): string | null;
  /** Fills the rooms that are its own (stage, actions, caption, controls, and on a phone #mine and
   * #ordering), and says what the page's own rooms need of it. Whatever outlives its room ends with
   * model.until. */
  mount(model: Model, hands: PageHands): Mounted;
  /** The stage alone, in a frame of another page: nobody can do anything there. */
  mountFrame(model: Model, choose: (event: EventRow) => void): Pick<Mounted, "timelineWords" | "verdictHow">;
}
export interface Mounted {
  figures: import("./figures.js").Figure[];
  charts: [import("./charts.js").ChartKind[], import("./charts.js").ChartKind[]];
  eventWords: import("./events.js").EventWords;
  timelineWords: import("./timeline.js").Words & import("./overview.js").Sorts;
  untils: import("./until.js").Until[];
  verdictHow: import("./verdicts.js").How;
  diagramWords: DiagramWords;
  sides: import("./compare.js").System;
  keys: Record<string, import("./keys.js").Act>; /* by what they do: of the page, and the system's own (keys/table.js) */
}
