"""`chef search` and `chef shrink`: what they find can be repeated; what they refuse; their exit codes. And each
moment that the page suggests really occurs."""

import json
import os
import pathlib
import shlex
import subprocess
import tempfile
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = pathlib.Path(os.environ.get("CHEF_BUILD", SOURCE / "build" / "release")) / "chef"
RUSH = "kitchens/lunch-rush"
LATE = "first(response_ms > 6000)"
MOMENTS = SOURCE / "web" / "systems" / "kitchens" / "moments.js"
MOMENT_SEEDS = 300


def chef(*words):
    return subprocess.run([PROGRAM, *words], capture_output=True, text=True)


def refused(test, *words, saying):
    done = chef(*words)
    test.assertEqual((done.returncode, done.stdout), (2, ""), words)
    test.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
    test.assertIn(saying, done.stderr)


def printed(*words):
    done = chef(*words, "--json")
    return json.loads(done.stdout)


class Search(unittest.TestCase):
    def test_every_line_can_be_repeated(self):
        found = printed("search", RUSH, "--until", LATE, "--seeds", "5..60", "--first", "3", "--set", "migration=true")
        self.assertEqual(len(found["hits"]), 3)
        for hit in found["hits"]:
            run = printed("run", *shlex.split(hit["repeat"]))
            self.assertLessEqual(abs(run["virtual_s"] * 1000 - hit["t_ms"]), 0.001)
            self.assertEqual(run["seed"], hit["seed"])
        lines = chef("search", RUSH, "--until", LATE, "--seeds", "5..60", "--first", "3", "--set", "migration=true").stdout
        for hit in found["hits"]:
            self.assertIn(f"chef run {hit['repeat']}", lines)
            self.assertIn(hit["text"], lines)

    def test_the_same_for_any_number_of_threads(self):
        kept = []
        for jobs in ("1", "2", "7"):
            found = printed("search", RUSH, "--until", LATE, "--seeds", "1..200", "--first", "5", "--jobs", jobs)
            kept.append((found["hits"], found["seeds"]))
        self.assertEqual(kept[0], kept[1])
        self.assertEqual(kept[0], kept[2])

    def test_exit_codes(self):
        self.assertEqual(chef("search", RUSH, "--until", "order_cooked", "--seeds", "1..1").returncode, 0)
        done = chef("search", RUSH, "--until", "order_cooked", "--seeds", "1..3", "--within", "1s")
        self.assertEqual(done.returncode, 3)
        self.assertIn("0 found among 3 seeds", done.stdout)

    def test_refusals(self):
        asked = ("search", RUSH, "--until", "order_cooked")
        refused(self, "search", RUSH, "--seeds", "1..2", saying="--until says what to look for")
        refused(self, *asked, saying="--seeds must be FIRST..LAST")
        refused(self, *asked, "--seeds", "5", saying="--seeds must be FIRST..LAST")
        refused(self, *asked, "--seeds", "5..4", saying="from 5 to 1000004")
        refused(self, *asked, "--seeds", "1..1000001", saying="from 1 to 1000000")
        refused(self, *asked, "--seeds", "1..2", "--first", "0", saying="from 1 to 1000")
        refused(self, *asked, "--seeds", "1..2", "--first", "1001", saying="from 1 to 1000")
        refused(self, *asked, "--seeds", "1..2", "--jobs", "65", saying="from 1 to 64")
        refused(self, *asked, "--seeds", "1..2", "--within", "0s", saying="from 1s to 24h")
        refused(self, *asked, "--seeds", "1..2", "--within", "25h", saying="from 1s to 24h")
        refused(self, *asked, "--seeds", "1..2", "--fast", saying="--fast")
        refused(self, "search", RUSH, "--until", "mood > 3", "--seeds", "1..2", saying='"mood"')

    def test_each_suggestion_of_the_page_occurs(self):
        script = f"import({json.dumps(MOMENTS.as_uri())}).then((m) => console.log(JSON.stringify(m.MOMENTS)))"
        with tempfile.TemporaryDirectory() as folder:  # a name that says it is a module
            copy = pathlib.Path(folder, "moments.mjs")
            copy.write_text(MOMENTS.read_text())
            script = script.replace(MOMENTS.as_uri(), copy.as_uri())
            moments = json.loads(subprocess.run(["node", "-e", script], check=True, capture_output=True, text=True).stdout)
        self.assertGreater(len(moments), 3)
        for moment in moments:
            with self.subTest(moment=moment["id"]):
                words = []
                for key, value in moment.get("settings", {}).items():
                    words += ["--set", f"{key}={json.dumps(value)}"]
                found = printed("search", moment.get("scenario", RUSH), "--until", moment["condition"], "--seeds", f"1..{MOMENT_SEEDS}",
                                "--within", moment["within"], "--first", "1", *words)
                self.assertEqual(len(found["hits"]), 1)


class Shrink(unittest.TestCase):
    ASKED = ("shrink", RUSH, "--seed", "4", "--until", "3m", "--faults", "!all", "--set", "bug.ack_before_fsync=true")

    def test_what_is_left_can_be_repeated(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "left.jsonl")
            done = chef(*self.ASKED, "--out", str(path))
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertIn("EXPECTED-FAIL of no_order_lost", done.stdout)
            repeats = [line.strip() for line in done.stdout.splitlines() if line.startswith("  chef run ")]
            self.assertEqual(len(repeats), 2)  # by its inputs, and by its link
            digest = done.stdout.split("digest ")[1].split(";")[0]
            for line in repeats:
                run = printed(*shlex.split(line)[1:])
                self.assertEqual(run["digest"], digest)
                verdicts = {one["check"]: one["verdict"] for one in run["verdicts"]}
                self.assertEqual(verdicts["no_order_lost"], "EXPECTED-FAIL")
            again = chef("shrink", "--link", shlex.split(repeats[1])[3])
            self.assertEqual(again.returncode, 0, again.stderr)
            self.assertIn(f"digest {digest}", again.stdout)  # nothing more can go

    def test_a_run_that_keeps_its_promises(self):
        done = chef("shrink", RUSH, "--until", "10s")
        self.assertEqual((done.returncode, done.stdout), (3, ""))
        self.assertIn("nothing to shrink", done.stderr)
        self.assertEqual(chef(*self.ASKED, "--check", "no_bounce").returncode, 3)

    def test_refusals(self):
        refused(self, "shrink", saying="which scenario")
        refused(self, *self.ASKED, "--check", "no_promise", saying="no_order_lost")
        refused(self, "shrink", RUSH, "--faults", "earthquake", saying='"earthquake"')
        refused(self, "shrink", RUSH, "--faults", "all", "--until", "7s", saying="more than 7 s")
        refused(self, "shrink", RUSH, "--until", "999ms", saying="from 1s to 24h")
        refused(self, "shrink", RUSH, "--inputs", "none.jsonl", saying="none.jsonl")
        refused(self, "shrink", RUSH, "--fast", "x", saying="--fast")
        refused(self, "shrink", "--link", "chef1.nothing.00000000", saying="link")
        refused(self, "shrink", "--link", "chef1.x.y", "--faults", "all", saying="a link has its inputs in it")


if __name__ == "__main__":
    unittest.main()
