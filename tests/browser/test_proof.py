"""A proof: a rule is broken, the operations that show it stand in sentences and in a table, and each
leads to its moment; by clicks, by keys alone, and without motion."""

import unittest

from page import open_page

OPERATION = "#promises .proof[data-verdict=planned] table button"


class Proof(unittest.TestCase):
    def broken(self, page):
        page.enter_system("Kitchen council")
        page.show_rule("RAFT-T03", "broken")
        page.wait("the judgement", lambda: page.verdict() == "planned", 90)
        page.key("i")  # the drawer goes
        page.wait("the names of the promise", lambda: page.text("#verdict .promises b"))

    def moment(self, page):
        """What the slider says, in virtual seconds."""
        return int(page.attribute("#timeline .slider", "aria-valuenow"))

    def assert_proof(self, page):
        """Sentences in both tongues, a table with as many operations as they are about."""
        proof = page.js("""
          const part = document.querySelector("#promises .proof[data-verdict=planned]");
          return { first: part === part.parentElement.querySelector(".proof, table"),
            lines: [...part.querySelectorAll("ol li")].map((one) => one.innerText),
            rows: [...part.querySelectorAll("tbody tr")].map((one) => [...one.cells].map((cell) => cell.innerText.trim())),
            note: part.querySelector(":scope > .note:last-child").innerText };
        """)
        self.assertTrue(proof["first"], "what is broken stands before what holds")
        self.assertGreaterEqual(len(proof["lines"]), 1)
        self.assertGreaterEqual(len(proof["rows"]), 2)
        for line in proof["lines"]:
            self.assertRegex(line, r"^[A-Z]")
        for operation, client, what, _asked, told, when in proof["rows"]:
            self.assertTrue(any(f"(operation {operation})" in line for line in proof["lines"]), f"{operation} is in no sentence")
            self.assertRegex(client, r"^\d+$")
            self.assertRegex(what, r"^(read|write|cas|delete)\b")
            self.assertTrue(told)
            self.assertRegex(when, r"^\d\d:\d\d\.\d{3}–")
        self.assertRegex(proof["note"], r"operations")

    def end_of_first(self, page):
        """When the first operation of the proof was over, in whole virtual seconds."""
        row = page.texts("#promises .proof[data-verdict=planned] tbody tr:first-child td:last-child")[0]
        minutes, seconds = row.split("–")[1].split(":")
        return int(minutes) * 60 + int(float(seconds))

    def test_opened_before_the_verdict_it_waits_for_it(self):
        with open_page() as page:
            page.enter_system("Kitchen council")
            said = page.js("""
              document.querySelector("[data-action=verify]").click();
              document.querySelector("#verdict .promises").click();
              return document.querySelector("#promises .waits")?.innerText;
            """)
            self.assertIn("is being judged", said or "")
            page.wait("the proofs", lambda: page.texts("#promises .proof"), 90)
            self.assertEqual(page.texts("#promises .waits"), [])
            self.assertEqual(page.console_errors(), [])

    def test_by_clicks(self):
        with open_page() as page:
            self.broken(page)
            page.press("#verdict .promises")
            page.wait("the proof", lambda: page.texts(OPERATION))
            self.assert_proof(page)
            at = self.end_of_first(page)
            self.assertNotEqual(self.moment(page), at)
            page.press(OPERATION)
            page.wait("the slider to go there", lambda: self.moment(page) == at)
            self.assertIsNone(page.text("#promises"))
            self.assertIn("REPLAY", page.text(".badge"))
            self.assertEqual(page.verdict(), "planned")
            self.assertEqual(page.console_errors(), [])

    def test_by_keys_alone_and_without_motion(self):
        with open_page(still=True) as page:
            self.broken(page)
            page.js("document.querySelector('#verdict .promises').focus()")
            page.key("Enter")
            page.wait("the proof", lambda: page.texts(OPERATION))
            self.assert_proof(page)
            at = self.end_of_first(page)
            for _ in range(20):
                if page.js("return document.activeElement.matches(arguments[0])", OPERATION):
                    break
                page.key("Tab")
            page.key("Enter")
            page.wait("the slider to go there", lambda: self.moment(page) == at)
            self.assertTrue(page.js("return document.activeElement.matches('#verdict .promises')"),
                            "the keyboard's place is where it was")
            page.key("Enter")
            page.wait("the proof again", lambda: page.text("#promises"))
            page.key("Escape")
            page.wait("the proof to be gone", lambda: page.text("#promises") is None)
            self.assertTrue(page.js("return document.activeElement.matches('#verdict .promises')"))
            self.assertEqual(page.console_errors(), [])

    def test_the_card_keeps_the_keyboards_place_while_the_run_goes_on(self):
        with open_page() as page:
            self.broken(page)
            page.js("document.querySelector('#verdict .jump').focus()")
            page.key(".")  # a key of the page, not of the button
            edge = page.attribute("#timeline .slider", "aria-valuemax")
            page.wait("the run to go on", lambda: int(page.attribute("#timeline .slider", "aria-valuemax")) > int(edge) + 1)
            self.assertTrue(page.js("return document.activeElement.matches('#verdict .jump')"))

    def test_what_the_store_does_not_promise(self):
        """A cut in an available store: the counter-example of what was never promised; and what was not broken is not
        said to hold either. On a phone, too, nothing stands beyond the edge of the dialog."""
        for width, height in ((1280, 720), (390, 844)):
            with self.subTest(width), open_page(width, height) as page:
                made = page.api("/api/v1/runs", {"scenario": "kv/ap", "seed": 7, "private": True})
                page.api(f"/api/v1/runs/{made['run']}/pace", {"advance_ms": 20000})
                page.js("location.hash = '#run=' + arguments[0]", made["run"])
                page.wait("the cut", lambda: page.texts("#verdict .promises b"))
                page.press_text("#actions button", "Verify")
                page.wait("the judgement", lambda: page.verdict() == "planned", 90)
                page.press("#verdict .promises")
                page.wait("the proof", lambda: page.texts(OPERATION))
                self.assert_proof(page)
                rows = page.js("return [...document.querySelectorAll('#promises .wordy tbody tr')]"
                               ".map((row) => [...row.cells].map((cell) => cell.innerText.trim()))")
                words = {promise: (result, text) for promise, _kind, result, text in rows}
                broken = words["Eventual operations happen in one order, each at one moment"]
                free = words["Strong operations happen in one order, each at one moment"]
                self.assertEqual((broken[0], free[0]), ("broken, as planned", "not promised here"))
                for _result, text in (broken, free):
                    self.assertIn("Not promised here:", text)
                self.assertEqual(words["When all is quiet, every copy answers the same"][0], "holds so far")
                wide, room = page.js("const e = document.querySelector('#promises .scroll'); return [e.scrollWidth, e.clientWidth]")
                self.assertLessEqual(wide, room)
                self.assertEqual(page.console_errors(), [])


if __name__ == "__main__":
    unittest.main()
