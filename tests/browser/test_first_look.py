"""Opening / on a fresh server: a running city, nothing asked, no error; and coming back to it."""

import itertools
import unittest

from page import open_page

PAINTED = """
const canvas = document.querySelector(arguments[0]);
const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
let painted = 0;
for (let i = 3; i < data.length; i += 4) painted += data[i] > 0;
return painted / (data.length / 4);
"""


# Puffs of steam over kitchens at two moments: hot at work, hot with tickets waiting, cold, closed while hot.
STEAM = """
const done = arguments[0];
(async () => {
  const { CityModel } = await import("/systems/kitchens/model.js");
  const { drawSteam } = await import("/systems/kitchens/steam.js");
  const rows = [[1, 1, 2, 0], [2, 1, 2, 3], [3, 1, 1, 0], [4, 3, 2, 3]];
  const model = new CityModel();
  for (const [node, truth, cooking, pending] of rows) model.kitchens.set(node, { node, truth, cooking, pending, cooks: 2 });
  for (model.t_us = 0; model.t_us < 5e6; model.t_us += 1e5) model.endFrame();
  const walls = new Map(rows.map(([node]) => [node, { x: node * 1000, y: 500, width: 100, height: 50 }]));
  const puffs = (t_us) => {
    const drawn = [];
    const ctx = { beginPath() {}, fill() {}, arc(x, y, r) { drawn.push([Math.floor(x / 1000), x, y, r]); } };
    drawSteam(ctx, model, { walls, roof: 12, u: 1, compact: false }, t_us);
    return drawn;
  };
  const first = puffs(3e6), later = puffs(3.2e6), back = puffs(3e6);
  model.look.still = true;
  done({ first, later, back, still: [puffs(3.1e6), puffs(3.4e6)] });
})();
"""

# Light of the ground: an ordinary day, a rush in one district from 40 s to 100 s, the curve of a day.
LIGHT = """
const done = arguments[0];
(async () => {
  const { CityModel } = await import("/systems/kitchens/model.js");
  const { lightAt } = await import("/systems/kitchens/light.js");
  const model = new CityModel();
  model.plan = { districts: [{ share_pct: 80 }, { share_pct: 20 }] };
  model.run = { settings: { arrivals: "steady" } };
  const at = (s) => lightAt(model, s * 1e6);
  const quiet = at(50);
  model.addEvents([[1, 0, 40e6, "rush", 3, -1, -1, 1, 1200, 60000]], false, new Set());
  const rush = [39, 41.5, 50, 90, 104, 50].map(at);
  model.run.settings.arrivals = "curve";
  model.rushes = [];
  const hours = [10, 16, 18.5, 21, 28, 34].map((hour) => at((hour - 10) * 60).dusk);
  done({ quiet, rush, hours });
})();
"""


class FirstLook(unittest.TestCase):
    def test_city_runs_without_a_question(self):
        with open_page() as page:
            self.assertEqual(page.js("return document.querySelectorAll('dialog, .menu').length"), 0)
            self.assertIn("Nothing broken so far", page.text("#verdict h2"))
            self.assertGreater(page.js(PAINTED, "canvas.ground"), 0.95)
            self.assertGreater(page.js(PAINTED, "canvas.plates"), 0.05)
            page.wait("something to move on the stage", lambda: page.js(PAINTED, "canvas.motion") > 0.002)
            boxes = page.js("return [...document.querySelectorAll('.twin button')].map((e) => e.getBoundingClientRect())"
                            ".map((b) => [b.left, b.top, b.right, b.bottom])")
            for one, two in itertools.combinations(boxes, 2):
                over = min(one[2], two[2]) - max(one[0], two[0]), min(one[3], two[3]) - max(one[1], two[1])
                self.assertLessEqual(min(over), 0.5, f"plates {one} and {two} overlap")
            self.assertIn("Harbour", page.kitchen(2))
            self.assertGreater(len(page.text("#caption")), 20)
            page.wait("a figure", lambda: any(c.isdigit() for c in page.text("#figures dd")))
            self.assertEqual(page.console_errors(), [])

    def test_steam_and_light_follow_from_the_run_and_virtual_time(self):
        with open_page() as page:
            seen = page.browser.execute_async_script(STEAM)
            self.assertEqual({puff[0] for puff in seen["first"]}, {1, 2}, "all cooks at work, and open")
            radius = {node: max(puff[3] for puff in seen["first"] if puff[0] == node) for node in (1, 2)}
            self.assertGreater(radius[2], radius[1] * 1.2, "thicker when tickets wait")
            self.assertEqual(seen["first"], seen["back"])
            self.assertNotEqual(seen["first"], seen["later"])
            self.assertEqual(*seen["still"])
            light = page.browser.execute_async_script(LIGHT)
            day, night = {"dusk": 0, "districts": [0, 0]}, {"dusk": 4, "districts": [2, 4]}
            self.assertEqual(light["quiet"], day)
            self.assertEqual([light["rush"][i] for i in (0, 2, 3, 4, 5)], [day, night, night, day, night])
            self.assertIn(light["rush"][1]["dusk"], (2, 3, 4))
            self.assertEqual([light["hours"][i] for i in (0, 1, 3, 4, 5)], [0, 0, 4, 4, 0])
            self.assertIn(light["hours"][2], (1, 2, 3), "it sinks by and by")

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
            shot = lambda: page.js("return document.querySelector('canvas.motion').toDataURL()")
            page.wait("the moment at which the server has stopped", lambda: shot() == shot())
            shots = {shot() for _ in range(5)}
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
            boxes = page.js("return [...document.querySelectorAll('#header > :not(.unseen)')].map((e) => e.getBoundingClientRect())"
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
            names = page.js("return performance.getEntriesByType('resource').map((e) => new URL(e.name).pathname)")
            self.assertNotIn("/static/scenes.svg", names, "the pictures of the scenes come with the first of them")


if __name__ == "__main__":
    unittest.main()
