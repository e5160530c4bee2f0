"""Every route of the OpenAPI description, asked well and badly: the answers are as described."""

import unittest

from chef_server import ChefServer
from openapi_check import differences, resolve

SCENARIO = "kitchens/lunch-rush"
BODIES = {
    "/api/v1/session": {},
    "/api/v1/presenter": {"key": "whatever it is"},
    "/api/v1/runs": {"scenario": SCENARIO, "seed": 7},
    "/api/v1/runs/{id}/inputs": {"type": "node.crash", "node": "B"},
    "/api/v1/runs/{id}/pace": {"speed": 2},
    "/api/v1/runs/{id}/branch": {"at_ms": 1000, "label": "what if"},
    "/api/v1/runs/{id}/label": {"label": "as it was"},
    "/api/v1/runs/{id}/verify": {},
    "/api/v1/links": {"link": f"{SCENARIO}#7-0000"},
    "/api/v1/comparisons": {"scenario": SCENARIO, "seed": 7, "setting": "policy", "until": "1m",
                            "values": ["round-robin", "weighted-score"]},
}
BODIES |= {
    "/api/v1/scenes": {"title": "A rush", "about": "How it begins.", "scenario": "kitchens/stadium-night", "steps": [
        {"id": "rush", "beat": "run", "caption": "The stadium is hungry.", "until": "kitchen_overloaded"}]},
    "/api/v1/searches": {"scenario": SCENARIO, "until": "order_cooked", "last_seed": 3},
    "/api/v1/runs/{id}/shrink": {},
    "/api/v1/cards": {"title": "A hand-over", "scenario": SCENARIO, "seed": 7, "t_ms": 1234.5, "condition": "order_cooked"},
}
VOTE = {"round": 1, "options": [{"id": "yes"}, {"id": "no"}], "open": True}
BODIES |= {
    "/api/v1/room": {},
    "/api/v1/room/state": {"scene": "crisis", "step": "guess", "vote": VOTE},
    "/api/v1/room/wall": {"wall": "one", "shows": {"at": 1}, "take": True},
    "/api/v1/room/wish": {"act": "next"},
    "/api/v1/room/reset": {},
    "/api/v1/room/join": {"code": "AAAAA"},
    "/api/v1/room/vote": {"scene": "crisis", "step": "guess", "round": 1, "option": "yes"},
}
# What is refused as it is asked here: the kitchens tell of no operations, the room's code is another one, nobody came in.
REFUSED = {"/api/v1/runs/{id}/export/history.jsonl": 404, "/api/v1/room/join": 404, "/api/v1/room/vote": 403}
QUERIES = {"/api/v1/runs/{id}/causes": "?event=100", "/api/v1/runs/{id}/export/comparison.csv": "?with={id}"}
METHODS = {"get", "post", "delete", "put", "patch"}


class Routes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(ChefServer())
        cls.description = cls.server.get("/api/v1/openapi.json").json()

    def new_run(self):
        """A run with something in it: a few virtual seconds."""
        made = self.server.post("/api/v1/runs", {"scenario": SCENARIO, "seed": 7})
        self.assertEqual(made.status, 201, made.text())
        run = made.json()["run"]
        self.addCleanup(self.server.delete, f"/api/v1/runs/{run}")
        path = f"/api/v1/runs/{run}/pace"
        self.assertEqual(self.server.post(path, {"advance_ms": 20000}).status, 200)
        for _ in range(600):
            if self.server.get(f"/api/v1/runs/{run}").json()["t_ms"] >= 20000:
                return run
        self.fail("the run does not advance")

    def check(self, operation, answer):
        """The status is described, and so is the body."""
        described = operation["responses"].get(str(answer.status))
        self.assertIsNotNone(described, f"{answer.status} is not described: {answer.body[:200]}")
        content = resolve(self.description, described).get("content")
        if content is None:
            self.assertEqual(answer.body, b"")
            return
        kind = answer.headers["Content-Type"].split(";")[0]
        self.assertIn(kind, content)
        if kind.endswith("json"):
            self.assertEqual(differences(self.description, content[kind]["schema"], answer.json()), [])

    def operations(self):
        for pattern, item in self.description["paths"].items():
            for method in METHODS & set(item):
                if pattern != "/live":
                    yield pattern, method, item[method]

    def ask(self, pattern, method, run, table="orders", subject="1", system="kitchens"):
        path = pattern.replace("{id}", run).replace("{table}", table).replace("{n}", subject).replace("{job}", "j1")
        path += QUERIES.get(pattern, "").replace("{id}", run) if method == "get" else ""
        return self.server.request(method.upper(), path.replace("{system}", system).replace("{scene}", "crisis"),
                                   BODIES.get(pattern) if method == "post" else None)

    def test_every_route_answers_as_described(self):
        run = self.new_run()
        self.assertEqual(self.server.post("/api/v1/room").status, 201)
        last = []
        for pattern, method, operation in self.operations():
            if method == "delete":
                last.append((pattern, method, operation))
                continue
            with self.subTest(route=f"{method} {pattern}"):
                answer = self.ask(pattern, method, run)
                if pattern in REFUSED:
                    self.assertEqual(answer.status, REFUSED[pattern])
                else:
                    self.assertLess(answer.status, 300, answer.body[:300])
                self.check(operation, answer)
        for pattern, method, operation in last:
            with self.subTest(route=f"{method} {pattern}"):
                answer = self.ask(pattern, method, run)
                self.assertEqual(answer.status, 204)
                self.check(operation, answer)

    def test_every_route_of_a_run_names_an_unknown_one(self):
        for pattern, method, operation in self.operations():
            if "{id}" in pattern:
                with self.subTest(route=f"{method} {pattern}"):
                    answer = self.ask(pattern, method, "nosuchrun")
                    self.assertEqual(answer.status, 404, answer.text())
                    self.check(operation, answer)
                    self.assertIn("nosuchrun", answer.json()["detail"])

    def test_runs_with_strange_names_are_unknown(self):
        for name in ("%27%3B%20DROP%20TABLE%20run", "%ff%fe", "x" * 120, "x" * 4000, "..", "%2e%2e", "*"):
            with self.subTest(name=name[:20]):
                answer = self.server.get(f"/api/v1/runs/{name}/verdicts")
                self.assertEqual(answer.status, 404)
                self.assertEqual(answer.json()["status"], 404)

    def test_an_unknown_run_is_answered_with_those_that_exist(self):
        run = self.new_run()
        answer = self.server.get("/api/v1/runs/nothing")
        self.assertEqual(answer.status, 404)
        self.assertIn(run, answer.json()["allowed"])
        self.assertLessEqual(len(answer.json()["allowed"]), 20)

    def test_what_is_missing_or_no_text_is_named(self):
        path = f"/api/v1/runs/{self.new_run()}/inputs"
        for asked, body, words in (("/api/v1/runs", {}, "scenario is missing"),
                                   ("/api/v1/runs", {"scenario": 5}, "scenario is not a text"),
                                   (path, {"type": 5}, "type is not a text"),
                                   (path, {}, "type is missing")):
            answer = self.server.post(asked, body)
            self.assertEqual(answer.status, 422, answer.text())
            self.assertEqual(answer.json()["detail"], words)
            self.assertTrue(answer.json()["allowed"])

    def test_methods_that_are_not_described_are_refused(self):
        run = self.new_run()
        for pattern, item in self.description["paths"].items():
            for method in METHODS - set(item):
                with self.subTest(route=f"{method} {pattern}"):
                    answer = self.ask(pattern, method, run)
                    self.assertEqual(answer.status, 405)
                    allowed = answer.headers["Allow"].lower().replace(" ", "").split(",")
                    self.assertEqual(set(allowed) - {"head"}, METHODS & set(item))

    def test_head_is_get_without_the_body(self):
        run = self.new_run()
        for path in ("/api/v1/scenarios", f"/api/v1/runs/{run}", "/metrics",
                     f"/api/v1/runs/{run}/export/orders.csv"):
            head = self.server.request("HEAD", path)
            self.assertEqual((head.status, head.body), (200, b""))

    def test_a_zero_byte_in_an_address_is_refused(self):
        for path in ("/%00", "/index.html%00.css", "/%00/api/v1/runs", "/api/v1/runs%00", "/api/v1/runs?limit=1%00",
                     "/healthz%00", "/api/v1/runs/a%00b", "/live%00?run=x"):
            with self.subTest(path=path):
                answer = self.server.get(path)
                self.assertEqual(answer.status, 400)
                self.assertIn("zero byte", answer.json()["detail"])

    def test_addresses_are_decoded_once(self):
        self.assertEqual(self.server.get("/%68ealthz").status, 200)
        self.assertEqual(self.server.get("/api%2Fv1%2fsystems").status, 200)
        for path in ("/%2568ealthz", "/%zz", "/%", "/%e", "/" + "x" * 8000, "/%2e%2e/etc/passwd"):
            with self.subTest(path=path[:20]):
                self.assertEqual(self.server.get(path).status, 404)

    def test_words_of_unknown_systems(self):
        answer = self.server.get("/api/v1/words/nothing")
        self.assertEqual(answer.status, 404)
        self.assertIn("kitchens", answer.json()["allowed"])


if __name__ == "__main__":
    unittest.main()
