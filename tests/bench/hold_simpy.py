#!/usr/bin/python3
"""The hold model on SimPy: hold_simpy.py PENDING OPERATIONS. Prints one JSON object.

As many processes as events are to be pending; each waits for an exponential time, again and again.
The increments are drawn before and looked up, as in `chef bench queue`.
"""

import json
import random
import sys
import time

INCREMENTS = 1 << 16
MEAN = 0.02  # seconds of virtual time


def version_2(increments, pending, operations):
    """SimPy 2: Debian's package python3-simpy."""
    from SimPy import __version__
    from SimPy.Simulation import Process, Simulation, hold

    simulation = Simulation()
    count = 0

    class Holder(Process):
        def work(self):
            nonlocal count
            while True:
                yield hold, self, increments[count % INCREMENTS]
                count += 1
                if count == operations:
                    self.sim.stopSimulation()

    simulation.initialize()
    for _ in range(pending):
        holder = Holder(sim=simulation)
        simulation.activate(holder, holder.work())
    begin = time.perf_counter()
    simulation.simulate(until=float("inf"))
    return __version__, count, time.perf_counter() - begin


def later_versions(increments, pending, operations):
    import simpy

    environment = simpy.Environment()
    done = environment.event()
    count = 0

    def work():
        nonlocal count
        while True:
            yield environment.timeout(increments[count % INCREMENTS])
            count += 1
            if count == operations:
                done.succeed()

    for _ in range(pending):
        environment.process(work())
    begin = time.perf_counter()
    environment.run(until=done)
    return simpy.__version__, count, time.perf_counter() - begin


def main():
    pending, operations = int(sys.argv[1]), int(sys.argv[2])
    generator = random.Random(1)
    increments = [generator.expovariate(1 / MEAN) for _ in range(INCREMENTS)]
    try:
        result = later_versions(increments, pending, operations)
    except ImportError:
        result = version_2(increments, pending, operations)
    version, count, seconds = result
    print(json.dumps({"peer": f"SimPy {version}", "size": pending, "work": count,
                      "million_per_s": count / seconds / 1e6}))


if __name__ == "__main__":
    main()
