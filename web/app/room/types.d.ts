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
}
/** What the wall says of the scene that is on it, to the presenter's page of the same browser. */
export interface Wall {
  title: string;
  at: number;
  of: number;
  caption: string;
  notes: string;
  next: string;
}
