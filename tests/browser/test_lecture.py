"""A lecture in browsers: a presenter with a desk and a wall, and an audience that follows, votes, orders, leaves,
comes back, and stands still."""

import contextlib
import json
import pathlib
import tempfile
import unittest
import urllib.error
import urllib.parse
import urllib.request

from chef_browser import open_browser
from chef_server import ChefServer
from page import Page

KEY = "correct-horse-battery"
WALL, DESK = 0, 1


class Lecture(unittest.TestCase):
    @contextlib.contextmanager
    def lecture(self):
        """The server, and what opens a browser on it."""
        with contextlib.ExitStack() as stack:
            folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
            (folder / "key").write_text(KEY + "\n")
            server = self.server = stack.enter_context(ChefServer("--presenter-key-file", str(folder / "key")))
            yield lambda width, height: Page(stack.enter_context(open_browser(width, height)), server.url)

    @contextlib.contextmanager
    def hall(self, people):
        """The presenter's browser with desk and wall, and so many phones in the room."""
        with self.lecture() as browser:
            presenter = browser(1280, 720)
            self.open_desk(presenter)
            yield presenter, [browser(390, 664) for _ in range(people)]

    def give_key(self, page, key):
        page.wait("the key's field", lambda: page.js("return document.querySelector('#key') !== null"))
        page.browser.find_element("id", "key").send_keys(key + "\n")

    def open_desk(self, page):
        """The wall is the first window, the desk the second, which is on top now."""
        page.browser.get(page.url + "/presenter")
        self.give_key(page, "not-the-key")
        page.wait("a refusal", lambda: "not right" in (page.text("#presenter .wrong") or ""))
        self.give_key(page, KEY)
        page.wait("the desk", lambda: page.text("#desk-way .code"))
        page.browser.switch_to.new_window("window")
        page.windows = page.browser.window_handles[::-1]
        page.browser.get(page.url + "/presenter")
        page.wait("the desk again, without the key", lambda: page.text("#desk-way .code"))
        self.to(page, WALL)

    def to(self, page, window):
        page.browser.switch_to.window(page.windows[1 - window])

    def play(self, page, scene):
        self.to(page, WALL)
        page.browser.get(f"{page.url}/#scene={scene}")
        page.wait("the scene", lambda: page.text("#scene .count"))
        page.wait("the room to show it", lambda: self.room(page)["scene"] == scene)

    def step_on(self, page, beat):
        """By the desk's button, to the next step of this kind, hurrying what runs."""
        for _ in range(12):
            self.to(page, WALL)
            page.wait("the step to be over", lambda: page.text("#scene .next") in ("Next", "Run", "Skip"))
            if page.js("return document.documentElement.dataset.scene") == beat:
                return
            before = page.js("return document.querySelector('#scene .count').innerText + document.querySelector('#scene .next').innerText")
            self.to(page, DESK)
            page.press("#desk-bar [data-act=next]")
            self.to(page, WALL)
            page.wait("the next step", lambda: page.js(
                "return document.querySelector('#scene .count').innerText + document.querySelector('#scene .next').innerText") != before)
        self.fail(f"no step {beat}")

    def toggle(self, presenter, act, on):
        presenter.press(f"#desk-bar [data-act={act}]")
        presenter.wait(f"{act} to be {on}", lambda: presenter.attribute(f"#desk-bar [data-act={act}]", "aria-pressed") == on)

    def room(self, page):
        return page.js("return fetch('/api/v1/room').then((answer) => answer.json())")

    def join(self, phone, code, name=""):
        phone.browser.get(f"{phone.url}/join?code={code}")
        phone.wait("the form", lambda: phone.js("return document.querySelector('#nickname') !== null"))
        self.assertEqual(phone.js("return document.querySelector('#code').value"), code)
        phone.browser.find_element("id", "nickname").send_keys(name)
        phone.press("#join button")
        phone.wait("the room's line", lambda: phone.text("#room .line"))

    def follows(self, phone, run):
        phone.wait("the presenter's run", lambda: phone.run() == run)

    def test_follow_vote_order_leave_come_back_and_stand_still(self):
        with self.hall(3) as (presenter, phones):
            self.play(presenter, "crisis")
            run = self.room(presenter)["run"]
            self.to(presenter, DESK)
            code = presenter.text("#desk-way .code")
            for phone, name in zip(phones, ("Ada", "<b>Bob</b>", "")):
                self.join(phone, code, name)
                self.follows(phone, run)
            presenter.wait("three in the room", lambda: presenter.text("#presenter .members") == "3 in the room")

            presenter.wait("names, as text", lambda: presenter.text("#desk-way .names") == "Ada · <b>Bob</b>")

            self.step_on(presenter, "predict")
            for index, phone in enumerate(phones):
                phone.wait("the question", lambda: phone.texts("#room-card .answers button"))
                phone.js("document.querySelectorAll('#room-card .answers button')[arguments[0]].click()", index % 2)
                phone.wait("the vote to be in", lambda: "in" in (phone.text("#room-card p") or ""))
            self.to(presenter, DESK)
            presenter.wait("three votes", lambda: presenter.texts("#desk-vote .bars b")[:2] == ["2 of 3", "1 of 3"])
            presenter.press("#desk-vote [data-act='do.reveal']")
            for phone in phones:
                phone.wait("the votes", lambda: phone.texts("#room-card .bars b")[:2] == ["2 of 3", "1 of 3"])
            self.to(presenter, WALL)
            presenter.wait("the votes on the wall", lambda: presenter.texts("#room-votes .bars b")[:2] == ["2 of 3", "1 of 3"])

            first, second, third = phones
            first.press("#room [data-room='do.explore']")
            first.wait("a copy", lambda: first.run() != run and first.text("#room .line") == "Your own copy")
            self.to(presenter, DESK)
            self.toggle(presenter, "freeze", "true")
            self.follows(first, run)
            second.wait("the class to stand", lambda: second.attribute("#room [data-room]", "aria-disabled") == "true")
            self.toggle(presenter, "freeze", "false")
            first.wait("the class to go on", lambda: first.attribute("#room [data-room]", "aria-disabled") is None)
            first.press("#room [data-room='do.explore']")
            first.wait("a copy", lambda: first.run() != run)
            first.press("#room [data-room='do.back']")
            self.follows(first, run)

            self.toggle(presenter, "blank", "true")
            third.wait("darkness", lambda: third.js("return !document.querySelector('#room-blank').hidden"))
            self.toggle(presenter, "blank", "false")
            third.wait("light", lambda: third.js("return document.querySelector('#room-blank').hidden"))

            for page in (presenter, *phones):
                self.assertEqual([line for line in page.console_errors() if "401" not in line and "403" not in line], [])

    def test_the_program_begins_again_while_a_step_runs(self):
        with self.hall(0) as (presenter, _):
            self.play(presenter, "crisis")
            self.to(presenter, DESK)
            code = presenter.text("#desk-way .code")
            self.step_on(presenter, "predict")
            presenter.key("Right")
            presenter.wait("the run", lambda: presenter.text("#scene .next") == "Skip")
            run = self.room(presenter)["run"]
            before = presenter.api(f"/api/v1/runs/{run}")["t_ms"]
            presenter.wait("some of it", lambda: presenter.api(f"/api/v1/runs/{run}")["t_ms"] > before + 500)
            self.server.kill()
            self.server.start(self.server.port)
            self.to(presenter, DESK)
            self.give_key(presenter, KEY)
            presenter.wait("the same room", lambda: presenter.text("#desk-way .code") == code)
            self.to(presenter, WALL)
            presenter.wait("the end of the step", lambda: presenter.text("#scene .next") in ("Next", "Run"))
            self.assertEqual(presenter.texts("#scene .failed"), [])
            info = presenter.api(f"/api/v1/runs/{run}")
            step = presenter.js("return document.querySelector('#scene .count').innerText.match(/\\d+/)[0]")
            until = presenter.api("/api/v1/scenes/crisis")["steps"][int(step) - 1]["until"]
            came = presenter.api(f"/api/v1/runs/{run}/find?from_ms={before}&until=" + urllib.parse.quote(until))
            self.assertEqual((info["state"], came["found"]), ("paused", True))
            self.assertAlmostEqual(came["t_ms"], info["t_ms"], delta=0.002)  # rounded up here, down there

    def test_orders_and_a_room_that_ends(self):
        """The desk is another browser, as on another machine."""
        with self.lecture() as browser:
            wall, desk, phone = browser(1280, 720), browser(1280, 720), browser(390, 664)
            for page in (wall, desk):
                page.browser.get(page.url + "/presenter")
                self.give_key(page, KEY)
                page.wait("the desk", lambda: page.text("#desk-way .code"))
            desk.press("#desk-bar [data-act=next]")
            desk.wait("why not", lambda: desk.text("#presenter > .wrong") == "No wall is open.")
            wall.browser.get(wall.url + "/")
            wall.wait_running()
            run = wall.run()
            desk.wait("the room to show it", lambda: self.room(desk)["run"] == run)
            code = self.room(desk)["code"]
            self.join(phone, code)
            self.follows(phone, run)
            order = ("return fetch('/api/v1/runs/' + arguments[0] + '/inputs', {method: 'POST', body: JSON.stringify("
                     "{type: 'order.place', dish: 'Lobster', x_m: 100, y_m: 200})}).then((answer) => answer.status)")
            self.assertEqual(phone.js(order, run), 403)
            desk.key("o")
            desk.wait("orders to be taken", lambda: self.room(desk)["inputs_allowed"])
            self.assertEqual(phone.js(order, run), 202)
            phone.browser.refresh()
            phone.wait("the room after a reload", lambda: phone.text("#room .code") == code)
            self.follows(phone, run)
            desk.key("w")
            wall.wait("the way in on the wall", lambda: wall.text("#room-way .code") == code)
            wall.key("v")
            self.assertIsNone(wall.text("#room-way"), "any key takes it away, and does no more")
            desk.press("#desk-way [data-act=reset]")
            desk.browser.switch_to.alert.accept()
            desk.wait("another run", lambda: self.room(desk)["run"] != run)
            again = self.room(desk)["run"]
            self.follows(wall, again)
            self.follows(phone, again)
            self.drive_a_scene(wall, desk, phone)
            self.change_walls(wall, desk)
            self.assertEqual(desk.js("return fetch('/api/v1/room', {method: 'DELETE'}).then((answer) => answer.status)"), 204)
            phone.wait("the end", lambda: phone.text("#room .line") == "The room is over")
            phone.press("#room [data-room='do.leave']")
            self.assertTrue(phone.js("return document.querySelector('#room') === null"))

    def drive_a_scene(self, wall, desk, phone):
        """By a clicker at the desk; both windows are reloaded meanwhile."""
        words = wall.js("return fetch('/words/scenes.json').then((answer) => answer.json())")["scenes"]
        steps = len(wall.api("/api/v1/scenes/crisis")["steps"])
        at = lambda step: desk.wait(f"step {step} at the desk", lambda: f"{step} of {steps}" in (desk.text("#desk-step") or ""))
        wall.browser.get(wall.url + "/#scene=crisis")
        at(1)
        for said, part in (("open.notes", "#desk-step .notes"), ("look.caption", "#desk-next")):
            self.assertIn(words["crisis." + said], desk.text(part))
        desk.wait("the step to be over", lambda: desk.attribute("#desk-bar [data-act=play]", "aria-disabled"))
        desk.key("PageDown")
        at(2)
        self.assertIn(words["crisis.look.notes"], desk.text("#desk-step .notes"))
        desk.key("b")
        wall.wait("a dark wall", lambda: wall.js("return !document.querySelector('#room-blank').hidden"))
        phone.wait("dark phones", lambda: phone.js("return !document.querySelector('#room-blank').hidden"))
        wall.key("Right")
        phone.wait("light", lambda: phone.js("return document.querySelector('#room-blank').hidden"))
        begun = desk.js("return JSON.parse(localStorage.getItem('chef.presenting.begun'))")
        before = self.room(desk)["wall"]["shows"]["page"]
        wall.browser.refresh()
        desk.wait("the wall to be there again",
                  lambda: (self.room(desk)["wall"] or {"shows": {"page": before}})["shows"]["page"] != before)
        desk.wait("its scene too", lambda: self.room(desk)["wall"]["shows"]["scene"] == "crisis")
        desk.browser.refresh()
        at(2)
        self.assertEqual(desk.js("return JSON.parse(localStorage.getItem('chef.presenting.begun'))"), begun)
        desk.key("Left")
        at(1)
        self.assertEqual(wall.text("#scene .count"), f"1 of {steps}")

    def change_walls(self, wall, desk):
        """Another window is no wall until somebody says so; when it closes, the one that is left drives."""
        run = self.room(desk)["run"]
        home = desk.browser.current_window_handle
        desk.browser.switch_to.new_window("window")
        desk.browser.get(desk.url + "/")
        desk.wait("who drives", lambda: "Another window" in (desk.text("#note") or ""))
        self.assertEqual(self.room(desk)["run"], run)
        desk.press("#note button")
        desk.wait("the room to show it", lambda: self.room(desk)["run"] == desk.run())
        wall.wait("the other to know", lambda: "Another window" in (wall.text("#note") or ""))
        desk.browser.close()
        desk.browser.switch_to.window(home)
        desk.wait("the wall that is left", lambda: self.room(desk)["run"] == run)

    def test_nothing_of_the_presenter_is_in_what_the_audience_gets(self):
        with self.hall(1) as (presenter, [phone]):
            code = self.room(presenter)["code"]
            self.join(phone, code)
            for path in ("/presenter", "/join", "/app/presenter.js", "/app/room/present.js", f"/api/v1/room?code={code}"):
                with urllib.request.urlopen(phone.url + path) as answer:
                    self.assertNotIn(KEY, answer.read().decode())
            self.assertNotIn("chef_presenter", json.dumps(phone.browser.get_cookies()))
            with self.assertRaises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(phone.url + "/api/v1/room/qr.svg")
            self.assertEqual(refused.exception.code, 403)
            refused.exception.close()


if __name__ == "__main__":
    unittest.main()
