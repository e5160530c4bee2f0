#!/usr/bin/python3
"""How long a report takes and how large it is, of runs of three virtual minutes, one hour and eight:
the longer ones are thinned, so neither grows with the run. And the whole evidence of the longest.

usage: tests/bench/report.py"""

import pathlib
import statistics
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from chef_server import ChefServer  # noqa: E402

SCENARIO = "kitchens/lunch-rush"
SECONDS = (180, 3600, 8 * 3600)
TIMES = 9


def run_of(server, seconds):
    """The path of a run that stands at this moment, its rows stored."""
    path = "/api/v1/runs/" + server.post("/api/v1/runs", {"scenario": SCENARIO, "seed": 7}).json()["run"]
    server.post(f"{path}/pace", {"paused": True})
    server.post(f"{path}/pace", {"advance_ms": seconds * 1000 - server.get(path).json()["t_ms"]})
    while server.get(path).json()["t_ms"] < seconds * 1000:
        time.sleep(0.1)
    server.get(f"{path}/report.html")  # waits until all is stored
    return path


def measure(server, path):
    took = []
    for _ in range(TIMES):
        begun = time.monotonic()
        size = len(server.get(path).body)
        took.append((time.monotonic() - begun) * 1000)
    return f"{size / 1024:.0f} KB in {statistics.median(took):.0f} ms (median of {TIMES}, longest {max(took):.0f})"


def main():
    with ChefServer() as server:
        for seconds in SECONDS:
            path = run_of(server, seconds)
            print(f"report of {seconds / 60:g} virtual minutes: {measure(server, path + '/report.html')}", flush=True)
        begun = time.monotonic()
        size = len(server.get(f"{path}/export.zip").body)
        print(f"evidence of the last one: {size / 1048576:.1f} MB in {time.monotonic() - begun:.1f} s")


if __name__ == "__main__":
    main()
