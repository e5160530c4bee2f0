"""Every sentence the page asks for is in its tables of words, and nothing there is unused; the report's too."""

import json
import pathlib
import re
import unittest

WEB = pathlib.Path(__file__).resolve().parents[2] / "web"
ASKED = re.compile(r'\b(?:t|has)\(\s*(?:"([^"]+)"|`([^`$]*)\$\{)')
BUILT = re.compile(r'`([a-z_]+\.)\$\{')


class PageWords(unittest.TestCase):
    """What the page itself says stands in page.json, what only one system's page says in that system's table."""

    @classmethod
    def setUpClass(cls):
        cls.common = json.loads((WEB / "words" / "page.json").read_text())["words"]
        cls.systems = {path.name: json.loads((WEB / "words" / f"{path.name}.json").read_text())["page"]
                       for path in sorted((WEB / "systems").iterdir()) if path.is_dir()}
        cls.app = cls.code_of(WEB / "app")

    @staticmethod
    def code_of(folder):
        return "\n".join(path.read_text() for path in sorted(folder.rglob("*.js")))

    def test_what_is_asked_for_is_there(self):
        for name, own in self.systems.items():
            code = self.app + self.code_of(WEB / "systems" / name)
            asked = [key for key, _ in ASKED.findall(code) if key]
            self.assertEqual([key for key in asked if key not in self.common and key not in own], [], name)

    def unused(self, words, code):
        prefixes = {prefix for _, prefix in ASKED.findall(code) if prefix} | set(BUILT.findall(code))
        literals = set(re.findall(r'"([\w.]+(?: \w+)?)"', code))
        return [key for key in words if key not in literals and key.removesuffix(".one") not in literals
                and not any(key.startswith(prefix) for prefix in prefixes)]

    def test_what_is_there_is_used(self):
        every = self.app + "".join(self.code_of(WEB / "systems" / name) for name in self.systems)
        self.assertEqual(self.unused(self.common, every), [])
        for name, own in self.systems.items():
            self.assertEqual(self.unused(own, self.app + self.code_of(WEB / "systems" / name)), [], name)

    def test_places_of_a_sentence_are_names(self):
        for words in (self.common, *self.systems.values()):
            for key, sentence in words.items():
                self.assertEqual(re.findall(r"{(?!\w+})", sentence), [], key)


class PlayerWords(unittest.TestCase):
    """What the player of scenes says is all there, and nothing of it is unused."""

    def test_all_there_and_used(self):
        words = json.loads((WEB / "words" / "player.json").read_text())["words"]
        code = PageWords.code_of(WEB / "app" / "scene") + (WEB / "app" / "storyboard.js").read_text()
        asked = set(re.findall(r'\bps\("([^"]+)"', code))
        begun = tuple(re.findall(r'\bps\(`([^`$]+)\$\{', code))
        literals = set(re.findall(r'"([\w.]+)"', code))
        self.assertEqual(sorted(asked - set(words)), [])
        self.assertEqual([key for key in words if key not in literals and not key.startswith(begun)], [])


class RoomWords(unittest.TestCase):
    """The same for the room of a lecture."""

    def test_all_there_and_used(self):
        words = json.loads((WEB / "words" / "room.json").read_text())["words"]
        app = WEB / "app"
        code = PageWords.code_of(app / "room") + "".join((app / name).read_text() for name in ("join.js", "presenter.js"))
        asked = set(re.findall(r'\brs\("([^"]+)"', code))
        literals = set(re.findall(r'"([\w.]+)"', code))
        self.assertEqual(sorted(asked - set(words)), [])
        self.assertEqual([key for key in words if key.removesuffix(".one") not in literals], [])


class RuleWords(unittest.TestCase):
    """Each rule that a switch turns off has its paragraph, and a source."""

    def test_every_switch_has_one(self):
        rules = json.loads((WEB / "words" / "rules.json").read_text())
        for system in sorted(path.name for path in (WEB.parent / "server" / "systems").iterdir() if path.is_dir()):
            settings = json.loads((WEB / "words" / f"{system}.json").read_text())["settings"]
            switches = {key for key in settings if key.startswith("bug.")}
            self.assertEqual(set(rules.get(system, {})), switches, system)
            for key, words in rules.get(system, {}).items():
                self.assertGreater(len(words["rule"]), 80, key)
                self.assertGreater(len(words["source"]), 10, key)


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
