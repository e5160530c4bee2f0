"""Finding a moment, keeping and deleting it, and the smallest counter-example of a broken promise."""

import unittest

from page import open_page

BROKEN_S = 29  # virtual: the bounce of seed 1 under the settings of the suggestion


class Moments(unittest.TestCase):
    def search(self, page, suggestion):
        page.press("button.run")
        page.press_text(".menu button", "Find a moment")
        page.press_text("#search .chips button", suggestion)
        page.press("#search button.main")
        return page.wait("hits", lambda: page.texts("#search .hits li"))

    def test_find_keep_open_delete(self):
        with open_page() as page:
            first_run = page.run()
            hits = self.search(page, "A hand-over that bounces")
            self.assertIn("Seed 1 at 00:29.0", hits[0])
            page.wait("the end of the search", lambda: "20 found among" in page.text("#search .said"))
            page.press_text("#search .hits button", "Keep")
            page.wait("the card to be kept", lambda: "Kept" in page.text("#search .hits li"))
            page.press_text("#search .hits button", "Open")
            page.wait("another run", lambda: page.run() not in (None, first_run))
            page.wait("to stand", lambda: "PAUSED" in (page.text(".badge") or ""))
            run = page.api(f"/api/v1/runs/{page.run()}")
            self.assertEqual((run["seed"], run["t_ms"]), (1, (BROKEN_S - 2) * 1000))
            self.assertTrue(run["settings"]["bug.no_cooldown"])
            page.press("button.run")
            self.assertTrue(any("A hand-over that bounces" in text and "seed 1" in text for text in page.texts(".menu button")))
            page.press_text(".menu button", "All kept moments (1)")
            page.press_text("#cards button", "Delete")
            page.wait("no card to be left", lambda: "None yet" in page.text("#cards"))
            self.assertEqual(page.api("/api/v1/cards"), [])
            self.assertEqual(page.console_errors(), [])

    def test_a_kept_moment_opens_again(self):
        with open_page() as page:
            self.search(page, "An order is handed over")
            page.press_text("#search .hits button", "Keep")
            page.wait("the card to be kept", lambda: "Kept" in page.text("#search .hits li"))
            card = page.api("/api/v1/cards")[0]
            self.assertEqual(card["settings"], {"migration": True})
            page.key("Escape")
            page.wait("the dialog to close", lambda: page.text("#search") is None)
            page.browser.refresh()
            page.wait_running()
            before = page.run()
            page.press("button.run")
            page.press_text(".menu button", card["title"])
            page.wait("another run", lambda: page.run() != before)
            page.wait("to stand", lambda: "PAUSED" in (page.text(".badge") or ""))
            run = page.api(f"/api/v1/runs/{page.run()}")
            self.assertEqual(run["seed"], card["seed"])
            self.assertLess(run["t_ms"], card["t_ms"])

    def test_a_wrong_condition_and_cancel(self):
        with open_page() as page:
            page.press("button.run")
            page.press_text(".menu button", "Find a moment")
            field = page.browser.find_element("id", "find-condition")
            field.clear()
            field.send_keys("no_such_note")
            page.key("Enter")
            page.wait("the refusal", lambda: "no_such_note" in (page.text("#search .hits") or ""))
            page.js("const f = document.querySelector('#find-condition'); f.value = 'first(response_ms > 600000)';"
                    "document.querySelector('#find-seeds').value = 50000; document.querySelector('#find-within').value = '2m'")
            page.press("#search button.main")
            page.wait("progress", lambda: "of 50,000 seeds" in page.text("#search .said"))
            page.press_text("#search .row button", "Cancel")
            page.wait("the end", lambda: "None among" in page.text("#search .said"))
            page.console_errors()

    def test_the_smallest_counter_example(self):
        with open_page() as page:
            self.search(page, "A hand-over that bounces")
            page.press_text("#search .hits button", "Open")
            page.wait("to stand", lambda: "PAUSED" in (page.text(".badge") or ""))
            large = page.run()
            page.key(".")
            page.wait("a broken promise", lambda: "Broken, as planned" in page.text("#verdict h2"))
            page.press("#verdict [data-way=shrink]")
            page.wait("the result", lambda: page.text("#shrink table"))
            self.assertIn("handed from", page.text("#shrink .verdict-words"))
            page.press_text("#shrink button", "Open the small run")
            page.wait("the small run", lambda: page.run() != large)
            small = page.api(f"/api/v1/runs/{page.run()}")
            self.assertLess(small["t_ms"], BROKEN_S * 1000)
            self.assertLess(small["settings"]["kitchens_max"], 8)
            page.wait("its verdict", lambda: "Broken, as planned" in page.text("#verdict h2"))
            self.assertEqual(page.console_errors(), [])


if __name__ == "__main__":
    unittest.main()
