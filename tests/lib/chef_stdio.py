"""A small Maelstrom: several `chef stdio` processes, a network between them that loses, delays and cuts,
and clients that call them and keep a history."""

import heapq
import itertools
import json
import os
import pathlib
import queue
import random
import subprocess
import threading
import time

PROGRAM = pathlib.Path(os.environ["CHEF_BUILD"]) / "chef"


class Cluster:
    """Processes n0, n1 ... of a workload, used as a context. Messages between them take `delay_s` (mean of
    an exponential), are lost with probability `loss`, and never cross a cut."""

    def __init__(self, count, *arguments, loss=0.0, delay_s=0.001, seed=1):
        self.names = [f"n{i}" for i in range(count)]
        self.arguments = arguments
        self.loss, self.delay_s = loss, delay_s
        self.sides = None  # name -> side, while the net is cut
        self.random = random.Random(seed)
        self.processes, self.readers = {}, []
        self.waiting = {}  # (client, msg_id) -> queue of the reply
        self.lock = threading.Lock()
        self.numbers = itertools.count(1)
        self.mail, self.ready = [], threading.Condition()
        self.stopped = False

    def __enter__(self):
        for name in self.names:
            self.start(name)
        self.readers.append(threading.Thread(target=self.carry, daemon=True))
        self.readers[-1].start()
        for name in self.names:
            reply = self.call("c0", name, {"type": "init", "node_id": name, "node_ids": self.names}, 10)
            assert reply and reply["type"] == "init_ok", (name, reply)
        return self

    def __exit__(self, *_):
        with self.ready:
            self.stopped = True
            self.ready.notify()
        for process in self.processes.values():
            process.stdin.close()
        for process in self.processes.values():
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            process.stdout.close()

    def start(self, name):
        process = subprocess.Popen([PROGRAM, "stdio", *self.arguments], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, bufsize=0)
        self.processes[name] = process
        self.readers.append(threading.Thread(target=self.read, args=(process,), daemon=True))
        self.readers[-1].start()

    # ---- The network ----

    def cut(self, *sides):
        """Each side is a list of names; nothing passes between two of them."""
        self.sides = {name: at for at, side in enumerate(sides) for name in side}

    def heal(self):
        self.sides = None

    def parted(self, a, b):
        sides = self.sides
        return sides is not None and sides.get(a) != sides.get(b)

    def read(self, process):
        for line in process.stdout:
            message = json.loads(line)
            if message["dest"].startswith("c"):
                self.answer(message)
            elif self.random.random() >= self.loss and not self.parted(message["src"], message["dest"]):
                with self.ready:
                    due = time.monotonic() + self.random.expovariate(1 / self.delay_s)
                    heapq.heappush(self.mail, (due, next(self.numbers), message))
                    self.ready.notify()

    def carry(self):
        while True:
            with self.ready:
                while not self.stopped and (not self.mail or self.mail[0][0] > time.monotonic()):
                    self.ready.wait(self.mail[0][0] - time.monotonic() if self.mail else None)
                if self.stopped:
                    return
                message = heapq.heappop(self.mail)[2]
            if not self.parted(message["src"], message["dest"]):
                self.write(message)

    def write(self, message):
        process = self.processes[message["dest"]]
        with self.lock:
            try:
                process.stdin.write(json.dumps(message).encode() + b"\n")
            except (BrokenPipeError, ValueError):
                pass  # it has ended: nobody hears this

    # ---- Clients ----

    def answer(self, message):
        waiting = self.waiting.get((message["dest"], message["body"].get("in_reply_to")))
        if waiting is not None:
            waiting.put(message["body"])

    def call(self, client, name, body, timeout_s):
        """The reply's body, or None when there was none in time."""
        number = next(self.numbers)
        waiting = self.waiting[client, number] = queue.Queue()
        self.write({"src": client, "dest": name, "body": {**body, "msg_id": number}})
        try:
            return waiting.get(timeout=timeout_s)
        except queue.Empty:
            return None
        finally:
            del self.waiting[client, number]
