#!/usr/bin/python3
"""A stand-in for the server, to look at the page before the real one runs: serves web/ and
static/, answers the API of docs/api.md with a small scripted city, pushes frames. A test tool."""
import asyncio, base64, hashlib, heapq, json, math, mimetypes, os, random, sys, time

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
CHART = "/usr/share/javascript/chart.js/chart.min.js"
CSP = "default-src 'self'; frame-ancestors 'none'"
DATA = os.path.join(ROOT, "server/systems/kitchens/data")
CITY, MENU = json.load(open(f"{DATA}/city.json")), json.load(open(f"{DATA}/menu.json"))
CUISINES = MENU["cuisines"]
DISHES = [(d["name"], CUISINES.index(d["cuisine"]), d["preparation_ms"]) for d in MENU["dishes"]]
DISTRICTS = [(d["name"], d["x_m"], d["y_m"], d["width_m"], d["height_m"], d["share_pct"]) for d in CITY["districts"]]
PLACES = [(k["name"], k["x_m"], k["y_m"], k["cooks"], k["capacity"], [CUISINES.index(c) for c in k["specialties"]], k.get("open", True)) for k in CITY["kitchens"]]
if len(sys.argv) > 2 and sys.argv[2] == "50":
    r = random.Random(5)
    PLACES = [(f"Place {i}", 300 + (i % 10) * 600 + r.randint(-80, 80), 500 + (i // 10) * 780 + r.randint(-150, 150), 4, 10, [i % 6], True) for i in range(50)]
N = len(PLACES)
CUST = N + 1
LETTERS = [chr(65 + i) if i < 26 else "A" + chr(65 + i - 26) for i in range(N)]
PLAN = {"map": {"width_m": 6000, "height_m": 4000},
        "districts": [dict(name=d[0], x_m=d[1], y_m=d[2], width_m=d[3], height_m=d[4], share_pct=d[5]) for d in DISTRICTS],
        "dispatcher": CITY["dispatcher"],
        "kitchens": [dict(node=i + 1, letter=LETTERS[i], name=p[0], x_m=p[1], y_m=p[2], district=next((n for n, d in enumerate(DISTRICTS) if d[1] <= p[1] <= d[1] + d[3] and d[2] <= p[2] <= d[2] + d[4]), 0), cooks=p[3], capacity=p[4],
                          speed_pct=100, specialties=[CUISINES[c] for c in p[5]], open=p[6]) for i, p in enumerate(PLACES)],
        "dishes": [dict(name=d[0], cuisine=CUISINES[d[1]], preparation_ms=d[2]) for d in DISHES], "cuisines": CUISINES,
        "node_names": ["dispatcher"] + LETTERS + ["customers"]}
COLUMNS = ["t_s", "offered_per_min", "throughput_per_min", "waiting", "cooking", "resp_mean_ms", "resp_p50_ms", "resp_p95_ms", "resp_p99_ms", "max_over_mean", "migrations"]
CHECKS = ["no_order_lost", "none_settled_twice", "no_bounce", "cooks_within_limit", "tickets_within_limit"]


class City:
    def __init__(self, seed, scenario="kitchens/lunch-rush"):
        self.r = random.Random(seed)
        self.seed, self.scenario, self.t, self.seq, self.heap, self.n = seed, scenario, 0.0, 0, [], 0
        self.speed, self.state, self.orders, self.news, self.changes, self.events, self.eid = 1.0, "live", {}, [], [], [], 0
        self.k = {i + 1: dict(cooking=[], pending=[], truth=int(PLACES[i][6]), belief=int(PLACES[i][6]), served=0, slow=1.0) for i in range(N)}
        self.done, self.points, self.faults, self.served, self.rush_until, self.migr, self.arr = [], [], [], 0, 0, 0, 0
        self.settings = dict(policy="weighted-score", weight_load_pct=40, weight_specialty_pct=30, weight_time_pct=20, weight_distance_pct=10, migration=True,
                             overload_threshold=0.8, available_threshold=0.5, handovers_per_kitchen=2, handovers_per_cycle=0, orders_per_min=500, arrivals="steady")
        self.rr, self.flights, self.settings_at = 0, [], 0
        self.at(0.1, self.arrive)
        self.at(1, self.second)
        self.at(0.5, self.beat)

    def at(self, dt, f, *a):
        self.seq += 1
        heapq.heappush(self.heap, (self.t + dt, self.seq, f, a))

    def run(self, until):
        while self.heap and self.heap[0][0] <= until:
            self.t, _, f, a = heapq.heappop(self.heap)
            f(*a)
        self.t = until

    def note(self, kind, node=-1, peer=-1, subject=-1, *args):
        self.eid += 7
        self.events.append([self.eid, self.eid - 3, int(self.t * 1e6), kind, node, peer, subject] + list(args) + [0] * (4 - len(args)))

    def phase(self, o, phase, node, until):
        o["seg"] = [phase, node, self.t, until]
        self.changes.append((o["id"], phase, node, self.t, until))

    def fly(self, a, b, kind, subject, dt=0.0021):
        self.flights.append([a, b, kind, int(self.t * 1e6), int((self.t + dt) * 1e6), subject, 0])

    def beat(self):
        for i in self.k:
            if self.k[i]["truth"] not in (3, 4, 7):
                self.fly(i, 0, "heartbeat", -1)
        self.at(0.25, self.beat)

    def arrive(self):
        rate = self.settings["orders_per_min"] / 60 * (3 if self.t < self.rush_until else 1)
        self.at(self.r.expovariate(rate), self.arrive)
        d = self.r.choices(DISTRICTS, [d[5] for d in DISTRICTS])[0]
        self.place(self.r.randint(0, len(DISHES) - 1), d[1] + self.r.randint(60, d[3] - 60), d[2] + self.r.randint(60, d[4] - 60), 0)

    def place(self, dish, x, y, source):
        self.n += 1
        self.arr += 1
        o = dict(id=self.n, x=x, y=y, dish=dish, source=source, t0=self.t, seg=None, hist=[])
        self.orders[o["id"]] = o
        self.news.append(o)
        self.fly(CUST, 0, "order_request", o["id"])
        self.phase(o, 1, CUST, self.t + 0.0021)
        self.at(0.0021, self.write, o)
        if source:
            self.note("order_placed", CUST, -1, o["id"], x, y, dish, source)

    def write(self, o):
        self.phase(o, 2, 0, self.t + 0.004)
        self.at(0.004, self.assign, o)

    def score(self, o, i):
        p, k, s = PLACES[i - 1], self.k[i], self.settings
        load = max(0, (p[4] - len(k["cooking"]) - len(k["pending"])) / p[4])
        km = math.hypot(p[1] - o["x"], p[2] - o["y"]) / 1000
        terms = [s["weight_load_pct"] / 100 * load, s["weight_specialty_pct"] / 100 * (DISHES[o["dish"]][1] in p[5]), s["weight_time_pct"] / 100 * .4, s["weight_distance_pct"] / 100 / (1 + km)]
        return sum(terms), terms

    def assign(self, o):
        free = [i for i in self.k if self.k[i]["belief"] == 1 and len(self.k[i]["cooking"]) + len(self.k[i]["pending"]) < PLACES[i - 1][4]]
        if not free:
            self.phase(o, 3, 0, 0)
            self.at(0.2, self.assign, o)
            return
        if self.settings["policy"] == "round-robin":
            while True:
                self.rr = self.rr % N + 1
                if self.rr in free:
                    break
            i = self.rr
        else:
            o["cand"] = [(i, *self.score(o, i)) for i in free]
            i = max(o["cand"], key=lambda c: c[1])[0]
        o["kitchen"] = i
        self.fly(0, i, "assign", o["id"])
        self.fly(0, CUST, "acknowledge", o["id"])
        self.phase(o, 4, i, self.t + 0.0023)
        self.at(0.0023, self.queue, o, i)

    def queue(self, o, i):
        if self.k[i]["truth"] in (3, 4, 7):
            self.at(0.4, self.assign, o)
            return
        self.k[i]["pending"].append(o)
        self.phase(o, 5, i, 0)
        self.start(i)

    def start(self, i):
        k = self.k[i]
        while k["truth"] in (1, 2) and len(k["cooking"]) < PLACES[i - 1][3] and k["pending"]:
            o = k["pending"].pop(0)
            k["cooking"].append(o)
            dt = DISHES[o["dish"]][2] / 1000 * self.r.uniform(.7, 1.3) * k["slow"] * (1 if DISHES[o["dish"]][1] in PLACES[i - 1][5] else 1.25)
            self.phase(o, 6, i, self.t + dt)
            self.at(dt, self.cooked, o, i)

    def cooked(self, o, i):
        k = self.k[i]
        if o not in k["cooking"]:
            return
        k["cooking"].remove(o)
        k["served"] += 1
        o["t1"] = self.t
        self.done.append((self.t, (self.t - o["t0"]) * 1000))
        dt = 0.6 + math.hypot(PLACES[i - 1][1] - o["x"], PLACES[i - 1][2] - o["y"]) / 1500
        self.fly(i, 0, "done", o["id"])
        self.phase(o, 7, i, self.t + dt)
        self.at(dt, self.serve, o)
        self.start(i)

    def serve(self, o):
        self.served += 1
        self.phase(o, 9, CUST, 0)
        if o["source"]:
            self.note("order_served", CUST, o["kitchen"], o["id"], 1, 0)
        o["closed"] = True

    def crash(self, i):
        if i == 0:
            return
        k = self.k[i]
        k["truth"] = 3
        self.faults.append(["node.crash", i, -1, int(self.t * 1e6)])
        self.note("node_crashed", i)
        lost = k["cooking"] + k["pending"]
        k["cooking"], k["pending"] = [], []
        self.at(1.5, self.suspect, i, lost)

    def suspect(self, i, lost):
        if self.k[i]["truth"] == 3:
            self.k[i]["belief"] = 2
            self.note("kitchen_suspected", 0, i, -1, 1500, len(lost))
        for o in lost:
            self.assign(o)

    def restart(self, i):
        if self.k[i]["truth"] == 1:
            return
        self.k[i].update(truth=1, belief=1, slow=1.0)
        self.faults = [f for f in self.faults if f[1] != i]
        self.note("node_restarted", i)
        self.note("kitchen_registered", 0, i, -1, 2, 0)

    def second(self):
        self.at(1, self.second)
        self.done = [d for d in self.done if d[0] > self.t - 10]
        ms = sorted(d[1] for d in self.done) or [0]
        q = lambda p: ms[min(len(ms) - 1, int(len(ms) * p))]
        load = [(len(k["cooking"]) + len(k["pending"])) / PLACES[i - 1][4] for i, k in self.k.items()]
        row = [int(self.t), self.arr * 60, len(self.done) * 6, len([1 for o in self.orders.values() if o["seg"][0] == 3]), sum(len(k["cooking"]) for k in self.k.values()),
               round(sum(ms) / len(ms), 1), q(.5), q(.95), q(.99), round(max(load) / (sum(load) / N + 1e-9), 2), self.migr]
        self.arr = 0
        self.points.append([round(x, 2) for x in row])
        if self.settings["migration"]:
            hot = [i for i in self.k if (len(self.k[i]["cooking"]) + len(self.k[i]["pending"])) / PLACES[i - 1][4] > self.settings["overload_threshold"] and self.k[i]["pending"]]
            cool = [i for i in self.k if self.k[i]["truth"] == 1 and (len(self.k[i]["cooking"]) + len(self.k[i]["pending"])) / PLACES[i - 1][4] < .5]
            for i in hot[:2]:
                if cool:
                    o = self.k[i]["pending"].pop()
                    self.migr += 1
                    j = cool[0]
                    self.note("handover_accepted", 0, j, o["id"], 2, i)
                    self.phase(o, 8, i, self.t + 0.006)
                    self.at(0.006, self.queue, o, j)
        self.orders = {n: o for n, o in self.orders.items() if not (o.get("closed") and o["seg"][2] < self.t - 30)}

    def input(self, b):
        kind, node = b["type"], b.get("node")
        i = PLAN["node_names"].index(node) if node in PLAN["node_names"] else -1
        if kind == "order.place":
            d = [x[0] for x in DISHES].index(b["dish"])
            self.place(d, b["x_m"], b["y_m"], 1)
        elif kind == "setting.set":
            self.settings[b["key"]] = b["value"]
            self.note("setting_changed")
        elif kind == "load.rush":
            self.rush_until = self.t + b.get("duration_ms", 60000) / 1000
            self.note("rush", CUST, -1, -1, -1, b.get("factor_pct", 300), b.get("duration_ms", 60000))
        elif kind == "node.crash":
            self.crash(i)
        elif kind == "node.restart":
            self.restart(i)
        elif kind == "node.pause":
            self.k[i]["truth"] = 4
            self.faults.append(["node.pause", i, -1, int(self.t * 1e6)])
            self.note("node_paused", i)
        elif kind == "node.resume":
            self.restart(i)
        elif kind in ("node.isolate", "link.cut"):
            self.k[i or 1]["truth"] = 7
            self.faults.append(["link.cut", 0, i, int(self.t * 1e6)])
            self.note("link_cut", 0, i)
        elif kind == "kitchen.slow":
            self.k[i].update(truth=2, slow=3.0)
            self.note("kitchen_slowed", i, -1, -1, b.get("factor_pct", 300))
        elif kind == "heal.all":
            for j in self.k:
                self.restart(j)
            self.faults = []
            self.note("healed_all")

    def frame(self, key, last, hdr, layer):
        t = int(self.t * 1e6)
        rel = lambda x: round((x - self.t) * 1000, 1) if x else 0
        sprites = self.speed <= 20
        kv = {i: [i, k["truth"], len(k["cooking"]), len(k["pending"]), k["belief"], max(0, len(k["cooking"]) + len(k["pending"]) - (i % 2)), k["served"]] for i, k in self.k.items()}
        open_ = [o for o in self.orders.values() if not o.get("closed")]
        view = {"k": [v for i, v in kv.items() if key or last["k"].get(i) != v], "d": [1, len(open_), len([1 for o in open_ if o["seg"][0] == 3]), N]}
        if key or last["sprites"] != sprites:
            view["sprites"] = sprites
        full = key or (sprites and not last["sprites"])
        if sprites:
            view["on"] = [[o["id"], o["x"], o["y"], o["dish"], o["source"]] for o in (open_ if full else self.news)]
            view["o"] = [[o["id"], o["seg"][0], o["seg"][1], rel(o["seg"][2]), rel(o["seg"][3])] for o in open_] if full else \
                [[c[0], c[1], c[2], rel(c[3]), rel(c[4])] for c in self.changes]
        else:
            counts = {}
            for c in self.changes:
                pair = {1: (CUST, 0), 4: (0, c[2]), 7: (c[2], CUST)}.get(c[1])
                if pair:
                    counts[pair] = counts.get(pair, 0) + 1
            view["flow"] = [[a, b, n] for (a, b), n in counts.items()]
        f = {"h": hdr, "t": t, "view": view}
        pace = {"state": self.state, "speed": self.speed}
        if key or last["pace"] != pace:
            f["pace"] = pace
        if key:
            view["kitchens"] = PLAN["kitchens"]
            f["points_columns"] = COLUMNS
        new = self.events[-40:] if key else [e for e in self.events if e[0] > last["e"]]
        if new or key:
            f["events"] = new
        p = self.points[-60:] if key else [r for r in self.points if r[0] > last["p"]]
        if p:
            f["points"] = p
            r = p[-1]
            f["figures"] = {"response_mean_ms": r[5], "response_p99_ms": r[8], "throughput_per_min": r[2], "max_over_mean": r[9], "jain_utilisation": .97, "orders_served": self.served, "migrations": self.migr}
        if key:
            f["verdicts"] = self.verdicts()
        if key or last["f"] != self.faults:
            f["faults"] = self.faults
        if layer:
            self.flights = [x for x in self.flights if x[4] > t - 200000]
            f["flights"] = [x for x in self.flights if x[4] > t - 2000]
        last.update(k=kv, sprites=sprites, pace=pace, e=self.eid, p=self.points[-1][0] if self.points else 0, f=list(self.faults))
        self.news, self.changes = [], []
        return f

    def verdicts(self):
        return [{"check": c, "kind": "history" if "order" in c else "invariant", "verdict": "PASS", "expected": 0, "actual": 0, "text": c.replace("_", " "), "witness": None} for c in CHECKS]


RUNS = {"kx7m": City(7)}


def info(i, c):
    return dict(run=i, scenario=c.scenario, seed=c.seed, t_ms=c.t * 1000, state=c.state, speed=c.speed, viewers=1, created_at="2026-11-21T03:00:00Z", settings=c.settings, digest="9f3c5b02a1e47d66",
                steps=1, model={"link_base_us": 1000}, limits={}, plan=PLAN, behaviour_id="b1", title="Lunch rush", about="Eight kitchens at the height of lunch: about 85 % of what the cooks can do.",
                inputs_count=0, until_s=1440)


NUM = lambda key, lo, hi, std, unit="", dec=0, live=True: dict(key=key, kind="number", live=live, unit=unit, decimals=dec, min=lo, max=hi, standard=std)
SYSTEMS = [dict(name="kitchens", settings=[
    dict(key="policy", kind="choice", live=True, unit="", decimals=0, min=0, max=4, standard="weighted-score", choices=["round-robin", "weighted-round-robin", "least-connections", "two-choices", "weighted-score"]),
    NUM("weight_load_pct", 0, 100, 40, "%"), NUM("weight_specialty_pct", 0, 100, 30, "%"), NUM("weight_time_pct", 0, 100, 20, "%"), NUM("weight_distance_pct", 0, 100, 10, "%"),
    dict(key="migration", kind="switch", live=True, unit="", decimals=0, min=0, max=1, standard=True), NUM("overload_threshold", .5, 1, .8, "", 2), NUM("available_threshold", 0.1, .8, .5, "", 2),
    NUM("handovers_per_kitchen", 0, 10, 2), NUM("handovers_per_cycle", 0, 50, 0), dict(key="arrivals", kind="choice", live=True, unit="", decimals=0, min=0, max=3, standard="steady", choices=["steady", "curve", "flash", "closed-loop"]),
    NUM("orders_per_min", 0, 2000, 300, "orders/min")],
    inputs=[dict(name=n, needs_node=a, needs_peer=b, client_operation=n == "order.place", args=[]) for n, a, b in
            [("node.crash", 1, 0), ("node.restart", 1, 0), ("node.pause", 1, 0), ("node.resume", 1, 0), ("kitchen.slow", 1, 0), ("node.isolate", 1, 0), ("link.cut", 1, 1), ("link.heal", 1, 1), ("net.partition", 0, 0), ("net.heal", 0, 0),
             ("disk.slow", 1, 0), ("clock.skew", 1, 0), ("heal.all", 0, 0), ("order.place", 0, 0), ("load.rush", 0, 0), ("kitchen.open", 1, 0), ("kitchen.close", 1, 0)]],
    notes=[dict(name=n, args=[], listed=True, interesting=True) for n in ["node_crashed", "kitchen_suspected", "handover_accepted", "rush", "node_restarted", "link_cut"]], checks=[dict(name=c, kind="history") for c in CHECKS],
    figures=[dict(name="response_mean_ms", unit="ms", decimals=0)], tables=[dict(name=n, columns=[]) for n in ["orders", "metrics", "kitchens", "migrations", "events", "inputs", "verdicts"]])]


def api(method, path, query, body):
    parts = path.strip("/").split("/")[2:]
    if parts[0] == "systems":
        return 200, SYSTEMS
    if parts[0] == "scenarios":
        return 200, [dict(name=f"kitchens/{n}", system="kitchens", title=n.replace("-", " ").capitalize(), about="A city.", until_s=1440, settings={}) for n in ["lunch-rush", "quiet-tuesday", "stadium-night", "kitchen-fire", "slow-oven", "road-closed", "new-kitchen", "stale-board"]]
    if parts[0] == "words":
        p = f"{ROOT}/web/words/{parts[1]}.json"
        return (200, json.load(open(p))) if os.path.exists(p) else (200, {})
    if parts[0] == "session":
        return 200, {"run": "kx7m", "created": False}
    if parts[0] == "comparisons":
        return 200, {"columns": body["values"], "rows": [dict(figure="response_mean_ms", unit="ms", values=[5230, 2140]), dict(figure="response_p99_ms", unit="ms", values=[15230, 4140]), dict(figure="max_over_mean", unit="", values=[2.4, 1.2])], "digests": ["9f3c", "81ab"]}
    if len(parts) == 1:
        if method == "POST":
            i = f"r{len(RUNS)}"
            RUNS[i] = City(body.get("seed") or random.randint(1, 999), body["scenario"])
            return 201, {"run": i}
        return 200, [info(i, c) for i, c in RUNS.items()]
    c = RUNS.get(parts[1])
    if not c:
        return 404, {"detail": f"There is no run {parts[1]}.", "status": 404}
    if len(parts) == 2:
        return 200, info(parts[1], c)
    if parts[2] == "inputs":
        if body["type"] == "order.place" and c.state != "live":
            return 409, {"detail": "The run is paused: an order can only be placed while time goes on.", "status": 409}
        if body["type"] == "disk.slow":
            return 422, {"detail": "factor_pct 7 is outside 100 .. 100000.", "status": 422}
        c.input(body)
        return 202, {"input_id": c.eid, "t_ms": c.t * 1000}
    if parts[2] == "pace":
        c.speed = body.get("speed", c.speed)
        if "paused" in body:
            c.state = "paused" if body["paused"] else "live"
        if "step" in body:
            c.state = "paused"
            c.run(c.heap[0][0] if body["step"] == "event" else c.t + 1.3)
        return 200, {"t_ms": c.t * 1000, "state": c.state, "speed": c.speed}
    if parts[2] == "metrics":
        return 200, {"columns": ["t_ms"] + COLUMNS[1:], "rows": [[r[0] * 1000] + r[1:] for r in c.points]}
    if parts[2] == "verify":
        return 200, c.verdicts()
    if parts[2] == "orders":
        rows = [[o["id"], DISHES[o["dish"]][0], LETTERS[o.get("kitchen", 1) - 1], "open"] for o in c.orders.values()][-20:]
        return 200, {"columns": ["order_id", "dish", "kitchen_last", "outcome"], "rows": rows}
    if parts[2] == "events":
        return 200, []
    if parts[2] == "subjects":
        o = c.orders.get(int(parts[3]))
        if not o:
            return 404, {"detail": f"Order {parts[3]} is not known.", "status": 404}
        end = o.get("t1", c.t)
        return 200, dict(subject=o["id"], dish=DISHES[o["dish"]][0], response_ms=(end - o["t0"]) * 1000,
                         intervals=[dict(name="to_dispatcher", from_ms=0, until_ms=2.1, blocker="message"), dict(name="writing", from_ms=2.1, until_ms=6.1, blocker="fsync"), dict(name="to_kitchen", from_ms=6.1, until_ms=8.4, blocker="message"),
                                    dict(name="queued", from_ms=8.4, until_ms=700, blocker="slot", order=o["id"] - 9), dict(name="cooking", from_ms=700, until_ms=(end - o["t0"]) * 1000, blocker="cooking")],
                         candidates=[dict(node=LETTERS[i - 1], score=s, load=t[0], specialty=t[1], time=t[2], distance=t[3]) for i, s, t in o.get("cand", [])], handovers=[])
    if parts[2] == "export":
        return 200, "order_id,dish\r\n1,pizza\r\n"
    return 404, {"detail": "No such route.", "status": 404}


async def websocket(reader, writer, headers, run):
    key = base64.b64encode(hashlib.sha1((headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()).decode()
    writer.write(f"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {key}\r\n\r\n".encode())
    c = RUNS[run]
    state = {"layer": False, "open": True}

    async def read():
        try:
            while True:
                head = await reader.readexactly(2)
                n = head[1] & 127
                if n == 126:
                    n = int.from_bytes(await reader.readexactly(2), "big")
                mask = await reader.readexactly(4)
                data = bytes(b ^ mask[i % 4] for i, b in enumerate(await reader.readexactly(n)))
                if head[0] & 15 == 8:
                    break
                m = json.loads(data)
                if "layer" in m:
                    state["layer"] = m["on"]
        except Exception:
            pass
        state["open"] = False
    task = asyncio.ensure_future(read())
    last, seq = dict(k={}, sprites=True, pace=None, e=0, p=0, f=[]), 0
    wall = time.time()
    while state["open"]:
        now = time.time()
        if c.state == "live":
            c.run(c.t + (now - wall) * c.speed)
        wall = now
        seq += 1
        text = json.dumps(c.frame(seq == 1, last, [1, run, 0, 1, seq, seq - 1, seq], state["layer"]), separators=(",", ":")).encode()
        head = bytes([0x81, len(text)]) if len(text) < 126 else bytes([0x81, 126]) + len(text).to_bytes(2, "big") if len(text) < 65536 else bytes([0x81, 127]) + len(text).to_bytes(8, "big")
        try:
            writer.write(head + text)
            await writer.drain()
        except ConnectionError:
            break
        await asyncio.sleep(0.1)
    task.cancel()
    writer.close()


async def serve(reader, writer):
    try:
        while True:
            line = (await reader.readline()).decode()
            if not line:
                break
            method, target, _ = line.split()
            headers = {}
            while (h := (await reader.readline()).decode().strip()):
                a, b = h.split(":", 1)
                headers[a.lower()] = b.strip()
            path, _, query = target.partition("?")
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            if path == "/live":
                await websocket(reader, writer, headers, dict(q.split("=") for q in query.split("&"))["run"])
                return
            status, kind = 200, "application/json"
            if path.startswith("/api/"):
                status, out = api(method, path, query, json.loads(body or b"{}"))
                if isinstance(out, str):
                    kind, data = "text/csv", out.encode()
                else:
                    data = json.dumps(out).encode()
            else:
                file = CHART if path == "/vendor/chart.js" else os.path.join(ROOT, "web/index.html" if path == "/" else path[1:] if path.startswith(("/static", "/tests")) else "web" + path)
                if os.path.isfile(file):
                    data, kind = open(file, "rb").read(), "text/javascript" if file.endswith(".js") else mimetypes.guess_type(file)[0] or "text/plain"
                else:
                    status, data = 404, b"{}"
            writer.write(f"HTTP/1.1 {status} x\r\nContent-Type: {kind}\r\nContent-Length: {len(data)}\r\nCache-Control: no-store\r\nContent-Security-Policy: {CSP}\r\n\r\n".encode() + data)
            await writer.drain()
    except (ConnectionError, asyncio.IncompleteReadError):
        pass
    writer.close()


async def main():
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    server = await asyncio.start_server(serve, "127.0.0.1", port)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", flush=True)
    await server.serve_forever()

asyncio.run(main())
