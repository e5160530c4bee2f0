"""The language of a viewer: by the menu, by the address, kept, and nothing cut off in it."""

import json
import re
import unittest

from page import open_page
from repository import SOURCE
from test_layout import CARD, EVENTS, MEASURE, ROOMS

VIETNAMESE = {"chef.language": "vi"}
NAMES = {"kitchens": ["D Campus Canteen", "H Corner Bistro"], "raft": ["Market Hall", "Old Town"],
         "kv": ["Bếp B", "Bếp C"], "city": ["E Market Hall", "B Old Town"]}
# Captions of scenes that do not fit into the band, set as the player sets them.
CAPTIONS = """
const words = document.querySelector("#scene p"), caption = words.querySelector("span"), band = words.closest("#scene");
return arguments[0].filter((text) => {
  caption.textContent = text;
  words.toggleAttribute("data-long", text.length > 112);
  return caption.scrollHeight > caption.clientHeight + 1 || words.scrollHeight > band.clientHeight + 1;
});
"""

# The page gets these words in place of a language's.
GIVE = """
const words = %s, real = window.fetch;
window.fetch = (what, ...rest) => String(what).endsWith("/languages/vi.json")
  ? Promise.resolve(new Response(words, {headers: {"Content-Type": "application/json"}})) : real(what, ...rest);
"""
# What is seen or read out and does not come from those words: each of them stands in brackets.
BARE = r"""
const bare = new Set();
const look = (text, element) => {
  if (/\p{L}{2,}/u.test(text) && !text.includes("⟦")) bare.add(`${text.trim()} <${element.tagName.toLowerCase()}>`);
};
const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walk.nextNode()) {
  const element = walk.currentNode.parentElement;
  if (!element.closest("script, style, noscript, code") && element.checkVisibility()) look(walk.currentNode.data, element);
}
for (const name of ["aria-label", "title", "placeholder", "alt"])
  for (const element of document.querySelectorAll(`[${name}]`)) look(element.getAttribute(name), element);
look(document.title, document.documentElement);
return [...bare];
"""
# The same in every language: names of kitchens, files, languages and units, and conditions as they are typed.
NO_WORDS = re.compile(r"English|Tiếng Việt|\w+\.csv|[\d.,]+ (ms|ppm)|ms|[a-z]+_[a-z_]+|[a-z_]+ [<>=]+ [\d.]+|first\(.*\)")


def bracketed(table):
    return {key: text if key == "language" else bracketed(text) if isinstance(text, dict) else f"⟦{text}⟧"
            for key, text in table.items()}


def language(page):
    return page.attribute("html", "lang")


class Language(unittest.TestCase):
    maxDiff = None

    def choose(self, page, name):
        """By the menu; the page begins again."""
        page.press('#header [data-tool="systems"]')
        page.wait("the menu", lambda: page.texts(".menu button"))
        page.js("window.before = true")
        page.press_text(".menu button", name)
        page.wait("the page to begin again", lambda: page.js("return window.before === undefined"))
        page.wait_running()

    def test_the_menu_changes_it_and_the_run_and_its_moment_stay(self):
        with open_page() as page:
            self.assertEqual(language(page), "en")
            loaded = "return performance.getEntriesByType('resource').some((one) => one.name.includes('/languages/vi'))"
            self.assertFalse(page.js(loaded), "English does not fetch another language")
            run = page.run()
            self.choose(page, "Tiếng Việt")
            self.assertEqual((language(page), page.run()), ("vi", run))
            self.assertIn("chưa vỡ gì", page.text("#verdict h2"))
            self.assertIn("TRỰC TIẾP", page.text(".badge"))
            self.assertIn("Chữa hết", page.text("#actions"))
            self.assertIn("Mỗi đơn tới nơi có điểm cao nhất", page.text("#caption"))
            self.assertIn("Cao điểm trưa", page.text("#header"), "the scenario's title")
            self.assertEqual(page.attribute("#events", "aria-label"), "Sự kiện")
            page.key(".")
            page.wait("a pause", lambda: page.attribute(".badge", "data-state") == "paused")
            page.key("Left")
            moment = page.wait("a moment in the address", lambda: page.js("return location.hash.includes('&t=') && location.hash"))
            page.browser.refresh()
            page.wait("the page", lambda: page.attribute(".badge", "data-state") == "replay")
            self.assertEqual((language(page), page.js("return location.hash")), ("vi", moment))
            self.assertIn("XEM LẠI", page.text(".badge"))
            self.assertEqual(page.console_errors(), [])

    def test_the_address_says_it_for_this_visit_and_the_menu_takes_it_back(self):
        with open_page(hash_="?lang=vi") as page:
            self.assertEqual(language(page), "vi")
            page.enter_system("Hội đồng bếp")
            page.wait("the council's words", lambda: "nhiệm kỳ" in (page.text("#caption") or ""))
            self.choose(page, "English")
            self.assertEqual((language(page), page.js("return location.search")), ("en", ""))
            self.assertIn("presides", page.text("#caption"))
            self.assertEqual(page.console_errors(), [])

    def test_every_word_comes_from_the_language(self):
        words = json.dumps(bracketed(json.loads((SOURCE / "web/languages/vi.json").read_text())))

        def give(browser):
            browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": GIVE % json.dumps(words)})
        with open_page(storage=VIETNAMESE, before=give) as page:
            kitchens = {kitchen["name"] for kitchen in json.loads(
                (SOURCE / "server/systems/kitchens/data/city.json").read_text())["kitchens"]}

            def check(where):
                found = [text for text in page.js(BARE) for said in [text.rsplit(" <", 1)[0]]
                         if not NO_WORDS.fullmatch(said) and said.removesuffix(" Kitchen") not in kitchens
                         and re.sub(r"^[A-L] ", "", said) not in kitchens]
                self.assertEqual(found, [], where)
            check("the first page")
            for key, shown in (("?", "dialog[open]"), ("o", ".menu"), ("u", "dialog[open]"), ("1", "#stage aside, #stage .card")):
                page.key(key)
                page.wait(f"what {key} opens", lambda shown=shown: page.text(shown))
                check(f"key {key}")
                page.key("Escape")
            page.key("i")
            page.js("document.querySelectorAll('#controls details').forEach((one) => { one.open = true; })")
            check("the drawer")
            page.browser.get(page.url + "/storyboard")
            page.wait("the cards", lambda: page.texts(".scenes a"))
            check("the storyboard")
            page.browser.get(page.url + "/#scene=crisis")
            page.wait("the scene", lambda: page.text("#scene .count"))
            for step in range(1, 3):
                page.wait(f"step {step}", lambda step=step: (page.text("#scene .count") or "").startswith(f"⟦{step} ")
                          and page.attribute("#scene", "data-state") == "standing")
                page.key("Right")
            page.wait("the question", lambda: page.attribute("#scene-card", "data-kind") == "question")
            check("a question")
            page.browser.get(page.url + "/join?code=nobody")
            page.wait("the way in", lambda: page.text("#join button"))
            page.press("#join button")
            page.wait("a refusal", lambda: page.text("#join .wrong"))
            check("the way into a room")

    def test_a_language_that_is_not_there_is_english(self):
        with open_page(hash_="?lang=xx") as page:
            self.assertEqual(language(page), "en")
            self.assertEqual(page.console_errors(), [])

    def test_nothing_is_cut_off_in_vietnamese(self):
        for width, height, density in ((1280, 720, "lecture"), (1280, 600, "lecture"), (1920, 1080, "lab"), (390, 664, "lecture")):
            with self.subTest(f"{width}x{height}"), \
                    open_page(width, height, storage={**VIETNAMESE, "chef.density": density}) as page:
                for tab in range(5 if width == 390 else 1):
                    if width == 390:
                        page.js("document.querySelectorAll('#tabs button')[arguments[0]].click()", tab)
                    seen = page.js(MEASURE, ROOMS)
                    self.assertLessEqual(max(seen["scroll"]), 0)
                    self.assertEqual((seen["cut"], seen["outside"]), ([], []), f"tab {tab}")

    def test_events_and_promises_fit_in_vietnamese(self):
        with open_page(storage=VIETNAMESE) as page:
            systems = {one["name"]: one for one in page.api("/api/v1/systems")}
            words = page.api("/languages/vi.json")
            for system, names in NAMES.items():
                with self.subTest(system):
                    if system != "kitchens":
                        page.enter_system(words["page"]["words"][f"system.{system}"])
                    page.wait("an event", lambda: page.texts("#events li .cut"))
                    page.key(".")  # the list stands still
                    self.assertEqual(page.browser.execute_async_script(EVENTS, systems[system], names), [])
            page.enter_system(words["page"]["words"]["system.raft"])
            page.show_rule("RAFT-T03", "broken")
            page.wait("the broken promise", lambda: page.verdict() == "planned")
            self.assertIn("Như dự định", page.text("#verdict .promises"), "what the verdict says")
            titles = [check["title"] for system in NAMES for check in words[system]["checks"].values()]
            card = page.js(CARD, titles)
            self.assertEqual((card["outside"], card["cut"]), ([], []))

    def test_the_storyboard_and_its_scenes_speak_it(self):
        for width, height in ((1280, 720), (390, 664)):
            with self.subTest(f"{width}x{height}"), open_page(width, height) as page:
                page.browser.get(page.url + "/storyboard")
                page.wait("the cards", lambda: page.texts(".scenes a"))
                page.js("const choice = document.querySelector('#language'); choice.value = 'vi';"
                        "choice.dispatchEvent(new Event('change'))")
                page.wait("the cards in Vietnamese", lambda: page.text("h1") == "Bảng cảnh" and page.texts(".scenes a"))
                page.press(".scenes a")
                page.wait("the scene", lambda: "Một bếp" in (page.text("#scene p") or ""))
                words = page.api("/languages/vi.json")
                captions = [text for key, text in words["scenes"]["scenes"].items() if key.endswith(".caption")]
                self.assertGreater(len(captions), 100)
                self.assertEqual(page.js(CAPTIONS, captions), [])
                self.assertEqual(page.console_errors(), [])
                page.browser.get(page.url + "/join?code=nobody")
                page.wait("the way in", lambda: page.text("#join button") == "Vào")
                page.press("#join button")
                page.wait("what the server says", lambda: page.text("#join .wrong"))
                self.assertEqual(page.text("#join .wrong"), "Chưa có phòng: giảng viên chưa mở phòng nào.")


if __name__ == "__main__":
    unittest.main()
