"""The list of events in pages: nothing left out and nothing twice, what people did included."""

import time
import unittest

from chef_server import ChefServer


class Events(unittest.TestCase):
    def advance(self, server, path):
        goal = server.get(path).json()["t_ms"] + 20_000
        server.post(f"{path}/pace", {"advance_ms": 20_000})
        while server.get(path).json()["t_ms"] < goal - 0.0005:  # sums of decimals are not exact
            time.sleep(0.05)

    def test_pages_put_together_are_the_whole_list(self):
        with ChefServer() as server:
            run = server.post("/api/v1/runs", {"scenario": "kitchens/lunch-rush", "seed": 3}).json()["run"]
            path = f"/api/v1/runs/{run}"
            server.post(f"{path}/pace", {"paused": True})
            for node in ("B", "C", "D"):
                self.advance(server, path)
                self.assertEqual(server.post(f"{path}/inputs", {"type": "node.crash", "node": node}).status, 202)
            self.advance(server, path)
            whole = server.get(f"{path}/events?after=0&limit=10000").json()
            self.assertEqual([e["node"] for e in whole if e["kind"] == "node_crashed"], ["B", "C", "D"])
            for limit in (7, 20):
                seen, after = [], 0
                while True:
                    page = server.get(f"{path}/events?after_row={after}&limit={limit}").json()
                    seen += page
                    if len(page) < limit:
                        break
                    after = page[-1]["row"]
                self.assertEqual(seen, whole, f"pages of {limit}")
            crash = next(event for event in whole if event["kind"] == "node_crashed")
            behind = [event for event in whole if event["row"] > crash["row"]]
            before = max(event["event"] for event in whole if event["row"] < crash["row"])
            self.assertEqual(server.get(f"{path}/events?after={before}&limit=10000").json(), [crash, *behind])


if __name__ == "__main__":
    unittest.main()
