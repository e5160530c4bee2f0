"""Break a rule: a paragraph, a run in which it is seen broken, the same run with the rule; and recipes of
faults from the controls."""

import unittest

from page import open_page


class Rules(unittest.TestCase):
    def test_every_switch_has_a_paragraph_a_source_and_a_run(self):
        with open_page() as page:
            page.open_rules()
            switches = page.js("return document.querySelectorAll('#rules details.rule').length")
            self.assertEqual(switches, 13)
            self.assertEqual(page.js("return [...document.querySelectorAll('#rules details.rule')]"
                                     ".filter((one) => one.querySelectorAll(':scope > p').length < 2"
                                     " || !one.querySelector('[data-rule=broken]')).length"), 0)

    def test_broken_without_the_rule_and_proved_with_it(self):
        with open_page() as page:
            page.show_rule("bug.no_fence=", "broken")
            page.wait("the broken promise", lambda: page.verdict() == "planned", 30)
            page.show_rule("bug.no_fence=", "intact")
            page.wait("the proof", lambda: "Proved" in page.text("#verdict"), 30)

    def test_a_recipe_begins_and_is_told(self):
        with open_page() as page:
            page.key("i")
            page.js("document.querySelector('#controls [data-section=faults]').open = true")
            page.js("""
              const kind = document.querySelector("#recipe");
              kind.value = "recipe.isolate_leader";
              kind.dispatchEvent(new Event("change"));
              document.querySelector("#recipe-length").closest("form").requestSubmit();
            """)
            page.wait("the fault", lambda: "net_partitioned" in str(page.api(f"/api/v1/runs/{page.run()}/events?after=0&limit=200")))


if __name__ == "__main__":
    unittest.main()
