-- Runs, their inputs, and the result tables that every system has.
-- A run is its scenario, seed, settings and inputs; all results can be computed again from these.

CREATE TABLE runs (
  run           INTEGER PRIMARY KEY,
  name          TEXT NOT NULL UNIQUE,   -- in addresses: the run_id, with -2, -3 ... for further runs of the same content
  run_id        TEXT NOT NULL,          -- derived from scenario, seed, settings and behaviour; in exports
  system        TEXT NOT NULL,
  scenario      TEXT NOT NULL,          -- system/name
  scenario_text TEXT NOT NULL CHECK (json_valid(scenario_text)),
  seed          INTEGER NOT NULL CHECK (seed BETWEEN 0 AND 9007199254740991),
  settings      TEXT NOT NULL CHECK (json_valid(settings)), -- at t = 0, all keys
  behaviour_id  TEXT NOT NULL,          -- of the program that made it: the hash of its golden digests
  owner         TEXT NOT NULL,          -- session of a private run; '' when shared
  created_ms    INTEGER NOT NULL,       -- wall clock, since 1970
  t_ns          INTEGER NOT NULL,       -- live edge: all rows up to here are stored
  digest        TEXT NOT NULL,          -- of the run at t_ns
  speed_ppm     INTEGER NOT NULL,       -- 1,000,000: one virtual second a second
  paused        INTEGER NOT NULL CHECK (paused IN (0, 1)),
  deleted       INTEGER NOT NULL DEFAULT 0 CHECK (deleted IN (0, 1)) -- gone for all; its rows are being removed
) STRICT;
CREATE INDEX runs_by_owner ON runs (owner, run);
CREATE INDEX runs_by_content ON runs (run_id);

-- Everything that a person or a script did. t_ns may lie ahead of the live edge (the script of a scenario).
-- Order of effect: t_ns, then input.
CREATE TABLE inputs (
  run   INTEGER NOT NULL REFERENCES runs (run) ON DELETE CASCADE,
  input INTEGER NOT NULL,               -- 1, 2, 3 ... in order of acceptance
  t_ns  INTEGER NOT NULL,               -- when it takes effect
  accepted_ns INTEGER NOT NULL,         -- virtual time of the run when it was accepted: the run has been there
  who   TEXT NOT NULL,                  -- presenter, phone, script
  type  TEXT NOT NULL,                  -- node.crash, order.place ...
  body  TEXT NOT NULL CHECK (json_valid(body)), -- the whole input as the API takes it
  PRIMARY KEY (run, input)
) STRICT, WITHOUT ROWID;

-- The listed notes of nodes and host.
CREATE TABLE events (
  run      INTEGER NOT NULL REFERENCES runs (run) ON DELETE CASCADE,
  row      INTEGER NOT NULL,
  t_ms     REAL NOT NULL,
  event_id INTEGER NOT NULL,
  cause_id INTEGER NOT NULL,            -- the event that caused it; 0: the beginning or an input
  kind     TEXT NOT NULL,
  node     TEXT,
  peer     TEXT,
  order_id INTEGER,
  text     TEXT NOT NULL,
  arg_1    INTEGER,
  arg_2    INTEGER,
  arg_3    INTEGER,
  arg_4    INTEGER,
  PRIMARY KEY (run, row)
) STRICT, WITHOUT ROWID;

-- One row a check and judgement.
CREATE TABLE verdicts (
  run         INTEGER NOT NULL REFERENCES runs (run) ON DELETE CASCADE,
  row         INTEGER NOT NULL,
  t_ms        REAL NOT NULL,
  "check"     TEXT NOT NULL,
  kind        TEXT NOT NULL,            -- history, invariant
  verdict     TEXT NOT NULL,            -- PASS, FAIL, UNKNOWN, EXPECTED-FAIL
  expected    INTEGER,
  actual      INTEGER,
  text        TEXT NOT NULL,
  witness     TEXT,                     -- what to look at: subject, time, window of events
  PRIMARY KEY (run, row)
) STRICT, WITHOUT ROWID;

-- A world's memory at some moment, so that a long run need not be computed from the beginning.
-- Only the program that wrote it can read it; without it the run is computed again.
CREATE TABLE checkpoints (
  run     INTEGER PRIMARY KEY REFERENCES runs (run) ON DELETE CASCADE,
  t_ns    INTEGER NOT NULL,
  program TEXT NOT NULL,
  rows    TEXT NOT NULL,                -- how many rows of each result table the run had given
  world   BLOB NOT NULL                 -- deflated
) STRICT;
