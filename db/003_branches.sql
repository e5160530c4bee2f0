-- A run may be a branch: the past of another run, and from some moment on a future of its own.
-- A branch holds all its inputs itself, so its parent may be deleted.

ALTER TABLE runs ADD COLUMN parent TEXT NOT NULL DEFAULT '';      -- name of the run it left; '' when it is no branch
ALTER TABLE runs ADD COLUMN branch_ns INTEGER NOT NULL DEFAULT 0; -- virtual time at which it left
ALTER TABLE runs ADD COLUMN label TEXT NOT NULL DEFAULT '';       -- what people call it
ALTER TABLE runs ADD COLUMN family TEXT NOT NULL DEFAULT '';      -- the same for a run and all its branches
UPDATE runs SET family = name || '@' || created_ms;
CREATE INDEX runs_by_family ON runs (family);
