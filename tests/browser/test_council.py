"""The council's page: who presides, what is confirmed, and the demo of a minute, by clicks and by keys."""

import re
import unittest

from page import open_page

PAINTED = """
const canvas = document.querySelector(arguments[0]);
const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
let painted = 0;
for (let i = 3; i < data.length; i += 4) painted += data[i] > 0;
return painted / (data.length / 4);
"""


# How much of a chart is hatched: pale red, where nothing but a lasting fault is.
HATCHED = """
const canvas = document.querySelector(arguments[0] + " canvas");
const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
let hatched = 0;
for (let i = 0; i < data.length; i += 4) hatched += data[i + 3] > 60 && data[i + 3] < 140 && data[i] > data[i + 1] + 60;
return hatched;
"""


# What the card of the chosen node lies over, and "window" where it leaves that.
HIDDEN_BY_CARD = """
const card = document.querySelector("#stage .card").getBoundingClientRect();
const over = [...document.querySelectorAll("#stage .twin button, #verdict")].filter((one) => {
  const box = one.getBoundingClientRect();
  return Math.min(box.right, card.right) > Math.max(box.left, card.left) + 1
    && Math.min(box.bottom, card.bottom) > Math.max(box.top, card.top) + 1;
}).map((one) => one.ariaLabel);
const inside = card.left >= 0 && card.top >= 0 && card.right <= innerWidth + 1 && card.bottom <= innerHeight + 1;
return inside ? over : [...over, "window"];
"""


class Council(unittest.TestCase):
    def enter(self, page):
        page.press('#header [data-tool="systems"]')
        page.wait("the menu", lambda: page.texts(".menu button"))
        page.press_text(".menu button", "Kitchen council")
        page.wait("somebody to preside", lambda: self.heads(page))

    def said(self, page):
        """What is said of each kitchen to who does not see the picture."""
        return page.js("return [...document.querySelectorAll('#stage .twin button')].map((e) => e.ariaLabel)")

    def heads(self, page):
        return [text for text in self.said(page) if "presides" in text]

    def term(self, text):
        return int(re.search(r"term (\d+)", text).group(1))

    def confirmed(self, page):
        return max(int(re.search(r"(\d+) confirmed", text).group(1)) for text in self.said(page))

    def test_the_demo_of_a_minute_by_keys_and_clicks(self):
        with open_page() as page:
            self.enter(page)
            self.assertEqual(len(self.said(page)), 5)
            self.assertGreater(page.js(PAINTED, "#stage canvas.plates"), 0.1)
            before = self.confirmed(page)
            page.key("r")  # three orders
            page.wait("more to be confirmed", lambda: self.confirmed(page) >= before + 3)
            old = self.heads(page)[0]
            name, term = old.split(" ")[1], self.term(old)
            page.press('[data-action="break"]')
            page.press_text(".menu button", "Leader alone")
            page.wait("another one in a later term", lambda: any(
                self.term(text) > term and name not in text for text in self.heads(page)))
            page.press('[data-action="orders"]')
            page.press_text(".menu button", "Place 3 orders")
            page.key("a")
            page.wait("all to listen to one", lambda: len({self.term(text) for text in self.said(page)}) == 1)
            self.assertEqual(len(self.heads(page)), 1)
            self.assertIn("Nothing broken so far", page.text("#verdict h2"))
            page.key("v")
            page.wait("a proof", lambda: "Proved" in page.text("#verdict h2"))
            self.assertEqual(page.console_errors(), [])

    def test_a_cut_is_drawn_chosen_and_seen(self):
        with open_page() as page:
            self.enter(page)
            page.key("x", "1", "2", "Enter")
            page.wait_event("cut in two")
            page.wait("the cut on the stage", lambda: page.js(PAINTED, "#stage canvas.roads") > 0)
            page.key("a")
            page.wait_event("healed")

    def test_the_chair_is_handed_on_and_a_kitchen_leaves(self):
        with open_page() as page:
            self.enter(page)
            head = self.heads(page)[0].split(" ")[1]
            page.key("h")
            page.press_text(".menu button", "To whoever is furthest")
            page.wait("another one", lambda: any(head not in text for text in self.heads(page)))
            page.wait("one alone", lambda: len(self.heads(page)) == 1)
            other = next(text.split(" ")[1] for text in self.said(page) if "presides" not in text)
            page.key("w")
            page.press_text(".menu button", f"{other}")
            page.wait("it looks on", lambda: any("looks on" in text and other in text for text in self.said(page)))
            self.assertEqual(page.console_errors(), [])

    def test_digits_choose_and_the_card_says_what_it_knows(self):
        with open_page() as page:
            self.enter(page)
            page.key("2")
            self.assertEqual(page.attribute('.twin [data-node="1"]', "aria-pressed"), "true")
            card = page.text("#stage .card")
            self.assertIn("Old Town", card)
            self.assertIn("Term", card)
            self.assertEqual(page.js(HIDDEN_BY_CARD), [], "the card hides no kitchen and not the verdict")
            page.key("c")
            page.wait("it to be closed", lambda: "closed" in self.said(page)[1])
            page.wait("the card to say so", lambda: "not serving" in page.text("#stage .card"))
            self.assertNotIn("Listens to", page.text("#stage .card"))
            page.key("c")
            page.wait("it to be back", lambda: "closed" not in self.said(page)[1])

    def test_a_fault_is_shaded_on_every_chart_while_it_lasts(self):
        with open_page() as page:
            self.enter(page)
            both = lambda: [page.js(HATCHED, chart) for chart in ("#chart-1", "#chart-2")]
            self.assertLess(max(both()), 30)
            page.key("2")
            page.press(".card [data-fault=slow_disk]")
            page.wait_event("Slow disk: Old Town")
            page.wait("both to be hatched", lambda: min(both()) > 100)
            page.key("a")
            page.wait_event("healed")
            now = lambda: int(page.attribute("#timeline .slider", "aria-valuenow"))
            healed = now()
            page.wait("it to be drawn", lambda: now() >= healed + 1)
            over = both()[0]
            page.wait("time to go on", lambda: now() >= healed + 4)
            self.assertLess(both()[0], over * 1.15, "what is over does not grow")

    def test_the_figures_say_what_they_mean(self):
        with open_page() as page:
            self.enter(page)
            page.wait("a figure", lambda: "ms" in page.text("#figures dd"))
            page.press("#figures dd")
            rows = page.wait("the figures", lambda: page.texts("#figures-about tbody tr"))
            self.assertEqual(len(rows), 8)
            self.assertIn("ms", rows[0])
            page.key("Escape")
            page.js("document.querySelector('#figures .explain').focus()")
            page.key("Enter")
            page.wait("the same by keys", lambda: page.text("#figures-about"))
            page.key("Escape")
            self.assertTrue(page.js("return document.activeElement.matches('#figures .explain')"))
            self.assertEqual(page.console_errors(), [])

    def test_on_a_phone(self):
        with open_page(390, 844) as page:
            page.press('#header [data-tool="systems"]')
            page.press_text(".menu button", "Kitchen council")
            page.wait("five tiles", lambda: len(page.texts("#stage .tile")) == 5)
            page.wait("somebody to preside", lambda: any("presides" in text for text in page.texts("#stage .tile")))
            self.assertLessEqual(page.js("return document.documentElement.scrollWidth"), 390)
            page.press_text("#ordering button", "Orders")
            page.press_text(".menu button", "Place 3 orders")
            self.assertEqual(page.console_errors(), [])


if __name__ == "__main__":
    unittest.main()
