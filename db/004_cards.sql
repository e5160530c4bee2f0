-- Moments worth keeping, found by a search or by hand: what has to be run again, and up to where.

CREATE TABLE cards (
  card       INTEGER PRIMARY KEY,
  owner      TEXT NOT NULL,             -- session that keeps it; '' for everybody
  created_ms INTEGER NOT NULL,          -- wall clock, since 1970
  title      TEXT NOT NULL,
  scenario   TEXT NOT NULL,             -- system/name
  seed       INTEGER NOT NULL CHECK (seed BETWEEN 0 AND 9007199254740991),
  settings   TEXT NOT NULL CHECK (json_valid(settings)), -- at t = 0, those that were changed
  t_ns       INTEGER NOT NULL,          -- the moment
  condition  TEXT NOT NULL              -- what held there
) STRICT;
CREATE INDEX cards_by_owner ON cards (owner, card);
