"""The history of the store: what is exported and judged again by `chef check` has the verdict of the run."""

import csv
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = pathlib.Path(os.environ.get("CHEF_BUILD", SOURCE / "build" / "release")) / "chef"
MODELS = {  # claim: model, options, levels (server/systems/kv/operations.c)
    "strong_linearizable": ("kv", ["nil=missing"], "strong"),
    "eventual_linearizable": ("kv", ["nil=missing", "siblings=list"], "eventual,not-isolated"),
    "sessions_keep": ("sessions", ["nil=any", "siblings=list"], "eventual,not-isolated,strong"),
    "final_reads_agree": ("convergence", ["siblings=list", "quiet_ms=10000"], "eventual,not-isolated,local,strong"),
}
ANSWERS = {"valid": {"PASS", "NOT-PROMISED"}, "invalid": {"FAIL", "EXPECTED-FAIL"}, "unknown": {"UNKNOWN"}}
# The run itself ends its load and reads all a last time: then its export has these reads, too.
QUIET = [{"t_ms": 40000, "type": "setting.set", "key": "ops_per_s", "value": 0},
         {"t_ms": 40001, "type": "setting.set", "key": "final_reads", "value": True}]
CRASH = [{"t_ms": 20000, "type": "node.crash", "node": "clients"},
         {"t_ms": 21000, "type": "node.restart", "node": "clients"}]


def chef(*words):
    return subprocess.run([PROGRAM, *words], capture_output=True, text=True)


class History(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory(prefix="chef-history-")
        self.folder = pathlib.Path(self.temporary.name)

    def tearDown(self):
        self.temporary.cleanup()

    def run_of(self, scenario, inputs, *words):
        path = self.folder / "inputs.jsonl"
        path.write_text("".join(json.dumps(line) + "\n" for line in inputs))
        done = chef("run", scenario, "--inputs", str(path), "--out", str(self.folder), *words)
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        with (self.folder / "verdicts.csv").open() as file:
            return {row["check"]: row["verdict"] for row in csv.DictReader(file)}

    def check(self, claim, name):
        model, options, levels = MODELS[claim]
        words = [word for option in options for word in ("--option", option)]
        return chef("check", model, str(self.folder / name), "--level", levels, "--json", *words)

    def assert_same(self, claims, verdicts):
        for claim in claims:
            for name in ("history.csv", "history.jsonl"):
                done = self.check(claim, name)
                self.assertEqual(done.stderr, "")
                answer = json.loads(done.stdout)
                self.assertIn(verdicts[claim], ANSWERS[answer["answer"]], (claim, name))
                self.assertGreater(answer["operation_count"], 500)

    def test_modes(self):
        eventual = ["eventual_linearizable", "sessions_keep", "final_reads_agree"]
        for scenario, claims in (("kv/ap", eventual), ("kv/skewed-clock", eventual),
                                 ("kv/cp", ["strong_linearizable", "sessions_keep", "final_reads_agree"]),
                                 ("kv/hybrid", list(MODELS))):
            with self.subTest(scenario):
                verdicts = self.run_of(scenario, QUIET, "--until", "65s")
                self.assert_same(claims, verdicts)

    def test_what_a_cut_breaks_and_where(self):
        available = self.run_of("kv/ap", [])
        self.assertEqual(available["eventual_linearizable"], "EXPECTED-FAIL")
        found = json.loads(self.check("eventual_linearizable", "history.jsonl").stdout)
        self.assertEqual(found["findings"][0]["anomaly"], "nonlinearizable")
        self.assertGreaterEqual(len(found["findings"][0]["lines"]), 2)
        self.assertEqual(available["strong_linearizable"], "NOT-PROMISED")  # there are none
        self.assertEqual(available["final_reads_agree"], "PASS")
        consistent = self.run_of("kv/cp", [])
        self.assertEqual(consistent["strong_linearizable"], "PASS")
        self.assertEqual(consistent["final_reads_agree"], "PASS")
        self.assertEqual(consistent["eventual_linearizable"], "NOT-PROMISED")

    def test_what_is_not_promised_never_passes(self):
        """Whether it is broken or not: the reason is said, in the tables and in the report."""
        verdicts = self.run_of("kv/quorum", [])
        self.assertEqual(verdicts["eventual_linearizable"], "NOT-PROMISED")
        self.assertEqual(verdicts["reads_fresh"], "PASS")
        with (self.folder / "verdicts.csv").open() as file:
            for row in csv.DictReader(file):
                self.assertEqual("Not promised here:" in row["text"],
                                 row["verdict"] in ("NOT-PROMISED", "EXPECTED-FAIL"), row)
        report = (self.folder / "report.html").read_text()
        self.assertEqual(report.count('class="verdict free"'), list(verdicts.values()).count("NOT-PROMISED"))

    def test_switches_are_caught(self):
        """Two conditional writes on one version; a smaller side that answers from what it has."""
        for scenario, switch in (("kv/trap-11-conditions-are-strong", "bug.cas_anyway"),
                                 ("kv/trap-14-the-smaller-side", "bug.stale_strong")):
            with self.subTest(scenario):
                verdicts = self.run_of(scenario, [], "--set", f"{switch}=true")
                self.assertEqual(verdicts["strong_linearizable"], "EXPECTED-FAIL")
                self.assert_same(["strong_linearizable"], verdicts)

    def test_batches(self):
        """All of the load are batches: as transactions they fit into one order, and half a batch does not."""
        for switch, answer, verdict in (("false", "valid", "PASS"), ("true", "invalid", "EXPECTED-FAIL")):
            with self.subTest(switch):
                verdicts = self.run_of("kv/trap-13-half-batch", [], "--set", f"bug.batch_split={switch}")
                self.assertEqual(verdicts["batches_whole"], verdict)
                for name in ("history.csv", "history.jsonl"):
                    done = chef("check", "multi-register", str(self.folder / name), "--level", "atomic", "--json",
                                "--option", "init=nil")
                    self.assertEqual((json.loads(done.stdout)["answer"], done.stderr), (answer, ""))

    def test_batches_that_nothing_holds_together(self):
        """In the eventual mode the answer says so, key by key; there is no transaction in the history."""
        self.run_of("kv/quorum", [], "--set", "batch_pct=50")
        with (self.folder / "history.csv").open() as file:
            levels = {row["level"] for row in csv.DictReader(file)}
        self.assertIn("not-isolated", levels)
        self.assertNotIn("atomic", levels)

    def test_all_values_of_an_answer(self):
        """What stands side by side is a list in the history."""
        self.run_of("kv/ap", [])
        with (self.folder / "history.csv").open() as file:
            lists = [json.loads(row["result"]) for row in csv.DictReader(file) if row["result"].startswith("[")]
        self.assertGreater(len(lists), 100)
        self.assertTrue(all(len(values) > 1 for values in lists))

    def test_clients_that_crashed(self):
        """Whoever never heard an answer is in doubt, and never comes back: other formats refuse it."""
        verdicts = self.run_of("kv/quorum", CRASH + QUIET, "--until", "65s")
        self.assertEqual(verdicts["final_reads_agree"], "PASS")
        self.assert_same(["eventual_linearizable", "sessions_keep", "final_reads_agree"], verdicts)

    def test_levels(self):
        self.run_of("kv/ap", [], "--until", "5s")
        history = str(self.folder / "history.csv")
        done = chef("check", "kv", history, "--level", "strong")
        self.assertEqual(done.returncode, 2)
        self.assertIn("no operation of level strong", done.stderr)
        both = json.loads(chef("check", "sessions", history, "--option", "siblings=list", "--option", "nil=any",
                               "--level", "strong,eventual", "--json").stdout)
        with open(history, newline="") as file:
            self.assertEqual(both["operation_count"], len(list(csv.DictReader(file))))


if __name__ == "__main__":
    unittest.main()
