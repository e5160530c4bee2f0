// Shapes of the room of a lecture (docs/api.md, Rooms).

export interface RoomVote {
  round: 1 | 2;
  open: boolean;
  revealed: boolean;
  options: { id: string; text?: string }[];
  question?: string;
  counts?: Record<string, Record<string, number>>; /* by round, by option */
}
export interface Room {
  code: string;
  version: number;
  ended: boolean;
  run: string | null;
  scene: string | null;
  step: string | null;
  at_ms: number | null;
  frozen: boolean;
  inputs_allowed: boolean;
  blank: boolean;
  vote: RoomVote | null;
  members?: number; /* the presenter alone is told */
  nicknames?: string[];
  wall?: { id: string; shows: Shows } | null;
  wish_count?: number;
  wishes?: { number: number; act: string }[];
}
/** What the wall says that it shows, to the presenter's desk. */
export interface Shows {
  page: string; /* drawn anew by each load of the page */
  done: number; /* the newest wish that it has begun */
  scene: string | null;
  title: string; /* of the run, while there is no scene */
  at: number; /* the step on the wall, from 0 */
  front: number; /* the farthest that was reached */
  state: "standing" | "running" | "turn" | "failed" | "live"; /* live: a run without a scene */
  paused: boolean;
  speed: number;
  own?: OwnTexts; /* of a scene from a file, which only the wall has */
}
export interface OwnTexts {
  title: string;
  beats: string[];
  caption: string;
  notes: string;
  next: string;
}
