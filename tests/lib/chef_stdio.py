"""A small Maelstrom: several `chef stdio` processes, a network between them that loses, delays and cuts,
and clients that call them and keep a history."""

import contextlib
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
            with contextlib.suppress(BrokenPipeError):
                process.stdin.close()
        for process in self.processes.values():
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for reader in self.readers:
            reader.join()  # before its end of the pipe is closed, and the number used again
        for process in self.processes.values():
            process.stdout.close()

    def start(self, name):
        process = subprocess.Popen([PROGRAM, "stdio", *self.arguments], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE)
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
                process.stdin.flush()
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

    def insist(self, client, name, body, timeout_s=60):
        """The reply's body, asked again while nobody could serve it; for what may be done twice."""
        end = time.monotonic() + timeout_s
        while True:
            reply = self.call(client, name, body, 5)
            if (reply is not None and reply.get("code") not in (0, 11)) or time.monotonic() > end:
                return reply
            time.sleep(0.05)


class Clients:
    """Threads that read, write and compare-and-set keys of a lin-kv cluster, each against one node, and
    the history of what they saw, as other checkers read it. A thread goes on as another process after
    an operation that nobody knows the end of."""

    DEFINITE = {1, 10, 11, 12, 14, 20, 21, 22, 30}

    def __init__(self, cluster, count, keys, seed=1, timeout_s=5):
        self.cluster, self.keys, self.timeout_s = cluster, keys, timeout_s
        self.events, self.lock = [], threading.Lock()
        self.begun = time.monotonic_ns()
        self.processes = itertools.count(count)
        self.stopped = threading.Event()
        self.threads = [threading.Thread(target=self.run, args=(number, random.Random(seed * 1000 + number)))
                        for number in range(count)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        for thread in self.threads:
            thread.join()

    def tell(self, process, kind, f, key, value):
        with self.lock:
            self.events.append({"process": process, "type": kind, "f": f, "key": key, "value": value,
                                "time": time.monotonic_ns() - self.begun, "index": len(self.events)})

    def run(self, number, draw):
        process, node = number, self.cluster.names[number % len(self.cluster.names)]
        while not self.stopped.is_set():
            key, f = draw.randrange(self.keys), draw.choice(["read", "write", "cas"])
            if self.operation(process, f"c{number + 1}", node, key, f, draw) == "info":
                process = next(self.processes)
            time.sleep(draw.random() * 0.01)

    def operation(self, process, client, node, key, f, draw):
        old, new = draw.randrange(5), draw.randrange(5)
        body = {"type": f, "key": key, **({"write": {"value": new}, "cas": {"from": old, "to": new}}.get(f, {}))}
        value = {"read": None, "write": new, "cas": [old, new]}[f]
        self.tell(process, "invoke", f, key, value)
        reply = self.cluster.call(client, node, body, self.timeout_s)
        kind = "info"
        if reply is not None and reply["type"] == f"{f}_ok":
            kind, value = "ok", reply.get("value", value)
        elif reply is not None and reply.get("code") == 20 and f == "read":
            kind = "ok"  # the key is missing: that is what it says
        elif f == "read" or (reply is not None and reply.get("code") in self.DEFINITE):
            kind = "fail"
        self.tell(process, kind, f, key, value)
        return kind

    def judge(self, folder, model="kv"):
        """The answer of `chef check` about the history so far, as its JSON."""
        path = pathlib.Path(folder) / "history.jsonl"
        path.write_text("".join(json.dumps(event) + "\n" for event in self.events))
        done = subprocess.run([PROGRAM, "check", model, path, "--json"], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout or done.stderr

    def count(self, kind):
        with self.lock:
            return sum(event["type"] == kind for event in self.events)

    def wait(self, more, timeout_s=60):
        """Until so many more operations are ok. False: they were not in time."""
        end, wanted = time.monotonic() + timeout_s, self.count("ok") + more
        while self.count("ok") < wanted:
            if time.monotonic() > end:
                return False
            time.sleep(0.02)
        return True
