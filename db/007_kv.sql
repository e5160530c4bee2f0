-- The result tables of the store, column for column as server/systems/kv/tables.c names them (a test
-- compares). t_ms: of an operation when it was invoked.

CREATE TABLE kv_operations (
  run INTEGER NOT NULL REFERENCES runs (run) ON DELETE CASCADE,
  row INTEGER NOT NULL,
  t_ms REAL NOT NULL,
  op_id INTEGER,
  op TEXT,
  level TEXT,
  key TEXT,
  replica TEXT,
  process INTEGER,
  result TEXT,
  ok INTEGER,
  latency_ms REAL,
  stale INTEGER,
  staleness_ms REAL,
  siblings INTEGER,
  read_repairs INTEGER,
  value INTEGER,
  consistency TEXT,
  n INTEGER,
  r INTEGER,
  w INTEGER,
  PRIMARY KEY (run, row)
) STRICT, WITHOUT ROWID;

CREATE TABLE kv_metrics (
  run INTEGER NOT NULL REFERENCES runs (run) ON DELETE CASCADE,
  row INTEGER NOT NULL,
  t_ms REAL NOT NULL,
  ok_per_s INTEGER,
  unavailable_per_s INTEGER,
  unknown_per_s INTEGER,
  stale_per_s INTEGER,
  availability_pct REAL,
  latency_p50_ms REAL,
  latency_p99_ms REAL,
  local_p99_ms REAL,
  stale_reads INTEGER,
  staleness_ms REAL,
  siblings INTEGER,
  hints_queued INTEGER,
  hints_replayed INTEGER,
  read_repairs INTEGER,
  merkle_hashes INTEGER,
  keys_streamed INTEGER,
  lost_concurrent_writes INTEGER,
  unavailable INTEGER,
  different_keys INTEGER,
  converged INTEGER,
  replicas_up INTEGER,
  active_faults INTEGER,
  PRIMARY KEY (run, row)
) STRICT, WITHOUT ROWID;

CREATE TABLE kv_replicas (
  run INTEGER NOT NULL REFERENCES runs (run) ON DELETE CASCADE,
  row INTEGER NOT NULL,
  t_ms REAL NOT NULL,
  replica TEXT,
  keys INTEGER,
  operations INTEGER,
  hints INTEGER,
  suspected INTEGER,
  ranges_different INTEGER,
  siblings INTEGER,
  PRIMARY KEY (run, row)
) STRICT, WITHOUT ROWID;
