"""The space-time diagram: from the whole run to a single message and back, nothing left out; what
is chosen lights up everywhere, and its causes are walked with the keyboard alone."""

import unittest

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from page import open_page

MINUTES_MS = 120_000
SETTLED = "return document.getElementById('spacetime').dataset.pending === 'false'"
LIT = "return [...document.querySelectorAll('#events li[data-lit]')].length"

DRAWN = """
const c = document.querySelector('canvas.messages'), d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
let n = 0;
for (let i = 3; i < d.length; i += 4) n += d[i] === 255;
return n;
"""

# Everything the diagram's tiles hold over the whole run at one level, counted as it counts itself.
SUM = """
const [run, edge_us, level, max, done] = arguments;
(async () => {
  const { Tiles, tileSpan_us } = await import("/app/spacetime/tiles.js");
  const { gather } = await import("/app/spacetime/scene.js");
  const { makeView } = await import("/app/spacetime/view.js");
  const { api } = await import("/app/api.js");
  let failure = null;
  const tiles = new Tiles((from, to) => api.trace(run, from, to, max), () => {}, (error) => { failure = String(error); });
  tiles.setEdge(edge_us, -1e9);
  const span = tileSpan_us(level), places = [];
  for (let index = 0; index * span < edge_us; index += 1) places.push({ level, index });
  tiles.want(places);
  while (tiles.busy && !failure) await new Promise((wait) => setTimeout(wait, 20));
  const kinds = {};
  let total = 0, nodes = 0, most = 0;
  for (const place of places) {
    const tile = tiles.get(place);
    kinds[tile.events ? "events" : "counts"] = (kinds[tile.events ? "events" : "counts"] ?? 0) + 1;
    total += tile.total;
    most = Math.max(most, tile.events?.length ?? 0);
    nodes += tile.events ? tile.events.length : tile.nodes.reduce((sum, row) => sum + row[2], 0);
  }
  const rows = Array.from({ length: 16 }, (_, node) => ({ node, label: String(node) }));
  const view = makeView({ from_us: 0, to_us: edge_us, scroll: 0 }, rows, 900, 500, "lab", 5);
  const none = { nodes: new Set(), types: new Set(), subject: -1 };
  for (let n = 0; n < 200; n += 1) {
    const { wanted } = gather(view, tiles, edge_us, none, "lab");
    tiles.want(wanted);
    if (wanted.length === 0 && !tiles.busy) break;
    await new Promise((wait) => setTimeout(wait, 20));
  }
  const { scene } = gather(view, tiles, edge_us, none, "lab");
  let shown = 0;
  for (const part of scene.counts) for (const row of part.nodes.values()) shown += row.reduce((a, b) => a + b, 0);
  done({ total, nodes, most, kinds, shown, inView: scene.inView, failure });
})().catch((error) => done({ failure: String(error) }));
"""


def open_diagram(**options):
    return open_page(**options)


class Spacetime(unittest.TestCase):
    def pause(self, page, advance_ms=0):
        run = f"/api/v1/runs/{page.run()}"
        page.api(f"{run}/pace", {"paused": True})
        if advance_ms:
            page.api(f"{run}/pace", {"advance_ms": advance_ms})
        page.wait("the run to stand", lambda: page.api(run)["state"] == "paused")
        return page.api(run)

    def settle(self, page):
        page.wait("the diagram to be complete", lambda: page.js(SETTLED))

    def open(self, page):
        page.key("e")
        page.wait("the diagram", lambda: not page.js("return document.getElementById('spacetime').hidden"))
        self.settle(page)

    def keys(self, page, *keys):
        for key in keys:
            ActionChains(page.browser).send_keys(key).perform()
        page.js("return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        page.wait("the window to stand", lambda: page.js(
            "const c = document.querySelector('#spacetime canvas'), now = c.getAttribute('aria-label');"
            "const same = c.dataset.last === now; c.dataset.last = now; return same"))
        self.settle(page)

    def events_in_view(self, page):
        return int("".join(c for c in page.text("#spacetime .summary").split(" ")[0] if c.isdigit()))

    def order(self, page):
        """An order that has been served."""
        rows = page.api(f"/api/v1/runs/{page.run()}/orders?state=all&limit=50")
        at = rows["columns"].index("order_id")
        return rows["rows"][len(rows["rows"]) // 2][at]

    def test_opens_and_closes_in_place_of_the_stage(self):
        with open_page() as page:
            stage = page.js("const b = document.getElementById('stage').getBoundingClientRect(); return [b.x, b.y, b.width, b.height]")
            self.open(page)
            here = page.js("const b = document.getElementById('spacetime').getBoundingClientRect(); return [b.x, b.y, b.width, b.height]")
            self.assertEqual(stage, here)
            for room in ("verdict", "chart-1", "chart-2", "timeline", "actions", "events"):
                self.assertTrue(page.js("return document.getElementById(arguments[0]).checkVisibility()", room), room)
            page.key("Escape")
            self.assertTrue(page.js("return document.getElementById('stage').checkVisibility()"))
            self.open(page)
            page.key("e")
            self.assertTrue(page.js("return document.getElementById('spacetime').hidden"))
            self.assertEqual(page.console_errors(), [])

    def test_from_the_whole_run_to_a_single_message(self):
        with open_page() as page:
            info = self.pause(page, MINUTES_MS)
            self.open(page)
            self.keys(page, Keys.HOME)
            self.assertEqual(self.events_in_view(page), info["steps"])
            self.keys(page, Keys.END)
            for _ in range(40):
                if self.events_in_view(page) <= 3:
                    break
                self.keys(page, "+")
            self.assertLessEqual(self.events_in_view(page), 3)
            self.keys(page, Keys.HOME)
            self.assertEqual(self.events_in_view(page), info["steps"])
            self.assertEqual(page.console_errors(), [])

    def test_no_event_is_dropped_at_any_level_nor_at_the_limit(self):
        with open_page() as page:
            info = self.pause(page, MINUTES_MS)
            page.browser.set_script_timeout(60)
            edge_us = round(info["t_ms"] * 1000)
            seen = set()
            for level, most in [(10, 100), (9, 2000), (8, 20000), (7, 2000)]:
                result = page.browser.execute_async_script(SUM, page.run(), edge_us, level, most)
                self.assertIsNone(result["failure"], result)
                self.assertEqual(result["total"], info["steps"], result)
                self.assertEqual(result["nodes"], info["steps"], result)
                self.assertEqual(result["shown"], info["steps"], result)
                self.assertLessEqual(result["most"], most)
                seen |= set(result["kinds"])
            self.assertEqual(seen, {"events", "counts"}, "both kinds of tiles have been seen")

    def test_an_order_leads_back_to_its_placing_and_lights_up(self):
        with open_page() as page:
            self.pause(page, MINUTES_MS // 4)
            order = self.order(page)
            self.explain(page, order)
            page.press_text("#explain button", "Show causes")
            page.wait("the steps", lambda: len(page.texts("#spacetime .chain li")) > 4)
            self.settle(page)
            self.assertIn(f"Order {order}", page.text("#spacetime .chain h2"))
            self.assertIn("place", page.text("#spacetime .chain").lower())
            steps = page.texts("#spacetime .chain li .what")
            self.assertGreaterEqual(len(steps), 5)
            # From the first step to the last and back by keys alone; then back along causes.
            page.js("document.querySelector('#spacetime canvas').focus()")
            walked = self.walk(page, "Down", "last step")
            self.assertGreaterEqual(len(walked), 5)
            self.assertIn("Parcel", walked[-1])
            walked = self.walk(page, "Up", "first step")
            self.assertIn(f"A customer orders: order {order}", walked[-1])
            page.key("Right")
            page.wait("its effect", lambda: f"Place (order {order}) from the customers" in page.text("#choice"))
            page.press_text("#spacetime .chain button", "accept")
            page.wait("the acceptance", lambda: "Accept" in page.text("#choice"))
            page.press('#spacetime .tools button[aria-label*="this step"]')
            page.wait("its causes", lambda: "Caused by" in page.text("#spacetime .chain"))
            page.js("document.querySelector('#spacetime canvas').focus()")
            for expected in ("Assign", "disk", "Place", f"A customer orders: order {order}"):
                page.key("Left")
                page.wait(expected, lambda: expected in page.text("#choice"), 10)

    def walk(self, page, key, end):
        """Walks until a sentence says that it ends; returns what was told on the way."""
        told = []
        for _ in range(40):
            page.key(key)
            page.wait("the next step", lambda: page.text("#choice") not in told[-1:] or end in page.js(
                "return document.getElementById('status').textContent"), 10)
            if page.text("#choice") in told[-1:]:
                return told
            told.append(page.text("#choice"))
        self.fail(f"no end: {told}")

    def explain(self, page, order):
        page.press('[data-tool="controls"]')
        page.js("""
          for (const box of document.querySelectorAll('#controls details')) box.open = true;
          const field = [...document.querySelectorAll('#controls .field')].find((e) => e.innerText.includes('Order no.'));
          field.querySelector('input').value = arguments[0];""", order)
        page.press_text("#controls button", "Explain this order")
        page.wait("the explanation", lambda: page.text("#explain h2"))

    def find_arrow(self, page):
        """Moves the pointer over the diagram until a message is under it."""
        canvas = page.browser.find_element("css selector", "#spacetime canvas")
        size = canvas.size
        for y in (0.11, 0.05, -0.05, 0.17, -0.11):
            for x in range(60):
                ActionChains(page.browser).move_to_element_with_offset(
                    canvas, int(size["width"] * (x / 100 - 0.25)), int(size["height"] * y)).perform()
                if " from " in page.js("""return new Promise((done) => requestAnimationFrame(() => {
                    const canvas = document.querySelector('#spacetime canvas');
                    done(canvas.dataset.over === 'event' ? canvas.title : '');
                }))"""):
                    return True
        return False

    def test_a_click_on_an_arrow_lights_both_ends_here_on_the_stage_and_in_the_list(self):
        with open_page() as page:
            self.pause(page, 5000)
            self.open(page)
            self.keys(page, "-", "-", "-")
            self.assertTrue(self.find_arrow(page), "no arrow under the pointer")
            ActionChains(page.browser).click().perform()
            page.wait("a choice", lambda: "from" in page.text("#choice") and not page.js(
                "return document.querySelector('#spacetime .chain').hidden"))
            sentence = page.text("#choice")
            self.assertRegex(sentence, r"sent \d\d:\d\d\.\d+, arrived \d\d:\d\d\.\d+")
            page.key("Escape")
            self.assertTrue(page.js("return document.getElementById('stage').hasAttribute('data-focus')"))
            page.wait("two outlines and an arrow", lambda: page.js(DRAWN) > 200)
            page.key("Escape")
            self.assertFalse(page.js("return document.getElementById('stage').hasAttribute('data-focus')"))

    def test_an_alarm_leads_to_its_causes_and_the_list_lights_up(self):
        with open_page() as page:
            page.key("3", "b")
            page.press_text(".menu button", "Crash")
            page.wait_event("thought closed")
            self.pause(page)
            row = page.js("""const row = [...document.querySelectorAll('#events li')].find((e) => e.innerText.includes('thought closed'));
              row.querySelector('.causes').click(); return row.innerText""")
            self.assertIn("thought closed", row)
            page.wait("its causes", lambda: len(page.texts("#spacetime .chain li")) >= 1)
            self.assertGreaterEqual(page.js(LIT), 1)
            self.assertIn("Dispatcher", page.text("#choice").replace("the dispatcher", "Dispatcher"))

    def test_a_click_on_the_axis_brings_the_page_there_and_the_view_follows_the_moment(self):
        with open_page() as page:
            info = self.pause(page, 20_000)
            self.open(page)
            self.keys(page, Keys.HOME)
            canvas = page.browser.find_element("css selector", "#spacetime canvas")
            ActionChains(page.browser).move_to_element_with_offset(
                canvas, 0, int(canvas.size["height"] / 2) - 8).click().perform()
            page.wait("the past", lambda: "REPLAY" in page.text(".badge"))
            at_us = page.js("return new Promise((done) => setTimeout(() => done(Number("
                            "new URLSearchParams(location.hash.slice(1)).get('t'))), 1500))")
            self.assertGreater(at_us, 0)
            self.keys(page, Keys.END, *["+"] * 8)
            here = page.attribute("#spacetime canvas", "aria-label")
            page.key("j")
            page.key("0")
            page.wait("the present", lambda: "REPLAY" not in page.text(".badge"))
            self.assertEqual(page.api(f"/api/v1/runs/{page.run()}")["t_ms"], info["t_ms"], "the run did not move")
            page.wait("the view to follow", lambda: page.attribute("#spacetime canvas", "aria-label") != here)

    def test_filters_hide_lines_and_messages(self):
        with open_page() as page:
            self.pause(page, 5000)
            self.open(page)
            before = page.attribute("#spacetime canvas", "aria-label")
            page.press('#spacetime [aria-haspopup="menu"]')
            boxes = page.texts(".menu .check")
            self.assertIn("Dispatcher", boxes)
            self.assertTrue(any("heartbeat" in box for box in boxes), boxes)
            page.js("document.querySelector('.menu .check input').click()")
            page.key("Escape")
            page.wait("a line less", lambda: page.attribute("#spacetime canvas", "aria-label") != before)
            self.assertIn("filter", page.text("#spacetime .summary"))

    def test_reduced_motion_moves_at_once(self):
        with open_page(still=True) as page:
            self.pause(page, 5000)
            self.open(page)
            before = page.attribute("#spacetime canvas", "aria-label")
            page.key("+")
            page.wait("nearer", lambda: page.attribute("#spacetime canvas", "aria-label") != before, 5)

    def test_phone(self):
        with open_page(390, 844) as page:
            page.press('#tabs [data-tab="spacetime"]')
            self.pause(page, 3000)
            self.settle(page)
            box = page.js("const b = document.getElementById('spacetime').getBoundingClientRect(); return [b.width, b.height]")
            self.assertEqual(box[0], 390)
            self.assertGreater(box[1], 500)
            small = page.js("return [...document.querySelectorAll('#spacetime button')].filter((e) => e.checkVisibility()"
                            " && e.getBoundingClientRect().height < 44).length")
            self.assertEqual(small, 0)
            page.press('#tabs [data-tab="city"]')
            self.assertTrue(page.js("return document.getElementById('stage').checkVisibility()"))


if __name__ == "__main__":
    unittest.main()
