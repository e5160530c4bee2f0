"""The rooms of the page at every size: where they should be, nothing over anything else, no text
cut off, no scrollbar of the page, text large enough for a hall."""

import unittest

from page import open_page

ROOMS = ["header", "stage", "actions", "caption", "verdict", "figures", "chart-1", "chart-2", "events", "timeline",
         "controls", "mine", "ordering", "tabs"]

MEASURE = """
const rooms = {};
for (const id of arguments[0]) {
  const e = document.getElementById(id), b = e.getBoundingClientRect();
  if (getComputedStyle(e).display !== "none" && !e.hidden && b.width > 0) rooms[id] = [b.left, b.top, b.right, b.bottom];
}
const visible = (e) => e.checkVisibility() && e.getBoundingClientRect().width > 1 && !e.closest(".unseen");
const cut = [], small = [], outside = [];
for (const e of document.querySelectorAll("body *")) {
  if (!visible(e) || e.closest("svg, canvas, select, .twin, #controls, dialog")) continue;
  const style = getComputedStyle(e), own = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
  if (style.overflowX !== "visible" && e.scrollWidth > e.clientWidth + 1 && style.overflowX !== "auto") cut.push(name(e));
  if (style.overflowY === "hidden" && e.scrollHeight > e.clientHeight + 3 && !e.matches("#stage")) cut.push(name(e));
  if (!own) continue;
  const size = parseFloat(style.fontSize);
  if (size < innerHeight * 0.0279) small.push([name(e), size]);
  if (e.closest(".scroll")) continue;
  const b = e.getBoundingClientRect(), room = e.closest("body > *").getBoundingClientRect();
  if (b.left < room.left - 1 || b.right > room.right + 1 || b.top < room.top - 2 || b.bottom > room.bottom + 2) outside.push(name(e));
}
function name(e) { return e.tagName + "." + e.className + ": " + e.textContent.slice(0, 40); }
const root = document.documentElement;
return { rooms, cut, small, outside, density: root.dataset.density,
  scroll: [root.scrollWidth - innerWidth, root.scrollHeight - innerHeight] };
"""

# The card of a broken promise, with each of the names: what of it lies outside, and the names that are not seen whole.
CARD = """
const card = document.getElementById("verdict"), room = card.getBoundingClientRect();
const within = (b) => b.left >= room.left && b.right <= room.right && b.top >= room.top && b.bottom <= room.bottom + 0.5;
const outside = [...card.querySelectorAll("h2, h2 *, .ways *, .promises")].filter((e) => e.checkVisibility()
  && !within(e.getBoundingClientRect())).map((e) => e.className || e.tagName);
const words = card.querySelector(".promises"), name = words.querySelector("b"), cut = [];
for (const text of [...arguments[0], name.textContent]) {
  name.textContent = text;
  if (name.getBoundingClientRect().bottom > words.getBoundingClientRect().bottom + 1) cut.push(text);
}
const title = card.querySelector(".title");
if (title.getClientRects().length > 1 || title.scrollWidth > title.clientWidth + 1) cut.push(title.textContent);
return { outside, cut };
"""

# Every event of a system in few words, with the longest names of nodes: those that do not fit into a line of the list.
EVENTS = """
const [model, names, done] = arguments;
import("/app/tell.js").then(({ eventBrief }) => {
  const line = document.querySelector("#events li .cut"), cut = [];
  const was = line.textContent;
  for (const note of model.notes.filter((one) => one.listed)) {
    const event = { kind: note.name, node: 0, peer: 1, subject: 12345, args: note.args.map(() => 4321), t_us: 6e7, event: 1, cause: 0 };
    const letters = model.name === "kitchens" && note.name.startsWith("link_"); /* as its page says them */
    line.textContent = eventBrief({ system: model }, event, (node) => (letters ? names[node][0] : names[node]));
    if (line.scrollWidth > line.clientWidth + 1) cut.push(note.name + ": " + line.textContent);
  }
  line.textContent = was;
  done(cut);
});
"""

# DECISIONS, "The page": x, y, width, height at 1280 x 720.
LECTURE = {"header": (0, 0, 1280, 40), "stage": (0, 44, 820, 452), "actions": (0, 500, 820, 80), "caption": (0, 584, 820, 68),
           "verdict": (824, 44, 456, 112), "figures": (824, 160, 456, 68), "chart-1": (824, 232, 456, 156),
           "chart-2": (824, 392, 456, 156), "events": (824, 552, 456, 100), "timeline": (0, 656, 1280, 64)}


class Layout(unittest.TestCase):
    maxDiff = None

    def measure(self, page):
        return page.js(MEASURE, ROOMS)

    def assert_sound(self, seen, where):
        self.assertLessEqual(max(seen["scroll"]), 0, f"{where}: the page has a scrollbar")
        self.assertEqual(seen["cut"], [], f"{where}: cut off")
        self.assertEqual(seen["outside"], [], f"{where}: text outside its room")
        rooms = list(seen["rooms"].items())
        for i, (a, one) in enumerate(rooms):
            for b, two in rooms[i + 1:]:
                over = min(one[2], two[2]) - max(one[0], two[0]), min(one[3], two[3]) - max(one[1], two[1])
                self.assertFalse(min(over) > 0.5, f"{where}: {a} and {b} overlap by {over}")

    def assert_text_for_a_hall(self, seen, where):
        self.assertEqual(seen["small"], [], f"{where}: text under 2.8 % of the height")

    def test_lecture_1280x720_stands_where_it_was_decided(self):
        with open_page(1280, 720) as page:
            seen = self.measure(page)
            self.assert_sound(seen, "1280x720")
            self.assert_text_for_a_hall(seen, "1280x720")
            for room, (x, y, width, height) in LECTURE.items():
                for value, expected in zip(seen["rooms"][room], (x, y, x + width, y + height)):
                    self.assertAlmostEqual(value, expected, delta=1.1, msg=f"{room} is at {seen['rooms'][room]}")

    def test_lecture_1920x1080_is_the_same_one_and_a_half_times(self):
        with open_page(1920, 1080) as page:
            seen = self.measure(page)
            self.assert_sound(seen, "1920x1080")
            self.assert_text_for_a_hall(seen, "1920x1080")
            for room, (x, y, width, height) in LECTURE.items():
                for value, expected in zip(seen["rooms"][room], (x, y, x + width, y + height)):
                    self.assertAlmostEqual(value, expected * 1.5, delta=1.6, msg=f"{room} is at {seen['rooms'][room]}")

    def test_low_screen_leaves_out_events_and_one_chart(self):
        with open_page(1280, 600) as page:
            seen = self.measure(page)
            self.assert_sound(seen, "1280x600")
            self.assert_text_for_a_hall(seen, "1280x600")
            self.assertNotIn("events", seen["rooms"])
            self.assertNotIn("chart-2", seen["rooms"])

    def test_lab_1920x1080(self):
        with open_page(1920, 1080, storage={"chef.density": "lab"}) as page:
            seen = self.measure(page)
            self.assertEqual(seen["density"], "lab")
            self.assert_sound(seen, "lab")
            self.assertIn("controls", seen["rooms"])

    def test_phone_390x664_in_every_tab(self):
        with open_page(390, 664) as page:
            for tab in range(5):
                page.js("document.querySelectorAll('#tabs button')[arguments[0]].click()", tab)
                seen = self.measure(page)
                self.assertEqual(seen["density"], "phone")
                self.assert_sound(seen, f"phone, tab {tab}")
            page.js("document.querySelectorAll('#tabs button')[2].click()")
            title = page.js("const b = document.querySelector('#verdict .title').getClientRects(); return [b.length, b[0].width]")
            self.assertEqual(title[0], 1, "what is judged stands in one line")
            small = page.js("return [...document.querySelectorAll('#tabs button, #header button, .dishes button')]"
                            ".filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < 44).length")
            self.assertEqual(small, 0, "targets under 44 px")

    def test_the_promises_fit_a_phone_when_one_is_broken(self):
        with open_page(390, 664) as page:
            run = page.api("/api/v1/runs", {"scenario": "raft/trap-03-local-read", "seed": 7, "private": True,
                                            "settings": {"bug.local_read": True}})["run"]
            page.api(f"/api/v1/runs/{run}/pace", {"advance_ms": 60_000})
            page.js("location.hash = 'run=' + arguments[0]", run)
            page.press_text("#tabs button", "Figures")
            page.wait("the broken promise", lambda: page.verdict() == "planned")
            page.press("#verdict .promises")
            page.wait("the promises", lambda: page.texts("#promises td"))
            over = page.js("const right = (e) => document.querySelector(e).getBoundingClientRect().right;"
                           "return right('#promises .wordy td:last-child') - right('#promises .scroll')")
            self.assertLessEqual(over, 0, "the table is wider than the phone")

    def test_the_space_time_diagram_stands_where_the_stage_stood(self):
        for width, height, density in [(1280, 720, "lecture"), (1280, 600, "lecture"), (1920, 1080, "lab")]:
            with self.subTest(f"{width}x{height}"), open_page(width, height, storage={"chef.density": density}) as page:
                before = self.measure(page)["rooms"]
                page.key("e")
                page.wait("the diagram", lambda: page.js("return document.getElementById('spacetime').checkVisibility()"))
                seen = page.js(MEASURE, [*ROOMS, "spacetime", "choice"])
                self.assert_sound(seen, f"diagram {width}x{height}")
                if density == "lecture":
                    self.assert_text_for_a_hall(seen, f"diagram {width}x{height}")
                self.assertEqual(seen["rooms"].pop("spacetime"), before.pop("stage"))
                self.assertEqual(seen["rooms"].pop("choice"), before.pop("caption"))
                self.assertEqual(seen["rooms"], before, "the other rooms stay where they are")

    def test_dark_and_large_numbers(self):
        with open_page(1280, 720, dark=True) as page:
            self.assertEqual(page.attribute("html", "data-theme"), "dark")
            page.js("document.querySelector('#verdict .title').textContent = 'Nothing broken so far (123,456 orders)'")
            seen = self.measure(page)
            self.assert_sound(seen, "dark")

    def test_a_broken_promise_is_read_whole(self):
        """Whatever the promise is called: its name is not cut, nor what stands beside it."""
        for width, height, density in [(1280, 720, "lecture"), (1280, 600, "lecture"), (1920, 1080, "lab")]:
            with self.subTest(f"{width}x{height}"), open_page(width, height, storage={"chef.density": density}) as page:
                page.enter_system("Kitchen council")
                page.show_rule("RAFT-T03", "broken")
                page.wait("the broken promise", lambda: page.verdict() == "planned", 60)
                if density == "lecture":
                    page.key("i")  # the drawer goes
                seen = self.measure(page)
                seen["cut"] = [one for one in seen["cut"] if "promises" not in one]  # the witness goes on in the dialog
                self.assert_sound(seen, f"broken at {width}x{height}")
                names = [word["title"] for system in ("kitchens", "raft", "kv")
                         for word in page.api(f"/api/v1/words/{system}")["checks"].values()]
                card = page.js(CARD, names)
                self.assertEqual(card["outside"], [], "part of the card lies outside of it")
                self.assertEqual(card["cut"], [], "names of promises that are cut")

    def test_every_event_fits_into_its_line(self):
        """In the hall nobody can ask for the rest of it."""
        with open_page() as page:
            systems = {one["name"]: one for one in page.api("/api/v1/systems")}
            for system, title, names in (("kitchens", None, ["D Campus Canteen", "H Corner Bistro"]),
                                         ("raft", "Kitchen council", ["Market Hall", "Old Town"]),
                                         ("kv", "One menu", ["Kitchen B", "Kitchen C"]),
                                         ("city", "The last lobster", ["E Market Hall", "B Old Town"])):
                with self.subTest(system):
                    if title:
                        page.enter_system(title)
                    page.wait("an event", lambda: page.texts("#events li .cut"))
                    page.key(".")  # the list stands still
                    self.assertEqual(page.browser.execute_async_script(EVENTS, systems[system], names), [])

    def test_drawer_covers_charts_never_stage_or_verdict(self):
        with open_page(1280, 720) as page:
            page.press('[data-tool="controls"]')
            rooms = self.measure(page)["rooms"]
            left, top, right, bottom = rooms["controls"]
            self.assertAlmostEqual(right - left, 320, delta=1)
            self.assertGreaterEqual(left, rooms["stage"][2])
            self.assertGreaterEqual(top, rooms["verdict"][3])
            self.assertLessEqual(bottom, rooms["timeline"][1] + 1)


if __name__ == "__main__":
    unittest.main()
