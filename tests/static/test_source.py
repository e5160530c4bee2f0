"""What no file of the repository may hold, and what every build must say to the compiler."""

import json
import re
import unittest

from repository import BUILD, SOURCE, source_files

# An absolute path into somebody's machine; "/" alone and paths of a web server are not.
MACHINE_PATH = re.compile(r"(?<![\w.:/])/(?:home|root|Users|work|mnt|media)/[\w.-]+")
UNFINISHED = re.compile(r"\b(?:TODO|FIXME|XXX)\b")
THIS_FILE = "test_source.py"


def texts():
    """Every text file with its content; seeds of the fuzzers are bytes."""
    for path in source_files():
        content = (SOURCE / path).read_bytes()
        if b"\0" not in content and "fuzz/seeds" not in str(path):
            yield path, content.decode("utf-8")


def lines_with(pattern):
    return [f"{path}: {match[0]}" for path, text in texts() if path.name != THIS_FILE
            for match in pattern.finditer(text)]


class Source(unittest.TestCase):
    def test_no_path_of_a_machine(self):
        self.assertEqual(lines_with(MACHINE_PATH), [])

    def test_paths_of_machines_are_recognised(self):
        for bad in ("see /home/anna/chef", '"/root/x"', "=/Users/b/c"):
            self.assertTrue(MACHINE_PATH.search(bad), bad)
        for good in ("http://localhost/home/page", "web/home/x", "../beside/x", "/usr/bin/python3"):
            self.assertFalse(MACHINE_PATH.search(good), good)

    def test_nothing_is_left_for_later(self):
        self.assertEqual([line for line in lines_with(UNFINISHED)], [])

    def test_c_files_say_what_they_are(self):
        silent = [str(path) for path in source_files(".c", ".h")
                  if not (SOURCE / path).read_text().startswith("/* " + path.name)]
        self.assertEqual(silent, [])

    def test_text_ends_with_a_line_and_has_no_carriage_returns(self):
        bad = [str(path) for path, text in texts()
               if "\r" in text or (text and not text.endswith("\n"))]
        self.assertEqual(bad, [])


class CompilerFlags(unittest.TestCase):
    def commands(self):
        entries = json.loads((BUILD / "compile_commands.json").read_text())
        return [entry["command"] for entry in entries if entry["file"].endswith(".c")]

    def test_assertions_stay_on(self):
        self.assertTrue(self.commands())
        self.assertEqual([c for c in self.commands() if "NDEBUG" in c], [])

    def test_sums_are_the_same_everywhere(self):
        self.assertEqual([c for c in self.commands() if "-ffp-contract=off" not in c], [])

    def test_warnings_are_errors(self):
        self.assertEqual([c for c in self.commands() if "-Werror" not in c], [])


if __name__ == "__main__":
    unittest.main()
