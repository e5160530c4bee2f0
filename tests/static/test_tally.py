"""The last line of ./chef test: counted case by case, and never good when something went wrong."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

import tally

CMOCKA = "[==========] group: Running 2 test(s).\n[ RUN      ] a\n[       OK ] a\n[ RUN      ] b\n"
UNITTEST = "a ... ok\nb ... skipped 'no'\n\n----------\nRan 3 tests in 0.1s\n\n"


def entry(output, status="run"):
    return f'<testcase name="t" time="0.5" status="{status}"><system-out><![CDATA[{output}]]></system-out></testcase>'


class Tally(unittest.TestCase):
    def run_tally(self, *entries):
        """The exit code and last line for one results file with these entries."""
        with tempfile.TemporaryDirectory() as folder:
            tree = pathlib.Path(folder) / "tests" / "lib"
            tree.mkdir(parents=True)
            (tree / "tally.py").write_bytes(pathlib.Path(tally.__file__).read_bytes())
            if entries:
                results = pathlib.Path(folder) / "build" / "release" / "results.xml"
                results.parent.mkdir(parents=True)
                results.write_text(f"<testsuite>{''.join(entries)}</testsuite>")
            run = subprocess.run([sys.executable, "-B", str(tree / "tally.py"), "release/results.xml"],
                                 capture_output=True, text=True, check=False)
        return run.returncode, run.stdout.splitlines()[-1]

    def test_cases_of_cmocka_are_counted(self):
        good = CMOCKA + "[       OK ] b\n[  PASSED  ] 2 test(s).\n"
        self.assertEqual(self.run_tally(entry(good)), (0, "2 passed, 0 failed"))
        bad = CMOCKA + "[  FAILED  ] b\n[  FAILED  ] 1 test(s), listed below:\n[  FAILED  ] b\n"
        self.assertEqual(self.run_tally(entry(bad, "fail")), (1, "1 passed, 1 failed"))

    def test_a_program_that_dies_midway_has_failed(self):
        self.assertEqual(self.run_tally(entry(CMOCKA, "fail")), (1, "1 passed, 1 failed"))

    def test_cases_of_unittest_are_counted(self):
        self.assertEqual(self.run_tally(entry(UNITTEST + "OK (skipped=1)\n")), (0, "2 passed, 0 failed"))
        bad = UNITTEST + "FAILED (failures=1, errors=1, skipped=1)\n"
        self.assertEqual(self.run_tally(entry(bad, "fail")), (1, "0 passed, 2 failed"))

    def test_other_programs_count_once(self):
        self.assertEqual(self.run_tally(entry("3 seeds"), entry("", "fail")), (1, "1 passed, 1 failed"))

    def test_a_test_that_was_not_run_has_failed(self):
        self.assertEqual(self.run_tally(entry("", "notrun"), entry("fine")), (1, "1 passed, 1 failed"))

    def test_a_leak_after_good_cases_is_a_failure(self):
        good = CMOCKA + "[       OK ] b\n[  PASSED  ] 2 test(s).\n==1==ERROR: LeakSanitizer\n"
        self.assertEqual(self.run_tally(entry(good, "fail")), (1, "2 passed, 1 failed"))

    def test_nothing_run_is_not_good(self):
        self.assertEqual(self.run_tally()[0], 1)
        self.assertEqual(self.run_tally("")[0], 1)


if __name__ == "__main__":
    unittest.main()
