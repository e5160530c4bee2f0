"""A headless Chromium for a test, with nothing of its own going over the network.

    with ChefServer() as server, open_browser() as browser:
        browser.get(server.url)
"""

import contextlib
import shutil
import tempfile

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--disable-dev-shm-usage", "--hide-scrollbars")


@contextlib.contextmanager
def open_browser(width=1280, height=720, downloads=None, flags=()):
    """A browser whose page is exactly width x height; console messages are kept (console_errors)."""
    profile = tempfile.mkdtemp(prefix="chef-browser-")
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for flag in (*FLAGS, f"--user-data-dir={profile}", f"--window-size={width},{height}", *flags):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    if downloads is not None:
        options.add_experimental_option("prefs", {"download.default_directory": str(downloads)})
    browser = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
    try:
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})
        yield browser
    finally:
        browser.quit()
        shutil.rmtree(profile, ignore_errors=True)


def console_errors(browser):
    """Messages of the console since the last call that a person would call an error."""
    return [entry["message"] for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
