"""Limits: what is too long, too much, too slow or broken is refused, and others never notice."""

import json
import socket
import unittest

from chef_live import Live
from chef_server import ChefServer

BODY_BYTES_MAX = 16384
SLOW_CONNECTIONS = 500


class LimitsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(ChefServer())
        cls.run_id = cls.server.post("/api/v1/session").json()["run"]

    def connect(self):
        connection = socket.create_connection((self.server.host, self.server.port), 30)
        self.addCleanup(connection.close)
        return connection

    def raw(self, request):
        """Sends bytes, reads to the end, returns status and body; None if the server hung up."""
        connection = self.connect()
        received = b""
        try:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            while part := connection.recv(65536):
                received += part
        except OSError:
            pass
        if not received:
            return None, b""
        head, _, body = received.partition(b"\r\n\r\n")
        return int(head.split()[1]), body


class Bodies(LimitsTest):
    def test_a_body_of_the_longest_length_is_read(self):
        filling = "x" * (BODY_BYTES_MAX - len('{"a":""}'))
        body = '{"a":"' + filling + '"}'
        self.assertEqual(len(body), BODY_BYTES_MAX)
        answer = self.server.request("POST", "/api/v1/presenter", body)
        self.assertEqual(answer.status, 422)  # read, parsed, and not what was asked for

    def test_a_longer_one_is_refused(self):
        for length in (BODY_BYTES_MAX + 1, 100000, 900000):
            answer = self.server.request("POST", "/api/v1/presenter", "x" * length)
            self.assertEqual(answer.status, 413)
            self.assertIn(str(length), answer.json()["detail"])
            self.assertIn(str(BODY_BYTES_MAX), answer.json()["detail"])

    def test_it_is_refused_before_it_is_sent(self):
        connection = self.connect()
        connection.sendall(b"POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\n"
                           b"Content-Length: 2000000000\r\n\r\n")
        self.assertIn(b" 413 ", connection.recv(4096).split(b"\r\n")[0])

    def test_get_with_a_long_body_is_refused_too(self):
        status, _ = self.raw(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n")
        self.assertEqual(status, 413)

    def test_a_body_of_unknown_length(self):
        status, _ = self.raw(b"POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\n"
                             b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n")
        self.assertEqual(status, 411)

    def test_a_body_that_ends_early(self):
        status, _ = self.raw(b"POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\n"
                             b"Content-Length: 50\r\n\r\n{}")
        self.assertEqual(status, 408)

    def test_malformed_bodies(self):
        path = f"/api/v1/runs/{self.run_id}/pace"
        for body in (b"{", b"nothing", b"{} {}", b"[1]", b"7", b"null", b'"x"', b"{\"a\":}", b"\xff\xfe",
                     b"{\"a\":\"\xc0\x80\"}", b"{\"a\":\"\xed\xa0\x80\"}", b"[" * 16000, b"{\"a\":" * 3000, b"{}\x00"):
            with self.subTest(body=body[:20]):
                answer = self.server.request("POST", path, body)
                self.assertEqual(answer.status, 400, answer.text())
                self.assertEqual(answer.headers["Content-Type"], "application/problem+json")

    def test_expecting_to_be_told_to_go_on(self):
        connection = self.connect()
        connection.sendall(b"POST /api/v1/presenter HTTP/1.1\r\nHost: localhost\r\n"
                           b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        self.assertTrue(connection.recv(4096).startswith(b"HTTP/1.1 100 "))
        connection.sendall(b"{}")
        self.assertIn(b" 422 ", connection.recv(4096).split(b"\r\n")[0])


class Requests(LimitsTest):
    def test_broken_requests(self):
        for request in (b"\r\n\r\n", b"GET\r\n\r\n", b"GET /\r\n\r\n", b"NOTHING / HTTP/1.1\r\n\r\n",
                        b"GET / HTTP/9.9\r\n\r\n", b"GET / HTTP/1.1\r\nno colon\r\n\r\n", b"\x16\x03\x01\x02\x00",
                        b"GET / HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
                        b"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n", b"\x00" * 100):
            with self.subTest(request=request[:30]):
                status, body = self.raw(request)
                if status is not None:
                    self.assertGreaterEqual(status, 400)
                    self.assertLess(status, 600)
                    self.assertEqual(json.loads(body)["status"], status)
        self.assertEqual(self.server.get("/healthz").status, 200)

    def test_a_head_that_is_too_long(self):
        status, _ = self.raw(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 20000 + b"\r\n\r\n")
        self.assertIn(status, (400, None))
        self.assertEqual(self.server.get("/healthz").status, 200)

    def test_unknown_methods_are_named(self):
        for method, path, allow in (("PUT", "/api/v1/runs", "GET, HEAD, POST"),
                                    ("POST", "/metrics", "GET, HEAD"),
                                    ("PATCH", f"/api/v1/runs/{self.run_id}", "GET, HEAD, DELETE"),
                                    ("GET", f"/api/v1/runs/{self.run_id}/verify", "POST")):
            answer = self.server.request(method, path, "{}")
            self.assertEqual((answer.status, answer.headers["Allow"]), (405, allow))

    def test_numbers_in_the_query(self):
        for path in ("events?limit=0", "events?limit=10001", "events?limit=x", "events?limit=", "events?after=-1",
                     "events?after=99999999999999999999", "metrics?after_s=1.5", "orders?state=none", "orders?state="):
            with self.subTest(path=path):
                answer = self.server.get(f"/api/v1/runs/{self.run_id}/{path}")
                self.assertEqual(answer.status, 422)
                self.assertIn(path.split("?")[1].split("=")[0], answer.json()["detail"])

    def test_many_requests_on_one_connection(self):
        connection = self.server.connect()
        for _ in range(200):
            connection.request("GET", "/healthz")
            self.assertEqual(connection.getresponse().read(), b"ok\n")
        connection.close()


class SlowOnes(LimitsTest):
    def test_five_hundred_slow_connections_hurt_nobody(self):
        live = Live(self.server, self.run_id)
        self.addCleanup(live.socket.close)
        kinds = (b"", b"GET /healthz HT", b"POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\n"
                 b"Content-Length: 100\r\n\r\n{", b"GET /live?run=x HTTP/1.1\r\nUpgrade: webso")
        slow = []
        for i in range(SLOW_CONNECTIONS):
            connection = self.connect()
            connection.sendall(kinds[i % len(kinds)])
            slow.append(connection)
        for _ in range(20):
            self.assertEqual(self.server.get("/healthz").status, 200)
            live.acknowledge(live.frame())
        self.assertEqual(self.server.get(f"/api/v1/runs/{self.run_id}").status, 200)
        with Live(self.server, self.run_id) as second:
            second.frame()

    def test_half_closed_sockets(self):
        for _ in range(100):
            connection = self.connect()
            connection.sendall(b"GET /healthz HTTP/1.1\r\n")
            connection.shutdown(socket.SHUT_WR)
        status, body = self.raw(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        self.assertEqual((status, body), (200, b"ok\n"))

    def test_a_slow_connection_is_given_up(self):
        connection = self.connect()
        connection.sendall(b"GET /healthz HT")
        received = b""
        while part := connection.recv(4096):  # ends: the test's own limit is the connection's 30 s
            received += part
        self.assertTrue(received == b"" or b" 4" in received.split(b"\r\n")[0])


class Rate(unittest.TestCase):
    def test_too_many_requests(self):
        with ChefServer() as server:
            answers = [server.post("/api/v1/presenter", {}) for _ in range(1500)]
            refused = [answer for answer in answers if answer.status == 429]
            self.assertTrue(refused)
            self.assertGreaterEqual(int(refused[0].headers["Retry-After"]), 1)
            self.assertEqual(refused[0].json()["status"], 429)
            self.assertEqual(server.get("/healthz").status, 200)
            self.assertIn("chef_http_rate_refused_total", server.get("/metrics").text())


if __name__ == "__main__":
    unittest.main()
