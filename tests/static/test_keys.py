"""The keys of the program are declared once (web/app/keys/table.js): no key has two meanings in one place, each is told
in the help, and whoever listens to the keyboard besides is known here."""

import json
import re
import subprocess
import unittest

from repository import SOURCE

WEB = SOURCE / "web"
SAY = "\nconsole.log(JSON.stringify({ KEYS, SYSTEM_KEYS }));\n"
# Parts that have the keyboard themselves: a menu, the slider, a card that Escape closes, a field that Enter sends.
OWN = {"app/keys.js": 2, "app/menu.js": 1, "app/timeline.js": 1, "app/shell.js": 1, "app/ring/card.js": 1,
       "systems/kitchens/card.js": 1, "systems/kitchens/controls.js": 1}


def twice(entries):
    keys = [key for entry in entries for key in entry["keys"]]
    return sorted({key for key in keys if keys.count(key) > 1})


class Keys(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        table = (WEB / "app/keys/table.js").read_text()
        read = subprocess.run(["node", "--input-type=module"], input=table + SAY, capture_output=True, text=True, check=False)
        read.check_returncode()
        read = json.loads(read.stdout)
        cls.places, cls.systems = read["KEYS"], read["SYSTEM_KEYS"]

    def together(self):
        """What holds at the same time in one place."""
        for place, entries in self.places.items():
            yield place, entries
        for system, entries in self.systems.items():
            yield system, self.places["page"] + entries

    def test_no_key_has_two_meanings_in_one_place(self):
        for place, entries in self.together():
            self.assertEqual(twice(entries), [], place)
            acts = [entry["act"] for entry in entries]
            self.assertEqual(sorted(acts), sorted(set(acts)), place)

    def test_a_planted_second_meaning_is_found(self):
        self.assertEqual(twice(self.places["page"] + [{"act": "planted", "keys": ["v", "7"]}]), ["7", "v"])

    def test_keys_are_written_as_events_name_them(self):
        for place, entries in self.together():
            for key in (key for entry in entries for key in entry["keys"]):
                self.assertRegex(key, r"^([^A-Z]|Arrow(Left|Right|Up|Down)|Page(Up|Down)|Enter|Escape|Home|End)$", place)

    def test_every_system_has_its_keys(self):
        self.assertEqual(sorted(self.systems), sorted(path.name for path in (WEB / "systems").iterdir() if path.is_dir()))

    def test_each_is_told_and_nothing_else(self):
        words = json.loads((WEB / "words/keys.json").read_text())["words"]
        everywhere = {**self.places, **self.systems}
        untold = {"dark", "frame"}  # any key; and a picture in another page, which has no help
        wanted = {f"{place}.{entry['act']}" for place, entries in everywhere.items() if place not in untold for entry in entries}
        told = {key for key in words if "." in key and not key.startswith(("place.", "about.", "key."))}
        self.assertEqual(sorted(wanted ^ told), [])
        named = {key for entries in everywhere.values() for entry in entries for key in entry["keys"] if len(key) > 1}
        self.assertEqual(sorted(key for key in named if f"key.{key}" not in words), [])

    def test_nobody_else_listens_to_the_keyboard(self):
        listens = {}
        for path in sorted([*(WEB / "app").rglob("*.js"), *(WEB / "systems").rglob("*.js")]):
            count = len(re.findall(r'addEventListener\(\s*"key|\bonkey', path.read_text()))
            if count:
                listens[path.relative_to(WEB).as_posix()] = count
        self.assertEqual(listens, OWN)


if __name__ == "__main__":
    unittest.main()
