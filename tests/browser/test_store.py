"""The store's page: two prices on both sides of a cut, asked for, healed and compared."""

import unittest

from page import open_page


class Store(unittest.TestCase):
    def enter(self, page):
        page.press('#header [data-tool="systems"]')
        page.wait("the menu", lambda: page.texts(".menu button"))
        page.press_text(".menu button", "One menu")
        page.wait("a price everywhere", lambda: sum("lobster: 3" in text for text in self.said(page)) == 3)

    def said(self, page):
        return page.js("return [...document.querySelectorAll('#stage .twin button')].map((e) => e.ariaLabel)")

    def price(self, page, letter):
        text = next(text for text in self.said(page) if f"Kitchen {letter}" in text)
        return text.split("lobster: ")[1].split(".")[0]

    def write(self, page, letter):
        page.key("w")
        page.press_text(".menu button", f"Through {letter}")

    def test_both_sides_of_a_cut_sell_and_agree_afterwards(self):
        with open_page() as page:
            self.enter(page)
            page.key("x", "1", "Enter")  # A alone
            page.wait("A to be cut off", lambda: "cut off" in self.said(page)[0])
            self.write(page, "A")
            page.wait("a new price at A", lambda: self.price(page, "A") != self.price(page, "B"))
            page.key("r")
            page.press_text(".menu button", "Ask B")
            page.wait("an answer", lambda: "B answers: lobster is" in (page.text("#note") or ""))
            page.wait("a figure", lambda: page.texts("#figures dt")[3] == "differ")
            page.key("a", "h")
            page.wait("all to have the same", lambda: len({self.price(page, letter) for letter in "ABC"}) == 1)
            self.assertIn("Nothing broken so far", page.text("#verdict h2"))
            self.assertEqual(page.console_errors(), [])

    def test_several_prices_at_once_and_their_promise(self):
        with open_page() as page:
            self.enter(page)
            before = self.price(page, "A")
            page.key("w")
            page.press_text(".menu button", "4 at once through A")
            page.wait("another price", lambda: self.price(page, "A") != before)
            page.key("r")
            page.press_text(".menu button", "Ask A for 4 at once")
            page.wait("an answer", lambda: "A answers for lobster to soup, not isolated" in (page.text("#note") or ""))
            self.assertEqual(page.console_errors(), [])

    def test_the_quorum_is_chosen_and_said(self):
        with open_page() as page:
            self.enter(page)
            page.key("o")
            page.press_text(".menu button", "R 2, W 2")
            page.wait("the setting", lambda: page.api(f"/api/v1/runs/{page.run()}")["settings"]["w"] == 2)

    def test_versions_stand_side_by_side(self):
        with open_page() as page:
            self.enter(page)
            page.press('[data-tool="controls"]')
            page.js("document.querySelector('[data-section=versions]').open = true")
            page.wait("versions", lambda: "30" in (page.text('[data-section="versions"]') or ""))

    def test_on_a_phone(self):
        with open_page(390, 844) as page:
            page.press('#header [data-tool="systems"]')
            page.press_text(".menu button", "One menu")
            page.wait("three tiles", lambda: len(page.texts("#stage .tile")) == 3)
            self.assertLessEqual(page.js("return document.documentElement.scrollWidth"), 390)
            self.assertEqual(page.console_errors(), [])


if __name__ == "__main__":
    unittest.main()
