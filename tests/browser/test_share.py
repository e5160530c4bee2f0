"""A run as a link: shared from the dialog, opened from the address, from a file, by typing, and in a
frame of another site."""

import functools
import http.server
import pathlib
import tempfile
import threading
import unittest
import urllib.parse

from chef_browser import open_browser
from chef_link import change_link
from page import Page, open_page, server

FRAME = """<!doctype html><title>A slide</title>
<iframe id="run" src="{url}/?embed=1#l={link}" width="960" height="600" title="A run"></iframe>
<iframe id="page" src="{url}/" width="200" height="100" title="The page"></iframe>"""

# Drops a file onto the page, as a hand does with a mouse.
DROP = """const [name, text, type] = arguments;
const data = new DataTransfer();
if (type === "file") data.items.add(new File([new Uint8Array([80, 75, 0, 255]), text], name));
else data.setData("text/plain", text);
const at = document.querySelector("#stage");
const event = (kind) => at.dispatchEvent(new DragEvent(kind, {dataTransfer: data, bubbles: true, cancelable: true}));
event("dragover");
const shown = !document.querySelector(".drop").hidden;
event("drop");
return [shown, document.querySelector(".drop").hidden];"""


@functools.cache
def other_site(text):
    """Another origin that serves one page; runs until the tests end."""
    folder = tempfile.mkdtemp(prefix="chef-frame-")
    pathlib.Path(folder, "index.html").write_text(text)

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments):
            super().__init__(*arguments, directory=folder)

        def log_message(self, *_):
            pass

    site = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    return f"http://localhost:{site.server_port}/"


class ShareTest(unittest.TestCase):
    def advance(self, page, run, ms):
        path = f"/api/v1/runs/{run}"
        until = page.api(path)["t_ms"] + ms
        page.api(f"{path}/pace", {"advance_ms": ms})
        page.wait("the run to go on", lambda: page.api(path)["t_ms"] >= until - 1)

    def lecture(self, page):
        """Two minutes with a crash; answers the run's name and its link at the crash."""
        run = page.api("/api/v1/runs", {"scenario": "kitchens/lunch-rush", "seed": 7})["run"]
        self.advance(page, run, 60000)
        page.api(f"/api/v1/runs/{run}/inputs", {"type": "node.crash", "node": "B"})
        at_ms = page.api(f"/api/v1/runs/{run}")["t_ms"]
        self.advance(page, run, 60000)
        return run, page.api(f"/api/v1/runs/{run}/link?at_ms={at_ms}"), at_ms

    def wait_shown(self, page, scenario, before, t_ms=None):
        """Another run is on the stage, at that moment of its past."""
        page.wait("another run", lambda: page.run() not in (None, before))
        self.assertEqual(page.api(f"/api/v1/runs/{page.run()}")["scenario"], scenario)
        if t_ms is not None:
            page.wait("the moment", lambda: page.js(
                "return Number(new URLSearchParams(location.hash.slice(1)).get('t'))") == t_ms)
            page.wait("REPLAY", lambda: "REPLAY" in page.text(".badge"))


class Dialogs(ShareTest):
    def test_share_and_open_elsewhere(self):
        with open_page() as page:
            page.key("s")
            address = page.wait("the link", lambda: page.js("return document.querySelector('#share-address')?.value"))
            self.assertIn(f"{page.url}/#l=chef1.", address)
            self.assertRegex(page.text("#share-short"), r"^kitchens/lunch-rush#\d+-[0-9a-f]{4}$")
            self.assertIn("<iframe src=", page.js("return document.querySelector('#share-embed').value"))
            page.press("#share .share-field button")
            page.wait("a word about copying", lambda: page.text("#share .share-field button") in
                      ("Copied", "Now press Ctrl C"))
            self.assertEqual(page.js("return document.getSelection().toString() || "
                                     "document.querySelector('#share-address').value.slice("
                                     "document.querySelector('#share-address').selectionStart)"), address)
            page.key("Escape")
            before = page.run()
            page.browser.get(address.replace("#", "?again#"))  # as a link in a mail is opened
            self.wait_shown(page, "kitchens/lunch-rush", before)
            self.assertEqual(page.console_errors(), [])

    def test_the_dialogs_fit(self):
        cut = """const dialog = document.querySelector("dialog");
            const box = dialog.getBoundingClientRect();
            return [box.left < 0 || box.right > innerWidth || box.top < 0 || box.bottom > innerHeight,
              [...dialog.querySelectorAll("button, input, p")].some(
                (e) => e.checkVisibility() && !e.classList.contains("unseen") && e.getBoundingClientRect().right > box.right)]"""
        for width, height in ((1280, 720), (390, 664)):
            with self.subTest(f"{width}x{height}"), open_browser(width, height) as browser, server() as url:
                page = Page(browser, url)
                browser.get(url)
                page.wait("the run", lambda: page.run())
                page.key("s")
                page.wait("the link", lambda: page.text("#share .digest"))
                self.assertEqual(page.js(cut), [False, False])
                page.key("Escape")
                page.wait("it is gone", lambda: page.text("#share") is None)
                page.key("g")
                page.wait("the dialog", lambda: page.text("#goto h2"))
                self.assertEqual(page.js(cut), [False, False])

    def test_save_as_file(self):
        with tempfile.TemporaryDirectory() as folder, open_page(downloads=folder) as page:
            page.key("s")
            page.wait("the link", lambda: page.text("#share .digest"))
            page.press("[data-share=file]")
            saved = page.wait("the file", lambda: list(pathlib.Path(folder).glob("*.chef")))
            self.assertRegex(saved[0].name, r"^kitchens-lunch-rush-\d+\.chef$")
            self.assertRegex(saved[0].read_text(), r"^chef1\.[\w-]+\.[0-9a-f]{8}\n$")

    def test_go_to(self):
        with open_page() as page:
            short = page.api(f"/api/v1/runs/{page.run()}/link")["short_id"]
            before = page.run()
            page.key("g")
            page.wait("the dialog", lambda: page.text("#goto h2") == "Go to")
            page.key("nonsense", "Enter")
            page.wait("a refusal", lambda: "neither a link" in (page.text(".wrong") or ""))
            self.assertEqual(page.run(), before)
            page.key(short.upper(), "Enter")  # what was typed before is chosen and goes
            self.wait_shown(page, "kitchens/lunch-rush", before)
            self.assertIsNone(page.text("#goto h2"))

    def test_links_in_the_address(self):
        with open_page() as page:
            run, shared, at_ms = self.lecture(page)
            before = page.run()
            page.js("location.hash = arguments[0]", "l=" + shared["link"])
            self.wait_shown(page, "kitchens/lunch-rush", before, at_ms)
            here = page.run()
            self.assertNotEqual(here, run)
            self.assertEqual(page.api(f"/api/v1/runs/{here}")["digest"], page.api(f"/api/v1/runs/{run}")["digest"])
            self.assertIn("closed", page.kitchen(2))
            page.js("location.hash = arguments[0]", "l=" + shared["link"][:-1])
            page.wait("a refusal", lambda: "damaged" in (page.text("#problem") or ""))
            self.assertIn("closed", page.kitchen(2))  # the stage is as it was


class OtherVersions(ShareTest):
    def test_they_say_so(self):
        with open_page() as page:
            run, shared, _ = self.lecture(page)
            own = page.api(f"/api/v1/runs/{run}")["behaviour_id"]
            link = change_link(shared["link"], (own.encode(), b"b0123456789ab"))
            before = page.run()
            page.js("location.hash = arguments[0]", "l=" + link)
            self.wait_shown(page, "kitchens/lunch-rush", before)
            page.wait("the dialog", lambda: "b0123456789ab" in (page.text("#opened") or ""))
            page.key("Enter")
            page.wait("it is gone", lambda: page.text("#opened") is None)
            with open_browser(960, 600) as browser:
                outside = Page(browser, page.url)
                browser.get(f"{page.url}/embed#l={link}")
                outside.wait("the mark", lambda: outside.text("[data-embed=other]") == "not the same")
                self.assertIn("b0123456789ab", outside.text("#problem"))


class Files(ShareTest):
    def test_dropped(self):
        with open_page() as page:
            _, shared, at_ms = self.lecture(page)
            before = page.run()
            seen = page.js(DROP, "lecture.zip", f"run.chef{shared['link']}PK and so on", "file")
            self.assertEqual(seen, [True, True])
            self.wait_shown(page, "kitchens/lunch-rush", before, at_ms)
            before = page.run()
            self.assertEqual(page.js(DROP, "", "some words of the page", "text"), [False, True])
            page.js(DROP, "", f"{page.url}/#l={shared['link']}", "text")
            self.wait_shown(page, "kitchens/lunch-rush", before, at_ms)

    def test_not_a_run(self):
        with open_page() as page:
            _, shared, _ = self.lecture(page)
            before = page.run()
            page.js(DROP, "holiday.jpg", "no run here", "file")
            page.wait("a word", lambda: "There is no run in holiday.jpg" in (page.text("#problem") or ""))
            page.js(DROP, "broken.chef", shared["link"][:-8] + "00000000", "file")
            page.wait("another", lambda: "damaged" in (page.text("#problem") or ""))
            self.assertEqual(page.run(), before)

    def test_the_largest_file(self):
        script = """const {linksIn} = await import("/app/share.js");
            const bytes = new Uint8Array(64 * 1024 * 1024).fill(99);
            bytes.set(new TextEncoder().encode("x" + arguments[0] + "x"), bytes.length - arguments[0].length - 2);
            return linksIn(bytes.buffer);"""
        with open_page() as page:
            _, shared, _ = self.lecture(page)
            self.assertEqual(page.js(f"return (async () => {{ {script} }}).apply(null, arguments)".replace(
                "arguments[0]", repr(shared["link"]))), [shared["link"]])
            page.js("""const at = document.querySelector("#stage");
                const data = new DataTransfer();
                data.items.add(new File([new Uint8Array(64 * 1024 * 1024 + 1)], "film.mkv"));
                at.dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true}));""")
            page.wait("a word", lambda: "film.mkv is larger than 64 MB" in (page.text("#problem") or ""))


class Embedded(ShareTest):
    def test_in_a_frame_of_another_site(self):
        with open_page() as page:
            _, shared, at_ms = self.lecture(page)
            site = other_site(FRAME.format(url=page.url, link=shared["link"]))
            with open_browser(1100, 760) as browser:
                outside = Page(browser, page.url)
                browser.get(site)
                browser.switch_to.frame("run")
                outside.wait("the run", lambda: "REPLAY" in (outside.text(".badge") or ""))
                outside.wait("the moment", lambda: "B" in (outside.kitchen(2) or "") and
                             "closed" in outside.kitchen(2))
                for part in ("#actions", "#controls", "[data-tool]", "#stage:not([inert])"):
                    self.assertFalse(outside.js("return document.querySelector(arguments[0])", part), part)
                clock = outside.text(".clock")
                outside.press("[data-transport=play]")
                outside.wait("it plays", lambda: outside.text(".clock") != clock)
                outside.press("[data-embed=reset]")
                outside.wait("it is back", lambda: outside.text(".clock") == clock)
                remix = outside.attribute("[data-embed=remix]", "href")
                self.assertEqual(urllib.parse.unquote(remix), f"/#l={shared['link']}")
                browser.switch_to.default_content()
                errors = outside.console_errors()
                self.assertTrue(any("frame-ancestors" in error for error in errors), errors)  # the whole page
                self.assertFalse([error for error in errors if "frame-ancestors" not in error
                                  and "favicon" not in error])

    def test_sizes(self):
        with open_page() as page:
            _, shared, _ = self.lecture(page)
            for width, height in ((960, 600), (640, 400), (390, 640), (1280, 720), (480, 320), (360, 480), (640, 360)):
                with self.subTest(f"{width}x{height}"), open_browser(width, height) as browser:
                    outside = Page(browser, page.url)
                    browser.get(f"{page.url}/embed#l={shared['link']}")
                    outside.wait("the run", lambda: "REPLAY" in (outside.text(".badge") or ""))
                    overflow = outside.js("""const root = document.documentElement;
                        const boxes = ["header", "stage", "caption", "verdict", "timeline"].map(
                          (id) => document.getElementById(id).getBoundingClientRect());
                        return [root.scrollWidth > innerWidth, root.scrollHeight > innerHeight,
                          boxes.some((box) => box.height < 20 || box.right > innerWidth + 1 ||
                                     box.bottom > innerHeight + 1),
                          boxes.some((box, i) => i > 0 && box.top + 1 < boxes[i - 1].bottom && box.left < boxes[i - 1].right - 1),
                          [...document.querySelectorAll(".tile")].some((tile) => tile.checkVisibility() && (
                            tile.scrollHeight > tile.clientHeight + 1 || tile.getBoundingClientRect().bottom > boxes[1].bottom + 1)),
                          document.querySelector("#timeline .slider").clientWidth < 110]""")
                    self.assertEqual(overflow, [False] * 6)
                    self.assertEqual(outside.console_errors(), [])

    def test_without_a_link(self):
        with open_page() as page, open_browser(960, 600) as browser:
            outside = Page(browser, page.url)
            browser.get(f"{page.url}/embed")
            outside.wait("a word", lambda: "its address has none" in (outside.text("#problem") or ""))
            browser.get(f"{page.url}/embed?again#l=chef1.AAAA.00000000")
            outside.wait("a word", lambda: "damaged" in (outside.text("#problem") or ""))


if __name__ == "__main__":
    unittest.main()
