"""web/scene.schema.json says of a scene's file what the reader in C says: the course and the example of the page
are scenes to both, and what the schema refuses the reader refuses too."""

import copy
import json
import re
import unittest

import jsonschema

from chef_server import SOURCE, ChefServer

WORDS = json.loads((SOURCE / "web/words/scenes.json").read_text())["scenes"]
EXAMPLE = json.loads(re.search(r"```json\n(.*?)```", (SOURCE / "docs/writing-a-scene.md").read_text(), re.S)[1])
SPOILED = (None, True, -1, 0, 0.5, 1e9, "", "Not an id", "x" * 401, [], ["x"], [[]], {}, {"x": 1})
# Where the schema lets pass what the program refuses: names and conditions, and how options belong together.
BEYOND = {"scenario", "orders_per_min", "settings", "until", "unless", "holds", "node", "type", "focus", "setting", "value", "options", "steps"}
# What only the program can know: places of the example, and a value there that is no scene's.
UNKNOWN = {
    ("scenario",): "kitchens/none", ("settings",): {"none": 1}, ("expect",): {"none": "PASS"},
    ("steps", 0, "until"): "nobody > 3", ("steps", 3, "options", 2, "holds"): "order_cooked",
    ("steps", 4, "do", 0, "node"): "Z", ("steps", 4, "do", 0, "type"): "order.place", ("steps", 6, "focus", 0): "Z",
    ("steps", 8, "setting"): "none", ("steps", 8, "sides", 0, "value"): -1, ("steps", 0, "id"): "look",
    ("steps", 0, "beat"): "freeze", ("steps", 3): {"id": "again", "beat": "vote_again"},
}


def own(name, document):
    """A scene of the program with its texts in it, as a file of one's own holds them."""
    scene = copy.deepcopy(document)
    holders = [((name,), scene)]
    for step in scene["steps"]:
        holders.append(((name, step["id"]), step))
        for kind in ("options", "tasks"):
            holders += [((name, step["id"], kind, choice["id"]), choice) for choice in step.get(kind, [])]
    for path, holder in holders:
        for field in ("title", "about", "why_own", "caption", "notes", "question", "text"):
            text = WORDS.get(".".join((*path, field)))
            if text is not None:
                holder[field] = text
    return scene


def places(value, path=()):
    """Every place in a document, but the document itself."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inside:
        yield (*path, key)
        yield from places(one, (*path, key))


def spoil(path, value):
    scene = copy.deepcopy(EXAMPLE)
    holder = scene
    for key in path[:-1]:
        holder = holder[key]
    if value is Ellipsis:
        del holder[path[-1]]
    else:
        holder[path[-1]] = value
    return scene


class SceneSchema(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = ChefServer()
        cls.addClassCleanup(cls.server.__exit__, None, None, None)
        cls.server.start()
        schema = cls.server.get("/scene.schema.json").json()
        jsonschema.Draft7Validator.check_schema(schema)
        cls.schema = jsonschema.Draft7Validator(schema)

    def read(self, scene):
        """What the reader says against it; None: it is a scene."""
        answer = self.server.post("/api/v1/scenes", scene)
        return None if answer.status == 200 else answer.json()["detail"]

    def test_the_course_and_the_example_are_scenes(self):
        paths = sorted((SOURCE / "web/scenes").glob("*.json"))
        self.assertEqual(len(paths), 15)
        for scene in [own(path.stem[3:], json.loads(path.read_text())) for path in paths] + [EXAMPLE]:
            with self.subTest(scene["title"]):
                self.assertEqual([error.message for error in self.schema.iter_errors(scene)], [])
                self.assertIsNone(self.read(scene))

    def test_both_refuse_the_same_but_for_what_only_the_program_knows(self):
        refused = 0
        beyond = set()
        for path in places(EXAMPLE):
            for value in (Ellipsis, *SPOILED):
                scene = spoil(path, value)
                said = self.read(scene)
                if not self.schema.is_valid(scene):
                    refused += 1
                    self.assertIsNotNone(said, (path, value))
                elif said is not None:
                    beyond.add([key for key in path if isinstance(key, str)][-1])
        self.assertGreater(refused, 500)
        self.assertEqual(beyond - BEYOND, set())

    def test_fields_that_do_not_exist_are_refused_by_both(self):
        for path in [(), *places(EXAMPLE)]:
            holder = EXAMPLE
            for key in path:
                holder = holder[key]
            if isinstance(holder, dict) and not {"settings", "expect", "do"} & set(path):
                scene = spoil((*path, "music"), "loud")
                self.assertFalse(self.schema.is_valid(scene), path)
                self.assertIsNotNone(self.read(scene), path)

    def test_what_only_the_program_knows_it_refuses_alone(self):
        for path, value in UNKNOWN.items():
            scene = spoil(path, value)
            if path[-1] != "beat":
                self.assertTrue(self.schema.is_valid(scene), path)
            self.assertIsNotNone(self.read(scene), path)


if __name__ == "__main__":
    unittest.main()
