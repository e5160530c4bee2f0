// Shapes of the council's world as it comes in a run's plan and in frames (server/systems/raft/view.c).

import type { Plan } from "../../app/types";

export interface CouncilPlan extends Plan {
  servers: { node: number; name: string; title: string; voter: boolean; x_m: number; y_m: number }[];
  keys: string[];
}
export interface ServerView {
  n: number;
  up: number; /* 0 down, 1 up, 2 paused */
  role?: number;
  term?: number;
  vote?: number;
  leader?: number;
  last?: number;
  durable?: number;
  commit?: number;
  applied?: number;
  image?: number;
  voters?: number; /* bits */
  next?: number;
  learners?: number;
  deadline_us?: number; /* its patience ends; a leader's: its next heartbeat */
  wait_us?: number;
  log?: number[]; /* index of the first, then a term each */
}
export interface CouncilView {
  servers?: ServerView[];
  patience?: number[]; /* virtual ms, a server each; -1: it is down */
  s?: number[];
}
/** What is known of a server; while it is down, what was known last. */
export interface Server extends Required<Omit<ServerView, "log" | "n">> {
  node: number;
  first: number; /* index of the first entry shown */
  terms: number[]; /* of the entries from there on */
  struck: Struck[];
  patience: { t_us: number; deadline_us: number }[]; /* of the newest frames */
}
/** An entry that is not in the log any more. */
export interface Struck {
  index: number;
  term: number;
  t_us: number;
}
