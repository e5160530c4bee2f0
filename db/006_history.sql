-- Operations of clients, a row an operation when it is over (server/lab/operations.h); what is open at
-- the moment of an export stands only there. Numbers of events are those of the table events.

CREATE TABLE history (
  run INTEGER NOT NULL REFERENCES runs (run) ON DELETE CASCADE,
  row INTEGER NOT NULL,
  t_ms REAL NOT NULL,
  op_id INTEGER,
  process INTEGER,
  type TEXT,
  f TEXT,
  key TEXT,
  value TEXT,
  result TEXT,
  invoke_ns INTEGER,
  complete_ns INTEGER,
  node TEXT,
  level TEXT,
  error TEXT,
  fault_active INTEGER,
  invoke_event INTEGER,
  complete_event INTEGER,
  PRIMARY KEY (run, row)
) STRICT, WITHOUT ROWID;
