"""The live stream: frames that follow each other, acknowledgements, and viewers that misbehave."""

import json
import socket
import struct
import unittest

from chef_live import BINARY, Closed, Live, PING, PONG, handshake
from chef_server import ChefServer

SEQ, BASE, NONCE = 4, 5, 6
UNACKNOWLEDGED_MAX = 10


class LiveTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(ChefServer())

    def setUp(self):
        self.run_id = self.new_run()

    def new_run(self):
        """The private run of a browser that nobody else is."""
        answer = self.server.post("/api/v1/session")
        self.assertEqual(answer.status, 200, answer.text())
        run = answer.json()["run"]
        self.addCleanup(self.server.delete, f"/api/v1/runs/{run}")
        return run

    def watch(self, run=None, **options):
        live = Live(self.server, run or self.run_id, **options)
        self.addCleanup(live.socket.close)
        return live

    def follow(self, live, count, frame=None):
        """Reads frames, acknowledges each, and checks that each continues the last."""
        for _ in range(count):
            last, frame = frame, live.frame()
            if last is None:
                self.assertEqual(frame["h"][BASE], 0)
            elif frame["h"][BASE] != 0:
                self.assertEqual(frame["h"][BASE], last["h"][SEQ])
            live.acknowledge(frame)
        return frame


class Frames(LiveTest):
    def test_a_keyframe_and_then_what_continues_it(self):
        live = self.watch()
        self.assertEqual(live.status, 101)
        self.follow(live, 15)

    def test_viewers_of_a_run_get_the_same_bytes(self):
        lives = [self.watch() for _ in range(3)]
        frames = [{}, {}, {}]
        for _ in range(8):
            for live, seen in zip(lives, frames):
                frame = live.frame()
                live.acknowledge(frame)
                seen[frame["h"][SEQ], frame["h"][BASE]] = frame
        shared = set(frames[0]) & set(frames[1]) & set(frames[2])
        self.assertTrue(shared)
        for key in shared:
            self.assertEqual(frames[0][key], frames[1][key])
            self.assertEqual(frames[0][key], frames[2][key])

    def test_coming_back_begins_with_a_keyframe(self):
        first = self.watch()
        last = self.follow(first, 3)
        first.socket.close()
        again = self.watch()
        frame = self.follow(again, 3)
        self.assertGreater(frame["h"][SEQ], last["h"][SEQ])

    def test_the_message_layer_is_a_subscription_of_its_own(self):
        live = self.watch()
        self.follow(live, 2)
        live.send('{"layer":"messages","on":true}')
        keyframes = 0
        for _ in range(12):
            frame = live.frame()
            live.acknowledge(frame)
            keyframes += frame["h"][BASE] == 0
        self.assertGreaterEqual(keyframes, 1)
        live.send('{"layer":"messages","on":false}')
        self.assertEqual(self.follow_to_keyframe(live)["h"][BASE], 0)

    def test_a_council_that_nobody_asks_keeps_its_patience(self):
        """Signs of life are not noted, and yet every frame says how long a follower still waits."""
        answer = self.server.post("/api/v1/runs", {"scenario": "raft/council", "seed": 7, "private": True,
                                                   "settings": {"ops_per_s": 0}})
        run = answer.json()["run"]
        self.addCleanup(self.server.delete, f"/api/v1/runs/{run}")
        live = self.watch(run)
        seen = []
        frame = self.follow(live, 1)
        while frame["t"] < 4_000_000:
            frame = self.follow(live, 1, frame)
            if frame["t"] > 2_000_000:
                seen.append(frame["view"]["patience"])
        self.assertGreater(len(seen), 10)
        for patience in seen:
            self.assertEqual(len(patience), 5)
            waiting = sorted(patience)[1:]  # the first is the leader's, until its next sign of life
            self.assertGreater(waiting[0], 300 - 50 - 30, patience)  # at least as drawn, less a sign and its way
            self.assertLessEqual(waiting[-1], 600, patience)

    def follow_to_keyframe(self, live):
        for _ in range(30):
            frame = live.frame()
            live.acknowledge(frame)
            if frame["h"][BASE] == 0:
                return frame
        self.fail("no keyframe in 30 frames")


class SlowViewers(LiveTest):
    def test_without_acknowledgements_the_frames_end_and_a_keyframe_helps(self):
        slow, fast = self.watch(), self.watch()
        unread = [slow.frame() for _ in range(UNACKNOWLEDGED_MAX)]
        last = self.follow(fast, 25)
        slow.send(json.dumps({"ack": unread[-1]["h"][NONCE]}))
        frame = slow.frame()
        self.assertEqual(frame["h"][BASE], 0)
        self.assertGreater(frame["h"][SEQ], unread[-1]["h"][SEQ] + 1)
        slow.acknowledge(frame)
        self.follow(fast, 3, last)

    def test_one_that_never_reads_delays_nobody(self):
        silent = [self.watch(receive_bytes=4096) for _ in range(20)]
        fast = self.watch()
        frame = self.follow(fast, 20)
        for _ in range(20):
            last, frame = frame, fast.frame()
            fast.acknowledge(frame)
            self.assertEqual(frame["h"][SEQ], last["h"][SEQ] + 1)
        self.assertEqual([live.status for live in silent], [101] * 20)

    def test_only_frames_that_were_sent_can_be_acknowledged(self):
        live = self.watch()
        frame = live.frame()
        live.send(json.dumps({"ack": (frame["h"][NONCE] + 1) % (1 << 32)}))
        self.assertEqual(live.until_closed(), 1008)

    def test_acknowledging_twice_is_harmless(self):
        live = self.watch()
        frame = live.frame()
        live.acknowledge(frame)
        live.acknowledge(frame)
        self.follow(live, 3, frame)


class BadViewers(LiveTest):
    def check_closed(self, code, *messages, **options):
        live = self.watch()
        live.frame()
        for message in messages:
            live.send(message, **options)
        self.assertEqual(live.until_closed(), code)
        self.assertEqual(self.server.get("/healthz").status, 200)

    def test_anything_but_the_two_commands(self):
        for message in ("", "{}", "[]", "hello", '{"ack":"1"}', '{"ack":-1}', '{"ack":1.5}',
                        '{"layer":"all","on":true}', '{"ack":1,"more":2}', "\x00", "{" * 4000):
            with self.subTest(message=message[:20]):
                self.check_closed(1008, message)

    def test_too_long(self):
        self.check_closed(1009, "x" * 4097)

    def test_a_frame_that_claims_gigabytes_is_not_waited_for(self):
        live = self.watch()
        live.send(b"x", length=1900000000)
        self.assertEqual(live.until_closed(), 1009)

    def test_binary(self):
        self.check_closed(1003, b"\x00\x01", opcode=BINARY)

    def test_unmasked(self):
        self.check_closed(1002, '{"ack":1}', masked=False)

    def test_reserved_bits_and_unknown_opcodes(self):
        for first in (0xC1, 0x83, 0x8B, 0x80, 0x09):
            with self.subTest(first=first):
                self.check_closed(1002, "x", first=first)

    def test_a_flood_of_pings(self):
        self.check_closed(1008, *["ping"] * 300, opcode=PING)

    def test_not_a_websocket_any_more(self):
        live = self.watch()
        live.socket.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 50)
        self.assertIn(live.until_closed(), (1002, 1003, None))

    def test_fragments_are_put_together(self):
        live = self.watch()
        frame = live.frame()
        text = json.dumps({"ack": frame["h"][NONCE]})
        live.send(text[:3], first=0x01)
        live.send("in between", opcode=PING)
        live.send(text[3:5], first=0x00)
        live.send(text[5:], first=0x80)
        self.follow(live, 3, frame)


class Ends(LiveTest):
    def test_ping_is_answered(self):
        live = self.watch()
        live.send("are you there", opcode=PING)
        while True:
            opcode, payload = live.message()
            if opcode == PONG:
                break
        self.assertEqual(payload, b"are you there")

    def test_close_is_echoed(self):
        live = self.watch()
        live.frame()
        live.send(struct.pack(">H", 1000), opcode=8)
        self.assertEqual(live.until_closed(), 1000)

    def test_a_half_closed_socket_is_given_up(self):
        live = self.watch()
        live.frame()
        live.socket.shutdown(socket.SHUT_WR)
        with self.assertRaises((Closed, ConnectionResetError)):
            while True:
                live.message()

    def test_a_run_that_is_deleted_says_so(self):
        live = self.watch()
        live.frame()
        self.assertEqual(self.server.delete(f"/api/v1/runs/{self.run_id}").status, 204)
        self.assertEqual(live.until_closed(), 1001)

    def test_viewers_that_vanish_leave_nothing_behind(self):
        for _ in range(50):
            live = self.watch()
            live.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            live.socket.close()  # a reset, not a goodbye
        live = self.watch()
        self.follow(live, 12)
        metrics = self.server.get("/metrics").text()
        viewers = next(line for line in metrics.splitlines() if line.startswith("chef_live_viewers "))
        self.assertEqual(float(viewers.split()[1]), 1)

    def test_stopping_says_goodbye(self):
        with ChefServer() as server:
            run = server.post("/api/v1/session").json()["run"]
            with Live(server, run) as live:
                live.frame()
                self.assertEqual(server.stop(), 0)
                self.assertEqual(live.until_closed(), 1001)


class Handshake(LiveTest):
    def test_unknown_run(self):
        live = self.watch("r00000000")
        self.assertEqual((live.status, live.problem["status"]), (404, 404))
        self.assertIn("r00000000", live.problem["detail"])

    def test_no_run(self):
        self.assertEqual(self.watch("%20" * 40).status, 404)

    def test_pages_of_other_sites(self):
        for origin in ("http://evil.example", "null", f"http://127.0.0.1:{self.server.port + 1}"):
            live = self.watch(origin=origin)
            self.assertEqual(live.status, 403, origin)
        self.assertEqual(self.watch(origin=self.server.url).status, 101)

    def test_a_name_that_is_not_ours(self):
        self.assertEqual(self.watch(host="evil.example", origin="http://evil.example").status, 403)
        port = self.server.port
        self.assertEqual(self.watch(host=f"localhost:{port}", origin=f"http://localhost:{port}").status,
                         101)

    def test_without_the_words_of_a_websocket(self):
        answer = self.server.get(f"/live?run={self.run_id}")
        self.assertEqual(answer.status, 426)
        bad = handshake(self.server, self.run_id).replace(b"Version: 13", b"Version: 7")
        with socket.create_connection((self.server.host, self.server.port), 30) as connection:
            connection.sendall(bad)
            self.assertIn(b" 426 ", connection.recv(4096).split(b"\r\n")[0])

    def test_half_a_handshake(self):
        half = handshake(self.server, self.run_id)[:-2]
        idle = []
        for _ in range(20):
            connection = socket.create_connection((self.server.host, self.server.port), 30)
            self.addCleanup(connection.close)
            connection.sendall(half)
            idle.append(connection)
        self.follow(self.watch(), 3)


if __name__ == "__main__":
    unittest.main()
