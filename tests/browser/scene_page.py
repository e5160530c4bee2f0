"""scene_page.py: a scene of the storyboard as a person goes through it: opens it, comes to its steps, reads what
stands there."""

import contextlib
import pathlib

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from chef_browser import open_browser
from page import Page

SCENES = pathlib.Path(__file__).resolve().parents[2] / "web" / "scenes"


def scene_names():
    """The built-in scenes in the order of the course."""
    return [path.stem.split("-", 1)[1] for path in sorted(SCENES.glob("*.json"))]


@contextlib.contextmanager
def open_scene_page(url, width=1280, height=720, still=False, dark=False, path="/storyboard"):
    """A browser on the storyboard, or on the scene that the path names."""
    with open_browser(width, height) as browser:
        page = ScenePage(browser, url)
        page.emulate(dark, still)
        browser.get(url + path)
        if path == "/storyboard":
            page.wait("the cards", lambda: page.texts(".scenes a"))
        yield page


class ScenePage(Page):
    def at_step(self, step, card=None):
        """Waits until the scene has come to a step and stands there, with such a card."""
        self.wait(f"step {step}", lambda: (self.text("#scene .count") or "").startswith(f"{step} of "))
        self.wait(f"step {step} to be over", lambda: self.attribute("#scene", "data-state") == "standing")
        if card:
            self.wait(f"the card {card}", lambda: self.card() == card)

    def on(self, step, card=None, onward=None):
        """To the next step by key or by onward(); a run that takes its time is hurried by the same button, which
        is pressed only as long as it means that."""
        onward = onward or (lambda: self.key("Right"))
        onward()
        self.wait(f"step {step}", lambda: (self.text("#scene .count") or "").startswith(f"{step} of "))
        self.wait(f"step {step} to be entered", lambda: self.attribute("#scene", "data-state") != "busy")
        self.js("if (document.querySelector('#scene').dataset.state === 'running') document.querySelector('#scene .next').click()")
        self.at_step(step, card)

    def card(self):
        """The kind of the card that is shown, or None."""
        return self.js("const c = document.querySelector('#scene-card'); return c && !c.hidden ? c.dataset.kind : null")

    def moment(self):
        """The virtual second that the header's clock shows."""
        minutes, seconds = self.text("#header .clock").split(":")
        return int(minutes) * 60 + int(seconds)

    def tab_through(self, times):
        """What the keyboard stands on, one after another, when Tab is pressed so often: its text."""
        self.js("window.stops = []; window.stopped = (event) => stops.push(event.target.innerText);"
                "document.addEventListener('focusin', stopped)")
        ActionChains(self.browser).send_keys(Keys.TAB * times).perform()
        return self.js("document.removeEventListener('focusin', stopped); return stops")
