-- Votes stay with the run that the room looked at, as a part of its evidence: also when the next class begins.

CREATE TABLE votes_of_runs (
  place  INTEGER PRIMARY KEY,                    -- in the order in which it was asked
  class  INTEGER NOT NULL,                       -- each opening or reset of the room begins another
  scene  TEXT NOT NULL,
  step   TEXT NOT NULL,                          -- of the scene, which asks the question
  round  INTEGER NOT NULL CHECK (round IN (1, 2)), -- before it was seen, and after
  option TEXT NOT NULL,
  run    TEXT NOT NULL,                          -- name of the run that was shown when the vote was opened; '': none
  count  INTEGER NOT NULL CHECK (count >= 0),
  UNIQUE (class, scene, step, round, option)
) STRICT;

INSERT INTO votes_of_runs (class, scene, step, round, option, run, count)
  SELECT 1, scene, step, round, option, '', count FROM votes;
DROP TABLE votes;
ALTER TABLE votes_of_runs RENAME TO votes;
ALTER TABLE room ADD COLUMN class INTEGER NOT NULL DEFAULT 1; -- the present one
