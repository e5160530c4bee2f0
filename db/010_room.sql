-- The room of a lecture, of which there is at most one: its code, what the presenter shows, how many voted for
-- what. Nothing here is about a person: who was there, and who voted for what, is known in memory only.

CREATE TABLE room (
  room     INTEGER PRIMARY KEY CHECK (room = 1),
  code     TEXT NOT NULL,                        -- what phones type to come in
  version  INTEGER NOT NULL,                     -- of the state; only grows
  state    TEXT NOT NULL CHECK (json_valid(state)), -- as POST /room/state takes it
  seen_ms  INTEGER NOT NULL,                     -- wall clock, since 1970: when the presenter was last there
  ended    INTEGER NOT NULL CHECK (ended IN (0, 1))
) STRICT;

CREATE TABLE votes (
  scene  TEXT NOT NULL,
  step   TEXT NOT NULL,                          -- of the scene, which asks the question
  round  INTEGER NOT NULL CHECK (round IN (1, 2)), -- before it was seen, and after
  option TEXT NOT NULL,
  count  INTEGER NOT NULL CHECK (count >= 0),
  PRIMARY KEY (scene, step, round, option)
) STRICT, WITHOUT ROWID;
