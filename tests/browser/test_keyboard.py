"""Everything without a mouse, on a phone, and with reduced motion; names and roles for who does
not see the picture."""

import unittest

from page import open_page

NAMELESS = """
const name = (e) => (e.getAttribute("aria-label") || e.getAttribute("title") || e.innerText || "").trim()
  || (e.id && document.querySelector(`label[for="${e.id}"]`)?.innerText) || "";
return [...document.querySelectorAll("button, a, input, select, summary, canvas[role=img], dialog")]
  .filter((e) => e.checkVisibility() && name(e) === "").map((e) => e.outerHTML.slice(0, 120));
"""


class Keyboard(unittest.TestCase):
    def focused(self, page):
        return page.js("const e = document.activeElement; return e === document.body ? null : e.outerHTML.slice(0, 200)")

    def test_a_kitchen_is_crashed_and_restarted_by_keys_alone(self):
        with open_page() as page:
            page.key("3")
            self.assertIn("C Market Hall", page.text(".card h2"))
            for _ in range(60):
                page.key("Tab")
                if 'data-fault="crash"' in (self.focused(page) or ""):
                    break
            else:
                self.fail("Tab never reaches Crash")
            page.key("Enter")
            page.wait("closed", lambda: "closed" in page.kitchen(3))
            page.wait("the button in its place", lambda: 'data-fault="restart"' in (self.focused(page) or ""))
            page.key("Escape")
            self.assertIn('data-node="3"', self.focused(page), "from the card back to its kitchen")
            page.key("b")
            page.wait("the menu", lambda: page.js("return document.querySelectorAll('.menu').length") == 1)
            page.key("Escape", "a")
            page.wait("healed", lambda: ": open" in page.kitchen(3))

    def test_every_stop_of_tab_shows_where_it_is(self):
        with open_page() as page:
            stops = []
            for _ in range(80):
                page.key("Tab")
                here = self.focused(page)
                seen = page.js("const e = document.activeElement; const was = e.dataset.seen; e.dataset.seen = '1';"
                               "return was === '1'")
                if here is None or seen:
                    break
                outline = page.js("const s = getComputedStyle(document.activeElement); return s.outlineStyle + ' ' + s.outlineWidth")
                self.assertNotIn("none", outline, here)
                stops.append(here)
            order = ["run", "data-node", "data-action", "promises", "play"]
            places = [next((i for i, stop in enumerate(stops) if word in stop), -1) for word in order]
            self.assertNotIn(-1, places, stops)
            self.assertLess(places[1], places[2], "the city comes before its actions")

    def test_everything_has_a_name(self):
        with open_page() as page:
            page.press('[data-tool="controls"]')
            page.js("document.querySelectorAll('#controls details').forEach((d) => { d.open = true; })")
            self.assertEqual(page.js(NAMELESS), [])

    def test_help_lists_the_keys_and_letters_can_be_switched_off(self):
        with open_page() as page:
            page.key("?")
            told = page.wait("the help", lambda: page.text("#help section") and page.text("#help"))
            for words in ("Rush", "In a scene", "space-time diagram", "While a cut is drawn", "slider"):
                self.assertIn(words, told)
            page.js("document.getElementById('letters-off').click()")
            page.key("Escape", "i")
            self.assertTrue(page.js("return document.getElementById('controls').hidden"))
            page.key("2")
            self.assertIn("B Harbour", page.text(".card h2"))

    def test_policy_and_speed_by_keys(self):
        with open_page() as page:
            page.key("]")
            page.wait("faster", lambda: "2×" in page.text(".badge"))
            page.key("w", "Down", "Enter")
            page.wait("no menu", lambda: page.js("return document.querySelectorAll('.menu').length") == 0)

    def test_escape_closes_and_the_keyboard_is_back_where_it_was(self):
        with open_page() as page:
            page.js("document.querySelector('[data-tool=controls]').focus()")
            page.key("Enter")
            self.assertIn("<summary", self.focused(page))
            page.key("Escape")
            self.assertTrue(page.js("return document.getElementById('controls').hidden"))
            self.assertIn('data-tool="controls"', self.focused(page))
            page.js("document.querySelector('[data-transport=until]').focus()")
            page.key("Enter")
            self.assertTrue(page.js("return document.activeElement === document.querySelector('#until .choices button')"),
                            "the first choice has the keyboard")
            page.key("Escape")
            self.assertIn('data-transport="until"', self.focused(page))
            page.js("document.querySelector('button.run').focus()")
            page.key("Enter")
            page.press_text(".menu button", "Find a moment")
            page.wait("the search", lambda: page.text("#search"))
            page.key("Escape")
            self.assertIn("run", self.focused(page))
            self.assertEqual(page.console_errors(), [])

    def test_status_line_speaks(self):
        with open_page() as page:
            page.key("r")
            page.wait("a sentence", lambda: len(page.js("return document.getElementById('status').textContent")) > 5)
            self.assertEqual(page.attribute("#status", "aria-live"), "polite")


class Still(unittest.TestCase):
    def test_reduced_motion_shows_still_pictures(self):
        with open_page(still=True) as page:
            self.assertEqual(page.attribute("html", "data-still"), "true")
            shots = page.js("""
              const canvas = document.querySelector("canvas.motion"); let changes = 0, last = "";
              return new Promise((done) => { const end = performance.now() + 2500; const look = () => {
                const now = canvas.toDataURL(); changes += now !== last; last = now;
                performance.now() < end ? requestAnimationFrame(look) : done(changes); }; look(); });""")
            self.assertLessEqual(shots, 5)


class Phone(unittest.TestCase):
    def test_an_order_from_a_phone(self):
        with open_page(390, 844) as page:
            self.assertEqual(page.js("return document.querySelectorAll('.tile').length"), len(
                [k for k in page.api(f"/api/v1/runs/{page.run()}")["plan"]["kitchens"] if k["open"]]))
            page.press(".dishes button")
            page.wait("my order", lambda: "Your" in page.text("#mine"))
            page.wait("served", lambda: "served" in page.text("#mine"))
            page.press_text("#tabs button", "Figures")
            self.assertIn("Nothing broken", page.text("#verdict"))
            page.press_text("#tabs button", "Controls")
            page.press('[data-action="handover"]')
            self.assertEqual(page.console_errors(), [])


if __name__ == "__main__":
    unittest.main()
