"""A headless Chromium for a test, with nothing of its own going over the network.

    with ChefServer() as server, open_browser() as browser:
        browser.get(server.url)

Starting one takes longer than most tests, so a program of tests keeps those that are free: each test has
a tab of its own, and what pages leave behind (cookies, storage, cache, messages) goes with the test before.
"""

import atexit
import contextlib
import shutil
import tempfile
import urllib.parse

from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.service import Service

FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--disable-dev-shm-usage", "--hide-scrollbars",
         "--enable-blink-features=ComputedAccessibilityInfo")  # computedRole and computedName, for access.js

free = []  # browsers that no test has


@contextlib.contextmanager
def open_browser(width=1280, height=720, downloads=None):
    """A browser whose page is exactly width x height; console messages are kept (console_errors)."""
    browser = free.pop() if free and downloads is None else start_browser(downloads)
    try:
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})
        yield browser
    finally:
        if downloads is None and clear_browser(browser):
            free.append(browser)
        else:
            stop_browser(browser)


def start_browser(downloads):
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    profile = tempfile.mkdtemp(prefix="chef-browser-")
    for flag in (*FLAGS, f"--user-data-dir={profile}", "--window-size=1280,720"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    if downloads is not None:
        options.add_experimental_option("prefs", {"download.default_directory": str(downloads)})
    browser = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
    browser.chef_profile = profile
    return browser


def clear_browser(browser):
    """A new tab in place of all others, and nothing left of them; False if the browser is past help."""
    try:
        tabs = browser.window_handles
        browser.switch_to.new_window("tab")
        new = browser.current_window_handle
        for tab in tabs:
            browser.switch_to.window(tab)
            place = urllib.parse.urlsplit(browser.current_url)
            if place.netloc:
                browser.execute_cdp_cmd("Storage.clearDataForOrigin", {
                    "origin": f"{place.scheme}://{place.netloc}", "storageTypes": "all"})
            browser.close()
        browser.switch_to.window(new)
        browser.execute_cdp_cmd("Emulation.setFocusEmulationEnabled", {"enabled": True})
        browser.execute_cdp_cmd("Network.clearBrowserCookies", {})
        browser.execute_cdp_cmd("Network.clearBrowserCache", {})
        console_errors(browser)
    except WebDriverException:
        return False
    return True


def stop_browser(browser):
    browser.quit()
    shutil.rmtree(browser.chef_profile, ignore_errors=True)


@atexit.register
def stop_free_browsers():
    while free:
        stop_browser(free.pop())


def console_errors(browser):
    """Messages of the console since the last call that a person would call an error."""
    return [entry["message"] for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
