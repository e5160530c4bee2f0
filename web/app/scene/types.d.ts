// Shapes of a scene (server/lab/scene.h) and of where a viewer stands in one.

import type { SettingValue } from "../types";

export type Beat = "situation" | "predict" | "run" | "freeze" | "explain" | "vote_again" | "turn" | "home";

/** An option of a question, a task of a mission, or a side of a comparison. */
export interface Choice {
  id: string;
  text?: string;
  holds?: string;
  until?: string;
  unless?: string; /* of a task: once it has come true, it cannot be done any more */
  value?: SettingValue;
}
export interface Step {
  id: string;
  beat: Beat;
  caption?: string;
  notes?: string;
  question?: string;
  options?: Choice[];
  tasks?: Choice[];
  do?: (Record<string, unknown> & { type: string })[];
  until?: string;
  within_s?: number;
  speed?: number;
  focus?: string[];
  view?: "stage" | "spacetime" | "verdict" | "compare";
  last_s?: number;
  setting?: string;
  sides?: Choice[];
}
export interface Scene {
  name: string;
  system: string;
  scenario: string;
  seed: number;
  settings?: Record<string, SettingValue>;
  steps: Step[];
  title?: string;
  about?: string;
  next?: string;
  sources?: string[];
}
export interface SceneInfo {
  name: string;
  system: string;
  scenario: string;
  seed: number;
  title: string;
  about: string;
  act?: string;
  minutes?: number;
}
/** How far a browser has come in a scene. */
export interface Seen {
  step: number; /* the farthest reached, from 1 */
  of: number;
  tasks: number; /* done */
  asked: number; /* tasks of the scene */
}
/** Where this viewer stands; kept for the visit, so that a reload comes back to it. */
export interface State {
  name: string;
  run: string;
  at: number; /* the step that is shown */
  front: number; /* the farthest that was reached */
  moments_us: number[]; /* where the run stood at the end of each step; of a turn, at its beginning */
  running: { from_us: number; by_hand: boolean } | null; /* the step of the front is a run, not over yet */
  who: { node?: string; peer?: string }; /* of the event that the last run ended with */
  votes: Record<string, { before?: string; after?: string }>; /* option by step of the question */
  answers: Record<string, string>; /* what the run says */
  tasks: Record<string, number>; /* STEP.TASK: when it came true, virtual ms */
  task_runs: Record<string, string>; /* likewise, in which run: one's turn may go on in a branch */
  trunks: { run: string; moments_us: number[] }[]; /* what the run is a branch of, the nearest last */
  spoiled: Record<string, number>; /* STEP.TASK: since when it cannot be done any more in this run, virtual ms */
  failed: boolean;
}
