"""access.py: what of a page cannot be used by who does not see it, has no mouse, or has weak eyes.

    self.assertEqual(access.findings(page), [])
    self.assertEqual(access.stops(page), [])

tests/browser/test_access.py shows that each rule catches its fault.
"""

import pathlib

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

FOLDER = pathlib.Path(__file__).resolve().parent
RULES = (FOLDER / "access.js").read_text()
STOPS = (FOLDER / "access_stops.js").read_text()
TABS_MAX = 120
SCRIPT_SECONDS_MAX = 120  # the first question about a role makes the browser compute all of them


def findings(page, phone=False):
    """Roles, names, references, headings, contrast, sizes: a line for each thing that is wrong now."""
    page.browser.set_script_timeout(SCRIPT_SECONDS_MAX)
    return page.js(RULES, phone)


def stops(page, tabs=TABS_MAX):
    """Goes through the page by Tab once: a line for each stop that is not seen, not marked, or out of order."""
    page.js(STOPS + "\nbegin();")
    for _ in range(0, tabs, 20):
        ActionChains(page.browser).send_keys(Keys.TAB * 20).perform()
        if page.js("return stopsSeen.round"):
            break
    return page.js("return stopsSeen.end()")
