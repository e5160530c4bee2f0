// Shapes of the store's world as it comes in a run's plan and in frames (server/systems/kv/view.c).

import type { Plan } from "../../app/types";

export interface StorePlan extends Plan {
  replicas: { node: number; name: string; x_m: number; y_m: number }[];
  keys: string[];
  ranges: number[]; /* of each key: its first home */
}
export interface Replica {
  node: number;
  truth: number; /* 0 down, 1 up, 2 paused */
  ready: boolean;
  operations: number;
  hints: number;
  suspected: number; /* bits */
  different: number; /* ranges that may differ from another home's */
  keys: number;
  epoch: number; /* of the mode that it serves */
  mode: number;
  next: number; /* while it is sealed for a switch: the mode to come; else -1 */
  waits: number; /* the leader of a switch: the replica that it waits for; else -1 */
}
export interface Sibling {
  value: number;
  wall_ms: number;
  writer: number;
  counter: number;
  deleted: boolean;
}
export interface StoreMode {
  mode: number; /* of the replica that has gone furthest */
  wish: number;
  n: number;
  r: number;
  w: number;
  quorum: number;
}
export interface StoreView {
  r?: number[][];
  m?: StoreMode;
  keys?: [number, [number, number[][]][]][];
  s?: number[];
}
