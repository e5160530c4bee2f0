"""The command line: what it prints, what it refuses (exit 2, one line), and its exit codes."""

import csv
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = pathlib.Path(os.environ.get("CHEF_BUILD", SOURCE / "build" / "release")) / "chef"
TABLES = {"orders", "metrics", "kitchens", "migrations", "order_steps", "events", "inputs", "verdicts", "columns"}


def chef(*words):
    return subprocess.run([PROGRAM, *words], capture_output=True, text=True)


class Command(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory(prefix="chef-command-")
        self.folder = pathlib.Path(self.temporary.name)

    def tearDown(self):
        self.temporary.cleanup()

    def refused(self, *words, saying):
        done = chef(*words)
        self.assertEqual((done.returncode, done.stdout), (2, ""), words)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertIn(saying, done.stderr)

    def file(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return path

    def test_help(self):
        self.assertEqual(chef("--help").returncode, 0)
        for name in ("serve", "run", "causes", "compare", "search", "shrink", "sweep", "bench", "scenarios"):
            done = chef(name, "--help")
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertIn(f"usage: chef {name}", done.stdout)

    def test_compare(self):
        path = self.folder / "both.csv"
        done = chef("compare", "kitchens/lunch-rush", "--a", "policy=round-robin", "--b", "policy=weighted-score",
                    "--until", "1m", "--out", str(path), "--json")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        answer = json.loads(done.stdout)
        self.assertEqual(answer["changes"], [{"setting": "policy", "a": "round-robin", "b": "weighted-score"}])
        self.assertEqual(answer["divergence"]["a"]["subject"], answer["divergence"]["b"]["subject"])
        self.assertNotEqual(answer["divergence"]["a"]["text"], answer["divergence"]["b"]["text"])
        response = next(row for row in answer["rows"] if row["figure"] == "response_run_mean_ms")
        self.assertEqual((response["better"], response["diff"]), ("b", response["b"] - response["a"]))
        with path.open() as file:
            rows = list(csv.DictReader(file))
        self.assertEqual([row["side"] for row in rows], ["A", "B", "B-A"] * 60)
        alone = json.loads(chef("run", "kitchens/lunch-rush", "--set", "policy=round-robin", "--until", "1m", "--json").stdout)
        self.assertEqual(response["a"], alone["figures"]["response_run_mean_ms"])
        self.refused("compare", "kitchens/lunch-rush", "--a", "policy=round-robin", saying="--a and --b")
        self.refused("compare", "kitchens/lunch-rush", "--a", "x=1", "--b", "x=2", saying="policy")
        self.refused("compare", "kitchens/lunch-rush", "--a", "policy=round-robin", "--b", "policy=two-choices",
                     "--out", "/proc/none/x", saying="/proc/none/x")

    def test_causes(self):
        done = chef("causes", "kitchens/kitchen-fire", "--order", "300", "--json")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        notes = [note["name"] for event in json.loads(done.stdout)["events"] for note in event["notes"]]
        for name in ("order_placed", "order_assigned", "order_cooked", "order_served"):
            self.assertIn(name, notes)
        chain = json.loads(chef("causes", "kitchens/kitchen-fire", "--event", "20000", "--back", "3", "--json").stdout)
        self.assertEqual([chain["event"]["cause"], *(item["cause"] for item in chain["back"][:-1])],
                         [item["event"] for item in chain["back"]])
        self.assertIn("because of", chef("causes", "kitchens/kitchen-fire", "--event", "20000").stdout)
        self.refused("causes", "kitchens/kitchen-fire", saying="--event or --order")
        self.refused("causes", "kitchens/kitchen-fire", "--event", "5", "--order", "5", saying="--event or --order")
        self.refused("causes", "kitchens/kitchen-fire", "--event", "99999999", saying="no event 99999999")
        self.refused("causes", "kitchens/kitchen-fire", "--event", "0", saying="--event")

    def test_refusals(self):
        self.refused("cook", saying='no command "cook"')
        self.refused("run", saying="which scenario")
        self.refused("run", "kitchens/none", saying="kitchens/lunch-rush")
        self.refused("run", "none.json", saying="none.json")
        self.refused("run", "kitchens/bench", "--seed", "x", saying="--seed")
        self.refused("run", "kitchens/bench", "--seed", saying="a value is missing")
        self.refused("run", "kitchens/bench", "--set", "policy", saying="KEY=VALUE")
        self.refused("run", "kitchens/bench", "--set", "policy=best", saying="round-robin")
        self.refused("run", "kitchens/bench", "--set", "overload_threshold=7", saying="from 0.50 to 1.00")
        self.refused("run", "kitchens/bench", "--until", "10x", saying="needs a unit")
        self.refused("run", "kitchens/bench", "--until", "25h", saying="24h")
        self.refused("run", "kitchens/bench", "--until", "mood > 3", saying='"mood"')
        self.refused("run", "kitchens/bench", "--fast", saying="--fast")
        self.refused("run", "kitchens/bench", "--out", "/proc/none/x", saying="/proc/none/x")
        self.refused("sweep", "kitchens/bench", saying="--seeds")
        self.refused("sweep", "kitchens/bench", "--seeds", "5..1", saying="last seed")
        self.refused("sweep", "kitchens/bench", "--seeds", "1..2", "--faults", "rain", saying="partition")

    def test_malformed_inputs_name_the_line(self):
        good = '{"t_ms": 5, "type": "heal.all"}\n'
        bad = self.file("a.jsonl", good + '{"t_ms": 6, "type": "node.crash", "node": "Z"}\n')
        self.refused("run", "kitchens/bench", "--inputs", bad, saying="line 2: node is \"Z\"")
        self.refused("run", "kitchens/bench", "--inputs", self.file("b.csv", "a,b\n"), saying="line 1")
        self.refused("run", "kitchens/bench", "--inputs", self.folder / "none", saying="none")

    def test_run_as_json(self):
        done = chef("run", "kitchens/lunch-rush", "--until", "20s", "--json", "--set", "policy=round-robin")
        self.assertEqual(done.returncode, 0)
        answer = json.loads(done.stdout)
        self.assertEqual(answer["settings"]["policy"], "round-robin")
        self.assertEqual(answer["virtual_s"], 20)
        self.assertRegex(answer["digest"], "^[0-9a-f]{16}$")
        self.assertRegex(answer["run_id"], "^r[0-9a-f]{12}$")
        self.assertIn("orders_per_min", answer["figures"])
        self.assertTrue(all(verdict["verdict"] == "PASS" for verdict in answer["verdicts"]))

    def test_condition_stops_a_run(self):
        done = chef("run", "kitchens/kitchen-fire", "--until", "kitchen_suspected and node == dispatcher", "--json")
        self.assertGreater(json.loads(done.stdout)["virtual_s"], 60)
        self.assertLess(json.loads(done.stdout)["virtual_s"], 70)

    def test_a_bug_is_expected_to_fail(self):
        done = chef("run", "kitchens/trap-07-dead-or-slow", "--set", "bug.no_fence=true", "--json")
        self.assertEqual(done.returncode, 0)
        verdicts = {v["check"]: v for v in json.loads(done.stdout)["verdicts"]}
        self.assertEqual(verdicts["settled_once"]["verdict"], "EXPECTED-FAIL")
        self.assertIn("the rule behind bug.no_fence was turned off on purpose", verdicts["settled_once"]["text"])

    def test_a_lying_disk_is_expected_to_fail(self):
        inputs = self.folder / "lies.jsonl"
        inputs.write_text("".join(json.dumps(line) + "\n" for line in (
            {"t_ms": 20000, "type": "disk.lose_fsync", "node": "dispatcher"},
            {"t_ms": 30000, "type": "node.crash", "node": "dispatcher"},
            {"t_ms": 31000, "type": "node.restart", "node": "dispatcher"},
            {"t_ms": 80000, "type": "net.heal"})))
        out = self.folder / "lies"
        done = chef("run", "kitchens/lunch-rush", "--until", "60s", "--inputs", inputs, "--out", out, "--json")
        self.assertEqual(done.returncode, 0)
        self.assertIn("1 of 4 inputs lie behind the end and had no effect", done.stderr)
        broken = [v for v in json.loads(done.stdout)["verdicts"] if v["verdict"] != "PASS"]
        self.assertIn("EXPECTED-FAIL", {v["verdict"] for v in broken})
        self.assertNotIn("FAIL", {v["verdict"] for v in broken})
        self.assertTrue(any("disk.lose_fsync" in v["text"] for v in broken), broken)
        self.assertIn("EXPECTED-FAIL", (out / "verdicts.csv").read_text())

    def test_tables_are_written_and_the_same_twice(self):
        for name in ("one", "two"):
            done = chef("run", "kitchens/kitchen-fire", "--until", "70s", "--out", self.folder / name)
            self.assertEqual(done.returncode, 0, done.stderr)
        files = {path.name for path in (self.folder / "one").iterdir()}
        self.assertEqual(files, {f"{table}.csv" for table in TABLES} | {"run.json", "run.chef", "report.html"})
        for name in files:
            one, two = ((self.folder / folder / name).read_bytes() for folder in ("one", "two"))
            self.assertEqual(one, two, name)
        with open(self.folder / "one" / "orders.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertGreater(len(rows), 300)
        self.assertEqual(list(rows[0])[:6], ["run_id", "seed", "system", "scenario", "mode", "t_ms"])

    def test_exported_inputs_can_be_read_back(self):
        chef("run", "kitchens/kitchen-fire", "--until", "70s", "--out", self.folder / "out")
        lines = (self.folder / "out" / "inputs.csv").read_text()
        bare = json.loads((SOURCE / "server/systems/kitchens/scenarios/kitchen-fire.json").read_text())
        bare.pop("inputs")
        bare["system"] = "kitchens"
        scenario = self.file("bare.json", json.dumps(bare))
        digests = [json.loads(chef("run", *words, "--until", "70s", "--json").stdout)["digest"]
                   for words in (["kitchens/kitchen-fire"],
                                 [scenario, "--inputs", self.file("inputs.csv", lines)])]
        self.assertEqual(digests[0], digests[1])

    def test_exported_inputs_keep_their_numbers(self):
        """Where an input was stamped and never stored (a crash, a full disk) the table has a gap."""
        words = ["run", "kitchens/kitchen-fire", "--until", "70s"]
        chef(*words, "--out", self.folder / "out")
        lines = (self.folder / "out" / "inputs.csv").read_bytes().decode()
        rows = list(csv.reader(lines.splitlines()))
        number = rows[0].index("input_id")
        rows[-1][number] = "7"
        path = self.folder / "gap.csv"
        with open(path, "w", newline="") as file:
            csv.writer(file).writerows(rows)
        chef(*words, "--no-script", "--inputs", path, "--out", self.folder / "again")
        self.assertEqual((self.folder / "again" / "inputs.csv").read_bytes(), path.read_bytes())
        self.refused(*words, "--inputs", path, saying="input 1, which the scenario's script has by itself")

    def test_sweep(self):
        out = self.folder / "sweep.csv"
        done = chef("sweep", "kitchens/kitchen-fire", "--seeds", "1..30", "--until", "60s", "--out", out)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        with open(out, newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual(sorted(int(row["seed"]) for row in rows), list(range(1, 31)))
        self.assertEqual({row["outcome"] for row in rows}, {"good"})
        done = chef("sweep", "kitchens/trap-07-dead-or-slow", "--seeds", "1..20", "--faults", "pause",
                    "--set", "bug.no_fence=true")
        self.assertIn("first found with seed", done.stdout)
        self.assertTrue(done.stdout.splitlines()[0].startswith("seed"))

    def test_scenarios(self):
        names = [item["name"] for item in json.loads(chef("scenarios", "--json").stdout)]
        self.assertIn("kitchens/lunch-rush", names)
        self.assertEqual(len(chef("scenarios").stdout.splitlines()), len(names))


if __name__ == "__main__":
    unittest.main()
