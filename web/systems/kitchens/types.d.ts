// Shapes of the kitchens' world as it comes in a run's plan and in frames.

import type { Plan } from "../../app/types";

export interface PlanKitchen {
  node: number;
  letter: string;
  name: string;
  x_m: number;
  y_m: number;
  district: string | number;
  cooks: number;
  capacity: number;
  speed_pct: number;
  specialties: (string | number)[];
  open: boolean;
}
export interface District {
  name: string;
  x_m: number;
  y_m: number;
  width_m: number;
  height_m: number;
  share_pct: number;
}
export interface Dish {
  name: string;
  cuisine: string | number;
  preparation_ms: number;
}
export interface CityPlan extends Plan {
  map: { width_m: number; height_m: number };
  districts: District[];
  dispatcher: { x_m: number; y_m: number };
  kitchens: PlanKitchen[];
  dishes: Dish[];
  cuisines: string[];
}

/** One stretch of an order's life: what it does, where, from when until when (0: not known). */
export interface Segment {
  phase: number;
  node: number;
  since_us: number;
  until_us: number;
}
export interface Order {
  id: number;
  x_m: number;
  y_m: number;
  dish: number;
  source: number;
  segments: Segment[];
  /** From node to node: chosen (from 0), handed over, given to another after a failure. */
  moves: { from: number; to: number; t_us: number }[];
}
export interface Kitchen extends PlanKitchen {
  truth: number;
  cooking: number;
  pending: number;
  belief: number;
  believed: number;
  served: number;
}
export interface Dispatcher {
  truth: number;
  open: number;
  waiting: number;
  believed: number;
}
/** A frame's view. */
export interface CityView {
  k?: number[][];
  kitchens?: PlanKitchen[];
  d?: number[];
  on?: number[][];
  o?: number[][];
  flow?: number[][];
  sprites?: boolean;
}
