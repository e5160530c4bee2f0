"""The city of one book on the page: lobsters ordered, a cut, the promise changed, one minute under three promises."""

import re
import unittest

from page import open_page


class LastLobster(unittest.TestCase):
    def enter(self, page):
        page.press('#header [data-tool="systems"]')
        page.wait("the menu", lambda: page.texts(".menu button"))
        page.press_text(".menu button", "The last lobster")
        page.wait("five kitchens", lambda: len(self.said(page)) == 5)
        page.wait("somebody to preside", lambda: any("presides" in text for text in self.said(page)))

    def said(self, page):
        """What is said of each kitchen to who does not see the picture."""
        return page.js("return [...document.querySelectorAll('#stage .twin button')].map((e) => e.ariaLabel)")

    def left(self, page):
        return [int(re.search(r"(\d+) left", text).group(1)) for text in self.said(page)]

    def test_a_lobster_ordered_is_sold_in_every_book(self):
        with open_page() as page:
            self.enter(page)
            before = self.left(page)
            page.press('[data-action="orders"]')
            page.press_text(".menu button", "A lobster in every kitchen")
            page.wait("five sold in every book", lambda: all(
                now <= old - 5 for now, old in zip(self.left(page), before)))
            self.assertIn("Nothing broken so far", page.text("#verdict h2"))
            self.assertEqual(page.console_errors(), [])

    def test_the_smaller_side_of_a_cut_turns_people_away(self):
        with open_page() as page:
            self.enter(page)
            page.key("x", "1", "2", "Enter")
            page.wait("two to be cut off", lambda: sum("cut off" in text for text in self.said(page)) == 2)
            page.wait("one who presides on the other side", lambda: any("presides" in text for text in self.said(page)[2:]))
            page.key("r")
            page.press_text(".menu button", "A lobster at A")
            page.wait("somebody turned away", lambda: page.text("#figures .figure dd") not in ("0", "–"))
            page.key("a")
            page.wait("nobody cut off", lambda: not any("cut off" in text for text in self.said(page)))
            page.wait("the same in all books", lambda: len(set(self.left(page))) == 1)

    def test_the_promise_is_switched_while_people_order(self):
        with open_page() as page:
            self.enter(page)
            page.key("o")
            page.press_text(".menu button", "always an answer")
            page.wait("nobody to preside", lambda: not any("presides" in text for text in self.said(page)))
            page.key("o")
            page.press_text(".menu button", "never a wrong answer")
            page.wait("somebody to preside", lambda: any("presides" in text for text in self.said(page)))
            self.assertEqual(page.console_errors(), [])

    def test_one_minute_under_three_promises_by_keys(self):
        with open_page() as page:
            self.enter(page)
            page.key("w")
            rows = page.wait("the table", lambda: page.texts("#three tbody tr"))
            self.assertEqual(page.texts("#three thead th"), ["", "CP", "Hybrid", "AP"])
            self.assertTrue(any(row.startswith("Oversold") for row in rows), rows)
            self.assertTrue(any("held" in row for row in rows), rows)
            page.press_text("#three button", "CP beside AP")
            page.wait("two stages", lambda: page.js("return document.querySelectorAll('.stage canvas.plates').length") >= 2)
            self.assertEqual(page.console_errors(), [])

    def test_on_a_phone(self):
        with open_page(390, 844) as page:
            page.press('#header [data-tool="systems"]')
            page.press_text(".menu button", "The last lobster")
            page.wait("five tiles", lambda: len(page.texts("#stage .tile")) == 5)
            page.wait("somebody to preside", lambda: any("presides" in text for text in page.texts("#stage .tile")))
            self.assertLessEqual(page.js("return document.documentElement.scrollWidth"), 390)
            page.press_text("#ordering button", "All three")
            page.wait("the table", lambda: page.texts("#three tbody tr"))
            self.assertLessEqual(page.js("return document.documentElement.scrollWidth"), 390)
            self.assertEqual(page.console_errors(), [])


if __name__ == "__main__":
    unittest.main()
