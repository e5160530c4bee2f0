"""Another program locks the database: runs stand still and say why, and go on when it is free."""

import csv
import io
import sqlite3
import time
import unittest

from chef_server import ChefServer

PATIENCE_SECONDS = 60
ORDER = {"type": "order.place"}


class DatabaseLocked(unittest.TestCase):
    def wait(self, what, ready):
        end = time.monotonic() + PATIENCE_SECONDS
        while not ready():
            self.assertLess(time.monotonic(), end, what)
            time.sleep(0.05)

    def test_held_with_the_reason_and_then_on(self):
        with ChefServer() as server:
            run = server.post("/api/v1/runs", {"scenario": "kitchens/lunch-rush", "seed": 7}).json()["run"]
            path = f"/api/v1/runs/{run}"
            accepted = [server.post(f"{path}/inputs", ORDER).json()["input_id"]]
            other = sqlite3.connect(server.data / "chef.db", isolation_level=None, timeout=PATIENCE_SECONDS)
            other.execute("BEGIN IMMEDIATE")
            try:
                self.wait("held", lambda: server.get(path).json()["state"] == "held")
                held = server.get(path).json()
                self.assertIn("database is locked", held["problem"])
                self.assertEqual(server.get(path).json()["t_ms"], held["t_ms"])
                refused = server.post(f"{path}/inputs", ORDER)
                self.assertEqual(refused.status, 503)
                self.assertIn("database is locked", refused.json()["detail"])
                ready = server.get("/readyz")
                self.assertEqual(ready.status, 503)
                self.assertIn("database is locked", ready.json()["detail"])
            finally:
                other.close()
            self.wait("live", lambda: server.get(path).json()["state"] == "live")
            self.assertEqual(server.get("/readyz").status, 200)
            accepted.append(server.post(f"{path}/inputs", ORDER).json()["input_id"])
            text = server.get(f"{path}/export/inputs.csv").text()
            stored = [int(row["input_id"]) for row in csv.DictReader(io.StringIO(text))]
            self.assertEqual(stored, accepted)


if __name__ == "__main__":
    unittest.main()
