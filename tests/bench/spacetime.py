#!/usr/bin/python3
"""What the space-time diagram costs over 1,000,000 events, in headless Chromium: 90 virtual minutes
of kitchens/lunch-rush, then panning and zooming for several seconds at three depths: frames a
second, main-thread work a frame (p50, p99), tiles asked for; and whether the numbers it shows of
the whole run sum up to the server's.

usage: tests/bench/spacetime.py [ADDRESS]   (of a running server; without one, the built server is started)"""

import json
import pathlib
import sys
import time
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from bench_page import address, percentile  # noqa: E402
from chef_browser import open_browser  # noqa: E402

EVENTS_MIN = 1_000_000
MINUTES = 90
FRAMES = 360

# A diagram of its own over the server's run, in the page's room.
SETUP = """
const [run, done] = arguments;
(async () => {
  const { api } = await import("/app/api.js");
  const { Model } = await import("/app/model.js");
  const { Spacetime } = await import("/app/spacetime.js");
  const { diagramWords } = await import("/systems/kitchens/diagram.js");
  const room = document.createElement("section");
  room.id = "spacetime";
  room.hidden = true;
  document.getElementById("spacetime").replaceWith(room);
  const model = new Model();
  model.look = { density: "lecture", theme: "light", still: false };
  model.enter(await api.run(run));
  window.diagram = new Spacetime(room, document.getElementById("choice"), model, diagramWords(model, () => {}),
    { now: () => model.t_us, scrub: () => {}, seek: () => {} });
  done(null);
})().catch((error) => done(String(error.stack ?? error)));
"""

# Drives the diagram's own hands: the window moves a little every frame; drawing is measured.
MEASURE = """
const [kind, frames, done] = arguments;
(async () => {
  const diagram = window.diagram;
  const edge = diagram.edge();
  const wait = (ms) => new Promise((go) => setTimeout(go, ms));
  diagram.setOpen(true);
  const start = kind === "deep" ? { from_us: edge / 2, to_us: edge / 2 + 2e5, scroll: 0 }
    : kind === "minutes" ? { from_us: edge / 2, to_us: edge / 2 + 6e7, scroll: 0 }
    : { from_us: 0, to_us: edge, scroll: 0 };
  diagram.moveTo(start);
  for (let n = 0; n < 200 && (n < 5 || diagram.scene?.pending || diagram.tiles.busy); n += 1) await wait(50);
  const tiles = diagram.tiles.requests, work = [], gaps = [];
  let last = performance.now(), drawn = 0, events = 0;
  const draw = diagram.tick.bind(diagram);
  diagram.tick = () => {};
  const loop = (now) => {
    const begun = performance.now();
    const w = diagram.window, span = w.to_us - w.from_us;
    if (kind === "zoom") {
      const factor = drawn < frames / 2 ? 0.945 : 1 / 0.945, middle = edge * 0.37;
      diagram.moveTo({ from_us: middle + (w.from_us - middle) * factor, to_us: middle + (w.to_us - middle) * factor, scroll: 0 });
    } else diagram.moveTo({ from_us: w.from_us + span * 0.012, to_us: w.to_us + span * 0.012, scroll: 0 });
    draw(begun);
    events = Math.max(events, diagram.scene.inView);
    work.push(performance.now() - begun);
    gaps.push(now - last);
    last = now;
    if (++drawn < frames) requestAnimationFrame(loop);
    else {
      diagram.tick = draw;
      done({ work: work.slice(5), gaps: gaps.slice(5), tiles: diagram.tiles.requests - tiles, events });
    }
  };
  requestAnimationFrame(loop);
})().catch((error) => done({ error: String(error.stack ?? error) }));
"""
WHOLE = """
const done = arguments[0], diagram = window.diagram;
(async () => {
  diagram.setOpen(true);
  const asked = performance.now();
  diagram.moveTo({ from_us: 0, to_us: diagram.edge(), scroll: 0 });
  do { diagram.dirty = true; await new Promise((go) => setTimeout(go, 20)); }
  while (diagram.scene?.pending || diagram.tiles.busy);
  let shown = 0;
  for (const part of diagram.scene.counts) for (const row of part.nodes.values()) for (const n of row) shown += n;
  done({ shown, inView: diagram.scene.inView, ms: performance.now() - asked, tiles: diagram.tiles.requests });
})().catch((error) => done({ error: String(error.stack ?? error) }));
"""


def api(url, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url + path, data, {"Content-Type": "application/json"} if data else {})
    with urllib.request.urlopen(request, timeout=120) as answer:
        return json.load(answer)


def long_run(url):
    """A shared run of at least 1,000,000 events, paused."""
    run = api(url, "/api/v1/runs", {"scenario": "kitchens/lunch-rush", "seed": 7, "private": False})["run"]
    path = f"/api/v1/runs/{run}"
    api(url, f"{path}/pace", {"paused": True})
    for _ in range(MINUTES):
        goal = api(url, path)["t_ms"] + 59_999
        api(url, f"{path}/pace", {"advance_ms": 60_000})
        while True:
            info = api(url, path)
            if info["t_ms"] >= goal and info["state"] == "paused":
                break
            time.sleep(0.02)
    return run, api(url, path)


def main():
    with address() as url, open_browser(1920, 1080) as browser:
        run, info = long_run(url)
        print(f"{run}: {info['steps']:,} events in {info['t_ms'] / 60000:.0f} virtual minutes")
        if info["steps"] < EVENTS_MIN:
            sys.exit("too few events")
        browser.set_script_timeout(120)
        browser.get(f"{url}/#run={run}")
        deadline = time.monotonic() + 30
        while "LIVE" not in (text := browser.execute_script("return document.querySelector('.badge')?.innerText ?? ''")) and "PAUSED" not in text:
            if time.monotonic() > deadline:
                sys.exit("the page does not come up")
            time.sleep(0.1)
        if failure := browser.execute_async_script(SETUP, run):
            sys.exit(failure)
        whole = browser.execute_async_script(WHOLE)
        if "error" in whole:
            sys.exit(whole["error"])
        print(f"whole run: shown {whole['shown']:,.0f}, server {info['steps']:,}, "
              f"{whole['tiles']} tiles, {whole['ms']:.0f} ms from nothing")
        if whole["shown"] != info["steps"]:
            sys.exit("the sums differ")
        for name in ("whole", "minutes", "deep", "zoom"):
            result = browser.execute_async_script(MEASURE, name, FRAMES)
            if "error" in result:
                sys.exit(result["error"])
            work, gaps = result["work"], result["gaps"]
            print(f"{name}: {1000 * len(gaps) / sum(gaps):.1f} frames/s, work a frame p50 {percentile(work, .5):.2f} ms, "
                  f"p99 {percentile(work, .99):.2f} ms, max {max(work):.2f} ms, {result['tiles']} tiles asked for, "
                  f"up to {result['events']:,.0f} events on the screen")


if __name__ == "__main__":
    sys.exit(main())
