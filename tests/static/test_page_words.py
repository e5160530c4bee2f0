"""Every sentence the page asks for is in web/words/page.json, and nothing there is unused."""

import json
import pathlib
import re
import unittest

WEB = pathlib.Path(__file__).resolve().parents[2] / "web"
ASKED = re.compile(r'\b(?:t|has)\(\s*(?:"([^"]+)"|`([^`$]*)\$\{)')
BUILT = re.compile(r'`([a-z_]+\.)\$\{')


class PageWords(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.words = json.loads((WEB / "words" / "page.json").read_text())["words"]
        cls.code = "\n".join(path.read_text() for folder in ("app", "systems") for path in sorted((WEB / folder).rglob("*.js")))

    def test_what_is_asked_for_is_there(self):
        missing = [key for key, _ in ASKED.findall(self.code) if key and key not in self.words]
        self.assertEqual(missing, [])

    def test_what_is_there_is_used(self):
        prefixes = {prefix for _, prefix in ASKED.findall(self.code) if prefix} | set(BUILT.findall(self.code))
        literals = set(re.findall(r'"([\w.]+(?: \w+)?)"', self.code))
        unused = [key for key in self.words
                  if key not in literals and key.removesuffix(".one") not in literals
                  and not any(key.startswith(prefix) for prefix in prefixes)]
        self.assertEqual(unused, [])

    def test_places_of_a_sentence_are_names(self):
        for key, sentence in self.words.items():
            self.assertEqual(re.findall(r"{(?!\w+})", sentence), [], key)


if __name__ == "__main__":
    unittest.main()
