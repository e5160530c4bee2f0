"""Every scene of the storyboard from beginning to end by taps on a phone, with pictures that stand still."""

import unittest

from scene_walk import Walk, each_scene

BOXES = """
const parts = ["#stage", "#scene-card", "#scene", "#tabs"].map((name) => document.querySelector(name))
  .filter((part) => part.checkVisibility());
const card = document.querySelector("#scene-card");
return { parts: parts.map((part) => { const { top, bottom } = part.getBoundingClientRect(); return [top, bottom]; }),
  hidden: card.scrollHeight - card.clientHeight };
"""


@each_scene
class ByTaps(Walk):
    size = (390, 664)  # of a phone with the bars of its browser
    still = dark = True

    def onward(self, page):
        page.press("#scene .next")

    def backward(self, page):
        page.press("#scene .back")

    def answer(self, page, index):
        page.js("document.querySelectorAll('#scene-card [data-option]')[arguments[0]].click()", index)

    def at_predict(self, page, step):
        super().at_predict(page, step)
        heights = page.js("return [...document.querySelectorAll('#scene-card [data-option]')].map((e) => e.offsetHeight)")
        self.assertGreaterEqual(min(heights), 52)

    def look(self, page, step):
        """One part below the other, and the way on in sight; a question fits without scrolling."""
        super().look(page, step)
        boxes = page.js(BOXES)
        for (_, bottom), (top, _) in zip(boxes["parts"], boxes["parts"][1:]):
            self.assertLessEqual(bottom, top + 1, boxes)
        self.assertLessEqual(boxes["parts"][-1][1], 664, boxes)
        if step["beat"] in ("predict", "turn"):
            self.assertLessEqual(boxes["hidden"], 1, "question and answers, or all tasks, are seen at once")

    def time(self, page):
        page.press("#scene-card [data-time]")


if __name__ == "__main__":
    unittest.main()
