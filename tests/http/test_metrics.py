"""/metrics in Prometheus's text format: every series explained, in base units, and counting."""

import re
import time
import unittest

from chef_live import Live
from chef_server import ChefServer

LINE = re.compile(r'^([a-z_][a-z0-9_]*)(\{(?:[a-z_]+="(?:[^"\\\n]|\\.)*",?)+\})? (NaN|-?[0-9.e+-]+)$')
BAD_UNITS = re.compile(r"_(?:ms|us|ns|kb|mb|minutes|hours|percent|pct)(?:_|$)")
SERIES_MIN = 20
COUNTED_SECONDS_MAX = 60


def parse(test, text):
    """{name: {labels: value}}, types and helps; checks that each name stands in one block."""
    values, types, helps, order = {}, {}, {}, []
    for line in text.splitlines():
        if line.startswith("# HELP "):
            _, _, name, words = line.split(" ", 3)
            test.assertNotIn(name, helps)
            helps[name] = words
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            test.assertIn(kind, ("counter", "gauge", "summary"))
            types[name] = kind
        else:
            match = LINE.match(line)
            test.assertIsNotNone(match, line)
            series = values.setdefault(match[1], {})
            test.assertNotIn(match[2], series, line)
            series[match[2]] = float(match[3])
            if not order or order[-1] != match[1]:
                test.assertNotIn(match[1], order, "not in one block")
                order.append(match[1])
    return values, types, helps


class Metrics(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(ChefServer())

    def read(self):
        answer = self.server.get("/metrics")
        self.assertEqual(answer.status, 200)
        self.assertTrue(answer.headers["Content-Type"].startswith("text/plain; version=0.0.4"))
        self.assertTrue(answer.text().endswith("\n"))
        return parse(self, answer.text())

    def base(self, name, types):
        """The name under which a series is explained: summaries have two."""
        for suffix in ("_sum", "_count"):
            if name.endswith(suffix) and types.get(name.removesuffix(suffix)) == "summary":
                return name.removesuffix(suffix)
        return name

    def test_every_series_is_explained(self):
        values, types, helps = self.read()
        self.assertGreaterEqual(len(types), SERIES_MIN)
        for name in values:
            base = self.base(name, types)
            self.assertIn(base, types)
            self.assertGreater(len(helps[base]), 8)
            self.assertEqual(types[base] == "counter", base.endswith("_total"), base)
            self.assertIsNone(BAD_UNITS.search(name), name)
            for value in values[name].values():
                self.assertFalse(abs(value) < 1e15 and len(repr(value)) > 19, (name, value))
        self.assertEqual(set(types), {self.base(name, types) for name in values})

    def test_requests_are_counted(self):
        before, _, _ = self.read()
        self.server.get("/healthz")
        self.server.get("/nothing")
        name = "chef_http_requests_total"
        # A request is counted when its answer is out, so the answer may be here before the count.
        deadline = time.monotonic() + COUNTED_SECONDS_MAX
        while True:
            after, _, _ = self.read()
            refused = after[name]['{class="4xx"}'] - before[name]['{class="4xx"}']
            served = after[name]['{class="2xx"}'] - before[name]['{class="2xx"}']
            if (refused >= 1 and served >= 2) or time.monotonic() > deadline:
                break
            time.sleep(0.02)
        self.assertEqual(refused, 1)
        self.assertGreaterEqual(served, 2)

    def test_viewers_and_frames_are_counted(self):
        run = self.server.post("/api/v1/session").json()["run"]
        before, _, _ = self.read()
        with Live(self.server, run) as live:
            for _ in range(5):
                live.acknowledge(live.frame())
            during, _, _ = self.read()
        self.assertEqual(during["chef_live_viewers"][None], 1)
        for name, least in (("chef_live_frames_sent_total", 5), ("chef_live_keyframes_sent_total", 1),
                            ("chef_live_acknowledgements_total", 4), ("chef_frames_encoded_total", 5)):
            self.assertGreaterEqual(during[name][None] - before[name][None], least, name)

    def test_each_kitchen_of_a_shared_run_has_its_series(self):
        made = self.server.post("/api/v1/runs", {"scenario": "kitchens/lunch-rush", "seed": 7})
        self.assertEqual(made.status, 201)
        self.server.post(f"/api/v1/runs/{made.json()['run']}/pace", {"advance_ms": 5000})
        self.test_every_series_is_explained()
        values, _, _ = self.read()
        kitchens = {name: labels for name, labels in values.items()
                    if name.startswith("chef_kitchens_kitchen_")}
        self.assertGreaterEqual(len(kitchens), 5)
        for name, labels in kitchens.items():
            self.assertGreaterEqual(len(labels), 2, name)
            self.assertTrue(all("run=" in label and 'kitchen="' in label for label in labels), name)
        self.assertEqual(len(kitchens["chef_kitchens_kitchen_load"]), 8)
        self.assertEqual(values["chef_kitchens_orders_lost_total"], {
            f'{{run="{made.json()["run"]}",scenario="kitchens/lunch-rush"}}': 0})


if __name__ == "__main__":
    unittest.main()
