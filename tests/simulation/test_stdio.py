"""`chef stdio`: recorded exchanges of Maelstrom's protocol, and clusters of real processes."""

import json
import random
import subprocess
import tempfile
import threading
import time
import unittest

from chef_stdio import PROGRAM, Clients, Cluster

def init(*names):
    """The first of them learns who it is."""
    body = {"type": "init", "msg_id": 1, "node_id": names[0], "node_ids": list(names)}
    return {"src": "c0", "dest": names[0], "body": body}


INIT = init("n1", "n2")


def exchange(workload, *lines, timeout=20, options=()):
    """What a node answers to lines (texts, or messages)."""
    text = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
    done = subprocess.run([PROGRAM, "stdio", "--workload", workload, *options], input=text, capture_output=True,
                          text=True, check=False, timeout=timeout)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def bodies(lines, client="c7"):
    return [line["body"] for line in lines if line["dest"] == client]


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

    def test_what_cannot_be_asked_for(self):
        for workload, options in (("broadcast", ()), ("echo", ("--mode", "ap")), ("lin-kv", ("--mode", "both"))):
            with self.subTest(workload=workload, options=options):
                code, lines, errors = exchange(workload, INIT, options=options)
                self.assertEqual((code, lines, len(errors.splitlines())), (2, [], 1))

    def test_a_message_for_another_node_is_not_answered(self):
        astray = {"src": "c7", "dest": "n2", "body": {"type": "echo", "echo": 1, "msg_id": 2}}
        code, lines, errors = exchange("echo", INIT, astray, ask(3, type="echo", echo=2, more="kept out"))
        self.assertEqual((code, bodies(lines)), (0, [{"type": "echo_ok", "in_reply_to": 3, "echo": 2}]))
        self.assertIn("for another node", errors)


class Leaderless(unittest.TestCase):
    """One node of lin-kv in mode ap, which hears nobody else: every answer is its own."""

    def talk(self, *asked, names=("n1", "n2", "n3")):
        code, lines, errors = exchange("lin-kv", init(*names), *asked, options=("--mode", "ap"))
        self.assertEqual((code, errors), (0, ""))
        self.assertEqual(bodies(lines, "c0"), [{"type": "init_ok", "in_reply_to": 1}])
        return sorted(bodies(lines), key=lambda body: body["in_reply_to"])

    def test_recorded_exchange(self):
        told = self.talk(ask(2, type="read", key=0), ask(3, type="write", key=0, value=4), ask(4, type="read", key=0),
                         ask(5, type="cas", key=0, **{"from": 4, "to": 1}), ask(6, type="read", key=0),
                         ask(7, type="write", key=0, value=0), ask(8, type="read", key=0, extra={"x": []}))
        self.assertEqual([body for body in told if body["type"] != "error"], [
            {"type": "write_ok", "in_reply_to": 3}, {"type": "read_ok", "in_reply_to": 4, "value": 4},
            {"type": "read_ok", "in_reply_to": 6, "value": 4}, {"type": "write_ok", "in_reply_to": 7},
            {"type": "read_ok", "in_reply_to": 8, "value": 0}])
        refused = {body["in_reply_to"]: body["code"] for body in told if body["type"] == "error"}
        self.assertEqual(refused, {2: 20, 5: 10})
        self.assertIn("converge", told[3]["text"])

    def test_one_node_alone(self):
        told = self.talk(ask(2, type="write", key=3, value=-7), ask(3, type="read", key=3), names=("n1",))
        self.assertEqual([body["type"] for body in told], ["write_ok", "read_ok"])
        self.assertEqual(told[1]["value"], -7)

    def test_what_is_refused(self):
        cases = [({"type": "txn", "key": 1}, 10), ({"type": "read"}, 12), ({"type": "write", "key": 1}, 12),
                 ({"type": "cas", "key": 1, "to": 1}, 12), ({"type": "read", "key": "a"}, 10),
                 ({"type": "read", "key": 1.5}, 10), ({"type": "read", "key": 1e16}, 10),
                 ({"type": "write", "key": 1, "value": None}, 10)]
        told = self.talk(*(ask(2 + at, **body) for at, (body, _) in enumerate(cases)))
        self.assertEqual([(body["in_reply_to"], body["code"]) for body in told],
                         [(2 + at, code) for at, (_, code) in enumerate(cases)])

    def test_any_whole_number_is_a_key_until_the_room_is_full(self):
        keys = [0, 127, 128, -1, -128, -129, 5000, 9 * 10**15, -9 * 10**15] + [10**9 + 1000 * at for at in range(40)]
        told = self.talk(*(ask(100 + at, type="write", key=key, value=at) for at, key in enumerate(keys)),
                         *(ask(200 + at, type="read", key=key) for at, key in enumerate(keys)))
        by = {body["in_reply_to"]: body for body in told}
        self.assertEqual(len(by), 2 * len(keys))
        fit = 9 + 25  # these nine are of seven ranges of the 32
        for at in range(len(keys)):
            told = (by[100 + at]["type"], by[200 + at].get("value"), by[200 + at].get("code"))
            self.assertEqual(told, ("write_ok", at, None) if at < fit else ("error", None, 11), keys[at])

    def test_more_nodes_than_copies(self):
        code, lines, errors = exchange("lin-kv", init(*(f"n{i}" for i in range(6))), options=("--mode", "ap"))
        self.assertEqual((code, lines, len(errors.splitlines())), (3, [], 1))


class Peers(unittest.TestCase):
    def test_junk_of_another_node_is_like_nothing(self):
        """Bytes of any kind and length from a peer, some of which pass as messages, end nothing."""
        for mode in ("cp", "ap"):
            draw, lines = random.Random(7), []
            for _ in range(2000):
                junk = bytes(draw.choice((0, 0, 0, 1, 2, 3, 255, draw.randrange(256)))
                             for _ in range(draw.choice((0, 8, 16, 24, 40, 64, 96, draw.randrange(500)))))
                body = {"type": "carry", "range": draw.randrange(2), "from": draw.choice((1, 4)),
                        "to": draw.choice((0, 3)), "kind": draw.randrange(22), "bytes": junk.hex()}
                if draw.random() < 0.05:
                    body[draw.choice(list(body))] = draw.choice((None, -1, 1e30, "zz", [], {}, 1.5, 2**40))
                lines.append({"src": "n2", "dest": "n1", "body": body})
            with self.subTest(mode=mode):
                code, told, errors = exchange("lin-kv", init("n1", "n2", "n3"), *lines, ask(5, type="none"),
                                              options=("--mode", mode), timeout=60)
                self.assertEqual((code, errors), (0, ""))
                self.assertEqual([(body["in_reply_to"], body["code"]) for body in bodies(told)], [(5, 10)])


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
            self.assertTrue(clients.wait(50))
            for side in sides:
                cluster.cut(*side)
                time.sleep(2)
                self.assertTrue(clients.wait(30), side)
                cluster.heal()
                self.assertTrue(clients.wait(50), side)
            clients.__exit__()
            code, told = clients.judge(folder)
            self.assertEqual(code, 0, told)

    def test_without_agreement_it_is_caught_while_the_net_is_cut(self):
        """Both sides of a cut go on answering, and one of a few histories shows it to the judge."""
        for seed in range(1, 6):
            with tempfile.TemporaryDirectory() as folder, \
                    Cluster(4, "--workload", "lin-kv", "--mode", "ap", seed=seed) as cluster, \
                    Clients(cluster, 8, keys=4, seed=seed) as clients:
                self.assertTrue(clients.wait(50))
                cluster.cut(["n0", "n1"], ["n2", "n3"])
                self.assertTrue(clients.wait(200))
                clients.__exit__()
                code, told = clients.judge(folder)
                if code == 1:
                    return
                self.assertIn(code, (0, 3), told)
        self.fail("five histories, and nothing was seen")

    def test_one_stale_read_is_caught_and_copies_converge(self):
        """The shortest such story, step by step: a write on one side of a cut, a read on the other."""
        with tempfile.TemporaryDirectory() as folder, Cluster(3, "--workload", "lin-kv", "--mode", "ap") as cluster:
            clients = Clients(cluster, 0, keys=1)

            def operation(node, **body):
                clients.tell(0, "invoke", body["type"], 9, body.get("value"))
                reply = cluster.insist("c1", node, {"key": 9, **body})
                clients.tell(0, "ok", body["type"], 9, reply.get("value", body.get("value")))
                return reply

            def value(node):
                return cluster.insist("c2", node, {"type": "read", "key": 9}).get("value")

            def all_have(wanted):
                end = time.monotonic() + 60
                while {value(name) for name in cluster.names} != {wanted} and time.monotonic() < end:
                    time.sleep(0.1)
                return {value(name) for name in cluster.names} == {wanted}

            operation("n0", type="write", value=1)
            self.assertTrue(all_have(1))
            self.assertEqual(clients.judge(folder)[0], 0)
            cluster.cut(["n0"], ["n1", "n2"])
            self.assertEqual(operation("n0", type="write", value=2)["type"], "write_ok")
            self.assertEqual(operation("n1", type="read")["value"], 1)
            self.assertEqual(clients.judge(folder)[0], 1)
            cluster.heal()
            self.assertTrue(all_have(2))

    def test_a_history_with_a_lie_in_it_is_caught(self):
        """The same judge finds one changed answer: a read that saw what nobody had written."""
        with tempfile.TemporaryDirectory() as folder, Cluster(3, "--workload", "lin-kv") as cluster, \
                Clients(cluster, 3, keys=2) as clients:
            self.assertTrue(clients.wait(30))
            clients.__exit__()
            read = next(event for event in reversed(clients.events) if (event["type"], event["f"]) == ("ok", "read"))
            read["value"] = 77
            code, told = clients.judge(folder)
            self.assertEqual(code, 1, told)

    def test_what_lin_kv_wrote_outlives_its_processes(self):
        for mode in ("cp", "ap"):
            with self.subTest(mode=mode), tempfile.TemporaryDirectory() as folder:
                options = ("--workload", "lin-kv", "--mode", mode, "--data", folder)
                with Cluster(1, *options) as cluster:
                    for key in (7, 7000):
                        reply = cluster.insist("c1", "n0", {"type": "write", "key": key, "value": key + 1})
                        self.assertEqual(reply["type"], "write_ok")
                    cluster.processes["n0"].kill()
                    cluster.processes["n0"].wait()
                with Cluster(1, *options) as cluster:
                    for key in (7, 7000):
                        reply = cluster.insist("c1", "n0", {"type": "read", "key": key})
                        self.assertEqual((reply["type"], reply.get("value")), ("read_ok", key + 1))

    def test_answers_of_agreement(self):
        with Cluster(1, "--workload", "lin-kv") as cluster:
            for body, told in [
                    ({"type": "read", "key": -3}, {"type": "error", "code": 20}),
                    ({"type": "cas", "key": -3, "from": 1, "to": 2}, {"type": "error", "code": 22}),
                    ({"type": "write", "key": -3, "value": 0}, {"type": "write_ok"}),
                    ({"type": "cas", "key": -3, "from": 1, "to": 2}, {"type": "error", "code": 22}),
                    ({"type": "cas", "key": -3, "from": 0, "to": -2}, {"type": "cas_ok"}),
                    ({"type": "read", "key": -3}, {"type": "read_ok", "value": -2}),
                    ({"type": "write", "key": "x", "value": 0}, {"type": "error", "code": 10})]:
                reply = cluster.insist("c1", "n0", body)
                self.assertEqual({name: reply.get(name) for name in told}, told, body)

    def test_keys_go_on_and_every_node_knows_them(self):
        keys = [0, 255, 256, 511, 4000, -1, -256, -257, 9 * 10**15]
        with Cluster(3, "--workload", "lin-kv") as cluster:
            for at, key in enumerate(keys):
                reply = cluster.insist("c1", f"n{at % 3}", {"type": "write", "key": key, "value": at})
                self.assertEqual(reply["type"], "write_ok", key)
            for at, key in enumerate(keys):
                reply = cluster.insist("c1", f"n{(at + 1) % 3}", {"type": "read", "key": key})
                self.assertEqual((reply["type"], reply.get("value")), ("read_ok", at), key)

    def test_no_session_is_forgotten_while_its_client_uses_it(self):
        """Three nodes' clients take turns: more sessions than the machine keeps would drive each other out."""
        with Cluster(3, "--workload", "lin-kv") as cluster:
            texts = set()

            def client(number):
                for _ in range(100):
                    reply = cluster.call(f"c{number}", f"n{number}", {"type": "write", "key": number, "value": 1}, 5)
                    texts.add((reply or {}).get("text", ""))
            clients = [threading.Thread(target=client, args=(number,)) for number in range(3)]
            for one in clients:
                one.start()
            for one in clients:
                one.join()
        self.assertFalse([text for text in texts if "session" in text])


if __name__ == "__main__":
    unittest.main()
