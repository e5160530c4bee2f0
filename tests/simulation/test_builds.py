"""The same run has the same digest, figures and verdicts in every build of this tree that exists:
gcc and clang, release and debug with sanitizers."""

import json
import os
import pathlib
import subprocess
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(os.environ.get("CHEF_BUILD", SOURCE / "build" / "release"))
RUNS = [("kitchens/lunch-rush", 7, "40s"), ("kitchens/kitchen-fire", 3, "90s"),
        ("kitchens/dispatcher-down", 5, "80s"), ("kitchens/thousand-users", 2, "30s")]


def is_of_this_tree(program):
    """A build that is older than the sources behind it says nothing."""
    newest = max(path.stat().st_mtime for folder in ("base", "node", "sim", "systems")
                 for path in (SOURCE / "server" / folder).rglob("*.[ch]"))
    return program.stat().st_mtime >= newest


def run(program, scenario, seed, until):
    done = subprocess.run([program, "run", scenario, "--seed", str(seed), "--until", until, "--json"],
                          capture_output=True, text=True)
    if done.stderr:
        raise AssertionError(done.stderr)
    answer = json.loads(done.stdout)
    return {key: answer[key] for key in ("run_id", "digest", "events", "figures", "verdicts")}


class Builds(unittest.TestCase):
    def test_every_build_gives_the_same_runs(self):
        others = [path for path in sorted((SOURCE / "build").glob("*/chef"))
                  if path.parent != HERE and is_of_this_tree(path)]
        for scenario, seed, until in RUNS:
            expected = run(HERE / "chef", scenario, seed, until)
            for program in others:
                with self.subTest(build=program.parent.name, scenario=scenario):
                    self.assertEqual(run(program, scenario, seed, until), expected)

    def test_the_same_twice(self):
        for scenario, seed, until in RUNS:
            self.assertEqual(run(HERE / "chef", scenario, seed, until),
                             run(HERE / "chef", scenario, seed, until))


if __name__ == "__main__":
    unittest.main()
