-- The result tables of the kitchens, column for column as server/systems/kitchens/tables.c names them
-- (a test compares). t_ms: of an order and its steps when it was placed, of a hand-over when it was offered.

CREATE TABLE kitchens_orders (
  run INTEGER NOT NULL REFERENCES runs (run) ON DELETE CASCADE,
  row INTEGER NOT NULL,
  t_ms REAL NOT NULL,
  order_id INTEGER,
  source TEXT,
  dish TEXT,
  cuisine TEXT,
  district TEXT,
  policy TEXT,
  kitchen_first TEXT,
  kitchen_last TEXT,
  score REAL,
  queue_ms REAL,
  cook_ms REAL,
  response_ms REAL,
  courier_ms INTEGER,
  migrations INTEGER,
  reassigned INTEGER,
  times_cooked INTEGER,
  outcome TEXT,
  reason TEXT,
  PRIMARY KEY (run, row)
) STRICT, WITHOUT ROWID;

CREATE TABLE kitchens_metrics (
  run INTEGER NOT NULL REFERENCES runs (run) ON DELETE CASCADE,
  row INTEGER NOT NULL,
  t_ms REAL NOT NULL,
  offered_per_min INTEGER,
  throughput_per_min INTEGER,
  waiting INTEGER,
  cooking INTEGER,
  resp_mean_ms REAL,
  resp_p50_ms REAL,
  resp_p95_ms REAL,
  resp_p99_ms REAL,
  max_over_mean REAL,
  jain_utilisation REAL,
  migrations INTEGER,
  bounces INTEGER,
  refused INTEGER,
  stale INTEGER,
  oversold INTEGER,
  lost INTEGER,
  wasted INTEGER,
  kitchens_up INTEGER,
  uptime_pct REAL,
  policy TEXT,
  migration_on INTEGER,
  overload_threshold REAL,
  active_faults INTEGER,
  PRIMARY KEY (run, row)
) STRICT, WITHOUT ROWID;

CREATE TABLE kitchens_kitchens (
  run INTEGER NOT NULL REFERENCES runs (run) ON DELETE CASCADE,
  row INTEGER NOT NULL,
  t_ms REAL NOT NULL,
  kitchen TEXT,
  cooks INTEGER,
  capacity INTEGER,
  load REAL,
  load_believed REAL,
  pending INTEGER,
  cooking INTEGER,
  utilisation REAL,
  assigned INTEGER,
  completed INTEGER,
  rejected INTEGER,
  migr_out INTEGER,
  migr_in INTEGER,
  bounces INTEGER,
  ejected INTEGER,
  suspected INTEGER,
  up INTEGER,
  resp_mean_ms REAL,
  score_last REAL,
  PRIMARY KEY (run, row)
) STRICT, WITHOUT ROWID;

CREATE TABLE kitchens_migrations (
  run INTEGER NOT NULL REFERENCES runs (run) ON DELETE CASCADE,
  row INTEGER NOT NULL,
  t_ms REAL NOT NULL,
  order_id INTEGER,
  "from" TEXT,
  "to" TEXT,
  offered_ms REAL,
  accepted_ms REAL,
  outcome TEXT,
  reason TEXT,
  PRIMARY KEY (run, row)
) STRICT, WITHOUT ROWID;

CREATE TABLE kitchens_order_steps (
  run INTEGER NOT NULL REFERENCES runs (run) ON DELETE CASCADE,
  row INTEGER NOT NULL,
  t_ms REAL NOT NULL,
  order_id INTEGER,
  seq INTEGER,
  from_ms REAL,
  to_ms REAL,
  blocker TEXT,
  node TEXT,
  ref INTEGER,
  PRIMARY KEY (run, row)
) STRICT, WITHOUT ROWID;
