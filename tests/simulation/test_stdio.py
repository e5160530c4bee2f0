"""`chef stdio`: recorded exchanges of Maelstrom's protocol, and clusters of real processes."""

import json
import subprocess
import tempfile
import threading
import time
import unittest

from chef_stdio import PROGRAM, Clients, Cluster

INIT = {"src": "c0", "dest": "n1", "body": {"type": "init", "msg_id": 1, "node_id": "n1", "node_ids": ["n1", "n2"]}}


def exchange(workload, *lines, timeout=20):
    """What a node answers to lines (texts, or messages)."""
    text = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
    done = subprocess.run([PROGRAM, "stdio", "--workload", workload], input=text, capture_output=True, text=True,
                          check=False, timeout=timeout)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def ask(number, **body):
    return {"id": 99, "src": "c7", "dest": "n1", "body": {"msg_id": number, **body}}


class Exchanges(unittest.TestCase):
    def test_init_and_echo(self):
        code, lines, _ = exchange("echo", INIT, ask(2, type="echo", echo={"deep": [1, None, "\u00e9\n"]}), INIT)
        self.assertEqual(code, 0)
        self.assertEqual(lines, [
            {"src": "n1", "dest": "c0", "body": {"type": "init_ok", "in_reply_to": 1}},
            {"src": "n1", "dest": "c7", "body": {"type": "echo_ok", "in_reply_to": 2, "echo": {"deep": [1, None, "\u00e9\n"]}}},
        ])

    def test_what_it_does_not_serve(self):
        _, lines, _ = exchange("echo", INIT, ask(2, type="generate"), ask(3, type="echo"))
        self.assertEqual([line["body"]["code"] for line in lines[1:]], [10, 12])
        self.assertEqual([line["body"]["in_reply_to"] for line in lines[1:]], [2, 3])

    def test_nothing_is_said_before_init(self):
        code, lines, _ = exchange("echo", ask(2, type="echo", echo=1))
        self.assertEqual((code, lines), (0, []))

    def test_junk_costs_one_line_and_no_answer(self):
        long = "x" * (300 * 1024)
        code, lines, errors = exchange("echo", INIT, "junk", "[1]", "{}", long, ask(5, type="echo", echo=long[:1000]))
        self.assertEqual(code, 0)
        self.assertEqual([line["body"]["in_reply_to"] for line in lines], [1, 5])
        self.assertIn("passed over", errors)

    def test_init_that_names_nobody(self):
        for body in ({"type": "init", "msg_id": 1, "node_id": "n9", "node_ids": ["n1"]},
                     {"type": "init", "msg_id": 1, "node_id": "n1", "node_ids": []},
                     {"type": "init", "msg_id": 1, "node_id": "n1", "node_ids": [f"n{i}" for i in range(40)]}):
            with self.subTest(body=body):
                code, lines, errors = exchange("echo", {"src": "c0", "dest": "n1", "body": body})
                self.assertEqual((code, lines, len(errors.splitlines())), (3, [], 1))

    def test_there_is_no_such_workload(self):
        code, _, errors = exchange("broadcast")
        self.assertEqual((code, len(errors.splitlines())), (2, 1))


class Clusters(unittest.TestCase):
    def test_ids_are_unique_even_while_everybody_is_alone(self):
        ids = []
        with Cluster(3, "--workload", "unique-ids") as cluster:
            cluster.cut(["n0"], ["n1"], ["n2"])

            def client(number):
                for _ in range(100):
                    ids.append(cluster.call(f"c{number}", f"n{number % 3}", {"type": "generate"}, 5)["id"])
            clients = [threading.Thread(target=client, args=(number,)) for number in range(6)]
            for one in clients:
                one.start()
            for one in clients:
                one.join()
        self.assertEqual((len(ids), len(set(ids))), (600, 600))


    def test_lin_kv_is_linearizable_while_the_net_is_cut(self):
        sides = [(["n0"], ["n1", "n2"]), (["n1"], ["n0", "n2"]), (["n2"], ["n0", "n1"])]
        with tempfile.TemporaryDirectory() as folder, \
                Cluster(3, "--workload", "lin-kv", loss=0.02, delay_s=0.002) as cluster, \
                Clients(cluster, 6, keys=4) as clients:
            time.sleep(1.5)
            before = clients.count("ok")
            for side in sides:
                cluster.cut(*side)
                time.sleep(2)
                cluster.heal()
                time.sleep(1)
            clients.__exit__()
            self.assertGreater(before, 50)
            self.assertGreater(clients.count("ok"), before + 100)
            code, told = clients.judge(folder)
            self.assertEqual(code, 0, told)

    def test_a_history_with_a_lie_in_it_is_caught(self):
        """The same judge finds one changed answer: a read that saw what nobody had written."""
        with tempfile.TemporaryDirectory() as folder, Cluster(3, "--workload", "lin-kv") as cluster, \
                Clients(cluster, 3, keys=2) as clients:
            time.sleep(1.5)
            clients.__exit__()
            read = next(event for event in reversed(clients.events) if (event["type"], event["f"]) == ("ok", "read"))
            read["value"] = 77
            code, told = clients.judge(folder)
            self.assertEqual(code, 1, told)

    def test_what_lin_kv_wrote_outlives_its_processes(self):
        with tempfile.TemporaryDirectory() as folder:
            with Cluster(1, "--workload", "lin-kv", "--data", folder) as cluster:
                self.assertEqual(cluster.call("c1", "n0", {"type": "write", "key": 7, "value": 3}, 5)["type"], "write_ok")
                cluster.processes["n0"].kill()
                cluster.processes["n0"].wait()
            with Cluster(1, "--workload", "lin-kv", "--data", folder) as cluster:
                reply = cluster.call("c1", "n0", {"type": "read", "key": 7}, 5)
                self.assertEqual((reply["type"], reply.get("value")), ("read_ok", 3))


if __name__ == "__main__":
    unittest.main()
