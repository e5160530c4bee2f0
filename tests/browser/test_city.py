"""What a lecturer and a student do: place an order and follow it, overload the city, watch a
hand-over, crash a kitchen and see it recover, change the policy, judge, compare, download."""

import csv
import pathlib
import re
import tempfile
import unittest

from page import open_page


def milliseconds(text):
    """1.25 s, 850 ms, 2 min 3 s -> milliseconds"""
    minutes = re.match(r"(\d+) min (\d+) s", text)
    if minutes:
        return int(minutes[1]) * 60_000 + int(minutes[2]) * 1000
    value, unit = text.split()
    return float(value) * {"ms": 1, "s": 1000}[unit]


class City(unittest.TestCase):
    def test_place_an_order_and_follow_it_until_served(self):
        with open_page() as page:
            page.press('[data-action="order"]')
            page.press_text(".menu button", "burger")
            self.assertIn("Click where", page.text(".hint:not([hidden])"))
            page.click_stage(0.3, 0.75)
            page.wait("my order", lambda: "Your" in page.text("#caption"))
            page.wait("it is served", lambda: page.js(
                "return document.querySelector('#mine').textContent").find("served") >= 0)
            page.press("#mine button")
            page.wait("its explanation", lambda: page.text("#explain"))
            rows = page.js("return [...document.querySelectorAll('#explain .intervals tbody tr')]"
                           ".map((r) => [...r.children].map((c) => c.innerText))")
            total = milliseconds(rows[-1][2])
            parts = sum(milliseconds(row[2]) for row in rows[:-1])
            self.assertAlmostEqual(parts, total, delta=max(10, total * 0.01), msg=f"intervals sum to the response: {rows}")
            self.assertTrue(all(row[1] for row in rows[:-1]), "every interval names its blocker")
            self.assertIn("Why this kitchen?", page.text("#explain"))
            self.assertEqual(page.console_errors(), [])

    def test_overload_and_hand_over(self):
        with open_page() as page:
            if page.attribute('[data-action="handover"]', "aria-pressed") != "true":
                page.press('[data-action="handover"]')
            # In turn, some kitchens run hot while others have room: hand-overs are sure to come.
            page.api(f"/api/v1/runs/{page.run()}/inputs", {"type": "setting.set", "key": "policy", "value": "round-robin"})
            page.press('[data-action="rush"]')
            page.wait("the rush to be told", lambda: "Rush" in page.text("#caption") or any("Rush" in e for e in page.events()))
            page.wait("the rush button to count down", lambda: page.attribute('[data-action="rush"]', "aria-pressed") == "true")
            page.api(f"/api/v1/runs/{page.run()}/pace", {"speed": 10})
            page.wait("a hand-over", lambda: page.api(f"/api/v1/runs/{page.run()}/events?after=0&limit=2000") and any(
                e["kind"] == "handover_accepted" for e in page.api(f"/api/v1/runs/{page.run()}/events?after=0&limit=2000")))
            self.assertEqual(page.console_errors(), [])

    def test_crash_and_recovery_of_a_kitchen(self):
        with open_page() as page:
            page.press('.twin [data-node="3"]')
            self.assertIn("C Market Hall", page.text(".card"))
            page.press('.card [data-fault="crash"]')
            page.wait("the truth", lambda: "closed" in page.kitchen(3))
            page.wait("the belief", lambda: "thought closed" in page.text(".card") or "thought closed" in page.text("#events"))
            page.press('.card [data-fault="restart"]')
            page.wait("recovery", lambda: re.search(r": open,.*", page.kitchen(3)) and "It is" not in page.kitchen(3))
            self.assertIn("Nothing broken so far", page.text("#verdict h2"))
            self.assertEqual(page.console_errors(), [])

    def test_belief_lags_behind_the_truth(self):
        with open_page() as page:
            page.wait_event("A Central has registered")
            page.api(f"/api/v1/runs/{page.run()}/pace", {"speed": 0.1})
            page.press('.twin [data-node="1"]')
            page.press('.card [data-fault="crash"]')
            page.wait("closed, thought open", lambda: "closed" in page.kitchen(1) and "thought open" in page.kitchen(1))

    def test_dispatcher_crash_and_heal_all(self):
        with open_page() as page:
            page.press('.twin [data-node="0"]')
            page.press('.card [data-fault="crash"]')
            page.wait("the dispatcher to be closed", lambda: "closed" in page.kitchen(0))
            page.press('[data-action="heal"]')
            page.wait("it to work again", lambda: "Dispatcher: open" in page.kitchen(0))
            self.assertIn("Nothing broken so far", page.text("#verdict h2"))

    def test_policy_change_is_stored_and_shown(self):
        with open_page() as page:
            page.press('[data-action="policy"]')
            page.press_text(".menu button", "round robin")
            page.wait("the server to know", lambda: page.api(f"/api/v1/runs/{page.run()}")["settings"]["policy"] == "round-robin")
            page.wait("the caption to say it", lambda: "in turn" in page.text("#caption").lower() or any(
                "in turn" in e.lower() for e in page.events()))

    def test_partition_by_a_drawn_line_and_by_a_district(self):
        with open_page() as page:
            page.key("x")
            self.assertIn("Draw a line", page.text(".hint:not([hidden])"))
            box = page.js("const b = document.querySelector('.twin [data-node=\"2\"]').getBoundingClientRect();"
                          "return [b.left, b.top, b.right, b.bottom]")
            drag(page, (box[2] + 8, box[1] - 60), (box[2] + 8, box[3] + 60))
            page.wait("B to be cut off", lambda: "cut off" in page.kitchen(2))
            page.press('[data-action="heal"]')
            page.wait("B to be back", lambda: "cut off" not in page.kitchen(2))
            page.press('[data-tool="controls"]')
            page.js("document.querySelector('[data-section=faults]').open = true;"
                    "document.getElementById('cut-district').value = '5'")
            page.press_text('[data-section="faults"] button', "Close its roads")
            page.wait("E to be cut off", lambda: "cut off" in page.kitchen(5))

    def test_a_cut_without_a_mouse(self):
        with open_page() as page:
            page.key("x", "3", "1")
            self.assertIn("Apart: C, A", page.text("#stage .hint:not([hidden])"))
            self.assertEqual(page.js("return [...document.querySelectorAll('.twin [data-apart]')].length"), 2)
            page.key("1", "Enter")
            page.wait("C to be cut off", lambda: "cut off" in page.kitchen(3))
            self.assertNotIn("cut off", page.kitchen(1))
            self.assertIsNone(page.text("#stage .hint:not([hidden])"))
            page.wait_event("cut in two")
            page.key("x", "Escape", "2")
            self.assertEqual(page.attribute('.twin [data-node="2"]', "aria-pressed"), "true", "digits choose again")

    def test_verify_judges_a_copy(self):
        with open_page() as page:
            before = page.api(f"/api/v1/runs/{page.run()}")
            page.press('[data-action="verify"]')
            page.wait("the proof", lambda: "Proved" in page.text("#verdict h2"))
            page.press("#verdict .promises")
            kinds = set(page.texts("#promises td:nth-child(2)"))
            self.assertEqual(kinds, {"history", "invariant"})
            self.assertLessEqual(before["t_ms"], page.api(f"/api/v1/runs/{page.run()}")["t_ms"])

    def test_csv_is_what_the_api_says(self):
        with tempfile.TemporaryDirectory() as folder, open_page(downloads=folder) as page:
            page.wait("some orders cooked", lambda: "–" not in page.text("#figures dd"))
            page.key("Space")
            page.wait("PAUSED", lambda: "PAUSED" in page.text(".badge"))
            page.press('[data-action="download"]')
            page.press_text(".menu a", "orders.csv")
            file = page.wait("the file", lambda: next(iter(pathlib.Path(folder).glob("*.csv")), None))
            page.wait("the whole file", lambda: file.stat().st_size > 0)
            with open(file, newline="") as handle:
                rows = list(csv.DictReader(handle))
            answer = page.api(f"/api/v1/runs/{page.run()}/orders?state=all&after=0&limit=1000")
            wanted = {str(row[answer["columns"].index("order_id")]): row for row in answer["rows"]}
            self.assertGreater(len(rows), 0)
            self.assertEqual({row["order_id"] for row in rows if row["outcome"] != "open"} - set(wanted), set())
            for row in rows:
                if row["order_id"] in wanted:
                    for column in ("dish", "outcome", "kitchen_last"):
                        value = wanted[row["order_id"]][answer["columns"].index(column)]
                        self.assertEqual(row[column], "" if value is None else str(value), row["order_id"])

    def test_charts_have_tables_and_csv(self):
        with open_page() as page:
            for chart in ("#chart-1", "#chart-2"):
                page.press(f"{chart} header button")
                page.wait("rows", lambda: page.js("return document.querySelectorAll(arguments[0] + ' tbody tr').length", chart) > 2)
                self.assertRegex(page.attribute(f"{chart} header a", "href"), r"/export/\w+\.csv$")
                self.assertGreater(len(page.text(f"{chart} header p")), 10)

    def test_new_run_same_seed_and_fresh_seed(self):
        with open_page() as page:
            first = page.run()
            seed = page.api(f"/api/v1/runs/{first}")["seed"]
            page.press("#header .run")
            page.press_text(".menu button", "Same seed again")
            page.wait("another run", lambda: page.run() != first)
            page.wait_running()
            self.assertEqual(page.api(f"/api/v1/runs/{page.run()}")["seed"], seed)
            page.press("#header .run")
            page.press_text(".menu button", "Quiet Tuesday")
            page.wait("the scenario", lambda: "Quiet Tuesday" in page.text("#header .run"))

    def test_a_refusal_is_one_clear_line(self):
        with open_page() as page:
            page.key("Space")
            page.wait("PAUSED", lambda: "PAUSED" in page.text(".badge"))
            self.assertEqual(page.attribute('[data-action="order"]', "aria-disabled"), "true")
            self.assertIn("Time stands still", page.attribute('[data-action="order"]', "title"))
            page.key("Space")
            page.wait("LIVE", lambda: "LIVE" in page.text(".badge"))
            page.browser.get(page.url + "/#run=nosuchrun")
            page.browser.refresh()
            page.wait("the problem", lambda: "nosuchrun" in (page.text("#problem") or ""))
            page.wait_running()


def drag(page, start, end):
    for kind, (x, y) in (("mousePressed", start), ("mouseMoved", end), ("mouseReleased", end)):
        page.browser.execute_cdp_cmd("Input.dispatchMouseEvent", {
            "type": kind, "x": x, "y": y, "button": "left", "buttons": 0 if kind == "mouseReleased" else 1, "clickCount": 1})


if __name__ == "__main__":
    unittest.main()
