"""From one system to another and back: other parts in the same rooms, and nothing of the first stays behind.

The other system is a part of a few lines that exists only here: it shows a run of the kitchens, of which it knows
nothing."""

import unittest

from page import open_page

# Runs before the page: answers that name the other system, its part, and counts of whoever listens.
TOY = """
{
  const words = { system: { title: "Toy" }, page: {
    "room.stage": "The toy", "room.mine": "Mine", "room.ordering": "Act", "tab.city": "Toy", "help.stage": "A toy.",
    "verdict.so_far": "Toys so far: {operations}", "verdict.waiting": "Soon.", "verdict.about": "Toys.",
    "figure.one": "one", "figure.one.about": "One toy", "goto.example": "toy/first#1-0000",
    "shrink.orders": "Toys", "shrink.parts": "Parts" } };
  const real = window.fetch, runs = new Set();
  const json = (value) => new Response(JSON.stringify(value), { headers: { "Content-Type": "application/json" } });
  window.fetch = async (path, options = {}) => {
    await window.ready;
    if (path === "/api/v1/words/toy") return json(words);
    if (path === "/api/v1/systems") {
      const systems = await (await real(path, options)).json();
      return json([...systems, { ...systems[0], name: "toy" }]);
    }
    if (path === "/api/v1/scenarios") {
      const scenarios = await (await real(path, options)).json();
      return json([...scenarios, { ...scenarios[0], name: "toy/first", system: "toy", title: "First toy" }]);
    }
    if (path === "/api/v1/runs" && options.method === "POST" && JSON.parse(options.body).scenario === "toy/first") {
      const body = JSON.stringify({ scenario: "kitchens/quiet-tuesday", seed: 3, private: true });
      const made = await (await real(path, { ...options, body })).json();
      runs.add(made.run);
      return json(made);
    }
    const run = /^\\/api\\/v1\\/runs\\/([^/?]+)$/.exec(path)?.[1];
    if (run && runs.has(run)) {
      return json({ ...await (await real(path, options)).json(), system: "toy", scenario: "toy/first", title: "First toy" });
    }
    return real(path, options);
  };

  window.heard = 0; /* listeners of window and document */
  for (const target of [window, document]) {
    const add = target.addEventListener;
    target.addEventListener = function (type, listener, options) {
      window.heard += 1;
      options?.signal?.addEventListener("abort", () => { window.heard -= 1; });
      return add.call(target, type, listener, options);
    };
    const remove = target.removeEventListener;
    target.removeEventListener = function (...args) {
      window.heard -= 1;
      return remove.apply(target, args);
    };
  }
  const frame = window.requestAnimationFrame;
  window.asked = 0; /* loops that go from picture to picture */
  window.requestAnimationFrame = (callback) => {
    window.asked += 1;
    return frame.call(window, callback);
  };
  window.loops = () => new Promise((done) => {
    let pictures = 0;
    const began = window.asked;
    const next = () => (pictures += 1) > 20 ? done((window.asked - began) / 20) : frame.call(window, next);
    frame.call(window, next);
  });

  window.made = []; /* models, with the system that they were made for */
  const remembering = (Model, system) => class extends Model {
    constructor() {
      super();
      window.made.push([system, this]);
    }
  };
  window.ready = (async () => {
    const { CATALOGUE } = await import("/systems/catalogue.js");
    const { Model } = await import("/app/model.js");
    const { el, byId } = await import("/app/dom.js");
    const { load } = CATALOGUE.kitchens;
    CATALOGUE.kitchens.load = async () => {
      const { part } = await load();
      return { part: { ...part, Model: remembering(part.Model, "kitchens") } };
    };
    const chart = {
      id: "toy", title: () => "Toys", caption: () => "A toy chart", csv: "metrics", update: () => {},
      config: () => ({ type: "line", data: { datasets: [] }, options: { animation: false } }),
      table: () => ({ head: [], rows: [] }),
    };
    const words = {
      load: "offered_per_min", interesting: () => false, span: () => null, text: () => "toy", tone: () => "serving",
      choose: () => {},
    };
    const mount = (model) => {
      const pressed = el("output", { id: "toy" }, "0");
      byId("stage").append(pressed);
      byId("caption").append("A toy is on the stage.");
      document.addEventListener("click", () => {
        pressed.textContent = String(Number(pressed.textContent) + 1);
      }, { signal: model.until });
      return {
        figures: [{ name: "one", value: () => ["1", ""] }], charts: [[chart], [chart]],
        eventWords: { ...words, short: () => "toy", icon: () => "serving", causes: () => {} },
        timelineWords: words, untils: [], verdictHow: { operations: () => 7, choose: () => {} },
        diagramWords: { rows: () => [], name: String, short: String, message: String, look: () => "request",
          note: () => "", mark: () => "", tone: () => "serving", subject: String, only: () => "", explain: () => {},
          spans: [] },
        sides: { mountStage: () => {}, timelineWords: () => words, nodeWords: String, light: () => {}, figures: [],
          charts: [], untils: [], presets: () => [] },
        keys: { ...Object.fromEntries(["node", "escape", "crash", "cut", "break", "verify", "csv"].map((act) => [act, () => {}])),
          heal: () => { pressed.textContent = "key"; } },
      };
    };
    const part = { Model: remembering(Model, "toy"), moments: [], whyIdle: () => null, mount, mountFrame: mount };
    CATALOGUE.toy = { load: async () => ({ part }), first: "toy/first" };
  })();
}
"""


def with_toy(browser):
    browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": TOY})


class Systems(unittest.TestCase):
    def left(self, page, system):
        """Topics that somebody still listens to, of all models of a system."""
        return page.js("return window.made.filter(([name]) => name === arguments[0]).map(([, model]) => "
                       "[...model.listeners.values()].filter((set) => set.size > 0).length)", system)

    def loops(self, page):
        return page.browser.execute_async_script("window.loops().then(arguments[0])")

    def choose(self, page, text):
        page.press('#header [data-tool="systems"]')
        page.wait("the menu", lambda: page.texts(".menu button"))
        page.press_text(".menu button", text)

    def to_toy(self, page):
        self.choose(page, "toy")
        page.wait("the toy", lambda: page.text("#toy") is not None)
        page.wait("a frame", lambda: "LIVE" in page.text(".badge"))

    def test_the_same_rooms_hold_another_system(self):
        with open_page(before=with_toy) as page:
            first = page.run()
            page.key("/")
            shown = [text.split("\n")[0] for text in page.texts(".menu button:not([lang])")]
            self.assertEqual((shown[0], shown[-1]), ("City kitchens", "toy"), "in the order of the server")
            page.key(*["Down"] * (len(shown) - 1), "Enter")  # the last one, above the languages
            page.wait("the toy", lambda: page.text("#toy") is not None)
            self.assertNotEqual(page.run(), first)
            self.assertEqual(page.attribute("#stage", "aria-label"), "The toy")
            self.assertEqual(page.text("#caption"), "A toy is on the stage.")
            self.assertIn("First toy", page.text("#header .run"))
            page.wait("a verdict", lambda: "Toys so far: 7" in page.text("#verdict h2"))
            self.assertEqual(page.texts("#figures dt"), ["one"])
            self.assertEqual(page.js("return document.querySelectorAll('#stage .twin, #actions *, #controls *').length"), 0)
            page.press("#header .run")
            menu = page.texts(".menu button")
            self.assertTrue(any("First toy" in text for text in menu))
            self.assertFalse(any("Lunch rush" in text for text in menu))
            page.key("Escape")
            page.key("a")
            self.assertEqual(page.text("#toy"), "key")
            self.choose(page, "City kitchens")
            page.wait("the kitchens again", lambda: page.kitchen(2) is not None)
            self.assertEqual(page.run(), first, "its run of this visit, not another one")
            page.wait("an order", lambda: "orders" in page.text("#verdict h2"))
            self.assertIsNone(page.text("#toy"))
            self.assertEqual(page.console_errors(), [])

    def test_nothing_stays_behind(self):
        with open_page(before=with_toy) as page:
            page.key("d")  # what is built late goes too
            page.wait("the menu", lambda: page.texts(".menu button"))
            page.press_text(".menu button", "Round robin")
            page.wait("the comparison", lambda: "ifference" in (page.text("#compare .story") or ""))
            page.key("Escape")
            page.wait("one run", lambda: page.js("return document.getElementById('compare').hidden"))
            heard, loops = page.js("return window.heard"), self.loops(page)
            self.to_toy(page)
            listening = self.left(page, "kitchens")
            self.assertGreater(len(listening), 2)
            self.assertEqual(sum(listening), 0)
            page.key("o")
            self.assertEqual(page.texts(".menu, dialog"), [], "a key of the kitchens")
            self.choose(page, "City kitchens")
            page.wait("the kitchens again", lambda: page.kitchen(2) is not None)
            self.assertEqual(sum(self.left(page, "toy")), 0)
            page.wait("all its loops", lambda: self.loops(page) > 1)
            self.assertLessEqual(page.js("return window.heard"), heard)
            self.assertLessEqual(self.loops(page), loops)

    def test_on_a_phone(self):
        with open_page(390, 844, before=with_toy) as page:
            box = page.js("const b = document.querySelector('#header [data-tool=systems]').getBoundingClientRect();"
                          "return [b.width, b.height]")
            self.assertGreaterEqual(min(box), 44)
            self.assertLessEqual(page.js("return document.documentElement.scrollWidth"), 390)
            self.to_toy(page)
            self.assertEqual(page.console_errors(), [])

    def test_a_reload_and_a_step_back_come_to_the_run_of_the_address(self):
        with open_page(before=with_toy) as page:
            kitchens = page.run()
            self.to_toy(page)
            page.js("location.hash = arguments[0]", f"#run={kitchens}")
            page.wait("the kitchens again", lambda: page.kitchen(2) is not None)
            self.assertEqual(page.run(), kitchens)

    def test_alone_a_system_needs_no_menu(self):
        with open_page() as page:
            systems = [one["name"] for one in page.api("/api/v1/systems")]
            shown = page.js("return document.querySelector('#header [data-tool=systems]') !== null")
            self.assertEqual(shown, len(systems) > 1)


if __name__ == "__main__":
    unittest.main()
