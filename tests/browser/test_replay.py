"""Time as a control: seeking by hand and by keys, the same pictures backwards as forwards, steps to
events and moments, branches, and that a look at the past moves neither the run nor anybody else."""

import unittest

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from chef_browser import open_browser
from page import Page, open_page, server
from test_layout import MEASURE, ROOMS

PIXELS = """
return ["canvas.motion", "canvas.plates"].map((name) => document.querySelector(name).toDataURL()).join(" ");
"""

# A model and a replay of the test's own, on the run of the page: the world at many moments, first
# forwards, then backwards, each as text.
BOTH_WAYS = """
const done = arguments[arguments.length - 1], [run, speed, from, step, count] = arguments;
(async () => {
  const { CityModel: Model } = await import("/systems/kitchens/model.js");
  const { Replay } = await import("/app/replay.js");
  const { api } = await import("/app/api.js");
  const model = new Model();
  model.enter(await api.run(run));
  const replay = new Replay(model);
  replay.onProblem = (error) => done(String(error));
  replay.enterPast();
  replay.setSpeed(speed);
  const world = () => JSON.stringify([model.t_us, model.clock.shown_us, [...model.orders], [...model.kitchens],
    model.dispatcher, model.flow, model.flights, model.events, model.figures, model.points, model.verdicts,
    model.faults, model.samples.map((s) => [s.t_us, [...s.shares]])]);
  const walk = async (direction) => {
    const seen = [];
    replay.direction = direction;
    for (let i = 0; i < count; i += 1) {
      await replay.move(from + step * (direction > 0 ? i : count - 1 - i));
      seen.push(world());
    }
    return direction > 0 ? seen : seen.reverse();
  };
  const there = await walk(1), back = await walk(-1);
  replay.direction = 0;
  const differ = there.map((one, i) => (one === back[i] ? -1 : i)).filter((i) => i >= 0);
  done({ differ, distinct: new Set(there).size, orders: there.filter((one) => one.includes('"segments":[{')).length });
})().catch((error) => done(String(error)));
"""


def seconds(text):
    """The first time in a text, "1:02:03.4", in seconds."""
    time = next(word for word in text.replace(",", " ").split() if ":" in word)
    total = 0
    for part in time.split(":"):
        total = 60 * total + float(part)
    return total


class ReplayTest(unittest.TestCase):
    """What all the tests here do to a page."""

    def run_to(self, page, t_s):
        """Lets the run come to a moment, and stands there."""
        run = page.run()
        page.api(f"/api/v1/runs/{run}/pace", {"paused": True})
        now = page.api(f"/api/v1/runs/{run}")["t_ms"]
        page.api(f"/api/v1/runs/{run}/pace", {"advance_ms": max(0, t_s * 1000 - now)})
        page.wait("PAUSED", lambda: "PAUSED" in page.text(".badge"))
        page.wait("the edge", lambda: int(page.attribute(".slider", "aria-valuemax")) >= t_s)

    def now(self, page):
        return int(page.attribute(".slider", "aria-valuenow"))

    def shown(self, page):
        """The moment in words: "02:10.0 of 03:00.0, replay"."""
        return page.attribute(".slider", "aria-valuetext")

    def focus_slider(self, page):
        page.js("document.querySelector('.slider').focus()")

    def seek(self, page, *keys):
        slider = page.browser.find_element("css selector", ".slider")
        for key in keys:
            slider.send_keys(key)

    def settled(self, page):
        """Pixels of the stage once two looks are equal."""
        last = [None]

        def same():
            now = page.js(PIXELS)
            equal = now == last[0]
            last[0] = now
            return equal
        page.wait("the picture to settle", same)
        return last[0]

    def moment(self, page):
        """Virtual ms of the cursor, as the address has it a little later; None when live."""
        return page.js("const t = new URLSearchParams(location.hash.slice(1)).get('t'); return t && Number(t)")

    def policy(self, page):
        return page.js("return document.getElementById('set-policy').value")

    def badge(self, page, word):
        page.wait(word, lambda: word in (page.text(".badge") or ""))


class Seeking(ReplayTest):
    def test_a_hand_on_the_slider_shows_the_past_and_the_run_does_not_notice(self):
        with open_page() as page:
            self.run_to(page, 60)
            before = page.api(f"/api/v1/runs/{page.run()}")
            slider = page.browser.find_element("css selector", ".slider")
            width = slider.size["width"]
            ActionChains(page.browser).move_to_element_with_offset(slider, int(width * 0.3), 0).click_and_hold() \
                .move_by_offset(-int(width * 0.2), 0).move_by_offset(-int(width * 0.1), 0).perform()
            self.badge(page, "REPLAY")
            ActionChains(page.browser).release().perform()
            page.wait("a settled cursor", lambda: 25 <= self.now(page) <= 35)
            self.assertIn("behind", page.text(".badge"))
            self.assertEqual(page.attribute(".badge", "data-state"), "replay")
            page.wait("the city's clock", lambda: page.text("#header .clock") == f"00:{self.now(page):02}")
            after = page.api(f"/api/v1/runs/{page.run()}")
            for key in ("t_ms", "state", "digest", "steps"):
                self.assertEqual(before[key], after[key], key)
            page.key("0")
            self.badge(page, "PAUSED")
            self.assertGreaterEqual(self.now(page), 59)
            self.assertEqual(page.console_errors(), [])

    def test_keys_of_the_slider(self):
        with open_page() as page:
            self.run_to(page, 60)
            self.focus_slider(page)
            self.seek(page, Keys.ARROW_LEFT)
            page.wait("a second back", lambda: self.now(page) == 59)
            self.seek(page, Keys.PAGE_DOWN, Keys.PAGE_DOWN)
            page.wait("twenty more", lambda: self.now(page) == 39)
            self.seek(page, Keys.ARROW_RIGHT, Keys.PAGE_UP)
            page.wait("eleven on", lambda: self.now(page) == 50)
            self.seek(page, Keys.HOME)
            page.wait("the beginning", lambda: self.now(page) == 0)
            self.assertIn("replay", self.shown(page))
            page.wait("an empty city", lambda: "1" not in page.text("#verdict h2"))
            self.seek(page, Keys.END)
            self.badge(page, "PAUSED")

    def test_everything_shows_the_moment_of_the_cursor(self):
        with open_page() as page:
            self.run_to(page, 40)
            page.api(f"/api/v1/runs/{page.run()}/inputs", {"type": "node.crash", "node": "B"})
            page.api(f"/api/v1/runs/{page.run()}/inputs", {"type": "setting.set", "key": "policy", "value": "round-robin"})
            self.run_to(page, 60)
            orders = page.text("#verdict h2")
            page.wait("closed", lambda: "closed" in page.kitchen(2))
            self.focus_slider(page)
            self.seek(page, *[Keys.PAGE_DOWN] * 3)
            page.wait("30 s", lambda: self.now(page) == 30)
            page.wait("open again", lambda: ": open" in page.kitchen(2))
            self.assertNotEqual(page.text("#verdict h2"), orders)
            self.assertFalse([e for e in page.events() if "crash" in e])
            page.wait("the policy of then", lambda: self.policy(page) == "weighted-score")
            page.press("#chart-1 header button")
            page.wait("rows of then", lambda: page.texts("#chart-1 tbody td")[:1] == ["00:30"])
            self.seek(page, Keys.PAGE_UP, Keys.PAGE_UP)
            page.wait("closed again", lambda: "closed" in page.kitchen(2))
            page.wait("the policy since", lambda: self.policy(page) == "round-robin")

    def test_a_reload_comes_back_to_the_moment(self):
        with open_page() as page:
            self.run_to(page, 60)
            run = page.run()
            self.focus_slider(page)
            self.seek(page, Keys.PAGE_DOWN, Keys.PAGE_DOWN)
            page.wait("40 s", lambda: self.now(page) == 40)
            page.wait("the address", lambda: page.js("return location.hash").endswith("t=40000"))
            picture = self.settled(page)
            page.browser.refresh()
            self.badge(page, "REPLAY")
            page.wait("40 s again", lambda: self.now(page) == 40)
            self.assertEqual(page.run(), run)
            page.wait("the same picture", lambda: page.js(PIXELS) == picture)
            page.key("0")
            self.badge(page, "PAUSED")
            page.wait("the address", lambda: "t=" not in page.js("return location.hash"))

    def test_others_are_not_moved(self):
        with server() as url, open_browser() as one, open_browser() as two:
            first, second = Page(one, url), Page(two, url)
            one.get(url)
            first.wait_running()
            shared = first.api("/api/v1/runs", {"scenario": "kitchens/lunch-rush", "seed": 5})["run"]
            for page in (first, second):
                page.browser.get(f"{url}/static/favicon.svg")
                page.browser.get(f"{url}/#run={shared}")
                page.wait_running()
            first.api(f"/api/v1/runs/{shared}/pace", {"speed": 10})
            first.wait("some past", lambda: int(first.attribute(".slider", "aria-valuemax")) >= 20)
            self.focus_slider(first)
            self.seek(first, Keys.HOME)
            self.badge(first, "REPLAY")
            edge = int(first.attribute(".slider", "aria-valuemax"))
            self.assertIn("LIVE", second.text(".badge"))
            first.wait("the edge to go on", lambda: int(first.attribute(".slider", "aria-valuemax")) >= edge + 5)
            self.assertEqual(self.now(first), 0)
            second.wait("the other's edge to go on", lambda: self.now(second) > edge)
            first.key("0")
            self.badge(first, "LIVE")


class Playing(ReplayTest):
    def test_backwards_are_the_same_worlds_as_forwards(self):
        with open_page() as page:
            self.run_to(page, 90)
            page.api(f"/api/v1/runs/{page.run()}/inputs", {"type": "node.crash", "node": "C"})
            self.run_to(page, 120)
            page.browser.set_script_timeout(60)
            for speed, start, step, count in ((1, 80_000_000, 370_000, 60), (0.02, 90_000_000, 9_000, 60),
                                              (60, 1_000_000, 2_900_000, 40)):
                seen = page.browser.execute_async_script(BOTH_WAYS, page.run(), speed, start, step, count)
                self.assertIsInstance(seen, dict, seen)
                self.assertEqual(seen["differ"], [], f"at {speed}x")
                self.assertGreater(seen["distinct"], count * 0.9)

    def test_stills_are_the_same_pictures_from_either_side(self):
        with open_page() as page:
            self.run_to(page, 60)
            self.focus_slider(page)
            pictures = {}
            self.seek(page, *[Keys.PAGE_DOWN] * 4)
            for key in [Keys.ARROW_RIGHT] * 4 + [Keys.ARROW_LEFT] * 4:
                now = self.now(page)
                self.seek(page, key)
                page.wait("the next second", lambda then=now: self.now(page) != then)
                page.wait("its world", lambda: seconds(page.text("#header .clock")) == self.now(page))
                picture = self.settled(page)
                self.assertEqual(pictures.setdefault(self.now(page), picture), picture, f"at {self.now(page)} s")
            self.assertEqual(len(set(pictures.values())), len(pictures))

    def test_plays_back_and_forth_and_joins_the_present(self):
        with open_page() as page:
            self.run_to(page, 60)
            page.press('[data-transport="back"]')
            self.badge(page, "REPLAY")
            page.wait("earlier", lambda: self.now(page) <= 58)
            self.assertEqual(page.attribute('[data-transport="back"]', "aria-pressed"), "true")
            page.press('[data-transport="back"]')
            page.wait("standing", lambda: page.attribute('[data-transport="back"]', "aria-pressed") == "false")
            self.focus_slider(page)
            page.js("document.activeElement.blur()")
            page.key("Space")
            self.badge(page, "PAUSED")
            self.assertGreaterEqual(self.now(page), 59)
            page.key("Space")
            self.badge(page, "LIVE")
            self.assertEqual(page.console_errors(), [])


class Stepping(ReplayTest):
    def test_moments_and_events_there_and_back(self):
        with open_page() as page:
            self.run_to(page, 30)
            page.api(f"/api/v1/runs/{page.run()}/inputs", {"type": "node.crash", "node": "B"})
            self.run_to(page, 40)
            page.key("k")
            self.badge(page, "REPLAY")
            page.wait("a moment", lambda: 30 <= self.now(page) < 40)
            for _ in range(200):
                if any("crash" in e.lower() for e in page.events()[:1]):
                    break
                before = self.moment(page)
                page.key("k")
                page.wait("a moment before", lambda: self.moment(page) != before)
            page.wait("the crash", lambda: any("crash" in e.lower() for e in page.events()[:1]))
            at_crash = page.wait("the address", lambda: self.moment(page))
            page.key("p")
            page.wait("the event before", lambda: self.moment(page) < at_crash)
            page.key("n")
            page.wait("and back", lambda: self.moment(page) == at_crash)
            for _ in range(200):
                before = self.moment(page)
                page.key("j")
                page.wait("an answer", lambda: self.moment(page) != before or "Nothing more" in (page.text("#note") or ""))
                if "Nothing more" in (page.text("#note") or ""):
                    break
            self.assertIn("Nothing more", page.text("#note"))

    def test_until_a_condition_in_the_past_and_at_the_edge(self):
        with open_page() as page:
            self.run_to(page, 30)
            page.api(f"/api/v1/runs/{page.run()}/inputs", {"type": "node.crash", "node": "B"})
            self.run_to(page, 60)
            self.focus_slider(page)
            self.seek(page, Keys.HOME)
            page.wait("the beginning", lambda: self.now(page) == 0)
            page.press('[data-transport="until"]')
            page.press_text("#until button", "thought closed")
            page.wait("the suspicion", lambda: 30 <= self.now(page) < 60)
            self.assertIn("REPLAY", page.text(".badge"))
            page.wait("in the list", lambda: any("thought closed" in e for e in page.events()))
            page.press('[data-transport="until"]')
            page.js("document.getElementById('until-own').value = 't_ms > 50000 and nonsense'")
            page.press("#until form button")
            page.wait("the refusal", lambda: "nonsense" in (page.text("#problem") or ""))
            page.key("0")
            self.badge(page, "PAUSED")
            page.press('[data-transport="until"]')
            page.js("document.getElementById('until-own').value = 't_ms >= 65000'")
            page.press("#until form button")
            page.wait("65 s", lambda: self.now(page) == 65)
            self.badge(page, "PAUSED")


class Branching(ReplayTest):
    def family_menu(self, page, text):
        """Opens the menu of the branches, which is read anew each time, and chooses."""
        page.press('[data-transport="branch"]')
        page.wait("the menu", lambda: any(text in entry for entry in page.texts(".menu button")))
        page.press_text(".menu button", text)

    def test_a_change_in_the_past_opens_a_branch_that_can_be_named_left_and_deleted(self):
        with open_page() as page:
            self.run_to(page, 60)
            parent = page.run()
            digest = page.api(f"/api/v1/runs/{parent}")["digest"]
            self.focus_slider(page)
            self.seek(page, *[Keys.PAGE_DOWN] * 3)
            page.wait("30 s", lambda: self.now(page) == 30)
            self.assertIn("opens a branch", page.attribute('[data-action="handover"]', "title"))
            page.press('[data-action="handover"]')
            page.wait("another run", lambda: page.run() != parent)
            branch = page.run()
            self.badge(page, "BRANCH")
            self.assertIn("00:30", page.text("#note"))
            about = page.api(f"/api/v1/runs/{branch}")
            self.assertEqual((about["parent"], about["branch_at_ms"]), (parent, 30000))
            page.wait("the hand-over", lambda: page.attribute('[data-action="handover"]', "aria-pressed") == "true")
            self.assertEqual(len(page.texts(".tracks .branch")), 2)
            page.key("Space")
            page.wait("it goes on", lambda: self.now(page) >= 32)
            page.key("Space")

            self.family_menu(page, "Name this run")
            page.js("document.getElementById('branch-name').value = 'With hand-over'")
            page.press("#rename form button")
            page.wait("the name", lambda: "With hand-over" in page.attribute(".badge", "title"))

            self.focus_slider(page)
            self.seek(page, Keys.PAGE_DOWN)
            page.wait("in its past", lambda: "REPLAY" in page.text(".badge"))
            moment = self.shown(page).split()[0]
            page.wait("the picture", lambda: page.js("return location.hash").count("t=") == 1)
            self.family_menu(page, "Back to the parent")
            page.wait("the parent", lambda: page.run() == parent)
            page.wait("the same moment", lambda: self.shown(page).split()[0] == moment)
            self.assertEqual(page.api(f"/api/v1/runs/{parent}")["digest"], digest)

            under = page.js("const b = document.querySelector('.tracks .branch').getBoundingClientRect();"
                            "return document.elementFromPoint(b.left + b.width / 2, b.top + b.height / 2).className")
            self.assertIn("slider", under, "in the hall the thin tracks do not take the hand off the slider")
            page.press(".tracks .branch:nth-child(2)")
            page.wait("the branch again", lambda: page.run() == branch)
            self.family_menu(page, "Delete this branch")
            page.press_text("#delete button", "Keep it")
            page.api(f"/api/v1/runs/{branch}")
            self.family_menu(page, "Delete this branch")
            page.press("#delete .danger")
            page.wait("the parent", lambda: page.run() == parent)
            page.wait("no tracks", lambda: not page.texts(".tracks .branch"))
            self.assertEqual([one["run"] for one in page.api(f"/api/v1/runs/{parent}")["family"]], [parent])
            self.assertEqual(page.console_errors(), [])

    def test_an_order_in_the_past_is_followed_in_its_branch(self):
        with open_page() as page:
            self.run_to(page, 40)
            parent = page.run()
            page.key(",")
            page.wait("earlier", lambda: self.now(page) <= 38)
            page.key("Space")
            page.press('[data-action="order"]')
            page.press(".menu button")
            page.click_stage(0.2, 0.75)
            page.wait("a branch", lambda: page.run() != parent)
            page.key("Space")
            page.wait("my order", lambda: "Your" in page.text("#caption"))


FULL = """
const done = arguments[arguments.length - 1];
(async () => {
  const { Model } = await import("/app/model.js");
  const { Overview } = await import("/app/overview.js");
  const overview = new Overview(new Model(), {
    interesting: () => true, span: (event) => (event.kind === "cut" ? { begins: `cut ${event.event}` } : null) });
  for (let s = 1; s <= 86400; s += 1) overview.addLoad(s, 100);
  const event = (n) => ({ event: n, cause: 0, t_us: n * 1e6, kind: n % 100 === 0 ? "cut" : "note", node: 1, peer: 2,
    subject: -1, args: [] });
  for (let n = 1; n <= 20000; n += 1) { overview.keep(event(n)); if (n % 2000 === 0) overview.thin(); }
  overview.sort();
  const curve = overview.curve();
  done({ buckets: curve.length, values: [...new Set(curve.map((one) => one.value))], until: curve.at(-1).t_us,
    marks: overview.marks.length, spans: overview.spans.length,
    ordered: overview.marks.every((one, i, all) => i === 0 || one.t_us > all[i - 1].t_us) });
})().catch((error) => done(String(error)));
"""


class Limits(ReplayTest):
    def test_a_day_and_twenty_thousand_events_are_thinned_but_no_fault_is_lost(self):
        with open_page() as page:
            page.browser.set_script_timeout(60)
            seen = page.browser.execute_async_script(FULL)
            self.assertIsInstance(seen, dict, seen)
            self.assertLessEqual(seen["buckets"], 720)
            self.assertEqual(seen["values"], [100])
            self.assertGreater(seen["until"], 86_000e6)
            self.assertLessEqual(seen["marks"], 4000)
            self.assertEqual((seen["spans"], seen["ordered"]), (200, True))

    def test_one_branch_too_many_is_refused_in_one_line_and_nothing_changes(self):
        with open_page() as page:
            self.run_to(page, 20)
            run = page.run()
            for number in range(16):
                page.api(f"/api/v1/runs/{run}/branch", {"at_ms": 1000 * number, "private": True, "label": str(number)})
            self.focus_slider(page)
            self.seek(page, Keys.PAGE_DOWN)
            page.wait("ten seconds", lambda: self.now(page) == 10)
            page.press('[data-action="handover"]')
            page.wait("the limit", lambda: "16 branches" in (page.text("#problem") or ""))
            self.assertEqual(page.run(), run)
            self.assertEqual(page.attribute('[data-action="handover"]', "aria-pressed"), "false")
            self.assertEqual(self.now(page), 10)
            page.press('[data-transport="branch"]')
            page.wait("all in the menu", lambda: len(page.texts(".menu [role=menuitemradio]")) == 17)


class Looks(ReplayTest):
    def family(self, page):
        """A run with two branches, the second of the first; the page in the past of the first."""
        self.run_to(page, 60)
        root = page.run()
        page.api(f"/api/v1/runs/{root}/inputs", {"type": "node.crash", "node": "B"})
        self.run_to(page, 80)
        branch = {"at_ms": 70_000, "private": True, "label": "Heal all", "inputs": [{"type": "heal.all"}]}
        one = page.api(f"/api/v1/runs/{root}/branch", branch)["run"]
        page.api(f"/api/v1/runs/{one}/pace", {"advance_ms": 20_000})
        page.wait("the branch", lambda: page.api(f"/api/v1/runs/{one}")["t_ms"] >= 90_000)
        page.api(f"/api/v1/runs/{one}/branch", {"at_ms": 80_000, "private": True, "label": "A second one"})
        page.browser.get(page.url + "/static/favicon.svg")
        page.browser.get(f"{page.url}/#run={one}&t=75000")
        page.wait("the run", lambda: page.text("#header .run") and "PAUSED" not in page.text(".badge"))
        if page.attribute("html", "data-density") == "phone":
            page.press_text("#tabs button", "Controls")
        self.badge(page, "REPLAY")
        page.wait("three tracks", lambda: len(page.texts(".tracks .branch")) == 3)

    def test_nothing_is_cut_off_with_three_tracks_in_the_past(self):
        for width, height, storage in ((1280, 720, None), (1920, 1080, {"chef.density": "lab"}), (390, 664, None)):
            with self.subTest(width=width), open_page(width, height, storage=storage) as page:
                if width < 400:
                    page.press_text("#tabs button", "Controls")
                self.family(page)
                seen = page.js(MEASURE, ROOMS)
                self.assertLessEqual(max(seen["scroll"]), 0)
                self.assertEqual((seen["cut"], seen["outside"]), ([], []))
                if width == 1280:
                    self.assertEqual(seen["small"], [])
                current = page.js("return [...document.querySelectorAll('.tracks .branch')].map((b) => b.ariaCurrent)")
                self.assertEqual(current, ["false", "true", "false"])
                page.key("0")
                page.wait("the branch's name", lambda: "Heal all" in page.text(".badge"))
                self.assertIn("BRANCH", page.text(".badge"))
                self.assertEqual(page.js(MEASURE, ROOMS)["cut"], [])

    def test_reduced_motion_plays_in_steps(self):
        with open_page(still=True) as page:
            self.run_to(page, 60)
            page.press('[data-transport="back"]')
            self.badge(page, "REPLAY")
            places = page.js("""
              const seen = new Set(), end = performance.now() + 3500;
              return new Promise((done) => { const look = () => {
                seen.add(document.querySelector(".thumb").style.translate);
                performance.now() < end ? requestAnimationFrame(look) : done(seen.size); }; look(); });""")
            self.assertTrue(2 <= places <= 6, places)


class Phone(ReplayTest):
    def test_the_slider_under_a_thumb(self):
        with open_page(390, 664) as page:
            page.press_text("#tabs button", "Controls")
            self.run_to(page, 30)
            box = page.js("const b = document.querySelector('.slider').getBoundingClientRect(); return [b.width, b.height]")
            self.assertGreaterEqual(box[1], 44)
            self.assertGreater(box[0], 300)
            slider = page.browser.find_element("css selector", ".slider")
            ActionChains(page.browser).move_to_element_with_offset(slider, -int(box[0] * 0.3), 0).click().perform()
            self.badge(page, "REPLAY")
            page.press('[data-transport="live"]')
            self.badge(page, "PAUSED")


if __name__ == "__main__":
    unittest.main()
