"""`chef run` as a person types it: examples of its own help, own scenario files, bad inputs files."""

import json
import pathlib
import re
import subprocess
import tempfile
import unittest

from chef_server import PROGRAM, SOURCE

SCENARIO = "kitchens/lunch-rush"
STORED = SOURCE / "server" / "systems" / "kitchens" / "scenarios" / "lunch-rush.json"


def run(*arguments):
    return subprocess.run([PROGRAM, "run", *map(str, arguments)], capture_output=True, text=True,
                          check=False, timeout=60)


class CommandRun(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))

    def inputs(self, content):
        path = self.folder / "inputs.jsonl"
        path.write_bytes(content)
        return run(SCENARIO, "--until", "5s", "--inputs", path)

    def test_the_condition_of_the_help_is_one(self):
        example = re.search(r'condition: "(.+?)"', run("--help").stdout).group(1)
        done = run(SCENARIO, "--until", example, "--set", "policy=round-robin")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("stopped where the condition held", done.stdout)

    def test_own_scenario_names_its_system(self):
        scenario = json.loads(STORED.read_text("utf-8"))
        path = self.folder / "own.json"
        path.write_text(json.dumps(scenario), "utf-8")
        done = run(path, "--until", "5s")
        self.assertEqual(done.returncode, 2)
        self.assertIn('names no "system"; there is: kitchens', done.stderr)
        path.write_text(json.dumps({"system": "kitchens", **scenario}), "utf-8")
        done = run(path, "--until", "5s")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_what_follows_a_zero_byte_is_not_passed_over(self):
        good = b'{"t_ms":5,"type":"node.crash","node":"B"}\n'
        self.assertEqual(self.inputs(good).returncode, 0)
        done = self.inputs(good + b"\0" + good)
        self.assertEqual(done.returncode, 2)
        self.assertIn("line 2: a byte is zero", done.stderr)

    def test_bad_line_is_named_with_its_reason(self):
        good = b'{"t_ms":5,"type":"node.crash","node":"B"}\n'
        for bad, reason in ((b"hello\n", "neither a JSON object nor a CSV header"),
                            (b'{"type":"node.crash","node":"B"}\n', "t_ms must be"),
                            (b'{"t_ms":6,"type":"node.crash","node":"Q"}\n', "no such node"),
                            (b'{"t_ms":6,"type":"nothing"}\n', 'no input type "nothing"')):
            with self.subTest(line=bad):
                done = self.inputs(good + bad)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertIn("line 2: ", done.stderr)
                self.assertIn(reason, done.stderr)

    def test_folder_as_inputs_file(self):
        done = run(SCENARIO, "--inputs", self.folder)
        self.assertEqual(done.returncode, 2)
        self.assertIn("Is a directory", done.stderr)


if __name__ == "__main__":
    unittest.main()
