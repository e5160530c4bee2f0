"""Two runs side by side: opened with one click, both always at the same moment, differences as the
API has them, the first difference, the way back, and that nothing is done to a run meanwhile."""

import csv
import io
import unittest
import urllib.request

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from page import open_page
from test_keyboard import NAMELESS
from test_layout import MEASURE

ROOM = "#compare"
MOMENTS = """
const done = arguments[arguments.length - 1], [a, b, speed, moments] = arguments;
(async () => {
  const { Pair } = await import("/app/pair.js");
  const { CityModel } = await import("/systems/kitchens/model.js");
  const { api } = await import("/app/api.js");
  const pair = new Pair(CityModel), seen = [], apart = [];
  pair.onProblem = (error) => done(String(error));
  const note = () => {
    const [one, two] = pair.models.map((model) => [model.clock.shown_us, model.t_us]);
    seen.push([one, two]);
    if (String(one) !== String(two)) apart.push([one, two]);
  };
  await pair.enter(await Promise.all([api.run(a), api.run(b)]), 20e6, speed);
  note();
  for (const moment of moments) {
    await pair.seekTo(moment);
    note();
  }
  pair.direction = 1;
  pair.tellPace();
  for (let i = 1; i <= 30; i += 1) {
    await pair.move(10e6 + i * speed * 33333);
    note();
  }
  pair.direction = -1;
  pair.tellPace();
  for (let i = 30; i >= 1; i -= 1) {
    await pair.move(10e6 + i * speed * 33333);
    note();
  }
  pair.leave();
  done({ apart, count: seen.length, seen: seen.map(([one]) => one[0]) });
})().catch((error) => done(String(error)));
"""

MARKS = """
const done = arguments[arguments.length - 1];
(async () => {
  const { PairMarks } = await import("/app/pair_marks.js");
  const event = (t_us, kind, number) => ({ event: number, cause: 0, t_us, kind, node: 1, peer: -1, subject: -1, args: [] });
  const whole = (marks) => ({ marks, spans: [], curve: () => [], sort: () => {} });
  const both = new PairMarks([whole([event(10, "node_crashed", 5), event(30, "rush", 9)]),
    whole([event(10, "node_crashed", 7), event(20, "kitchen_overloaded", 8)])]);
  both.sort();
  done(both.marks.map((mark) => [mark.t_us, mark.kind, both.sideOf(mark)]));
})().catch((error) => done(String(error)));
"""


class CompareTest(unittest.TestCase):
    """What all the tests here do to a page."""

    def run_to(self, page, t_s):
        """Lets the run come to a moment, and stands there."""
        now = page.api(f"/api/v1/runs/{page.run()}")["t_ms"]
        page.api(f"/api/v1/runs/{page.run()}/pace", {"advance_ms": max(0, t_s * 1000 - now)})
        page.wait("PAUSED", lambda: "PAUSED" in page.text("#timeline .badge"))

    def compare(self, page, preset="Round robin"):
        """One click of the menu of what can be compared; answers the names of both runs."""
        page.key("d")
        page.wait("the menu", lambda: any(preset in text for text in page.texts(".menu button")))
        page.press_text(".menu button", preset)
        self.compared(page)
        return self.sides(page)

    def compared(self, page):
        page.wait("the comparison", lambda: "difference" in (page.text(f"{ROOM} .story") or "").lower())

    def sides(self, page):
        return page.wait("the address", lambda: page.js(
            "return new URLSearchParams(location.hash.slice(1)).get('compare')?.split(',')"))

    def moment(self, page):
        """Virtual ms in the address, which follows the cursor a little later."""
        return page.js("return Number(new URLSearchParams(location.hash.slice(1)).get('t'))")

    def rest(self, page):
        """The moment, once the address has come up with the cursor."""
        seen = []
        page.wait("the address to rest", lambda: seen.append(self.moment(page)) or seen[-7:] == [seen[-1]] * 7)
        return seen[-1]

    def shown(self, page):
        return page.attribute(f"{ROOM} .slider", "aria-valuetext").split()[0]

    def strip(self, page):
        """{figure: [a, b, difference, who is better]} as it is read."""
        return page.js("return Object.fromEntries([...document.querySelectorAll('#compare tbody tr[data-figure]')].map("
                       "(row) => [row.dataset.figure, [...row.children].slice(1).map((cell) => "
                       "(cell.querySelector('.unseen') ?? cell).textContent)]))")

    def is_open(self, page):
        return page.js("return !document.getElementById('compare').hidden && "
                       "document.getElementById('stage').getBoundingClientRect().width === 0")


class SideBySide(CompareTest):
    def test_one_click_shows_two_stages_at_the_moment_one_was_at(self):
        with open_page() as page:
            self.run_to(page, 60)
            home = page.run()
            before = page.api(f"/api/v1/runs/{home}")
            a, b = self.compare(page)
            self.assertTrue(self.is_open(page))
            self.assertEqual(b, home, "the weighted score is the run itself")
            self.assertEqual(page.texts(f"{ROOM} h2 .cut"), ["Round robin", "Weighted score"])
            branch = page.api(f"/api/v1/runs/{a}")
            self.assertEqual((branch["parent"], branch["settings"]["policy"], branch["label"]),
                             (home, "round-robin", "Round robin"))
            self.assertEqual(branch["t_ms"], before["t_ms"])
            page.wait("where one was", lambda: abs(self.moment(page) - before["t_ms"]) < 1500)
            drawn = page.js("return [...document.querySelectorAll('#compare canvas.plates')].map((c) => c.toDataURL().length)")
            self.assertEqual(len(drawn), 2)
            self.assertGreater(min(drawn), 5000)
            after = page.api(f"/api/v1/runs/{home}")
            for key in ("t_ms", "digest", "state", "inputs_count"):
                self.assertEqual(before[key], after[key], key)
            self.assertEqual(page.console_errors(), [])

    def test_both_sides_are_always_at_the_same_microsecond(self):
        with open_page() as page:
            self.run_to(page, 40)
            a, b = self.compare(page)
            page.browser.set_script_timeout(60)
            for speed in (1, 20, 0.02):
                seen = page.browser.execute_async_script(MOMENTS, a, b, speed, [0, 1, 13_247, 20_000_001, 39_999_999])
                self.assertEqual(seen["apart"], [])
                self.assertEqual(seen["seen"][1:6], [0, 1, 13_247, 20_000_001, 39_999_999])
                self.assertEqual(seen["count"], 66)

    def test_play_step_and_drag_move_both(self):
        with open_page() as page:
            self.run_to(page, 60)
            self.compare(page)
            slider = page.browser.find_element("css selector", f"{ROOM} .slider")
            slider.send_keys(Keys.HOME)
            page.wait("the beginning", lambda: self.shown(page) == "00:00.0")
            page.js("document.activeElement.blur()")
            page.key("Space")
            page.wait("some seconds", lambda: self.shown(page) >= "00:01.5")
            page.key("Space")
            page.wait("standing", lambda: page.attribute(f'{ROOM} [data-transport="play"]', "data-paused") == "true")
            moments = [self.rest(page)]
            for key, way in (("n", 1), ("p", -1), ("p", -1)):  # each is answered before the next: they do not pile up
                page.key(key)
                page.wait(f"the event after {key}", lambda: (self.moment(page) - moments[-1]) * way > 0)
                moments.append(self.rest(page))
            page.key(",")
            page.wait("backwards to the beginning", lambda: self.shown(page) == "00:00.0")
            width = slider.size["width"]
            ActionChains(page.browser).move_to_element_with_offset(slider, 0, 0).click_and_hold() \
                .move_by_offset(int(width * 0.1), 0).move_by_offset(int(width * 0.1), 0).release().perform()
            page.wait("a dragged cursor", lambda: "00:30" < self.shown(page) < "00:50")
            self.assertEqual(page.console_errors(), [])

    def test_playing_on_beyond_the_end_lets_both_go_on(self):
        with open_page() as page:
            self.run_to(page, 20)
            a, b = self.compare(page)
            end = int(page.attribute(f"{ROOM} .slider", "aria-valuemax"))
            page.key("0", "]", "]", "]")
            page.key("Space")
            page.wait("seconds more", lambda: int(page.attribute(f"{ROOM} .slider", "aria-valuenow")) >= end + 5)
            page.key("Space")
            for run in (a, b):
                self.assertGreater(page.api(f"/api/v1/runs/{run}")["t_ms"], (end + 5) * 1000)
                self.assertEqual(page.api(f"/api/v1/runs/{run}")["inputs_count"], 0, "only time has passed")
            self.assertEqual(page.console_errors(), [])


class Differences(CompareTest):
    def test_the_strip_says_what_the_api_says(self):
        with open_page() as page:
            self.run_to(page, 60)
            a, b = self.compare(page)
            page.key("0")
            end = page.api("/api/v1/comparisons", {"a": a, "b": b})
            page.wait("the end", lambda: self.moment(page) == end["until_ms"])
            strip = self.strip(page)
            rows = {row["figure"]: row for row in end["rows"]}
            self.assertGreaterEqual(len(strip), 12)
            for name, shown in strip.items():
                row = rows[name]
                factor, decimals = (0.001, 2) if row["unit"] == "ms" else (1, min(3, row["decimals"]))
                for text, value in zip(shown[:2], (row["a"], row["b"])):
                    if value is None:
                        self.assertEqual(text, "–", name)
                    else:
                        self.assertAlmostEqual(float(text.replace(",", "")), value * factor, delta=0.51 * 10 ** -decimals, msg=name)
                if row["diff"]:
                    self.assertEqual(shown[2][0], "+" if row["diff"] > 0 else "−", name)
                    self.assertAlmostEqual(float(shown[2][1:].replace(",", "")), abs(row["diff"]) * factor,
                                           delta=1.02 * 10 ** -decimals, msg=name)
                self.assertEqual(shown[3], {"a": "A is better", "b": "B is better"}.get(
                    row["better"], "equal" if row["a"] == row["b"] else "different, neither is better"), name)
            self.assertGreaterEqual(rows["response_run_mean_ms"]["a"], 2 * rows["response_run_mean_ms"]["b"],
                                    "round robin is at least twice as slow")
            page.press('[data-compare="all"]')
            page.wait("the plain table", lambda: len(page.texts("#figures-of-both tbody tr")) == len(rows))
            self.assertIn("A: Round robin", page.text("#figures-of-both .lead"))

    def test_one_table_of_both_as_csv(self):
        with open_page() as page:
            self.run_to(page, 30)
            a, b = self.compare(page)
            address = page.js("return document.querySelector('[data-compare=\"csv\"]').href")
            self.assertIn(f"/runs/{a}/export/comparison.csv?with={b}", address)
            cookies = "; ".join(f"{c['name']}={c['value']}" for c in page.browser.get_cookies())
            with urllib.request.urlopen(urllib.request.Request(address, headers={"Cookie": cookies}), timeout=30) as answer:
                rows = list(csv.DictReader(io.StringIO(answer.read().decode())))
            self.assertEqual({row["side"] for row in rows}, {"A", "B", "B-A"})
            self.assertEqual(len(rows) % 3, 0)

    def test_the_first_difference_is_told_sought_and_lit(self):
        with open_page() as page:
            self.run_to(page, 30)
            a, b = self.compare(page)
            parting = page.api("/api/v1/comparisons", {"a": a, "b": b})["divergence"]
            story = page.text(f"{ROOM} .story")
            for side in "ab":
                self.assertIn(parting[side]["text"], story)
            self.assertIn("round robin", story)
            page.press('[data-compare="after"]')
            page.wait("just after", lambda: 0 <= self.moment(page) - parting["t_ms"] < 0.01)
            page.wait("both lit", lambda: page.js("return document.querySelectorAll('#compare .stage[data-focus]').length") == 2)
            page.press('[data-compare="before"]')
            page.wait("just before", lambda: 0 < parting["t_ms"] - self.moment(page) < 0.01)
            page.key("0")
            page.wait("the end", lambda: self.moment(page) > 29_000)
            self.assertEqual(page.js("return document.querySelectorAll('#compare .stage[data-focus]').length"), 0)
            page.press(f"{ROOM} .flag")
            page.wait("just after", lambda: 0 <= self.moment(page) - parting["t_ms"] < 0.01)

    def test_a_run_against_its_twin_says_that_nothing_differs(self):
        with open_page() as page:
            self.run_to(page, 20)
            home = page.run()
            twin = page.api(f"/api/v1/runs/{home}/branch", {
                "at_ms": 0, "keep_later": True, "until_ms": 20000, "private": True, "label": "Twin"})["run"]
            page.wait("the twin", lambda: page.api(f"/api/v1/runs/{twin}")["t_ms"] >= 20000)
            self.compare(page, "Twin")
            self.assertIn("No difference up to 00:20.0", page.text(f"{ROOM} .story"))
            self.assertEqual(page.attribute('[data-compare="after"]', "aria-disabled"), "true")
            self.assertEqual({row[2] for row in self.strip(page).values()} - {"0", "–"}, set())
            self.assertEqual(page.texts(f"{ROOM} .flag"), [])

    def test_what_happened_on_one_side_only_bears_its_letter(self):
        with open_page() as page:
            self.assertEqual(page.browser.execute_async_script(MARKS), [
                [10, "node_crashed", -1], [20, "kitchen_overloaded", 1], [30, "rush", 0]])

    def test_the_other_two_questions(self):
        with open_page() as page:
            self.run_to(page, 20)
            self.compare(page, "Hand-over")
            self.assertEqual(page.texts(f"{ROOM} h2 .cut"), ["Hand-over off", "Hand-over on"])
            a, b = self.compare_again(page, "Threshold")
            settings = [page.api(f"/api/v1/runs/{run}")["settings_at_start"] for run in (a, b)]
            self.assertEqual([one["overload_threshold"] for one in settings], [0.8, 0.9])
            self.assertEqual([one["migration"] for one in settings], [True, True])

    def test_a_policy_that_was_changed_on_the_way_is_not_what_is_compared(self):
        with open_page() as page:
            self.run_to(page, 15)
            page.api(f"/api/v1/runs/{page.run()}/inputs", {"type": "setting.set", "key": "policy", "value": "round-robin"})
            page.api(f"/api/v1/runs/{page.run()}/inputs", {"type": "node.crash", "node": "C"})
            self.run_to(page, 30)
            sides = self.compare(page)
            self.assertNotIn(page.run(), sides, "neither side is the run itself")
            for run, policy in zip(sides, ("round-robin", "weighted-score")):
                info = page.api(f"/api/v1/runs/{run}")
                self.assertEqual((info["settings_at_start"]["policy"], info["settings"]["policy"]), (policy, policy))
                self.assertEqual(info["inputs_count"], 1, "the crash, and nothing else")
            self.assertIn("round robin | weighted score", page.text(f"{ROOM} .story"))

    def compare_again(self, page, preset):
        before = self.sides(page)
        page.press('[data-compare="others"]')
        page.wait("the menu", lambda: any(preset in text for text in page.texts(".menu button")))
        page.press_text(".menu button", preset)
        page.wait("another pair", lambda: self.sides(page) != before)
        self.compared(page)
        return self.sides(page)


class ComingAndGoing(CompareTest):
    def test_a_reload_comes_back_and_leaving_returns_to_where_one_was(self):
        with open_page() as page:
            self.run_to(page, 40)
            home = page.run()
            page.key(Keys.ARROW_LEFT)
            page.wait("the past", lambda: "REPLAY" in page.text("#timeline .badge"))
            page.wait("the address", lambda: "t=" in page.js("return location.hash"))
            was = page.js("return location.hash")
            pair = self.compare(page)
            page.browser.find_element("css selector", f"{ROOM} .slider").send_keys(Keys.HOME, Keys.PAGE_UP)
            page.wait("ten seconds", lambda: self.moment(page) == 10_000)
            page.browser.refresh()
            page.wait("both again", lambda: self.is_open(page))
            self.compared(page)
            self.assertEqual(self.sides(page), pair)
            self.assertEqual(self.moment(page), 10_000)
            page.key("Escape")
            page.wait("one stage", lambda: not self.is_open(page))
            self.assertEqual(page.run(), home)
            page.wait("the same moment", lambda: page.js("return location.hash") == was)
            self.assertEqual(page.console_errors(), [])

    def test_nothing_is_done_to_a_run_meanwhile(self):
        with open_page() as page:
            self.run_to(page, 20)
            a, b = self.compare(page)
            page.key("r", "2", "c", "h", "a")
            page.wait("why not", lambda: "side by side" in page.text("#note"))
            self.assertIn("Harbour", page.text(f"{ROOM} .story"), "a digit chooses on both stages")
            pressed = page.js("return [...document.querySelectorAll('#compare [data-node=\"2\"]')].map((e) => e.ariaPressed)")
            self.assertEqual(pressed, ["true", "true"])
            for run in (a, b):
                self.assertEqual(page.api(f"/api/v1/runs/{run}")["inputs_count"], 0)
            page.key("Escape", "d")
            page.wait("one stage", lambda: not self.is_open(page))

    def test_by_keys_alone_and_everything_has_a_name(self):
        with open_page() as page:
            self.run_to(page, 20)
            page.key("d")
            page.wait("the menu", lambda: page.js("return Boolean(document.activeElement.closest('.menu'))"))
            page.key("Enter")
            self.compared(page)
            self.assertEqual(page.js(NAMELESS), [])
            self.assertEqual(page.js("return [...document.querySelectorAll('#compare table')].filter((e) => "
                                     "!e.caption?.innerText.trim() || !e.querySelector('th[scope=row]')).length"), 0)
            page.key("d")
            page.wait("one stage", lambda: not self.is_open(page))

    def test_reduced_motion_goes_in_still_pictures(self):
        with open_page(still=True) as page:
            self.run_to(page, 20)
            self.compare(page)
            page.browser.find_element("css selector", f"{ROOM} .slider").send_keys(Keys.HOME)
            page.wait("the beginning", lambda: self.shown(page) == "00:00.0")
            page.js("""window.seconds = new Set();
                       window.pictures = new Map();
                       const look = () => {
                         window.seconds.add(document.querySelector('#compare .slider').getAttribute('aria-valuetext').slice(0, 5));
                         for (const stage of document.querySelectorAll('#compare canvas.plates')) {
                           window.pictures.set(stage, (window.pictures.get(stage) ?? new Set()).add(stage.toDataURL()));
                         }
                         requestAnimationFrame(look);
                       };
                       document.activeElement.blur();
                       look();""")
            page.key("Space")
            page.wait("three pictures", lambda: self.shown(page) >= "00:03.0")
            page.key("Space")
            # However far it got before it was stopped: one picture a second, and one where it begins or stops.
            most = page.js("return window.seconds.size") + 2
            for size in page.js("return [...window.pictures.values()].map((pictures) => pictures.size)"):
                self.assertLessEqual(size, most)

    def test_a_change_in_the_past_against_how_it_was(self):
        with open_page() as page:
            self.run_to(page, 60)
            parent = page.run()
            slider = page.browser.find_element("css selector", "#timeline .slider")
            slider.send_keys(Keys.HOME, Keys.PAGE_UP, Keys.PAGE_UP)
            page.wait("20 s", lambda: page.attribute("#timeline .slider", "aria-valuenow") == "20")
            page.key("h")
            page.wait("a branch", lambda: page.run() != parent)
            branch = page.run()
            page.press_text("#note button", "Compare")
            self.compared(page)
            self.assertEqual(self.sides(page), [parent, branch])
            self.assertEqual(page.texts(f"{ROOM} h2 .cut"), ["As it was", "With Hand-over: on"])
            self.assertIn("only in B, at 00:20", page.text(f"{ROOM} .story"))
            page.wait("both as far", lambda: int(page.attribute(f"{ROOM} .slider", "aria-valuemax")) >= 60)


class Looks(CompareTest):
    def measure(self, page):
        return page.js(MEASURE, ["header", "compare"])

    def assert_sound(self, page, where, hall=True):
        seen = self.measure(page)
        self.assertLessEqual(max(seen["scroll"]), 0, f"{where}: the page has a scrollbar")
        self.assertEqual(seen["cut"], [], f"{where}: cut off")
        self.assertEqual(seen["outside"], [], f"{where}: text outside its room")
        if hall:
            self.assertEqual(seen["small"], [], f"{where}: text under 2.8 % of the height")
        boxes = page.js("return [...document.querySelectorAll('#compare > *')].map((e) => { const b = e.getBoundingClientRect(); "
                        "return [e.className, b.left, b.top, b.right, b.bottom]; })")
        for i, (name, *one) in enumerate(boxes):
            for other, *two in boxes[i + 1:]:
                over = min(one[2], two[2]) - max(one[0], two[0]), min(one[3], two[3]) - max(one[1], two[1])
                self.assertFalse(min(over) > 0.5, f"{where}: {name} and {other} overlap by {over}")

    def stages(self, page):
        return page.js("return [...document.querySelectorAll('#compare .side')].map((e) => { "
                       "const b = e.getBoundingClientRect(); return [b.width, b.height]; })")

    def test_lecture(self):
        for width, height, dark in ((1280, 720, False), (1920, 1080, True)):
            with self.subTest(width=width), open_page(width, height, dark=dark) as page:
                self.run_to(page, 30)
                self.compare(page)
                self.assert_sound(page, f"{width}x{height}")
                for side in self.stages(page):
                    self.assertAlmostEqual(side[0], 408 * width / 1280, delta=1.6)
                    self.assertAlmostEqual(side[1], 452 * height / 720, delta=1.6)

    def test_lab(self):
        with open_page(1920, 1080, storage={"chef.density": "lab"}) as page:
            self.run_to(page, 30)
            self.compare(page)
            self.assert_sound(page, "lab", hall=False)
            one, two = self.stages(page)
            self.assertEqual(one, two)

    def test_phone(self):
        for height in (844, 664):
            with self.subTest(height=height), open_page(390, height) as page:
                self.run_to(page, 20)
                page.press("#header .run")
                page.press_text(".menu button", "Compare")
                page.wait("the menu", lambda: any("Round robin" in text for text in page.texts(".menu button")))
                page.press_text(".menu button", "Round robin")
                self.compared(page)
                self.assert_sound(page, f"390x{height}", hall=False)
                small = page.js("return [...document.querySelectorAll('#compare .acts > *, #compare .transport button, "
                                "#header [data-compare]')].filter((e) => e.checkVisibility() && "
                                "e.getBoundingClientRect().height < 44).length")
                self.assertEqual(small, 0, "targets under 44 px")


if __name__ == "__main__":
    unittest.main()
