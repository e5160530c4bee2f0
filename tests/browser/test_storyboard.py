"""Scenes of the storyboard on the page: after a reload, a scene that cannot go on, a lecturer's own file, one's own
turn and what is handed in. Every scene is walked through in test_scenes_by_keyboard.py and test_scenes_by_taps.py."""

import contextlib
import csv
import io
import json
import pathlib
import tempfile
import unittest

from selenium.webdriver.common.keys import Keys

from chef_browser import console_errors
from page import server
from scene_page import open_scene_page

HOUR_S = 3600
OWN = {
    "title": "Own <script>document.title='taken'</script>", "about": "A scene <b>from</b> a file.",
    "scenario": "kitchens/stadium-night", "seed": 11,
    "steps": [
        {"id": "look", "beat": "situation", "caption": "Eight kitchens & a <i>city</i>."},
        {"id": "guess", "beat": "predict", "question": "What happens to kitchen B?", "options": [
            {"id": "gone", "text": "It is gone for good", "holds": "first_lost_order"},
            {"id": "down", "text": "It is down", "holds": "node_crashed"},
            {"id": "slow", "text": "It is slow", "holds": "kitchen_slowed"},
            {"id": "none", "text": "Nothing"}]},
        {"id": "crash", "beat": "run", "caption": "Kitchen B breaks.", "do": [{"type": "node.crash", "node": "B"}],
         "until": "t_ms >= 4000", "within_s": 30, "speed": 20},
        {"id": "stop", "beat": "freeze", "caption": "It stands still.", "focus": ["B"]},
        {"id": "why", "beat": "explain", "caption": "From near.", "view": "spacetime", "last_s": 2},
        {"id": "judge", "beat": "explain", "caption": "Judged.", "view": "verdict"},
        {"id": "turn", "beat": "turn", "caption": "Break one more.", "tasks": [
            {"id": "one", "text": "Stop kitchen C in the middle of lunch, while its cooks are busy with what others ordered",
             "until": "node_crashed and node == C"},
            {"id": "two", "text": "Come to the second hour, with all that has been ordered in the city cooked and served",
             "until": f"t_ms > {HOUR_S * 1000}", "unless": "node_crashed and node == C"}]},
        {"id": "home", "beat": "home"}],
}


class Storyboard(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = contextlib.ExitStack()
        cls.url = cls.stack.enter_context(server())
        cls.folder = pathlib.Path(cls.stack.enter_context(tempfile.TemporaryDirectory()))

    @classmethod
    def tearDownClass(cls):
        cls.stack.close()

    def page(self, width=1280, height=720, still=False, path="/storyboard"):
        return open_scene_page(self.url, width, height, still, path=path)

    def load(self, page, scene):
        path = self.folder / "scene.json"
        path.write_text(scene if isinstance(scene, str) else json.dumps(scene))
        page.browser.find_element("id", "scene-file").send_keys(str(path))

    def test_a_scene_is_opened_by_its_number(self):
        with self.page() as page:
            page.key("?")
            page.wait("the help", lambda: "In a scene" in (page.text("#help") or ""))
            page.key("Escape", "5")
            page.at_step(1)
            self.assertEqual(json.loads(page.js("return sessionStorage.getItem('chef.scene')"))["name"], "crisis")

    def test_the_cards(self):
        for width, height in ((1280, 720), (390, 844)):
            with self.subTest(f"{width}x{height}"), self.page(width, height) as page:
                scenes = page.api("/api/v1/scenes")
                pictures = page.js("""
                  return [...document.querySelectorAll(".scenes .art use")].map((use) => {
                    const { width, height } = use.getBBox();
                    return [use.getAttribute("href").split("#")[1], width > 100 && height > 100];
                  });""")
                self.assertEqual(pictures, [[scene["name"], True] for scene in scenes], "what is in them has been fetched")
                stops = page.js("return [...document.querySelectorAll('main :is(a, button, select, input, [tabindex])')]"
                                ".map((e) => e.getAttribute('href'))")
                self.assertEqual(stops, [href for scene in scenes for href in
                                         (f"/#scene={scene['name']}", f"/storyboard?print={scene['name']}")], "two a card")
                self.assertLessEqual(page.js("return document.documentElement.scrollWidth"), width)
                cut = page.js("return [...document.querySelectorAll('.scene, #header > :not(.unseen)')]"
                              ".filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => e.outerHTML)")
                self.assertEqual(cut, [])
                sizes = page.js("return performance.getEntriesByType('resource').filter((e) => !e.name.includes('/api/'))"
                                ".reduce((sum, e) => sum + e.encodedBodySize, 0)")
                self.assertLessEqual(sizes, 100 * 1024)
                self.assertEqual(page.console_errors(), [])

    def test_own_turn_and_what_is_handed_in(self):
        with self.page(still=True) as page:
            self.load(page, OWN)
            page.at_step(1)
            self.assertEqual(page.text("#scene p").strip(), "Eight kitchens & a <i>city</i>.", "text, no markup")
            for step in range(2, 8):
                page.on(step)
            self.assertEqual(page.attribute("#scene-card", "data-kind"), "mission")
            run = page.run()
            page.api(f"/api/v1/runs/{run}/inputs", {"type": "node.crash", "node": "C"})
            page.key("Space")
            page.wait("the first task", lambda: page.texts("#scene-card [data-task=one][data-done=true]"))
            self.assertIn("on seed 11", page.text("#scene-card [data-task=one]"))
            page.wait("the other one spoiled by it", lambda: page.texts("#scene-card [data-task=two][data-spoiled=true]"))
            self.assertIn("no longer possible since 00:0", page.text("#scene-card [data-task=two]"))
            page.browser.refresh()
            page.at_step(7, "mission")
            self.assertEqual(page.run(), run)
            self.assertTrue(page.texts("#scene-card [data-task=one][data-done=true]"), "kept")
            branch = self.act_in_the_past(page, run)
            page.api(f"/api/v1/runs/{branch}/pace", {"until": f"t_ms > {HOUR_S * 1000}"})
            page.wait("the second task", lambda: page.texts("#scene-card [data-task=two][data-done=true]"))
            page.browser.refresh()
            page.at_step(7, "mission")
            self.assertEqual(page.run(), branch)
            page.on(8, "home")
            page.js("""
              window.saved = [];
              URL.createObjectURL = (blob) => { blob.text().then((text) => window.saved.push(text)); return "#"; };
              document.querySelector('#scene-card [data-home=csv]').click();
              document.querySelector('#scene-card [data-home=sheet]').click();""")
            texts = page.wait("both sheets", lambda: page.js("return window.saved.length === 2 && window.saved"))
            table, sheet = sorted(texts, key=lambda text: text.startswith("<"))
            rows = list(csv.DictReader(io.StringIO(table)))
            self.assertEqual([(row["kind"], row["step"], row["run_says"]) for row in rows],
                             [("question", "guess", "It is down"), ("task", "turn", "came true"), ("task", "turn", "came true")])
            self.assertEqual([row["run"] for row in rows], [branch, run, branch])
            self.assertEqual({row["seed"] for row in rows}, {"11"})
            self.assertGreater(float(rows[1]["t_ms"]), 4000)
            self.assertEqual([len(row["digest"]) > 8 for row in rows], [True, False, True])
            self.assertIn("Stop kitchen C", sheet)
            self.assertNotIn("<script", sheet)
            self.assertEqual(page.console_errors(), [])

    def act_in_the_past(self, page, run):
        """Something is done before the mission began: the mission goes on in the branch; its name."""
        slider = page.browser.find_element("css selector", "#timeline .slider")
        for key in (Keys.HOME, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT):
            slider.send_keys(key)
        page.wait("the past", lambda: page.attribute("#timeline .slider", "aria-valuenow") == "2")
        page.press('[data-action="handover"]')
        page.wait("a branch", lambda: page.run() != run)
        page.at_step(7, "mission")
        return page.run()

    def test_a_reload_comes_back_to_the_same_step(self):
        with self.page(still=True, path="/#scene=crisis") as page:
            page.at_step(1)
            page.on(2)
            page.on(3, "question")
            page.key("3")
            page.wait("the vote", lambda: page.attribute("#scene-card [aria-pressed=true]", "data-option"))
            run = page.run()
            at = page.wait("the moment of the first order", lambda: page.moment())
            page.browser.refresh()
            page.at_step(3, "question")
            self.assertEqual(page.run(), run)
            page.wait("the same moment", lambda: page.moment() == at)
            self.assertTrue(page.attribute("#scene-card [aria-pressed=true]", "data-option"))
            page.browser.get(self.url + "/storyboard")  # no scene is played there, which would be kept again
            page.wait("the way back into the scene", lambda: page.texts(".scenes [data-way=on]"))
            self.assertEqual(page.attribute(".scenes [data-way=on]", "href"), f"/#run={run}")
            page.js("sessionStorage.clear()")
            page.browser.get(self.url + "/#run=" + run)
            page.wait("the run without a scene", lambda: "PAUSED" in (page.text("#timeline .badge") or ""))
            self.assertIsNone(page.text("#scene"))
            self.assertEqual(page.console_errors(), [])

    def test_a_scene_that_cannot_go_on_says_so(self):
        scene = {**OWN, "steps": [
            {"id": "look", "beat": "situation", "caption": "One will break."},
            {"id": "at-once", "beat": "run", "caption": "Now.", "until": "node_crashed", "within_s": 3,
             "do": [{"type": "node.crash", "node": "B"}]},
            {"id": "soon", "beat": "run", "caption": "Waiting.", "until": "order_placed", "within_s": 3},
            {"id": "never", "beat": "run", "caption": "Waiting.", "until": "node_crashed", "within_s": 3, "speed": 20},
            {"id": "home", "beat": "home"}]}
        with self.page() as page:
            self.load(page, scene)
            page.at_step(1)
            self.assertNotIn("taken", page.js("return document.title"))
            page.key("PageDown")
            page.at_step(2)
            page.key("PageDown")
            page.at_step(3)
            page.key("PageDown")
            page.at_step(4, "failure")
            said = page.text("#scene-card")
            self.assertIn("node_crashed", said)
            self.assertIn("within 3 s", said)
            page.key("PageDown")
            page.key("PageUp")
            page.at_step(3)
            page.key("PageDown")
            page.at_step(4, "failure")
            page.press_text("#scene-card button", "Begin again")
            page.at_step(1)
            page.key("o")
            page.press_text("#scene-steps button", "Leave the scene")
            page.wait("no scene", lambda: page.text("#scene") is None)
            self.assertIsNone(page.attribute(":root", "data-scene"))
            self.assertEqual(page.console_errors(), [])

    def test_a_step_hurried_at_its_very_end_ends_there(self):
        scene = {**OWN, "steps": [
            {"id": "look", "beat": "situation", "caption": "A match goes on."},
            {"id": "calm", "beat": "run", "caption": "It ends.", "until": "rush", "within_s": 90, "speed": 50},
            {"id": "home", "beat": "home"}]}
        with self.page() as page:
            self.load(page, scene)
            page.at_step(1)
            page.js("""
              const fetch = window.fetch, held = [];
              window.paced = 0;
              window.fetch = async (...asked) => {
                if (/runs\\/[^/?]+$/.test(asked[0])) await new Promise((go) => held.push(go));
                const answer = await fetch(...asked);
                if (asked[0].endsWith("/pace")) window.paced += 1;
                return answer;
              };
              window.release = () => { window.fetch = fetch; held.forEach((go) => go()); };""")
            page.key("Right")
            page.wait("the run", lambda: page.attribute("#scene", "data-state") == "running")
            about = f"/api/v1/runs/{page.run()}"
            page.wait("its end, of which the page has not heard", lambda: page.api(about)["state"] == "paused"
                      and page.api(about)["t_ms"] > 20000)
            end, paced = page.api(about)["t_ms"], page.js("return window.paced")
            page.key("Right")
            page.wait("the page to have hurried it", lambda: page.js("return window.paced") > paced)
            page.js("window.release()")
            page.at_step(2)
            self.assertEqual([page.api(about)[field] for field in ("state", "t_ms", "speed")], ["paused", end, 50])
            self.assertEqual(page.console_errors(), [])

    def test_a_scene_is_printed_with_its_moments(self):
        with self.page(path="/storyboard?print=election") as page:
            page.wait("the sheet", lambda: page.attribute(":root", "data-print") == "made")
            steps = page.api("/api/v1/scenes/election")["steps"]
            self.assertEqual(len(page.texts(".sheet section")), len(steps) - 1, "all but the last, which is at home")
            painted = page.js("""
              return [...document.querySelectorAll(".sheet canvas")].map((canvas) => {
                const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
                return new Set(new Uint32Array(data.buffer)).size;
              });""")
            self.assertGreater(len(painted), 3)
            self.assertGreater(min(painted), 20, "colours of each picture")
            self.assertTrue(page.texts(".sheet .box"))
            self.assertEqual(page.attribute("#board header use", "href"), "/static/scenes.svg#election")
            seen = "return [...document.querySelectorAll('.sheet .notes')].filter((e) => e.offsetHeight > 0).length"
            self.assertEqual(page.js(seen), 0, "a handout is without what the lecturer says")
            page.press("#with-notes")
            self.assertGreater(page.js(seen), 3)
            self.assertEqual(page.console_errors(), [])

    def test_a_file_that_is_no_scene(self):
        with self.page() as page:
            self.load(page, "{no")
            page.wait("the refusal", lambda: "not JSON" in page.text(".wrong"))
            self.load(page, {**OWN, "steps": [{"id": "a", "beat": "dance"}]})
            page.wait("what is wrong", lambda: "beat must be" in page.text(".wrong"))
            self.assertIn("vote_again", page.text(".wrong"))
            self.load(page, {**OWN, "title": "<img src=x onerror=alert(1)>" * 40})
            page.wait("what is wrong", lambda: "title must be" in page.text(".wrong"))
            self.assertEqual(page.js("return document.querySelectorAll('main img').length"), 0)
            console_errors(page.browser)


if __name__ == "__main__":
    unittest.main()
