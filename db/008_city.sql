-- The result tables of the city of one book, column for column as server/systems/city/tables.c names them
-- (a test compares). t_ms: of an order when it was placed.

CREATE TABLE city_orders (
  run INTEGER NOT NULL REFERENCES runs (run) ON DELETE CASCADE,
  row INTEGER NOT NULL,
  t_ms REAL NOT NULL,
  "order" INTEGER,
  dish TEXT,
  kitchen TEXT,
  outcome TEXT,
  level TEXT,
  answer_ms REAL,
  total_ms REAL,
  delivery INTEGER,
  price INTEGER,
  stale INTEGER,
  oversold INTEGER,
  sorry INTEGER,
  cook TEXT,
  dishes INTEGER,
  conflict TEXT,
  PRIMARY KEY (run, row)
) STRICT, WITHOUT ROWID;

CREATE TABLE city_metrics (
  run INTEGER NOT NULL REFERENCES runs (run) ON DELETE CASCADE,
  row INTEGER NOT NULL,
  t_ms REAL NOT NULL,
  confirmed_per_s INTEGER,
  turned_away_per_s INTEGER,
  sold_out_per_s INTEGER,
  stale_per_s INTEGER,
  oversold_per_s INTEGER,
  placed INTEGER,
  confirmed INTEGER,
  served INTEGER,
  turned_away INTEGER,
  sold_out INTEGER,
  stale INTEGER,
  oversold INTEGER,
  oversold_named INTEGER,
  lost INTEGER,
  answer_p50_ms REAL,
  answer_p99_ms REAL,
  different_keys INTEGER,
  leader TEXT,
  kitchens_up INTEGER,
  active_faults INTEGER,
  PRIMARY KEY (run, row)
) STRICT, WITHOUT ROWID;

CREATE TABLE city_kitchens (
  run INTEGER NOT NULL REFERENCES runs (run) ON DELETE CASCADE,
  row INTEGER NOT NULL,
  t_ms REAL NOT NULL,
  kitchen TEXT,
  tasks INTEGER,
  cooking INTEGER,
  lobsters_left INTEGER,
  delivery INTEGER,
  lobster_price INTEGER,
  term INTEGER,
  leads INTEGER,
  suspected INTEGER,
  siblings INTEGER,
  hints INTEGER,
  PRIMARY KEY (run, row)
) STRICT, WITHOUT ROWID;
