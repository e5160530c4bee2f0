"""page.py: the page as a person uses it, for the browser tests: opens it, presses, reads, waits."""

import contextlib
import json
import os
import time
import urllib.request

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from chef_browser import console_errors, open_browser
from chef_server import ChefServer

WAIT_SECONDS_MAX = 60
KEYS = {"Escape": Keys.ESCAPE, "Tab": Keys.TAB, "Enter": Keys.ENTER, "Space": Keys.SPACE, "Down": Keys.ARROW_DOWN,
        "Right": Keys.ARROW_RIGHT, "Left": Keys.ARROW_LEFT, "Up": Keys.ARROW_UP,
        "PageDown": Keys.PAGE_DOWN, "PageUp": Keys.PAGE_UP}


@contextlib.contextmanager
def open_page(width=1280, height=720, dark=False, still=False, storage=None, hash_="", downloads=None, before=None):
    """A fresh server and a fresh browser on its page, with the city running; before(browser) comes first."""
    with server() as url, open_browser(width, height, downloads=downloads) as browser:
        page = Page(browser, url)
        page.emulate(dark, still)
        if before:
            before(browser)
        if storage:
            browser.get(url + "/static/favicon.svg")
            for key, value in storage.items():
                browser.execute_script("localStorage.setItem(arguments[0], arguments[1])", key, value)
            console_errors(browser)
        browser.get(url + "/" + hash_)
        page.wait_running()
        yield page


@contextlib.contextmanager
def server():
    """The built server; CHEF_PAGE names the address of one that runs already."""
    if os.environ.get("CHEF_PAGE"):
        yield os.environ["CHEF_PAGE"].rstrip("/")
    else:
        with ChefServer() as started:
            yield started.url


class Page:
    def __init__(self, browser, url):
        self.browser, self.url = browser, url

    def emulate(self, dark, still):
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
            {"name": "prefers-reduced-motion", "value": "reduce" if still else "no-preference"}]})

    # ---- reading ----

    def js(self, script, *arguments):
        return self.browser.execute_script(script, *arguments)

    def text(self, selector):
        return self.js("const e = document.querySelector(arguments[0]); return e ? e.innerText : null", selector)

    def attribute(self, selector, name):
        return self.js("return document.querySelector(arguments[0])?.getAttribute(arguments[1])", selector, name)

    def texts(self, selector):
        return self.js("return [...document.querySelectorAll(arguments[0])].map((e) => e.innerText)", selector)

    def run(self):
        """The run in the address."""
        return self.js("return new URLSearchParams(location.hash.slice(1)).get('run')")

    def api(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"} if data else {})
        cookies = "; ".join(f"{c['name']}={c['value']}" for c in self.browser.get_cookies())
        if cookies:
            request.add_header("Cookie", cookies)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def kitchen(self, node):
        """What the button over a kitchen says to who does not see the picture."""
        return self.attribute(f'.twin [data-node="{node}"]', "aria-label")

    def events(self):
        return self.texts("#events li .cut")

    # ---- doing ----

    def press(self, selector):
        self.js("document.querySelector(arguments[0]).click()", selector)

    def press_text(self, selector, text):
        """Presses the first element of the selector that shows the text."""
        found = self.js("const e = [...document.querySelectorAll(arguments[0])].find((e) => e.innerText.includes("
                        "arguments[1])); e?.click(); return Boolean(e)", selector, text)
        assert found, f"nothing in {selector} shows {text!r}: {self.texts(selector)}"

    def key(self, *keys):
        for key in keys:
            ActionChains(self.browser).send_keys(KEYS.get(key, key)).perform()

    def enter_system(self, title):
        """Turns the page to another system, by the menu of the systems."""
        self.press('#header [data-tool="systems"]')
        self.wait("the menu", lambda: self.texts(".menu button"))
        self.press_text(".menu button", title)
        self.wait(f"the page of {title!r}", lambda: title in (self.text("#header") or "")
                  and self.js("return document.querySelector('#controls [data-section=rules]') !== null"))

    def open_rules(self):
        """The dialog about the rules that can be turned off."""
        if self.js("return document.querySelector('#controls').hidden"):
            self.key("i")
        self.js("document.querySelector('#controls [data-section=rules]').open = true")
        self.press("#controls [data-tool=rules]")
        self.wait("the rules", lambda: self.texts("#rules details.rule"))

    def show_rule(self, words, how):
        """Opens the rule that these words are about, and presses a button of its: broken, intact, beside."""
        self.open_rules()
        self.js("""
          const rule = [...document.querySelectorAll("#rules details.rule")]
            .find((one) => one.textContent.includes(arguments[0]));
          rule.open = true;
          rule.querySelector(`[data-rule=${arguments[1]}]`).click();
        """, words, how)

    def verdict(self):
        """What the card says: good, fail, planned, unknown."""
        return self.attribute("#verdict", "data-verdict")

    def click_stage(self, x_share, y_share):
        """A real click of the mouse at a place of the stage."""
        stage = self.browser.find_element("id", "stage")
        size = stage.size
        ActionChains(self.browser).move_to_element_with_offset(
            stage, int(size["width"] * (x_share - 0.5)), int(size["height"] * (y_share - 0.5))).click().perform()

    # ---- waiting ----

    def wait(self, what, condition, seconds=WAIT_SECONDS_MAX):
        """Waits until condition() is true and returns its value; says what was awaited if it never is."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            value = condition()
            if value:
                return value
            time.sleep(0.03)
        raise AssertionError(f"waited for {what}; events: {self.events()}; problem: {self.text('#problem')}")

    def wait_running(self):
        self.wait("the badge to say that it is live", lambda: self.attribute(".badge", "data-state") == "live")
        self.wait("the first orders", lambda: any(c.isdigit() and c != "0" for c in (self.text("#verdict h2") or "")))

    def wait_event(self, text, seconds=WAIT_SECONDS_MAX):
        return self.wait(f"an event with {text!r}", lambda: any(text in event for event in self.events()), seconds)

    def console_errors(self):
        return console_errors(self.browser)
