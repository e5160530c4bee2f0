"""Opening / on a fresh server: a running city, nothing asked, no error; and coming back to it."""

import unittest

from page import open_page

PAINTED = """
const canvas = document.querySelector(arguments[0]);
const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
let painted = 0;
for (let i = 3; i < data.length; i += 4) painted += data[i] > 0;
return painted / (data.length / 4);
"""


class FirstLook(unittest.TestCase):
    def test_city_runs_without_a_question(self):
        with open_page() as page:
            self.assertEqual(page.js("return document.querySelectorAll('dialog, .menu').length"), 0)
            self.assertIn("Nothing broken so far", page.text("#verdict h2"))
            self.assertGreater(page.js(PAINTED, "canvas.ground"), 0.95)
            self.assertGreater(page.js(PAINTED, "canvas.plates"), 0.05)
            page.wait("something to move on the stage", lambda: page.js(PAINTED, "canvas.motion") > 0.002)
            self.assertIn("Harbour", page.kitchen(2))
            self.assertGreater(len(page.text("#caption")), 20)
            page.wait("a figure", lambda: any(c.isdigit() for c in page.text("#figures dd")))
            self.assertEqual(page.console_errors(), [])

    def test_reload_comes_back_to_the_same_run(self):
        with open_page() as page:
            run = page.run()
            self.assertTrue(run)
            page.browser.refresh()
            page.wait_running()
            self.assertEqual(page.run(), run)
            page.browser.get(page.url + "/")
            page.wait_running()
            self.assertEqual(page.run(), run, "this browser's own run")

    def test_pausing_freezes_the_picture_and_steps_move_it(self):
        with open_page() as page:
            page.key("Space")
            page.wait("PAUSED", lambda: "PAUSED" in page.text(".badge"))
            shots = {page.js("return document.querySelector('canvas.motion').toDataURL()") for _ in range(5)}
            self.assertEqual(len(shots), 1)
            before = page.api(f"/api/v1/runs/{page.run()}")["t_ms"]
            page.key("Right")
            page.wait("a step", lambda: page.api(f"/api/v1/runs/{page.run()}")["t_ms"] > before)
            self.assertIn("PAUSED", page.text(".badge"))
            page.key(".")
            page.wait("LIVE", lambda: "LIVE" in page.text(".badge"))

    def test_the_clock_counts_days(self):
        with open_page(390, 844) as page:
            self.assertRegex(page.text("#header .clock"), r"^00:\d\d$")
            page.api(f"/api/v1/runs/{page.run()}/pace", {"advance_ms": 24 * 60 * 1000})
            page.wait("the second day", lambda: page.text("#header .clock").startswith("Day 2, 00:"))
            self.assertLessEqual(page.js("return document.documentElement.scrollWidth"), 390)
            boxes = page.js("return [...document.querySelectorAll('#header > *')].map((e) => e.getBoundingClientRect())"
                            ".filter((b) => b.width > 0).map((b) => [b.left, b.right])")
            for (_, right), (left, _) in zip(boxes, boxes[1:]):
                self.assertLessEqual(right, left + 0.5)

    def test_the_csv_menu_begins_with_the_evidence(self):
        with open_page() as page:
            page.press("[data-action=download]")
            entries = page.texts(".menu a")
            self.assertTrue(entries[0].startswith("Evidence"), entries)
            self.assertTrue(entries[1].startswith("Report"), entries)
            page.browser.get(page.js("return document.querySelectorAll('.menu a')[1].href"))
            self.assertEqual(page.text("h1"), "Lunch rush")
            self.assertEqual(page.js("return document.querySelectorAll('figure svg').length"), 5)
            self.assertEqual(page.js("return getComputedStyle(document.body).maxWidth"), "860px", "its style is let in")
            self.assertEqual(page.console_errors(), [])

    def test_badge_names_the_scale(self):
        with open_page() as page:
            self.assertIn("1×", page.text(".badge"))
            page.key("l")
            page.wait("message time", lambda: "1/50×" in page.text(".badge"))
            page.key("=")
            page.wait("kitchen time", lambda: page.text(".badge").endswith("1×") and "/" not in page.text(".badge"))

    def test_whole_front_end_is_small(self):
        with open_page() as page:
            sizes = page.js("return performance.getEntriesByType('resource').filter((e) => !e.name.includes('/api/'))"
                            ".reduce((sum, e) => sum + e.encodedBodySize, 0)")
            self.assertLessEqual(sizes, 350 * 1024)


if __name__ == "__main__":
    unittest.main()
