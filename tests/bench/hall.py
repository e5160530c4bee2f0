#!/usr/bin/python3
"""A lecture hall: the presenter's wall and desk in one headless Chromium, 500 phones that follow, vote within
5 seconds of each other and place an order each, server and all on the same cores. Says how long a vote's
answer takes, and how much main-thread work a frame of the wall costs: without phones, and with them.

Work is the thread's own processor time in Chromium's trace, task by task, from the end of one frame's commit
to the end of the next; "elapsed" is the same by the clock, so it holds whatever else the cores did meanwhile.
Chromium draws in software here: what "commit" costs is handing the picture to its renderer.

usage: tests/bench/hall.py [PHONES]   (the built server and tests/phones of CHEF_BUILD, or of build/release)"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "lib"), str(TESTS / "browser")]

from bench_page import percentile  # noqa: E402
from chef_browser import open_browser  # noqa: E402
from chef_server import ChefServer  # noqa: E402
from chef_trace import Trace  # noqa: E402
from page import Page  # noqa: E402
from repository import BUILD  # noqa: E402

PHONES = 500
WIDTH, HEIGHT = 1280, 720
ALONE_S = 8
FRAME_MS = 1000 / 60
KEY = "the-key-of-the-benchmark"
SCRIPTS = re.compile("FunctionCall|EvaluateScript|v8.run|RunMicrotasks|FireAnimationFrame|TimerFire|EventDispatch|MinorGC|MajorGC|V8.GC")
LAYOUT = re.compile("UpdateLayoutTree|Layout$|PrePaint|Paint$|Layerize")


def outermost(events):
    """Those that lie in no other of them; in order."""
    found, end = [], 0
    for event in sorted(events, key=lambda one: (one["ts"], -one["dur"])):
        if event["ts"] >= end:
            found.append(event)
            end = event["ts"] + event["dur"]
    return found


def by_frame(events, ends):
    """Processor and elapsed milliseconds of the events of each frame, which ends at one of the moments."""
    sums = [[0, 0] for _ in ends]
    frame = 0
    for event in outermost(events):
        while frame < len(ends) and event["ts"] >= ends[frame]:
            frame += 1
        if frame < len(ends):
            sums[frame][0] += event.get("tdur", 0) / 1000
            sums[frame][1] += event["dur"] / 1000
    return sums[1:]


def say(name, values):
    print(f"  {name:32} p50 {percentile(values, .5):6.2f}  p99 {percentile(values, .99):6.2f}  max {max(values):6.2f} ms")


def report(title, events, mark):
    """Of the thread that made the mark."""
    place = next((event["pid"], event["tid"]) for event in events if event["name"] == mark)
    mine = [event for event in events if (event["pid"], event["tid"]) == place and event["ph"] == "X"]
    ends = sorted(event["ts"] + event["dur"] for event in mine if event["name"] == "Commit")
    tasks = by_frame([event for event in mine if event["name"] == "RunTask"], ends)
    scripts = by_frame([event for event in mine if SCRIPTS.match(event["name"])], ends)
    layout = by_frame([event for event in mine if LAYOUT.match(event["name"])], ends)
    commits = by_frame([event for event in mine if event["name"] == "Commit"], ends)
    gaps = [(after - before) / 1000 for before, after in zip(ends, ends[1:])]
    print(f"{title}: {len(gaps)} frames, {1000 * len(gaps) / sum(gaps):.0f} a second, "
          f"{sum(gap > 1.5 * FRAME_MS for gap in gaps)} of them late; "
          f"busy {100 * sum(cpu for cpu, _ in tasks) / sum(gaps):.0f} % of the time")
    say("work, all", [cpu for cpu, _ in tasks])
    say("  scripts", [cpu for cpu, _ in scripts])
    say("  style, layout, painting", [cpu for cpu, _ in layout])
    say("  commit", [cpu for cpu, _ in commits])
    say("work, without the commit", [cpu - commit for (cpu, _), (commit, _) in zip(tasks, commits)])
    say("elapsed, all", [elapsed for _, elapsed in tasks])
    say("elapsed, scripts", [elapsed for _, elapsed in scripts])


class Hall:
    """The presenter's browser: the wall in its first window, the desk in a second."""

    def __init__(self, server, browser):
        self.server = server
        self.page = Page(browser, server.url)

    def open(self):
        page = self.page
        page.browser.get(page.url + "/presenter")
        page.wait("the key's field", lambda: page.js("return document.querySelector('#key') !== null"))
        page.browser.find_element("id", "key").send_keys(KEY + "\n")
        page.wait("the desk", lambda: page.text("#desk-way .code"))
        self.code = page.text("#desk-way .code")
        page.browser.switch_to.new_window("window")
        page.browser.get(f"{page.url}/#scene=crisis")
        page.wait("the scene", lambda: page.text("#scene .count"))
        self.size()

    def size(self):
        self.page.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": WIDTH, "height": HEIGHT, "deviceScaleFactor": 1, "mobile": False})

    def to_question(self):
        page = self.page
        for _ in range(8):
            page.wait("the step to be over", lambda: page.text("#scene .next") in ("Next", "Run", "Skip"))
            if page.js("return document.documentElement.dataset.scene") == "predict":
                break
            count = page.text("#scene .count") + page.text("#scene .next")
            page.key("Right")
            page.wait("the next step", lambda: page.text("#scene .count") + page.text("#scene .next") != count)
        page.wait("the vote", lambda: self.ask("GET", "room")["vote"])
        self.ask("POST", "room/state", {"inputs_allowed": True})
        for pace in ({"speed": 1}, {"paused": False}):
            self.ask("POST", f"runs/{page.run()}/pace", pace)
        page.wait("the run to go on", lambda: self.ask("GET", f"runs/{page.run()}")["state"] == "live")

    def ask(self, method, path, body=None):
        answer = self.server.request(method, f"/api/v1/{path}", body, {"Authorization": f"Bearer {KEY}"})
        assert 200 <= answer.status < 300, answer.text()
        return answer.json()

    def trace(self, title, wait):
        with Trace(self.page.browser) as trace:
            self.page.js("performance.mark('wall')")
            result = wait()
            report(title, trace.end(), "wall")
            return result


def start_phones(hall, count):
    phones = subprocess.Popen([str(BUILD / "tests" / "phones"), str(hall.server.port), hall.code, str(count)],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    if phones.stdout.readline() != "ready\n":
        sys.exit("the phones could not come in")
    return phones


def act(phones):
    out, _ = phones.communicate("\n")
    if phones.returncode != 0:
        sys.exit("the phones failed")
    return json.loads(out)


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else PHONES
    with tempfile.NamedTemporaryFile("w", prefix="chef-bench-") as key:
        key.write(KEY + "\n")
        key.flush()
        with ChefServer("--presenter-key-file", key.name) as server, open_browser(WIDTH, HEIGHT) as browser:
            hall = Hall(server, browser)
            hall.open()
            hall.to_question()
            print(f"{WIDTH}x{HEIGHT}, scene crisis at its question, run at 1x; load of the machine {os.getloadavg()[0]:.1f}")
            hall.trace("the wall without phones", lambda: time.sleep(ALONE_S))
            phones = start_phones(hall, count)
            figures = hall.trace(f"the wall with {count} phones", lambda: act(phones))
            counted = sum(hall.ask("GET", "room")["vote"]["counts"]["1"].values())
    for name in ("vote", "order"):
        times = figures[f"{name}_ms"]
        print(f"answer to {'a vote' if name == 'vote' else 'an order'}: p50 {times['p50']:.1f}  p99 {times['p99']:.1f}  "
              f"max {times['max']:.1f} ms, {times['count']} of {count} answered")
    print(f"votes counted {counted}; refused {figures['refused']}, phones lost {figures['lost']}; "
          f"frames read {figures['frames']}, {figures['late']} of them older than 250 ms")
    return 0 if counted == count and figures["lost"] == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
