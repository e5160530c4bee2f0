"""Everything that can be opened, looked at by access.js: roles, names, labels, references, headings, contrast in
light and dark, sizes, and where Tab goes. Steps of scenes are looked at by the walks through them (scene_walk.py)."""

import contextlib
import pathlib
import re
import tempfile
import unittest

import access
from chef_browser import open_browser
from chef_server import ChefServer
from page import Page

KEY = "correct-horse-battery"
SYSTEMS = [(None, None), ("Kitchen council", "raft"), ("One menu", "kv"), ("The last lobster", "city")]
CUT = {"kitchens": ("A", "B"), "raft": ("n1", "n2")}  # a system of each of the two stages

# What is done to the way into a room, and the rule that must find it.
PLANTED = [
    ("document.querySelector('label[for=nickname]').remove()", "no label"),
    ("document.querySelector('form button').replaceChildren()", "no name"),
    ("document.querySelector('form p').tabIndex = 0", "no role"),
    ("document.querySelector('form').setAttribute('aria-hidden', 'true')", "focus on what is hidden"),
    ("document.querySelector('form p').setAttribute('aria-label', 'x')", "a name without a role"),
    ("document.querySelector('form p').append(document.createElement('img'))", "no alt"),
    ("document.querySelector('main svg, main img').removeAttribute('aria-hidden');"
     "document.querySelector('form p').innerHTML = '<svg><title>x</title><path/></svg>'", "a picture that is neither"),
    ("document.querySelector('form p').id = 'code'", "id twice"),
    ("document.querySelector('form button').setAttribute('aria-controls', 'gone')", "aria-controls names nothing"),
    ("document.querySelector('h1').outerHTML = '<h3>x</h3>'", "heading out of order"),
    ("document.body.append(document.createElement('main'))", "2 mains"),
    ("document.title = ''", "no title"),
    ("document.querySelector('form p').setAttribute('aria-pressed', 'true')", "aria-pressed on a"),
    ("document.querySelector('form button').setAttribute('role', 'tab')", "not in a tablist"),
    ("document.querySelector('h1').style.color = '#8a8a8a';document.querySelector('h1').style.fontSize = '16px'", "contrast"),
    ("document.querySelector('form').style.opacity = '0.6'", "contrast"),
    ("document.querySelector('form button').style.cssText = 'width:12px;height:12px;min-height:0;padding:0;overflow:hidden'", "target"),
]
PLANTED_STOPS = [
    ("document.querySelector('form button').style.outline = 'none'", "no mark of focus"),
    ("document.querySelector('#code').style.clipPath = 'inset(50%)';document.querySelector('#code').style.visibility = 'visible';"
     "document.body.insertAdjacentHTML('beforeend', '<div id=over></div>');"
     "document.querySelector('#over').style.cssText = 'position:fixed;inset:0'", "focus on what is covered"),
    ("document.querySelector('form button').style.cssText = 'position:fixed;top:0;left:0'", "out of order"),
    ("document.querySelector('#nickname').addEventListener('keydown', (event) => event.preventDefault())", "never reached"),
]


class Access(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.stack = contextlib.ExitStack()
        folder = pathlib.Path(cls.stack.enter_context(tempfile.TemporaryDirectory()))
        (folder / "key").write_text(KEY + "\n")
        cls.url = cls.stack.enter_context(ChefServer("--presenter-key-file", str(folder / "key"))).url

    @classmethod
    def tearDownClass(cls):
        cls.stack.close()

    @contextlib.contextmanager
    def page(self, path="/", width=1280, height=720, dark=False, wait="#stage .twin button"):
        with open_browser(width, height) as browser:
            page = Page(browser, self.url)
            page.emulate(dark, True)
            browser.get(self.url + path)
            page.wait(f"{wait} on {path}", lambda: page.js("return document.querySelector(arguments[0]) !== null", wait))
            yield page

    def look(self, page, what, tab=False):
        """In the light; by Tab too when asked for, and then in both themes."""
        with self.subTest(what):
            for dark in (False, True) if tab else (False,):
                page.emulate(dark, True)
                page.js("return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
                self.assertEqual(access.findings(page, page.js("return innerWidth < 600")), [], f"{what}, dark: {dark}")
            if tab:
                self.assertEqual(access.stops(page), [], what)

    def open(self, page, what, press, seen, tab=False):
        """Opens something over the page, looks at it, and closes it."""
        press()
        page.wait(what, lambda: page.js("return document.querySelector(arguments[0])?.checkVisibility()", seen))
        self.look(page, what, tab)
        page.key("Escape")
        page.wait(f"{what} to close", lambda: not page.js("return document.querySelector(arguments[0])?.checkVisibility()", seen))

    def test_each_rule_finds_its_fault(self):
        with self.page("/join", wait="#code") as page:
            for find, planted in ((access.findings, PLANTED), (access.stops, PLANTED_STOPS)):
                for script, rule in planted:
                    page.browser.refresh()
                    page.wait("the form", lambda: page.js("return document.querySelector('#code') !== null"))
                    page.js(script)
                    found = find(page)
                    self.assertTrue(any(line.startswith(rule) for line in found), f"{script}: {found}")

    def test_each_system(self):
        with self.page() as page:
            page.wait_running()
            page.key("Space")
            for title, system in SYSTEMS:
                if title:
                    page.enter_system(title)
                self.look(page, f"hall of {system}", tab=True)
                page.key("i")
                self.look(page, f"drawer of {system}", tab=True)
                self.assertIsNone(page.attribute("#controls:not([hidden])", "id"), "the drawer gives way")
                page.key("i")
                page.js("document.querySelectorAll('#controls details').forEach((one) => { one.open = true; })")
                self.look(page, f"whole drawer of {system}")
                page.key("i", "1")
                page.wait("the card", lambda: page.js("return document.querySelector('#stage .card')?.checkVisibility()"))
                self.look(page, f"card of {system}")
                page.key("Escape")

    def test_what_moves_has_its_twin(self):
        """On both stages cuts, orders and messages are in the list under the picture, as many as there are."""
        lines = lambda page: page.js("return [...document.querySelectorAll('#stage > ul.unseen > li')].map((e) => e.textContent)")
        with self.page() as page:
            page.wait_running()
            for title, (system, nodes) in zip((title for title, _ in SYSTEMS), CUT.items()):
                if title:
                    page.enter_system(title)
                    page.wait_running()
                path = f"/api/v1/runs/{page.run()}"
                page.api(f"{path}/inputs", {"type": "link.cut", "node": nodes[0], "peer": nodes[1]})
                page.wait(f"the cut of {system}", lambda: [line for line in lines(page) if line.endswith("is cut")])
                page.api(f"{path}/inputs", {"type": "node.isolate", "node": nodes[0]})
                page.wait("both cuts", lambda: [line.split()[-1] for line in lines(page)][:2] == ["cut", "everybody"])
                page.api(f"{path}/pace", {"speed": 0.002})
                page.wait("a message", lambda: [line for line in lines(page) if re.match(r"[a-z ]+: .+ to .+", line)])
                page.api(f"{path}/pace", {"paused": True})
                page.wait("to stand", lambda: "PAUSED" in page.text("#timeline .badge"))
                if system == "kitchens":
                    table = page.api(f"{path}/orders?state=open&limit=100")
                    ids = sorted(row[table["columns"].index("order_id")] for row in table["rows"])
                    told = lambda: sorted(int(line.split()[1].rstrip(",")) for line in lines(page) if line.startswith("Order"))
                    page.wait("all open orders", lambda: told() == ids)

    def test_what_opens(self):
        with self.page() as page:
            page.wait_running()
            page.key("Space")
            press = lambda selector: lambda: page.press(selector)
            entry = lambda text: lambda: (page.press("button.run"), page.press_text(".menu [role=menuitem]", text))
            self.open(page, "help", press("[data-tool=help]"), "#help", tab=True)
            self.open(page, "menu of the run", press("button.run"), ".menu")
            self.open(page, "systems", press("[data-tool=systems]"), ".menu")
            self.open(page, "CSV", press("[data-action=download]"), ".menu")
            self.open(page, "faults", lambda: page.key("b"), ".menu")
            self.open(page, "promises", press("#verdict .promises"), "dialog", tab=True)
            self.open(page, "figures", press("#figures button"), "dialog")
            self.open(page, "share", entry("Share"), "dialog", tab=True)
            self.open(page, "go to", entry("Go to"), "dialog")
            self.open(page, "search", entry("Find a moment"), "dialog", tab=True)
            page.key("i")
            page.js("document.querySelector('#controls [data-section=order]').open = true;"
                    "document.querySelector('#explain-order').value = 2")
            page.browser.find_element("id", "explain-order").send_keys("\n")
            page.wait("the order", lambda: page.text("dialog table"))
            self.look(page, "an order", tab=True)

    def test_storyboard_print_and_report(self):
        with self.page("/storyboard", wait=".scenes a") as page:
            self.look(page, "storyboard", tab=True)
            self.browse(page, "/storyboard?print=slow-disk", "html[data-print=made]")
            self.look(page, "handout")
        with self.page() as page:
            page.wait_running()
            page.key("Space")
            run = page.run()
            link = page.api(f"/api/v1/runs/{run}/link")["link"]
            self.browse(page, f"/api/v1/runs/{run}/report.html", "h1")
            self.look(page, "report")
            self.browse(page, f"/embed#l={link}", "#stage .twin button")
            self.look(page, "embedded", tab=True)

    def browse(self, page, path, seen):
        page.browser.get(self.url + path)
        page.wait(f"{seen} on {path}", lambda: page.js("return document.querySelector(arguments[0]) !== null", seen))

    def test_phone(self):
        with self.page("/storyboard", 390, 844, wait=".scenes a") as page:
            self.look(page, "storyboard on a phone")
        with self.page(width=390, height=844, wait="#stage .tile") as page:
            for tab in page.js("return [...document.querySelectorAll('#tabs [data-tab]')].map((e) => e.dataset.tab)"):
                page.press(f"#tabs [data-tab={tab}]")
                self.look(page, f"tab {tab}", tab=tab == "city")

    def test_lecture(self):
        with self.page("/presenter", wait="#key") as desk, self.page("/join", 390, 844, wait="#code") as phone:
            self.look(desk, "the key", tab=True)
            self.look(phone, "before joining", tab=True)
            desk.browser.find_element("id", "key").send_keys(KEY + "\n")
            desk.wait("the desk", lambda: desk.text("#desk-way .code"))
            self.look(desk, "the desk", tab=True)
            code = desk.text("#desk-way .code")
            phone.browser.find_element("id", "code").send_keys(code + "\n")
            phone.wait("the room", lambda: phone.text("#room .line"))
            self.look(phone, "joined, before a run")


if __name__ == "__main__":
    unittest.main()
