"""A run that cannot go on says so as long as it is so, stands still, and goes on by itself."""

import contextlib
import sqlite3
import unittest

from chef_browser import open_browser
from chef_server import ChefServer
from page import Page

PATIENCE_SECONDS = 30
SHOWN = "return document.querySelector('#problem').hidden ? '' : document.querySelector('#problem').innerText"


@contextlib.contextmanager
def locked(path):
    """Somebody else holds the database for writing."""
    other = sqlite3.connect(path, isolation_level=None, timeout=PATIENCE_SECONDS)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


class Held(unittest.TestCase):
    def test_a_locked_database_holds_the_run_and_its_release_lets_it_go_on(self):
        with ChefServer() as server, open_browser(1280, 720) as browser:
            page = Page(browser, server.url)
            browser.get(server.url + "/")
            page.wait_running()
            with locked(server.data / "chef.db"):
                page.wait("HELD", lambda: "HELD" in page.text(".badge"))
                self.assertEqual(page.attribute(".badge", "data-state"), "held")
                said = page.js(SHOWN)
                self.assertIn("HELD", said)
                self.assertIn("database", said)
                pictures = {page.js("return document.querySelector('canvas.motion').toDataURL()") for _ in range(5)}
                self.assertEqual(len(pictures), 1, "time stands still")
            page.wait("LIVE again", lambda: "LIVE" in page.text(".badge"))
            self.assertEqual(page.js(SHOWN), "")
            clock = page.text("#header .clock")
            page.wait("the clock to go on", lambda: page.text("#header .clock") != clock)
            self.assertEqual(page.console_errors(), [])


if __name__ == "__main__":
    unittest.main()
