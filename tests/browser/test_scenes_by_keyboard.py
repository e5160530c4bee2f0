"""Every scene of the storyboard from beginning to end by keyboard alone, on a projector: runs that move, hurried
by the key that hurries them."""

import unittest

from scene_walk import Walk, each_scene

TABS = 40


@each_scene
class ByKeyboard(Walk):
    def onward(self, page):
        page.key("Right")

    def backward(self, page):
        page.key("Left")

    def answer(self, page, index):
        page.key(str(index + 1))

    def time(self, page):
        page.key("Space")

    def after(self, page, name):
        """In one scene: all steps back to its question, with what the other keys do."""
        if name != "crisis":
            return
        edge = page.moment()
        page.key("o")
        page.wait("all steps", lambda: page.texts("#scene-steps .steps button"))
        page.key("Escape")
        steps = [step["beat"] for step in page.api(f"/api/v1/scenes/{name}")["steps"]]
        asked_at = steps.index("predict") + 1
        for step in range(len(steps) - 1, asked_at - 1, -1):
            page.key("Left")
            page.at_step(step)
        page.wait("the past", lambda: "REPLAY" in page.text("#timeline .badge"))
        page.wait("the moment of the question", lambda: page.moment() < edge)
        self.assertEqual(page.attribute("#scene-card [aria-pressed=true]", "data-option"), self.asked["options"][1]["id"])
        page.js("localStorage.setItem('chef.letters_off', '1')")
        page.key("b", "o")
        self.assertEqual(page.js("return document.querySelectorAll('#blank, dialog').length"), 0, "letters are off in a scene too")
        page.js("localStorage.removeItem('chef.letters_off')")
        page.key("b")
        page.wait("the dark screen", lambda: page.js("return document.querySelector('#blank') !== null"))
        page.key("Right")
        page.wait("light again", lambda: page.js("return document.querySelector('#blank') === null"))
        page.at_step(asked_at)
        page.browser.get(self.url + "/storyboard")
        page.wait("the tick", lambda: page.texts(".scenes .done"))
        self.assertEqual(page.texts(".scenes .reached"), ["done"], "of the one scene")

    def at_home(self, page, step):
        super().at_home(page, step)
        wanted = set(page.texts("#scene-card button, #scene-card a"))
        self.assertGreater(len(wanted), 4)
        reached = set(page.tab_through(TABS))
        self.assertLessEqual(wanted, reached, "what Tab reaches")


if __name__ == "__main__":
    unittest.main()
