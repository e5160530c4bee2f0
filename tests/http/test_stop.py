"""Stopping: soon on a signal, whoever is connected, and nothing is lost. How soon is printed, not judged."""

import json
import signal
import socket
import sys
import time
import unittest

from chef_live import Live
from chef_server import ChefServer

SCENARIO = "kitchens/lunch-rush"


class Stop(unittest.TestCase):
    def stop(self, server, number):
        begin = time.monotonic()
        server.process.send_signal(number)
        code = server.process.wait(30)
        took = time.monotonic() - begin
        server._forget_process()
        self.assertEqual(code, 0, server.log_tail)
        print(f"stopped in {took:.2f} s", file=sys.stderr)

    def test_idle(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with ChefServer() as server:
                self.stop(server, number)

    def test_with_viewers_idle_and_slow_connections(self):
        with ChefServer() as server:
            run = server.post("/api/v1/session").json()["run"]
            lives = [Live(server, run) for _ in range(20)]
            silent = [Live(server, run, receive_bytes=4096) for _ in range(5)]
            idle = [server.connect() for _ in range(20)]
            for connection in idle:
                connection.request("GET", "/healthz")
                connection.getresponse().read()
            slow = [socket.create_connection((server.host, server.port), 30) for _ in range(50)]
            for connection in slow:
                connection.sendall(b"POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{")
            for live in lives:
                live.frame()
            self.stop(server, signal.SIGTERM)
            for one in [*lives, *silent]:
                one.socket.close()
            for one in [*idle, *slow]:
                one.close()

    def test_while_much_is_computed(self):
        with ChefServer() as server:
            run = server.post("/api/v1/runs", {"scenario": SCENARIO, "seed": 7}).json()["run"]
            comparison = json.dumps({"scenario": SCENARIO, "seed": 7, "setting": "policy", "until": "1h",
                                     "values": ["round-robin", "weighted-score", "two-choices"]})
            connections = [server.connect() for _ in range(6)]
            for connection in connections[:4]:
                connection.request("POST", "/api/v1/comparisons", comparison)
            connections[4].request("POST", f"/api/v1/runs/{run}/pace", '{"advance_ms": 600000}')
            connections[5].request("GET", f"/api/v1/runs/{run}/export.zip")
            server.get("/healthz")
            self.stop(server, signal.SIGTERM)
            for connection in connections:
                connection.close()

    def test_runs_are_there_after_a_stop(self):
        with ChefServer() as first:
            run = first.post("/api/v1/runs", {"scenario": SCENARIO, "seed": 7}).json()["run"]
            path = f"/api/v1/runs/{run}/inputs"
            self.assertEqual(first.post(path, {"type": "node.crash", "node": "B"}).status, 202)
            self.stop(first, signal.SIGTERM)
            with ChefServer(data=first.data) as second:
                again = second.get(f"/api/v1/runs/{run}").json()
                self.assertEqual((again["run"], again["seed"], again["inputs_count"]), (run, 7, 1))


if __name__ == "__main__":
    unittest.main()
