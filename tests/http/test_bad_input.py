"""Unknown names, wrong types, values out of range, times gone by: refused in words that say what
exists, and nothing changes."""

import unittest

from chef_server import ChefServer

SCENARIO = "kitchens/lunch-rush"


class BadInput(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(ChefServer())
        cls.run_id = cls.server.post("/api/v1/runs", {"scenario": SCENARIO, "seed": 7}).json()["run"]
        cls.path = f"/api/v1/runs/{cls.run_id}"

    def refused(self, path, body, statuses, *words, allowed=()):
        answer = self.server.post(path, body)
        self.assertIn(answer.status, statuses, answer.text())
        problem = answer.json()
        self.assertEqual(problem["status"], answer.status)
        for word in words:
            self.assertIn(word, problem["detail"])
        for name in allowed:
            self.assertIn(name, problem.get("allowed", []), problem)
        return problem

    def setUp(self):
        self.before = self.unchanged()
        self.addCleanup(lambda: self.assertEqual(self.unchanged(), self.before))

    def unchanged(self):
        run = self.server.get(self.path).json()
        runs = [other["run"] for other in self.server.get("/api/v1/runs").json()]
        return run["inputs_count"], run["settings"], run["seed"], runs

    def test_scenarios(self):
        for name in ("kitchens/nothing", "", "x" * 5000, "../../etc/passwd"):
            self.refused("/api/v1/runs", {"scenario": name}, (404, 422), allowed=[SCENARIO])
        for wrong in ({}, {"scenario": 7}, {"scenario": None}, {"scenario": [SCENARIO]}):
            self.refused("/api/v1/runs", wrong, (400, 422))

    def test_seeds(self):
        for seed in (-1, 1.5, "7", True, 1e300, [], None):
            self.refused("/api/v1/runs", {"scenario": SCENARIO, "seed": seed}, (400, 422), "seed")

    def test_private_is_yes_or_no(self):
        self.refused("/api/v1/runs", {"scenario": SCENARIO, "private": "yes"}, (422,), "private")

    def test_settings_of_a_new_run(self):
        def settings(values):
            return {"scenario": SCENARIO, "settings": values}
        self.refused("/api/v1/runs", settings({"nothing": 1}), (404, 422), "nothing", allowed=["policy"])
        self.refused("/api/v1/runs", settings({"policy": "nothing"}), (404, 422), "nothing",
                     allowed=["round-robin"])
        for wrong in (settings([]), settings(7), settings({"policy": 1.5}), settings({"policy": {}})):
            self.refused("/api/v1/runs", wrong, (400, 422))

    def test_numbers_out_of_range_name_the_range(self):
        system = next(s for s in self.server.get("/api/v1/systems").json() if s["name"] == "kitchens")
        for setting in system["settings"]:
            if setting["kind"] == "number":
                for value in (setting["max"] + 1, setting["min"] - 1):
                    with self.subTest(setting=setting["key"], value=value):
                        problem = self.refused("/api/v1/runs", {"scenario": SCENARIO, "settings": {setting["key"]: value}},
                                               (422,), setting["key"])
                        self.assertRegex(problem["detail"], r"\d")

    def test_inputs(self):
        path = f"{self.path}/inputs"
        self.refused(path, {"type": "nothing"}, (404, 422), "nothing", allowed=["order.place", "node.crash"])
        self.refused(path, {"type": "node.crash", "node": "ZZ"}, (404, 422), "ZZ", allowed=["A", "B"])
        self.refused(path, {"type": "link.cut", "node": "A", "peer": "A"}, (422,), "peer", "itself")
        beyond = {"type": "order.place", "dish": "Calzone", "x_m": 6001, "y_m": 100}
        self.refused(path, beyond, (422,), "x_m", "6000")
        self.refused(path, {**beyond, "x_m": 100, "y_m": 4001}, (422,), "y_m", "4000")
        self.refused(path, {"type": "node.crash"}, (400, 422), "node")
        self.refused(path, {"type": "order.place", "dish": "stones"}, (404, 422), "stones", allowed=["Lobster"])
        self.refused(path, {"type": "order.place", "nothing": 1}, (400, 404, 422), "nothing")
        self.refused(path, {"type": "setting.set", "key": "nothing", "value": 1}, (404, 422), "nothing",
                     allowed=["policy"])
        self.refused(path, {"type": "setting.set", "key": "policy", "value": "nothing"}, (404, 422),
                     "nothing", allowed=["weighted-score"])
        for wrong in ({}, {"type": 7}, {"type": ["node.crash"]}, {"type": "node.crash", "node": 7000},
                      {"type": "node.crash", "node": {}}, {"type": "setting.set"}):
            self.refused(path, wrong, (400, 404, 422))

    def test_a_time_gone_by_names_the_branch(self):
        self.server.post(f"{self.path}/pace", {"advance_ms": 5000})
        while self.server.get(self.path).json()["t_ms"] < 5000:
            pass
        self.before = self.unchanged()
        self.refused(f"{self.path}/inputs", {"type": "node.crash", "node": "B", "at_ms": 10}, (409,), "/branch")

    def test_paces(self):
        path = f"{self.path}/pace"
        for wrong in ({}, {"speed": 0}, {"speed": -1}, {"speed": 5000}, {"speed": "fast"}, {"paused": 1},
                      {"step": "far"}, {"advance_ms": -5}, {"advance_ms": "x"}, {"until": 7}, {"nothing": 1},
                      {"speed": 1e400}):
            with self.subTest(pace=wrong):
                self.refused(path, wrong, (400, 422))

    def test_tables(self):
        for table in ("nothing", "run", "sqlite_master", "orders%3B"):
            answer = self.server.get(f"{self.path}/export/{table}.csv")
            self.assertEqual(answer.status, 404)
            self.assertIn("orders", answer.json()["allowed"])
        self.assertEqual(self.server.get(f"{self.path}/export/orders").status, 404)
        self.assertEqual(self.server.get(f"{self.path}/export/orders.csv?for=word").status, 422)

    def test_subjects(self):
        for subject in ("999999999", "0x1", "-1", "x", "4294967296"):
            self.assertEqual(self.server.get(f"{self.path}/subjects/{subject}").status, 404)

    def test_comparisons(self):
        good = {"scenario": SCENARIO, "seed": 7, "setting": "policy", "values": ["round-robin"], "until": "1m"}
        path = "/api/v1/comparisons"
        self.refused(path, {**good, "scenario": "x/y"}, (404, 422), allowed=[SCENARIO])
        self.refused(path, {**good, "setting": "nothing"}, (404, 422), "nothing", allowed=["policy"])
        self.refused(path, {**good, "values": ["nothing"]}, (404, 422), "nothing", allowed=["round-robin"])
        for wrong in ({**good, "values": []}, {**good, "values": "all"}, {**good, "values": ["round-robin"] * 1000},
                      {**good, "until": "never"}, {**good, "until": "900h"}, {**good, "seed": "x"}, {}):
            self.refused(path, wrong, (400, 422))


if __name__ == "__main__":
    unittest.main()
