"""Every sentence the page asks for is in web/words/page.json, and nothing there is unused; the report's too."""

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


class ReportWords(unittest.TestCase):
    """The same for the report, whose words stand in web/words/report.json and are asked for in C."""

    BUILT = ("section.", "verdict.", "summary.", "model.")

    def test_what_is_there_is_used(self):
        words = json.loads((WEB / "words" / "report.json").read_text())["words"]
        lab = WEB.parent / "server" / "lab"
        code = "\n".join(path.read_text() for path in [*sorted(lab.glob("report*.c")), lab / "titles.c"])
        literals = {literal.removeprefix("n:") for literal in re.findall(r'"([\w.:]+)"', code)}
        self.assertEqual([key for key in words if key not in literals and not key.startswith(self.BUILT)], [])

    def test_its_colours_are_those_of_the_page(self):
        colour = re.compile(r"--([\w-]+): (#[0-9a-f]{6});")
        tokens, report = ((WEB / "style" / name).read_text() for name in ("tokens.css", "report.css"))
        light, dark = (dict(colour.findall(part)) for part in tokens.split(':root[data-theme="dark"]'))
        mine_light, mine_dark = (colour.findall(part) for part in report.split("@media screen", 1))
        for mine, theirs in ((mine_light, light), (mine_dark, dark)):
            self.assertGreater(len(mine), 10)
            for name, value in mine:
                self.assertEqual(theirs[name.replace("series", "six")], value, name)


if __name__ == "__main__":
    unittest.main()
