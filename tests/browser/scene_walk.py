"""scene_walk.py: every scene of the storyboard from its first step to its end card, for the tests that walk by
keyboard and by taps: what must stand on the page at each kind of step."""

import contextlib
import unittest

import access
from page import server
from scene_page import open_scene_page, scene_names

LOOKED_AT = ("crisis", "two-leaders", "last-lobster", "clock")  # and gone back in: one of each system
SAID_EVERY_MS = 1950  # say.js leaves two seconds between sentences; what is seen of it may be late by a little
HEAR = """
window.heard = [];
new MutationObserver(() => heard.push([performance.now(), document.querySelector("#status").textContent]))
  .observe(document.querySelector("#status"), { childList: true, characterData: true, subtree: true });
"""
PHONE = 600  # pixels: narrower is one
VIEWS = {
    "spacetime": ("the diagram", "return !document.querySelector('#spacetime').hidden"),
    "compare": ("two runs", "return !document.querySelector('#compare').hidden"),
    "verdict": ("the judged copy", "return /Proved|Broken|planned/.test(document.querySelector('#verdict').innerText)"),
}


def each_scene(case):
    """A class decorator: a test of its own for each scene, which walks it."""
    for name in scene_names():
        setattr(case, f"test_{name.replace('-', '_')}", lambda self, name=name: self.walk(name))
    return case


class Walk(unittest.TestCase):
    """What both ways of walking have in common; they say how one goes on and back, and how one answers."""
    size = (1280, 720)
    still = dark = False

    @classmethod
    def setUpClass(cls):
        cls.stack = contextlib.ExitStack()
        cls.url = cls.stack.enter_context(server())

    @classmethod
    def tearDownClass(cls):
        cls.stack.close()

    def onward(self, page):
        raise NotImplementedError

    def backward(self, page):
        raise NotImplementedError

    def answer(self, page, index):
        raise NotImplementedError

    def time(self, page):
        """Lets the run go, or stand, in one's own turn."""
        raise NotImplementedError

    def walk(self, name):
        with open_scene_page(self.url, *self.size, still=self.still, dark=self.dark, path=f"/#scene={name}") as page:
            scene = page.api(f"/api/v1/scenes/{name}")
            self.asked, self.scene = None, name
            page.js(HEAR)
            page.at_step(1)
            self.stand(page, scene, 0)
            for at in range(1, len(scene["steps"])):
                page.on(at + 1, onward=lambda: self.onward(page))
                self.stand(page, scene, at)
                if scene["steps"][at]["beat"] == "freeze" and name in LOOKED_AT:
                    self.there_and_back(page, at)
            self.assertEqual(page.card(), "home")
            self.there_and_back(page, len(scene["steps"]) - 1)
            self.assertEqual(page.console_errors(), [])
            self.assert_spoken(page.js("return heard"))
            self.after(page, name)

    def assert_spoken(self, heard):
        """Who listens hears of the steps, and never two sentences within two seconds."""
        self.assertGreater(len(heard), 1)
        self.assertEqual([sentence for _, sentence in heard if sentence.strip() == ""], [])
        for (before, _), (after, sentence) in zip(heard, heard[1:]):
            self.assertGreater(after - before, SAID_EVERY_MS, sentence)

    def after(self, page, name):
        """What else is looked at behind the end of a scene."""

    def there_and_back(self, page, at):
        """One step back into the past of the run, and on again."""
        card = page.card()
        self.backward(page)
        page.at_step(at)
        page.on(at + 1, card, onward=lambda: self.onward(page))

    def stand(self, page, scene, at):
        """At a step that was just reached: does what it asks for and looks at what it shows."""
        step = scene["steps"][at]
        with self.subTest(scene=scene["name"], step=step["id"]):
            getattr(self, f"at_{step['beat']}", lambda page, step: None)(page, step)
            self.look(page, step)

    def look(self, page, step):
        """What holds at every step."""
        self.assertGreater(len(page.text("#scene p").strip()), 10, "words of the step")
        if self.scene in LOOKED_AT:
            self.assertEqual(access.findings(page, phone=self.size[0] < PHONE), [])

    def at_situation(self, page, step):
        if page.card():
            self.assertEqual((page.card(), page.attribute("#scene-card use", "href")),
                             ("opening", f"/static/scenes.svg#{self.scene}"))

    def at_predict(self, page, step):
        page.wait("the question", lambda: page.card() == "question")
        self.assertEqual(len(page.texts("#scene-card [data-option]")), len(step["options"]))
        self.answer(page, 1)
        page.wait("the vote", lambda: page.attribute("#scene-card [aria-pressed=true]", "data-option")
                  == step["options"][1]["id"])
        self.asked = step

    def at_freeze(self, page, step):
        if self.asked is None:
            return
        page.wait("the answer", lambda: page.card() == "result")
        self.assertEqual(page.texts("#scene-card .tag"), ["you"])
        self.assertEqual(len(page.texts("#scene-card [data-right=true]")), 1, "the run has answered")

    def at_explain(self, page, step):
        if "view" in step:
            what, seen = VIEWS[step["view"]]
            page.wait(what, lambda: page.js(seen))

    def at_vote_again(self, page, step):
        page.wait("the question", lambda: page.card() == "question")
        self.answer(page, 0)
        page.wait("both votes", lambda: sorted(page.texts("#scene-card .tag")) == ["first", "now"])

    def at_turn(self, page, step):
        page.wait("the tasks", lambda: page.card() == "mission")
        self.assertEqual(len(page.texts("#scene-card [data-task]")), len(step["tasks"]))
        self.time(page)
        page.wait("the run to go", lambda: page.attribute("#scene-card [data-time]", "data-time") == "pause")
        self.time(page)
        page.wait("the run to stand", lambda: page.attribute("#scene-card [data-time]", "data-time") == "play")

    def at_home(self, page, step):
        page.wait("the id of the run", lambda: page.text("#scene-card output"))
