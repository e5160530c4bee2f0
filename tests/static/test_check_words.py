"""The words of the checkers: what a finding says stands in web/words/check.json, twice, and nothing else does."""

import json
import re
import unittest

from repository import SOURCE

WORDS = json.loads((SOURCE / "web/words/check.json").read_text())
PLACES = {"a", "b", "key", "value", "number"}
CHECKERS = sorted((SOURCE / "server/check").glob("*.c"))
LITERAL = re.compile(r'"([A-Za-z0-9_-]+)"')
# Where a line gets its word: a field, or the first text that is given to a function called ...tell...
TOLD = re.compile(r'\.word = "(\w+)"|\btell\w*\([^";]*?"(\w+)"|\belement\([^";]*?"(\w+)"')


def source():
    return "\n".join(path.read_text() for path in CHECKERS)


class CheckWords(unittest.TestCase):
    def test_each_word_stands_in_both_tongues(self):
        for table in ("check", "anomalies"):
            for name, texts in WORDS[table].items():
                with self.subTest(word=name):
                    self.assertEqual(sorted(texts), ["city", "field"])
                    self.assertTrue(all(texts.values()))

    def test_places_are_those_of_a_line(self):
        for name, texts in WORDS["check"].items():
            for text in texts.values():
                with self.subTest(word=name):
                    self.assertEqual(set(re.findall(r"{(\w*)}", text)) - PLACES, set())

    def test_headings_have_no_places(self):
        for texts in WORDS["anomalies"].values():
            for text in texts.values():
                self.assertNotIn("{", text)

    def test_what_is_told_has_words(self):
        told = {word for match in TOLD.finditer(source()) for word in match.groups() if word}
        self.assertGreater(len(told), 10)
        self.assertEqual(told - set(WORDS["check"]), set())

    def test_no_word_is_left_over(self):
        used = set(LITERAL.findall(source()))
        self.assertEqual(set(WORDS["check"]) - used, set())
        self.assertEqual(set(WORDS["anomalies"]) - used, set())


if __name__ == "__main__":
    unittest.main()
