-- The result tables of the council, column for column as server/systems/raft/tables.c names them
-- (a test compares). t_ms: of an operation when it was invoked.

CREATE TABLE raft_operations (
  run INTEGER NOT NULL REFERENCES runs (run) ON DELETE CASCADE,
  row INTEGER NOT NULL,
  t_ms REAL NOT NULL,
  op_id INTEGER,
  op TEXT,
  key TEXT,
  server TEXT,
  process INTEGER,
  result TEXT,
  ok INTEGER,
  latency_ms REAL,
  attempts INTEGER,
  value INTEGER,
  reads TEXT,
  PRIMARY KEY (run, row)
) STRICT, WITHOUT ROWID;

CREATE TABLE raft_metrics (
  run INTEGER NOT NULL REFERENCES runs (run) ON DELETE CASCADE,
  row INTEGER NOT NULL,
  t_ms REAL NOT NULL,
  ok_per_s INTEGER,
  failed_per_s INTEGER,
  unknown_per_s INTEGER,
  availability_pct REAL,
  latency_p50_ms REAL,
  latency_p99_ms REAL,
  commit_p50_ms REAL,
  commit_p99_ms REAL,
  term INTEGER,
  leader TEXT,
  leader_changes INTEGER,
  elections INTEGER,
  struck_out INTEGER,
  ops_ok INTEGER,
  ops_fail INTEGER,
  ops_info INTEGER,
  safety_violations INTEGER,
  servers_up INTEGER,
  active_faults INTEGER,
  PRIMARY KEY (run, row)
) STRICT, WITHOUT ROWID;

CREATE TABLE raft_servers (
  run INTEGER NOT NULL REFERENCES runs (run) ON DELETE CASCADE,
  row INTEGER NOT NULL,
  t_ms REAL NOT NULL,
  node TEXT,
  role TEXT,
  term INTEGER,
  leader TEXT,
  last_index INTEGER,
  commit_index INTEGER,
  applied_index INTEGER,
  log_bytes INTEGER,
  snapshot_index INTEGER,
  voters INTEGER,
  next_voters INTEGER,
  elections INTEGER,
  votes INTEGER,
  PRIMARY KEY (run, row)
) STRICT, WITHOUT ROWID;
