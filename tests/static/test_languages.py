"""Every language is whole: a file of web/languages says all that the page can say, with the same places."""

import json
import re
import unittest

from refusals import all_texts, refusals
from repository import SOURCE

WORDS = SOURCE / "web/words"
SYSTEMS = sorted(path.name for path in (SOURCE / "server/systems").iterdir() if path.is_dir())
TOPICS = ["page", "host", *SYSTEMS, "check", "rules", "keys", "player", "room", "scenes"]
PLACE = re.compile(r"{[\w:]+}")
LETTER = re.compile(r"[^\W\d_]{2,}")

# What only the program itself says: the command line and the report about a run are English. A pattern
# is a path of keys, "*" any one of them, and means all below it.
NOT_ON_THE_PAGE = {
    "page": ["language", "notes"],
    "host": ["language", "about", "inputs"],
    "rules": ["//", "*.*.source"],
    "check": ["language", "about"],
    "keys": ["language", "notes"],
    "player": ["language", "notes"],
    "room": ["language", "notes"],
    "scenes": ["language", "about"],
    **{name: ["language", "about", "system", "charts", "tables", "settings.*.mark", "figures.*.about",
              "figures.*.term", "inputs.*.about", "inputs.*.term", "inputs.*.text", "inputs.*.mark"]
       for name in SYSTEMS},
}
# Refusals that no page gets: what the command line reads and what a start can meet. And those that say what
# a request must look like: whoever reads them writes requests by hand. A scene's file is written by lecturers.
NOT_REFUSED_ON_THE_PAGE = {
    "server.c", "pages.c", "live_hub.c", "live_link.c", "room_keep.c", "metrics.c", "lab.c", "csv_files.c",
    "headless.c", "input_file.c", "scenario.c", "sweep.c", "model.c", "course.c", "scene_run.c", "scene_files.c"}
OF_A_REQUEST = re.compile(r"\b(must|JSON|UTF-8|takes? no|Content-Length|keep_later|KEY=VALUE)\b|key file|has no (field|argument)"
                          r"|is missing|^link {a}|^a pace is|not a text|has no kind|until looks|Give event|out of memory|more than {a} objects")
# Names, terms of the field and signs that are the same in every language.
SAME = {"distributed chef", "csv", "esc", "enter", "home", "end", "page ↓", "page ↑", "client", "nemesis", "poisson", "ap", "cp", "readindex",
        "per_kitchen", "per_cycle", "election timeout", "commit", "commit p50", "commit p99", "p50", "p99",
        "kitchens/lunch-rush#7-f14d", "raft/council#7-1a2b", "kv/one-menu#7-1a2b", "city/cp#7-1a2b", "seed {seed}",
        "seed {seed}, {time}", "{title}, seed {seed}", "{title}, seed {seed}, {time}", "+{us} µs", "cp, raft",
        "{node}: cpu {factor_pct} %"}


def fits(path, pattern):
    keys = pattern.split(".")
    return len(path) >= len(keys) and all(want in ("*", key) for want, key in zip(keys, path))


def texts(table, left_out=(), path=()):
    """Every text of a table by its path of keys."""
    for key, value in table.items():
        here = (*path, key)
        if any(fits(here, pattern) for pattern in left_out):
            continue
        if isinstance(value, dict):
            yield from texts(value, left_out, here)
        else:
            yield here, value


def english():
    """Every text that the page can say: {(topic, ...keys): text}."""
    found = {}
    for topic in TOPICS:
        table = json.loads((WORDS / f"{topic}.json").read_text())
        found |= {(topic, *path): text for path, text in texts(table, NOT_ON_THE_PAGE[topic])}
    for path in (SOURCE / "server/systems").glob("*/scenarios/*.json"):
        scenario = json.loads(path.read_text())
        name = f"{path.parents[1].name}/{path.stem}"
        found |= {("scenarios", name, key): scenario[key] for key in ("title", "about")}
    return found


def refused():
    """Every sentence with which the server refuses something on a page."""
    found = set()
    for room in ("http", "lab"):
        for path in (SOURCE / "server" / room).glob("*.c"):
            if path.name not in NOT_REFUSED_ON_THE_PAGE:
                found |= {text for text in refusals(path) if LETTER.search(PLACE.sub("", text))
                          and (path.name == "scene.c" or not OF_A_REQUEST.search(text))}
    return found


class Languages(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.english = english()
        cls.files = sorted((SOURCE / "web/languages").glob("*.json"))
        cls.languages = {path.stem: json.loads(path.read_text()) for path in cls.files}

    def each(self):
        """The texts of each language, of those that English has as well."""
        for table in self.languages.values():
            yield {path: text for path, text in texts(table) if path in self.english}

    def test_there_is_one_and_it_says_which(self):
        self.assertIn("vi", self.languages)
        for tag, table in self.languages.items():
            self.assertEqual(table["language"], tag)

    def test_it_says_all_that_english_says_and_nothing_else(self):
        for tag, table in self.languages.items():
            words = {path for path, _ in texts(table, ["language", "names", "problems"])}
            self.assertEqual(sorted(set(self.english) - words), [], f"missing in {tag}")
            self.assertEqual(sorted(words - set(self.english)), [], f"unknown in {tag}")

    def test_it_says_what_the_server_refuses_in_the_words_of_the_server(self):
        """The keys are the English sentences themselves: one that has changed is not found here."""
        said = all_texts() | set(re.findall(r'refusalText\("([^"]+)"', (SOURCE / "web/app/api.js").read_text()))
        wanted = refused()
        self.assertGreater(len(wanted), 80)
        for tag, table in self.languages.items():
            problems = table["problems"]
            self.assertEqual(sorted(wanted - set(problems)), [], f"missing in {tag}")
            self.assertEqual(sorted(set(problems) - said), [], f"nobody says it: {tag}")
            self.assertEqual([words for words, text in problems.items()
                              if not text.strip() or set(PLACE.findall(words)) != set(PLACE.findall(text))], [])

    def test_it_names_what_the_city_is_made_of(self):
        """Dishes, cuisines and districts of the usual cities; kitchens and what a scenario has of its own keep theirs."""
        data = SOURCE / "server/systems/kitchens/data"
        menu, *cities = (json.loads((data / f"{name}.json").read_text()) for name in ("menu", "city", "metropolis"))
        names = {*menu["cuisines"], *(one["name"] for part in (menu["dishes"], *(city["districts"] for city in cities)) for one in part)}
        for tag, table in self.languages.items():
            self.assertEqual(sorted(names ^ set(table["names"])), [], tag)

    def test_no_text_is_empty_that_is_not_so_in_english(self):
        for words in self.each():
            self.assertEqual([path for path, text in words.items()
                              if not text.strip() and self.english[path].strip()], [])

    def test_places_are_the_same(self):
        for words in self.each():
            wrong = [path for path, text in words.items()
                     if set(PLACE.findall(text)) != set(PLACE.findall(self.english[path]))]
            self.assertEqual(wrong, [])

    def test_nothing_was_left_in_english(self):
        for words in self.each():
            left = [(path, text) for path, text in words.items() if text == self.english[path]
                    and LETTER.search(PLACE.sub("", text)) and text.lower() not in SAME]
            self.assertEqual(left, [])

    def test_labels_stay_short(self):
        """As the notes for translators in page.json ask: buttons, badges, what stands in a line of a list."""
        longest = {"action": 9, "badge": 11, "mark": 14, "figure": 11}
        for words in self.each():
            for path, text in words.items():
                kind = path[-1].split(".")[0]
                if kind in longest and not path[-1].endswith(".about"):
                    shown = PLACE.sub("A", text)
                    self.assertLessEqual(len(shown), longest[kind], (path, text))

    def test_every_english_table_has_notes_for_translators(self):
        for path in sorted(WORDS.glob("*.json")):
            table = json.loads(path.read_text())
            notes = table.get("about") or table.get("//") or table["notes"][""]
            self.assertGreater(len(notes), 60, path.name)


if __name__ == "__main__":
    unittest.main()
