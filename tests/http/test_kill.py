"""kill -9 at random moments, under inputs, at 100 times the pace: nothing acknowledged is missing,
and the run that comes back is the one that the command line computes from the stored inputs, bit
for bit and row for row. CHEF_LONG=1 goes on for longer."""

import csv
import io
import json
import os
import pathlib
import random
import shutil
import subprocess
import tempfile
import sys
import threading
import time
import unittest

from chef_server import PROGRAM, ChefServer

ROUNDS = 40 if os.environ.get("CHEF_LONG") else 6
WRITERS = 4
INPUTS_A_SECOND = 100
TABLES = ["orders", "metrics", "kitchens", "migrations", "order_steps", "events", "inputs", "verdicts"]


class Writer(threading.Thread):
    """Sends inputs until the server is gone; remembers those that were acknowledged."""

    def __init__(self, server, run, seed):
        super().__init__()
        self.server, self.run_name = server, run
        self.random = random.Random(seed)
        self.acknowledged = []
        self.others = []
        self.going = True

    def input(self):
        kind = self.random.randrange(10)
        if kind < 6:
            return {"type": "order.place", "dish": "Calzone", "x_m": self.random.randrange(4000), "y_m": 1000}
        if kind < 8:
            policy = self.random.choice(["round-robin", "weighted-score", "two-choices"])
            return {"type": "setting.set", "key": "policy", "value": policy}
        if kind < 9:
            return {"type": self.random.choice(["node.crash", "node.restart"]),
                    "node": self.random.choice("ABCDE")}
        return {"type": "heal.all"}

    def run(self):
        while self.going:
            began = time.monotonic()
            try:
                answer = self.server.post(f"/api/v1/runs/{self.run_name}/inputs", self.input())
            except OSError:
                return
            except Exception:  # a half answer: the server was killed in the middle of it
                return
            if answer.status == 202:
                body = answer.json()
                self.acknowledged.append((body["input_id"], body["t_ms"]))
            else:
                self.others.append((answer.status, answer.text()))
            time.sleep(max(0, WRITERS / INPUTS_A_SECOND - (time.monotonic() - began)))


def rows_of(server, run, table):
    answer = server.get(f"/api/v1/runs/{run}/export/{table}.csv")
    assert answer.status == 200, answer.text()
    return answer.text()


class Kill(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="chef-kill-"))
        self.random = random.Random(20261121)

    def tearDown(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def kill_under_load(self, server, run, seconds):
        writers = [Writer(server, run, self.random.random()) for _ in range(WRITERS)]
        for writer in writers:
            writer.start()
        time.sleep(seconds)
        server.kill()
        for writer in writers:
            writer.going = False
            writer.join()
        refused = [other for writer in writers for other in writer.others]
        self.assertEqual([r for r in refused if r[0] not in (409, 429)], [])
        return [pair for writer in writers for pair in writer.acknowledged]

    def assert_nothing_missing(self, server, run, acknowledged):
        began = time.monotonic()
        state = server.get(f"/api/v1/runs/{run}").json()
        print(f"answered after {time.monotonic() - began:.2f} s", file=sys.stderr)
        self.assertIn(state["state"], ("live", "paused"))
        stored = {int(row["input_id"]): float(row["t_ms"])
                  for row in csv.DictReader(io.StringIO(rows_of(server, run, "inputs")))}
        for number, t_ms in acknowledged:
            self.assertEqual(stored.get(number), t_ms)
            self.assertGreaterEqual(state["t_ms"], t_ms)

    def assert_same_as_headless(self, server, run, scenario, seed):
        server.post(f"/api/v1/runs/{run}/pace", {"paused": True})
        t_ms = server.get(f"/api/v1/runs/{run}").json()["t_ms"]
        stop = int(t_ms // 1000 + 2)
        server.post(f"/api/v1/runs/{run}/pace", {"until": f"t_ms >= {stop * 1000}"})
        state = server.get(f"/api/v1/runs/{run}").json()
        self.assertEqual(state["t_ms"], stop * 1000)
        with open(self.folder / "inputs.csv", "w", newline="") as file:
            file.write(rows_of(server, run, "inputs"))
        out = self.folder / "out"
        done = subprocess.run([PROGRAM, "run", scenario, "--seed", str(seed), "--until", f"{stop}s", "--json",
                               "--no-script", "--inputs", self.folder / "inputs.csv", "--out", out],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout)["digest"], state["digest"])
        for table in TABLES:
            with open(out / f"{table}.csv", newline="") as file:
                self.assertEqual(rows_of(server, run, table), file.read(), table)
        server.post(f"/api/v1/runs/{run}/pace", {"paused": False})

    def test_kill_at_random(self):
        scenario, seed = "kitchens/kitchen-fire", 11
        server = ChefServer(data=self.folder).start()
        run = server.post("/api/v1/runs", {"scenario": scenario, "seed": seed}).json()["run"]
        server.post(f"/api/v1/runs/{run}/pace", {"speed": 100})
        acknowledged = []
        try:
            for _ in range(ROUNDS):
                acknowledged += self.kill_under_load(server, run, self.random.uniform(0.05, 0.9))
                server = ChefServer(data=self.folder).start()
                self.assert_nothing_missing(server, run, acknowledged)
                self.assert_same_as_headless(server, run, scenario, seed)
            self.assertGreater(len(acknowledged), 10 * ROUNDS)
        finally:
            server.stop()


if __name__ == "__main__":
    unittest.main()
