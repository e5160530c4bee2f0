#!/usr/bin/python3
"""How much main-thread work a frame of the stage costs, in headless Chromium: p50, p99 and late
frames with 50 kitchens and 1,000 orders and couriers (flows), and with as many single sprites as
are ever drawn (300). The work of a frame: applying the live frame (ten times a second) and drawing.

usage: tests/bench/stage.py [ADDRESS]   (of a running server; without one, the built server is started)"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from bench_page import address, percentile  # noqa: E402
from chef_browser import open_browser  # noqa: E402

FRAMES = 900

MEASURE = """
const [kitchens, orders, frames, done] = arguments;
(async () => {
  const { CityModel } = await import("/systems/kitchens/model.js");
  const { Stage } = await import("/systems/kitchens/stage.js");
  const plan = {
    map: { width_m: 6000, height_m: 4000 }, dispatcher: { x_m: 3000, y_m: 2000 },
    districts: [0, 1, 2, 3, 4, 5].map((i) => ({ name: "District " + i, x_m: (i % 3) * 2000,
      y_m: Math.floor(i / 3) * 2000, width_m: 2000, height_m: 2000, share_pct: 16 })),
    cuisines: ["pizza", "pasta", "burger", "sushi", "curry", "salad"],
    dishes: [0, 1, 2, 3, 4, 5].map((i) => ({ name: "Dish " + i, cuisine: i, preparation_ms: 1500 })),
    kitchens: Array.from({ length: kitchens }, (_, i) => ({ node: i + 1, letter: String(i + 1), name: "Kitchen " + i,
      x_m: 300 + (i % 10) * 600, y_m: 400 + Math.floor(i / 10) * 800, district: i % 6, cooks: 4, capacity: 10,
      speed_pct: 100, specialties: [i % 6], open: true })),
    node_names: Array.from({ length: kitchens + 2 }, (_, i) => String(i)),
  };
  const model = new CityModel();
  model.look = { density: "lecture", theme: "light", still: false };
  const root = document.createElement("main");
  root.id = root.className = "stage";
  document.getElementById("stage").replaceWith(root);
  const stage = new Stage(root, model, () => {});
  stage.tick = () => {};
  model.enter({ run: "bench", scenario: "bench", seed: 1, t_ms: 0, state: "live", speed: 1, title: "", about: "",
    until_s: 60, settings: {}, digest: "", behaviour_id: "", model: {}, limits: {}, plan });
  const frame = (n) => {
    const changed = n === 0 ? orders : 100;
    const on = [], o = [];
    for (let i = 0; i < changed; i += 1) {
      const id = n === 0 ? i : (n * 100 + i) % orders;
      if (n === 0) on.push([id, (id * 7919) % 6000, (id * 104729) % 4000, id % 6, 0]);
      o.push([id, [4, 6, 7, 1][(id + n) % 4], 1 + (id % kitchens), -50, 2000]);
    }
    const k = Array.from({ length: n === 0 ? kitchens : 20 }, (_, i) => {
      const node = 1 + ((n * 20 + i) % kitchens);
      return [node, 1, (n + i) % 5, (n * i) % 6, 1, (n + i) % 9, n];
    });
    return { h: [1, "bench", 0, 1, n + 1, n, n + 1], t: n * 100000, view: { k, on, o, d: [1, orders, 3, kitchens], sprites: n === 0 ? true : undefined } };
  };
  const work = [], gaps = [];
  let last = performance.now(), n = 0, drawn = 0;
  model.applyFrame(frame(n), last);
  const loop = (now) => {
    const start = performance.now();
    if (drawn % 6 === 0) model.applyFrame(frame(++n), start);
    stage.draw(n * 100000 + (drawn % 6) * 16667 - 100000);
    work.push(performance.now() - start);
    gaps.push(now - last);
    last = now;
    if (++drawn < frames) requestAnimationFrame(loop);
    else done({ work: work.slice(30), gaps: gaps.slice(30) });
  };
  requestAnimationFrame(loop);
})().catch((error) => done({ error: String(error) }));
"""


def main():
    with address() as url, open_browser(1920, 1080) as browser:
        browser.set_script_timeout(60)
        for name, kitchens, orders in [("flows", 50, 1000), ("sprites", 50, 150), ("city", 8, 150)]:
            browser.get(url)
            result = browser.execute_async_script(MEASURE, kitchens, orders, FRAMES)
            if "error" in result:
                sys.exit(result["error"])
            work, late = result["work"], sum(gap > 25 for gap in result["gaps"])
            print(f"{name}: {kitchens} kitchens, {orders} orders: work a frame p50 {percentile(work, .5):.2f} ms, "
                  f"p99 {percentile(work, .99):.2f} ms, max {max(work):.2f} ms; late frames {late} of {len(work)}")


if __name__ == "__main__":
    sys.exit(main())
