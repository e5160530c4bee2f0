"""chef check: exit codes, several files, limits, the artefact."""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest

CHEF = pathlib.Path(os.environ["CHEF_BUILD"]) / "chef"
GOOD = """{:process 0 :type :invoke :f :txn :value [[:append 1 1]]}
{:process 0 :type :ok :f :txn :value [[:append 1 1]]}
{:process 0 :type :invoke :f :txn :value [[:r 1 nil]]}
{:process 0 :type :ok :f :txn :value [[:r 1 [1]]]}
"""
BAD = GOOD.replace("[[:r 1 [1]]]", "[[:r 1 [7]]]")
MALFORMED = GOOD + "{:process 0 :type :ok :f :txn}\n"


def check(*words, text=None):
    done = subprocess.run([CHEF, "check", *words], input=text, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


class CommandCheck(unittest.TestCase):
    def test_exit_codes(self):
        self.assertEqual(check("list-append", "-", text=GOOD)[0], 0)
        code, out, _ = check("list-append", "-", text=BAD)
        self.assertEqual(code, 1)
        self.assertIn("phantom", out)
        self.assertIn("line 3", out)
        code, out, error = check("list-append", "-", text=MALFORMED)
        self.assertEqual((code, out), (2, ""))
        self.assertIn("line 5: process 0 completes an operation", error)

    def test_what_is_not_understood_is_refused(self):
        for words in (["nonsense", "-"], [], ["list-append"], ["list-append", "no such file"], ["list-append", "-", "--option", "x"],
                      ["list-append", "-", "--option", "nothing=1"], ["list-append", "-", "--format", "xml"], ["list-append", "-", "--what"],
                      ["list-append", "-", "--seconds", "soon"]):
            with self.subTest(words=words):
                code, out, error = check(*words, text=GOOD)
                self.assertEqual((code, out), (2, ""))
                self.assertTrue(error.startswith("chef check: "))

    def test_several_files_have_a_line_each_and_the_worst_code(self):
        with tempfile.TemporaryDirectory() as folder:
            paths = [str(pathlib.Path(folder) / f"{name}.edn") for name in ("good", "bad", "good2")]
            for path, text in zip(paths, (GOOD, BAD, GOOD)):
                pathlib.Path(path).write_text(text)
            code, out, _ = check("list-append", *paths)
        self.assertEqual(code, 1)
        self.assertEqual([line.split()[1] for line in out.splitlines()], ["valid", "invalid", "valid"])

    def test_the_artefact_is_small_and_says_all(self):
        code, out, _ = check("list-append", "-", "--json", text=BAD)
        self.assertEqual(code, 1)
        verdict = json.loads(out)
        self.assertLess(len(out), 200_000)
        self.assertEqual(verdict["answer"], "invalid")
        self.assertEqual(verdict["findings"][0]["anomaly"], "phantom")
        self.assertEqual(verdict["findings"][0]["lines"][0]["a"]["line"], 3)
        self.assertEqual(verdict["operations"]["txn"], {"ok": 2, "fail": 0, "info": 0})

    def test_help_names_every_model(self):
        code, out, _ = check("--help")
        self.assertEqual(code, 0)
        self.assertIn("list-append", out)


if __name__ == "__main__":
    unittest.main()
