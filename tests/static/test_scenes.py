"""Each scene of the course has its picture, its place, and the time and words that docs/lecturing.md says of it."""

import json
import re
import unittest
import xml.etree.ElementTree as xml

from repository import SOURCE

PICTURES = SOURCE / "static/scenes.svg"
SVG = "{http://www.w3.org/2000/svg}"
ROW = re.compile(r"^\| (\d+) `([\w-]+)` \| (.+?) \| \d+ s \| (\d+) min \|$", re.M)
TOKEN = re.compile(r"var\((--[\w-]+)\)")
PAINTS = ("fill", "stroke", "color")


def scenes():
    """{name: document} in the order of the course."""
    return {path.stem[3:]: json.loads(path.read_text()) for path in sorted((SOURCE / "web/scenes").glob("*.json"))}


class Pictures(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.root = xml.parse(PICTURES).getroot()
        cls.elements = list(cls.root.iter())

    def test_each_scene_has_one(self):
        symbols = [symbol.get("id") for symbol in self.root.findall(f"{SVG}symbol")]
        self.assertEqual(symbols, [*scenes(), "city"])

    def test_what_they_are_made_of_is_there_and_used(self):
        parts = {part.get("id") for part in self.root.findall(f"{SVG}defs/{SVG}g")}
        used = {element.get("href") for element in self.elements if element.tag == f"{SVG}use"}
        self.assertEqual(used, {f"#{part}" for part in parts})

    def test_colours_are_tokens_of_both_themes(self):
        css = (SOURCE / "web/style/tokens.css").read_text()
        blocks = [set(re.findall(r"(--[\w-]+):", block)) for block in re.findall(r'\[data-theme="\w+"\]\s*{(.*?)}', css, re.S)]
        asked = set(TOKEN.findall(PICTURES.read_text()))
        self.assertEqual([asked - block for block in blocks], [set(), set()])
        own = {name for block in blocks for name in block if name.startswith("--art-")}
        self.assertEqual(own - asked, set(), "tokens that no picture uses")
        painted = {element.get(paint) for element in self.elements for paint in PAINTS} - {None, "none", "currentColor"}
        self.assertEqual([paint for paint in painted if not TOKEN.fullmatch(paint)], [])

    def test_nothing_in_them_is_text_style_or_script(self):
        names = {element.tag.removeprefix(SVG) for element in self.elements}
        self.assertEqual(names & {"text", "style", "script", "image", "foreignObject"}, set())
        self.assertEqual([name for element in self.elements for name in element.attrib if name == "style"], [])


class Course(unittest.TestCase):
    def test_acts_are_stretches_of_the_course(self):
        acts = [scene["act"] for scene in scenes().values()]
        begun = [act for before, act in zip([None, *acts], acts) if act != before]
        self.assertEqual(len(begun), len(set(acts)))

    def test_the_lecturers_table_says_the_same(self):
        words = json.loads((SOURCE / "web/words/scenes.json").read_text())["scenes"]
        rows = ROW.findall((SOURCE / "docs/lecturing.md").read_text())
        self.assertEqual([(int(number), name, text, int(minutes)) for number, name, text, minutes in rows],
                         [(number, name, words[f"{name}.words"], scene["minutes"])
                          for number, (name, scene) in enumerate(scenes().items(), 1)])


if __name__ == "__main__":
    unittest.main()
