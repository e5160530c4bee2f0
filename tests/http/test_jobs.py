"""Work in the background: searches and shrinking, their limits, who may see them, and the cards that keep moments."""

import json
import pathlib
import re
import signal
import subprocess
import tempfile
import time
import unittest

from chef_server import PROGRAM, ChefServer

KEY = "correct-horse-battery"
SCENARIO = "kitchens/lunch-rush"
NEVER = {"scenario": SCENARIO, "until": "first(response_ms > 600000)", "first_seed": 1, "last_seed": 100000, "within": "1m"}
OWNER_MAX, RUNNING_MAX, WAITING_MAX, KEPT_MAX, CARDS_MAX = 4, 2, 16, 64, 100
CARD = {"title": "Order 88 waited", "scenario": SCENARIO, "seed": 421, "t_ms": 37204.5,
        "condition": "first(response_ms > 20000)", "settings": {"migration": True, "overload_threshold": 0.9}}
TOKEN = re.compile(r"chef_session=[0-9a-f]{32}")
WAIT_SECONDS_MAX = 60


def browser(server):
    """The headers of a browser of its own."""
    return {"Cookie": TOKEN.match(server.post("/api/v1/session").headers["Set-Cookie"])[0]}


def begun(server, path, body, headers):
    answer = server.post(path, body, headers)
    assert answer.status == 202, answer.text()
    return f"/api/v1/jobs/{answer.json()['job']}"


def wait(server, job, headers, states=("done", "failed", "cancelled")):
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    while time.monotonic() < deadline:
        told = server.get(job, headers).json()
        if told["state"] in states:
            return told
        time.sleep(0.02)
    raise AssertionError(f"{job} is still {told['state']}")


class Search(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(ChefServer())

    def test_finds_what_the_command_finds(self):
        headers = browser(self.server)
        asked = {"scenario": SCENARIO, "until": "handover_accepted", "first_seed": 3, "last_seed": 60, "hits": 4,
                 "settings": {"migration": True}}
        told = wait(self.server, begun(self.server, "/api/v1/searches", asked, headers), headers)
        command = [PROGRAM, "search", SCENARIO, "--until", "handover_accepted", "--seeds", "3..60", "--first", "4",
                   "--set", "migration=true", "--json"]
        printed = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        self.assertEqual(told["state"], "done")
        self.assertEqual(told["kind"], "search")
        self.assertEqual(told["result"]["seeds"], printed["seeds"])
        self.assertEqual(told["result"]["hits"], [{k: v for k, v in hit.items() if k != "repeat"} for hit in printed["hits"]])
        self.assertEqual(len(printed["hits"]), 4)

    def test_a_hit_is_where_the_condition_comes_true(self):
        headers = browser(self.server)
        asked = {"scenario": SCENARIO, "until": "order_rejected or first(response_ms > 6000)", "last_seed": 20, "hits": 1}
        hit = wait(self.server, begun(self.server, "/api/v1/searches", asked, headers), headers)["result"]["hits"][0]
        run = self.server.post("/api/v1/runs", {"scenario": SCENARIO, "seed": hit["seed"], "private": True}, headers).json()["run"]
        self.server.post(f"/api/v1/runs/{run}/pace", {"until": asked["until"]}, headers)
        deadline = time.monotonic() + WAIT_SECONDS_MAX
        while self.server.get(f"/api/v1/runs/{run}").json()["state"] != "paused" and time.monotonic() < deadline:
            time.sleep(0.02)
        self.assertLess(abs(self.server.get(f"/api/v1/runs/{run}").json()["t_ms"] - hit["t_ms"]), 0.0011)

    def test_none_found(self):
        headers = browser(self.server)
        told = wait(self.server, begun(self.server, "/api/v1/searches", NEVER | {"last_seed": 20}, headers), headers)
        self.assertEqual((told["state"], told["result"]["hits"], told["progress"]), ("done", [], {"done": 20, "of": 20}))

    def test_cancel_and_forget(self):
        headers = browser(self.server)
        job = begun(self.server, "/api/v1/searches", NEVER, headers)
        wait(self.server, job, headers, states=("running",))
        self.assertEqual(self.server.delete(job, headers).status, 204)
        told = self.server.get(job, headers).json()
        self.assertEqual(told["state"], "cancelled")
        self.assertLess(told["progress"]["done"], 100000)
        deadline = time.monotonic() + WAIT_SECONDS_MAX
        while self.server.get(job, headers).status == 200 and time.monotonic() < deadline:
            self.assertEqual(self.server.delete(job, headers).status, 204)
        self.assertEqual(self.server.get(job, headers).status, 404)

    def test_bad_input(self):
        good = {"scenario": SCENARIO, "until": "order_cooked"}
        for change, words in (({"scenario": "kitchens/nowhere"}, "kitchens/nowhere"), ({"scenario": 3}, "scenario"),
                              ({"until": None}, "until must be a condition"), ({"until": "no_such_note"}, "no_such_note"),
                              ({"first_seed": -1}, "first_seed"), ({"first_seed": 1.5}, "first_seed"),
                              ({"first_seed": 10, "last_seed": 9}, "last_seed must be a whole number from 10 to 100009"),
                              ({"last_seed": 100001}, "from 1 to 100000"), ({"hits": 0}, "from 1 to 100"), ({"hits": 101}, "from 1 to 100"),
                              ({"within": "999ms"}, "from 1s to 1h"), ({"within": "1h1s"}, "from 1s to 1h"), ({"within": 5}, "from 1s to 1h"),
                              ({"within": "soon"}, "within"), ({"last_seed": 100000, "within": "61s"}, "100000 virtual minutes"),
                              ({"settings": {"nothing": 1}}, "nothing"), ({"seeds": 5}, "seeds")):
            with self.subTest(change=change):
                answer = self.server.post("/api/v1/searches", good | change)
                self.assertEqual(answer.status, 422, answer.text())
                self.assertIn(words, answer.json()["detail"])
        self.assertEqual(self.server.get("/api/v1/jobs/nothing").status, 404)


class Shrink(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(ChefServer())

    def run_of(self, headers, settings, advance_ms, inputs=()):
        run = self.server.post("/api/v1/runs", {"scenario": SCENARIO, "seed": 7, "settings": settings, "private": True}, headers).json()["run"]
        path = f"/api/v1/runs/{run}"
        self.server.post(f"{path}/pace", {"paused": True}, headers)
        for body in inputs:
            self.assertEqual(self.server.post(f"{path}/inputs", body, headers).status, 202)
        self.server.post(f"{path}/pace", {"advance_ms": advance_ms}, headers)
        deadline = time.monotonic() + WAIT_SECONDS_MAX
        while self.server.get(path).json()["t_ms"] < advance_ms and time.monotonic() < deadline:
            time.sleep(0.02)
        return path

    def test_becomes_a_run_of_its_own(self):
        headers = browser(self.server)
        faults = [{"type": "disk.stall", "node": "dispatcher", "at_ms": 20000, "value_ms": 3000},
                  {"type": "node.crash", "node": "dispatcher", "at_ms": 21000}, {"type": "node.slow", "node": "C", "at_ms": 15000},
                  {"type": "node.crash", "node": "B", "at_ms": 10000}, {"type": "node.restart", "node": "B", "at_ms": 12000}]
        known = {kind["name"]: kind for kind in self.server.get("/api/v1/systems").json()[0]["inputs"]}
        stall = known["disk.stall"]["args"][0]["name"]
        faults[0] = {stall if key == "value_ms" else key: value for key, value in faults[0].items()}
        run = self.run_of(headers, {"bug.ack_before_fsync": True}, 60000, faults)
        job = begun(self.server, f"{run}/shrink", {"check": "no_order_lost"}, headers)
        told = wait(self.server, job, headers)
        self.assertEqual(told["state"], "done", told)
        result = told["result"]
        self.assertEqual((result["check"], result["verdict"], result["minimal"]), ("no_order_lost", "EXPECTED-FAIL", True))
        self.assertLess(result["after"]["until_ms"], 60000)
        self.assertLessEqual(len(result["inputs"]), 5)
        self.assertGreater(result["before"]["orders"], 100)
        made = self.server.get(f"/api/v1/runs/{result['run']}").json()
        self.assertTrue(made["private"])
        self.assertEqual((made["seed"], made["t_ms"], made["state"]), (7, result["after"]["until_ms"], "paused"))
        self.assertEqual(made["inputs_count"], len(result["inputs"]))
        judged = {v["check"]: v["verdict"] for v in self.server.post(f"/api/v1/runs/{result['run']}/verify", {}, headers).json()}
        self.assertEqual(judged["no_order_lost"], "EXPECTED-FAIL")
        with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
            file.writelines(json.dumps({k: v for k, v in item.items() if k != "text"}) + "\n" for item in result["inputs"])
            file.flush()
            words = result["repeat"].replace("FILE", file.name).split()
            printed = json.loads(subprocess.run([PROGRAM, "run", *words, "--json"], check=True, capture_output=True, text=True).stdout)
        self.assertEqual(printed["digest"], made["digest"])

    def test_nothing_is_broken(self):
        headers = browser(self.server)
        run = self.run_of(headers, {}, 5000)
        told = wait(self.server, begun(self.server, f"{run}/shrink", {}, headers), headers)
        self.assertEqual(told["state"], "failed")
        self.assertIn("nothing to shrink", told["problem"])

    def test_refusals(self):
        headers = browser(self.server)
        made = self.server.post("/api/v1/runs", {"scenario": SCENARIO, "seed": 7, "private": True}, headers).json()["run"]
        answer = self.server.post(f"/api/v1/runs/{made}/shrink", {"check": "no_such_promise"}, headers)
        self.assertEqual(answer.status, 422)
        self.assertIn("no_order_lost", answer.json()["allowed"])
        self.assertEqual(self.server.post(f"/api/v1/runs/{made}/shrink", {"chek": "x"}, headers).status, 422)
        self.assertEqual(self.server.post("/api/v1/runs/nothing/shrink", {}, headers).status, 404)


class Limits(unittest.TestCase):
    def test_running_and_waiting(self):
        with ChefServer() as server:
            browsers = [browser(server) for _ in range((RUNNING_MAX + WAITING_MAX) // OWNER_MAX + 2)]
            jobs = []
            for headers in browsers:
                while len(jobs) < RUNNING_MAX + WAITING_MAX:
                    answer = server.post("/api/v1/searches", NEVER, headers)
                    if answer.status == 429:
                        self.assertIn(f"{OWNER_MAX} jobs of yours", answer.json()["detail"])
                        break
                    self.assertEqual(answer.status, 202, answer.text())
                    jobs.append((f"/api/v1/jobs/{answer.json()['job']}", headers))
                    if len(jobs) <= RUNNING_MAX:
                        wait(server, *jobs[-1], states=("running",))
            answer = server.post("/api/v1/searches", NEVER, browsers[-1])
            self.assertEqual(answer.status, 503)
            self.assertIn(f"{WAITING_MAX} jobs wait", answer.json()["detail"])
            states = [server.get(*job).json()["state"] for job in jobs]
            self.assertEqual(states, ["running"] * RUNNING_MAX + ["waiting"] * WAITING_MAX)
            self.assertEqual(server.delete(*jobs[-1]).status, 204)
            self.assertEqual(server.post("/api/v1/searches", NEVER, browsers[-1]).status, 202)
            server.process.send_signal(signal.SIGTERM)
            self.assertEqual(server.process.wait(30), 0)
            server._forget_process()

    def test_those_that_are_over_are_kept_for_a_while(self):
        quick = NEVER | {"last_seed": 1, "within": "1s"}
        with ChefServer() as server:
            headers = browser(server)
            jobs = []
            for _ in range(KEPT_MAX + 2):
                jobs.append(begun(server, "/api/v1/searches", quick, headers))
                wait(server, jobs[-1], headers)
            there = [server.get(job, headers).status for job in jobs]
            self.assertEqual(there, [404] * 2 + [200] * KEPT_MAX)


class Ownership(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        key = pathlib.Path(cls.folder, "key")
        key.write_text(KEY + "\n")
        cls.server = cls.enterClassContext(ChefServer("--presenter-key-file", str(key)))
        cls.presenter = {"Authorization": f"Bearer {KEY}"}

    def test_jobs(self):
        mine, other = browser(self.server), browser(self.server)
        job = begun(self.server, "/api/v1/searches", NEVER, mine)
        self.assertEqual(self.server.get(job, mine).status, 200)
        self.assertEqual(self.server.get(job, other).status, 404)
        self.assertEqual(self.server.get(job).status, 404)
        self.assertEqual(self.server.delete(job, other).status, 404)
        self.assertNotEqual(self.server.get(job, mine).json()["state"], "cancelled")
        self.assertEqual(self.server.get(job, self.presenter).status, 200)
        self.assertEqual(self.server.delete(job, self.presenter).status, 204)
        self.assertEqual(self.server.get(job, mine).json()["state"], "cancelled")

    def titles(self, headers=None):
        return [card["title"] for card in self.server.get("/api/v1/cards", headers).json()]

    def test_cards(self):
        mine, other = browser(self.server), browser(self.server)
        private = self.server.post("/api/v1/cards", CARD | {"title": "mine"}, mine)
        self.assertEqual(private.status, 201, private.text())
        shared = self.server.post("/api/v1/cards", CARD | {"title": "for all"}, self.presenter)
        self.assertEqual(self.titles(mine), ["for all", "mine"])
        self.assertEqual(self.titles(other), ["for all"])
        self.assertEqual(self.titles(), ["for all"])
        path, shared_path = (f"/api/v1/cards/{answer.json()['card']}" for answer in (private, shared))
        self.assertEqual(self.server.delete(path, other).status, 404)
        self.assertEqual(self.server.delete(shared_path, mine).status, 403)
        self.assertEqual(self.server.delete(path, mine).status, 204)
        self.assertEqual(self.server.delete(shared_path, self.presenter).status, 204)
        self.assertEqual(self.titles(mine), [])


class Cards(unittest.TestCase):
    def test_kept_whole_over_a_restart(self):
        with ChefServer() as server:
            made = server.post("/api/v1/cards", CARD).json()["card"]
            server.stop()
            server.start()
            card = server.get("/api/v1/cards").json()[0]
            self.assertEqual({key: card[key] for key in CARD}, CARD)
            self.assertEqual((card["card"], card["private"]), (made, False))
            self.assertRegex(card["created_at"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")

    def test_limit(self):
        with ChefServer() as server:
            headers = browser(server)
            for _ in range(CARDS_MAX):
                self.assertEqual(server.post("/api/v1/cards", CARD | {"private": True}, headers).status, 201)
            answer = server.post("/api/v1/cards", CARD | {"private": True}, headers)
            self.assertEqual(answer.status, 409)
            self.assertIn(f"{CARDS_MAX} cards", answer.json()["detail"])
            first = server.get("/api/v1/cards", headers).json()[-1]["card"]
            self.assertEqual(server.delete(f"/api/v1/cards/{first}", headers).status, 204)
            self.assertEqual(server.post("/api/v1/cards", CARD | {"private": True}, headers).status, 201)
            self.assertEqual(server.post("/api/v1/cards", CARD).status, 201)

    def test_bad_input(self):
        with ChefServer() as server:
            for change, words in (({"title": ""}, "1 to 120"), ({"title": "x" * 121}, "1 to 120"), ({"title": 5}, "title"),
                                  ({"scenario": "kitchens/nowhere"}, "kitchens/nowhere"), ({"seed": -1}, "seed"),
                                  ({"seed": None}, "seed"), ({"t_ms": -1}, "t_ms"), ({"t_ms": 86400001}, "t_ms"),
                                  ({"condition": "no_such_note"}, "no_such_note"), ({"condition": None}, "condition"),
                                  ({"settings": {"policy": "none"}}, "policy"), ({"settings": 5}, "settings"),
                                  ({"private": "yes"}, "private"), ({"colour": "red"}, "colour")):
                with self.subTest(change=change):
                    answer = server.post("/api/v1/cards", CARD | change)
                    self.assertEqual(answer.status, 422, answer.text())
                    self.assertIn(words, answer.json()["detail"])
            self.assertEqual(server.post("/api/v1/cards", CARD | {"title": "ü" * 120}).status, 201)
            for number in ("x", "-1", "9" * 16, "99"):
                self.assertEqual(server.delete(f"/api/v1/cards/{number}").status, 404)


if __name__ == "__main__":
    unittest.main()
