"""Recipes: faults that have a name, sent like an input, become the inputs of their schedule."""

import csv
import io
import json
import pathlib
import subprocess
import tempfile
import unittest

from chef_server import PROGRAM, ChefServer

SCENARIO = "kitchens/lunch-rush"


class Recipes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(ChefServer())

    def new_run(self):
        path = "/api/v1/runs/" + self.server.post("/api/v1/runs", {"scenario": SCENARIO, "seed": 3}).json()["run"]
        self.server.post(f"{path}/pace", {"paused": True})
        return path

    def table(self, path):
        return list(csv.DictReader(io.StringIO(self.server.get(f"{path}/export/inputs.csv").body.decode())))

    def test_every_recipe_of_the_catalogue_becomes_inputs_that_end(self):
        system = self.server.get("/api/v1/systems").json()[0]
        self.assertEqual(len(system["recipes"]), 9)
        for recipe in system["recipes"]:
            with self.subTest(recipe=recipe["name"]):
                path = self.new_run()
                body = {"type": recipe["name"], **{arg["name"]: arg["standard"] for arg in recipe["args"]}}
                answer = self.server.post(f"{path}/inputs", body)
                self.assertEqual(answer.status, 202, answer.body)
                rows = self.table(path)
                self.assertEqual(len(rows), answer.json()["inputs"])
                self.assertEqual(int(rows[0]["input_id"]), answer.json()["input_id"])
                length_ms = next(arg["standard"] for arg in recipe["args"] if arg["name"] == "length_ms")
                first, last = (float(rows[at]["t_ms"]) for at in (0, -1))
                self.assertLessEqual(last - first, length_ms)

    def test_a_nemesis_on_a_live_run_is_the_same_from_the_exported_inputs(self):
        path = self.new_run()
        self.server.post(f"{path}/inputs", {"type": "recipe.nemesis", "length_ms": 20000, "seed": 5, "intensity": 5})
        self.server.post(f"{path}/pace", {"advance_ms": 30000 - self.server.get(path).json()["t_ms"]})
        while self.server.get(path).json()["t_ms"] < 30000:
            pass
        with tempfile.TemporaryDirectory() as folder:
            table = pathlib.Path(folder) / "inputs.csv"
            table.write_bytes(self.server.get(f"{path}/export/inputs.csv").body)
            done = subprocess.run([PROGRAM, "run", SCENARIO, "--seed", "3", "--until", "30s", "--no-script", "--json",
                                   "--inputs", table], capture_output=True, text=True, check=False, timeout=60)
        self.assertEqual(json.loads(done.stdout)["digest"], self.server.get(path).json()["digest"], done.stderr)

    def test_who_leads_is_asked_of_the_run_and_may_be_named(self):
        path = self.new_run()
        self.server.post(f"{path}/inputs", {"type": "recipe.isolate_leader"})
        self.assertEqual(json.loads(self.table(path)[0]["args"])["nodes"], ["dispatcher"])
        path = self.new_run()
        self.server.post(f"{path}/inputs", {"type": "recipe.isolate_leader", "leader": "C"})
        args = json.loads(self.table(path)[0]["args"])
        self.assertEqual((args["nodes"], args["bystanders"]), (["C"], ["customers"]))

    def test_what_makes_no_sense_is_refused(self):
        path = self.new_run()
        for body, words in [({"type": "recipe.stew"}, "recipe.stew"), ({"type": "recipe.ring", "length_ms": 5}, "length_ms"),
                            ({"type": "recipe.ring", "intensity": 2}, "intensity"),
                            ({"type": "recipe.ring", "leader": "customers"}, "customers"),
                            ({"type": "net.partition", "nodes": ["A"], "bystanders": "B"}, "bystanders")]:
            with self.subTest(body=body):
                answer = self.server.post(f"{path}/inputs", body)
                self.assertEqual(answer.status, 422)
                self.assertIn(words, answer.json()["detail"])
        self.assertEqual(self.table(path), [])


if __name__ == "__main__":
    unittest.main()
