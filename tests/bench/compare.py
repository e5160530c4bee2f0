#!/usr/bin/python3
"""Two runs side by side, in headless Chromium at 1920x1080: how long it takes until both stages show
a moment that somebody seeks (median, p99), and how much main-thread work and how many late frames
playing costs. Round robin against the weighted score, ten virtual minutes of kitchens/lunch-rush.

usage: tests/bench/compare.py [ADDRESS]   (of a running server; without one, the built server is started)"""

import pathlib
import sys
import time

from selenium.webdriver.common.keys import Keys

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "lib"), str(TESTS / "browser")]

from bench_page import address, percentile  # noqa: E402
from chef_browser import open_browser  # noqa: E402
from page import Page  # noqa: E402

LENGTH_S = 600
SEEKS = 100
PLAYED_S = 20
OWN = ("ScriptDuration", "LayoutDuration", "RecalcStyleDuration")

SEEK = """
const [a, b, seeks, length_us, done] = arguments;
(async () => {
  const { Pair } = await import("/app/pair.js");
  const { api } = await import("/app/api.js");
  const pair = new Pair(), took = [];
  await pair.enter(await Promise.all([api.run(a), api.run(b)]), 0, 1);
  for (let i = 0; i < seeks; i += 1) {
    const start = performance.now();
    await pair.seekTo((i * 0.618034 % 1) * length_us);
    took.push(performance.now() - start);
  }
  pair.leave();
  done(took);
})();
"""

WATCH = """
window.gaps = [];
let last = performance.now();
const look = (now) => { window.gaps.push(now - last); last = now; requestAnimationFrame(look); };
requestAnimationFrame(look);
"""


def main():
    with address() as url, open_browser(1920, 1080) as browser:
        page = Page(browser, url)
        browser.get(url)
        page.wait_running()
        page.api(f"/api/v1/runs/{page.run()}/pace", {"advance_ms": LENGTH_S * 1000})
        page.wait("the length", lambda: page.api(f"/api/v1/runs/{page.run()}")["t_ms"] >= LENGTH_S * 1000)
        page.key("d")
        page.wait("the menu", lambda: page.texts(".menu button"))
        page.key("Enter")
        page.wait("the comparison", lambda: "difference" in (page.text("#compare .story") or ""))
        a, b = page.js("return new URLSearchParams(location.hash.slice(1)).get('compare').split(',')")
        browser.set_script_timeout(120)
        took = browser.execute_async_script(SEEK, a, b, SEEKS, LENGTH_S * 1e6)
        print(f"seek of both: median {percentile(took, .5):.0f} ms, p99 {percentile(took, .99):.0f} ms of {len(took)}")
        browser.find_element("css selector", "#compare .slider").send_keys(Keys.HOME)
        page.js(WATCH)
        browser.execute_cdp_cmd("Performance.enable", {})
        busy = [(0, 0), (0, 0)]
        page.press('#compare [data-transport="play"]')
        for i in range(2):
            time.sleep(1 if i == 0 else PLAYED_S)
            metrics = {one["name"]: one["value"] for one in browser.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]}
            busy[i] = sum(metrics[name] for name in OWN), metrics["TaskDuration"]
            if i == 0:
                page.js("window.gaps.length = 0")
        gaps = page.js("return window.gaps")
        own, whole = ((after - before) * 1000 / len(gaps) for before, after in zip(*busy))
        print(f"playing both: {len(gaps) / sum(gaps) * 1000:.0f} frames/s; scripts, style and layout {own:.1f} ms a frame, "
              f"with painting in software {whole:.1f} ms; late frames (over 25 ms) {sum(gap > 25 for gap in gaps)} of {len(gaps)}")


if __name__ == "__main__":
    sys.exit(main())
