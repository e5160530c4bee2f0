// Shapes of the city of one book as they come in a run's plan and in frames (server/systems/city/view.c).

import type { Plan } from "../../app/types";

export interface CityPlan extends Plan {
  kitchens: { node: number; name: string; title: string; x_m: number; y_m: number }[];
  lobsters: number;
  book: number;
}
export interface Kitchen {
  node: number;
  truth: number; /* 0 down, 1 up, 2 paused */
  ready: boolean;
  role: number; /* enum raft_role */
  term: number;
  leader: number; /* as far as it knows; -1: nobody */
  tasks: number;
  cooking: number;
  left: number; /* lobsters, by its copy */
  delivery: number;
  prices: number[];
  suspected: number; /* bits */
  siblings: number;
  hints: number;
  dispatcher: number; /* who dispatches for it */
  mode: number; /* that it goes by */
  next: number; /* sealed for that mode; -1: not */
}
export interface Counts {
  placed: number;
  confirmed: number;
  served: number;
  away: number;
  soldOut: number;
  stale: number;
  oversold: number;
  named: number;
  lost: number;
}
export interface CityView {
  k?: number[][];
  pantry?: number[][];
  m?: { mode: number; conflict: number };
  s?: number[];
}
