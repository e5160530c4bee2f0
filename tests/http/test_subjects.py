"""What is known of an order: the same while the run remembers it and long afterwards, when the run
is computed again for it."""

import time
import unittest

from chef_server import ChefServer


class Subjects(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(ChefServer())
        run = cls.server.post("/api/v1/runs", {"scenario": "kitchens/lunch-rush", "seed": 7})
        cls.path = f"/api/v1/runs/{run.json()['run']}"
        cls.server.post(f"{cls.path}/inputs", {"type": "node.crash", "node": "B"})
        cls.advance(20000)

    @classmethod
    def advance(cls, by_ms):
        cls.server.post(f"{cls.path}/pace", {"paused": True})
        goal = cls.server.get(cls.path).json()["t_ms"] + by_ms
        cls.server.post(f"{cls.path}/pace", {"advance_ms": by_ms})
        while cls.server.get(cls.path).json()["t_ms"] < goal - 1:
            time.sleep(0.05)

    def explain(self, order):
        answer = self.server.get(f"{self.path}/subjects/{order}")
        self.assertEqual(answer.status, 200, answer.text()[:300])
        return answer.json()

    def test_an_order_is_explained_alike_now_and_later(self):
        orders = range(20, 50, 7)
        at_once = [self.explain(order) for order in orders]
        self.advance(600000)
        for order, before in zip(orders, at_once):
            after = self.explain(order)
            self.assertEqual(after, before)
            self.assertTrue(after["candidates"])
            waited = sum(one["to_ms"] - one["from_ms"] for one in after["intervals"])
            self.assertAlmostEqual(waited, after["response_ms"], places=3)

    def test_an_order_that_never_was(self):
        answer = self.server.get(f"{self.path}/subjects/99999999")
        self.assertEqual(answer.status, 404)
        self.assertIn("knows nothing of 99999999", answer.json()["detail"])


if __name__ == "__main__":
    unittest.main()
