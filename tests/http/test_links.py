"""Links: a run opened from its link on another server is the same run, byte for byte; what is not
one is refused, and nothing has changed."""

import contextlib
import json
import pathlib
import socket
import subprocess
import tempfile
import unittest

from chef_link import change_link
from chef_server import PROGRAM, ChefServer

SCENARIO = "kitchens/road-closed"  # it has a script of its own
TABLES = ("orders", "kitchens", "migrations", "events", "inputs", "metrics", "columns")
LINK_BODY_BYTES_MAX = 4 * 1024 * 1024 + 1024
ADDRESS_BYTES_MAX = 4096


class LinksTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(ChefServer())

    def advance(self, run, ms, server=None):
        """Goes on by so much and stands there."""
        server = server or self.server
        path = f"/api/v1/runs/{run}"
        until = round(server.get(path).json()["t_ms"] + ms, 3)
        self.assertEqual(server.post(f"{path}/pace", {"advance_ms": ms}).status, 200)
        while server.get(path).json()["t_ms"] < until:
            pass

    def new_run(self, **more):
        made = self.server.post("/api/v1/runs", {"scenario": SCENARIO, "seed": 11, **more})
        self.assertEqual(made.status, 201, made.text())
        run = made.json()["run"]
        self.server.post(f"/api/v1/runs/{run}/pace", {"paused": True})
        return run

    def put(self, run, **body):
        answer = self.server.post(f"/api/v1/runs/{run}/inputs", body)
        self.assertEqual(answer.status, 202, answer.text())

    def lecture(self):
        """A run with settings of its own, inputs of several kinds, one of them still to come."""
        run = self.new_run(settings={"policy": "round-robin", "overload_threshold": 0.9})
        self.advance(run, 10000)
        self.put(run, type="node.crash", node="C")
        self.put(run, type="setting.set", key="policy", value="weighted-score")
        self.advance(run, 7000.25)
        self.put(run, type="load.rush", factor_pct=200)
        self.put(run, type="net.heal", at_ms=200000)
        self.put(run, type="heal.all")
        self.advance(run, 20000)
        self.server.post(f"/api/v1/runs/{run}/pace", {"step": "event"})  # between two events
        return run

    def link(self, run, query="", server=None):
        answer = (server or self.server).get(f"/api/v1/runs/{run}/link{query}")
        self.assertEqual(answer.status, 200, answer.text())
        return answer.json()

    def opened(self, link, server=None):
        answer = (server or self.server).post("/api/v1/links", {"link": link})
        self.assertEqual(answer.status, 201, answer.text())
        return answer.json()

    def table(self, server, run, name):
        answer = server.get(f"/api/v1/runs/{run}/export/{name}.csv")
        self.assertEqual(answer.status, 200)
        return answer.body


class RoundTrip(LinksTest):
    def test_another_server_has_the_same_run(self):
        run = self.lecture()
        shared = self.link(run, "?at_ms=12345.5")
        self.assertTrue(shared["fits"])
        self.assertEqual(shared["bytes"], len(shared["link"]))
        with ChefServer() as other:
            opened = self.opened(shared["link"], other)
            self.assertEqual((opened["t_ms"], opened["edge_ms"]), (12345.5, shared["edge_ms"]))
            self.assertTrue(opened["same_version"])
            self.assertTrue(opened["digest_matches"])
            self.assertNotIn("note", opened)
            # The step left the run between two events; both go on to the same whole moment.
            for server, name in ((self.server, run), (other, opened["run"])):
                self.advance(name, 5000.001, server)
            ours, theirs = (s.get(f"/api/v1/runs/{n}").json() for s, n in ((self.server, run), (other, opened["run"])))
            for field in ("run_id", "digest", "t_ms", "steps", "settings", "settings_at_start", "inputs_count"):
                self.assertEqual(ours[field], theirs[field], field)
            for name in TABLES:
                self.assertEqual(self.table(self.server, run, name), self.table(other, opened["run"], name), name)
            events = [s.get(f"/api/v1/runs/{n}/events?limit=10000").body
                      for s, n in ((self.server, run), (other, opened["run"]))]
            self.assertEqual(events[0], events[1])
            again = self.link(opened["run"], server=other)
            self.assertEqual(again["link"], self.link(run)["link"])

    def test_a_branch_keeps_its_label(self):
        run = self.new_run()
        self.advance(run, 30000)
        branch = self.server.post(f"/api/v1/runs/{run}/branch",
                                  {"at_ms": 20000, "label": "Ohne Brücke", "settings": {"policy": "two-choices"}})
        self.assertEqual(branch.status, 201, branch.text())
        opened = self.opened(self.link(branch.json()["run"])["link"])
        self.assertTrue(opened["digest_matches"])
        self.assertEqual(self.server.get(f"/api/v1/runs/{opened['run']}").json()["label"], "Ohne Brücke")

    def test_a_run_that_has_not_begun(self):
        made = self.server.post("/api/v1/runs", {"scenario": SCENARIO, "seed": 3}).json()["run"]
        self.server.post(f"/api/v1/runs/{made}/pace", {"paused": True})
        opened = self.opened(self.link(made)["link"])
        self.assertTrue(opened["digest_matches"])

    def test_it_belongs_to_the_browser_that_opened_it(self):
        answer = self.server.post("/api/v1/links", {"link": self.link(self.new_run())["link"]})
        self.assertIn("chef_session=", answer.headers["Set-Cookie"])
        cookie = {"Cookie": answer.headers["Set-Cookie"].split(";")[0]}
        runs = {item["run"]: item for item in self.server.get("/api/v1/runs", cookie).json()}
        self.assertTrue(runs[answer.json()["run"]]["private"])
        self.assertNotIn(answer.json()["run"], [item["run"] for item in self.server.get("/api/v1/runs").json()])

    def test_the_command_line_computes_the_same(self):
        run = self.new_run(settings={"policy": "round-robin"})
        self.advance(run, 10000)
        self.put(run, type="node.crash", node="C")
        self.advance(run, 30000)
        shared = self.link(run)
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, "lecture.chef")
            file.write_text("A file with a link in it:\n" + shared["link"] + "\n")
            for given in (shared["link"], f"http://localhost:8000/#l={shared['link']}", str(file)):
                out = pathlib.Path(folder, "out")
                done = subprocess.run([PROGRAM, "run", "--link", given, "--out", out, "--json"],
                                      capture_output=True, text=True, check=False)
                self.assertIn(done.returncode, (0, 1, 3), done.stderr)
                self.assertEqual(done.stderr, "")
                self.assertEqual(json.loads(done.stdout)["digest"], shared["digest"])
                for name in TABLES:
                    self.assertEqual(pathlib.Path(out, f"{name}.csv").read_bytes(),
                                     self.table(self.server, run, name), name)


class OtherVersions(LinksTest):
    def changed(self, run, *changes):
        link = self.link(run)["link"]
        return change_link(link, *changes)

    def behaviour(self, run):
        return self.server.get(f"/api/v1/runs/{run}").json()["behaviour_id"].encode()

    def test_another_behaviour(self):
        run = self.new_run()
        self.advance(run, 5000)
        opened = self.opened(self.changed(run, (self.behaviour(run), b"b0123456789ab")))
        self.assertFalse(opened["same_version"])
        self.assertFalse(opened["digest_matches"])  # although it is the same, as it happens
        self.assertIn("b0123456789ab", opened["note"])
        self.assertEqual(opened["edge_ms"], self.link(run)["edge_ms"])

    def test_what_does_not_exist_here(self):
        run = self.new_run(settings={"policy": "round-robin"})
        self.put(run, type="node.crash", node="C")
        self.put(run, type="load.rush", factor_pct=200)
        self.advance(run, 5000)
        opened = self.opened(self.changed(run, (self.behaviour(run), b"b0123456789ab"),
                                          (b"round-robin", b"rounder-bin"), (b"node.crash", b"node.smash")))
        self.assertFalse(opened["same_version"])
        self.assertIn("1 settings and 1 inputs", opened["note"])
        inputs = self.table(self.server, opened["run"], "inputs").decode()
        self.assertIn("load.rush", inputs)
        self.assertNotIn("node.crash", inputs)

    def test_an_unknown_scenario(self):
        link = self.changed(self.new_run(), (SCENARIO.encode(), b"kitchens/road-opened"))
        answer = self.server.post("/api/v1/links", {"link": link})
        self.assertEqual(answer.status, 422)
        self.assertIn("kitchens/road-opened", answer.json()["detail"])
        self.assertIn(SCENARIO, answer.json()["allowed"])

    def test_the_same_digest_of_another_run_is_told(self):
        run = self.new_run()
        self.advance(run, 5000)
        digest = int(self.link(run)["digest"], 16).to_bytes(8, "little")
        opened = self.opened(self.changed(run, (digest, bytes(8))))
        self.assertTrue(opened["same_version"])
        self.assertFalse(opened["digest_matches"])
        self.assertIn("digest", opened["note"])

    def test_the_command_line_says_so(self):
        run = self.new_run()
        self.advance(run, 5000)
        digest = int(self.link(run)["digest"], 16).to_bytes(8, "little")
        for change, words in (((self.behaviour(run), b"b0123456789ab"), "another version"),
                              ((digest, bytes(8)), "computes another run")):
            done = subprocess.run([PROGRAM, "run", "--link", self.changed(run, change)],
                                  capture_output=True, text=True, check=False)
            self.assertNotEqual(done.returncode, 2)
            self.assertIn(words, done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1)


class Rooms(unittest.TestCase):
    def test_who_may_not_steer_may_open_a_link(self):
        with tempfile.TemporaryDirectory() as folder:
            key = pathlib.Path(folder, "key")
            key.write_text("a secret of the lecturer\n")
            with ChefServer("--presenter-key-file", str(key)) as server:
                opened = server.post("/api/v1/links", {"link": f"{SCENARIO}#7-0000"})
                self.assertEqual(opened.status, 201, opened.text())
                run = opened.json()["run"]
                cookie = {"Cookie": opened.headers["Set-Cookie"].split(";")[0]}
                pause = f"/api/v1/runs/{run}/pace"
                self.assertEqual(server.post(pause, {"paused": True}).status, 403)
                self.assertEqual(server.post(pause, {"paused": True}, cookie).status, 200)


class BadLinks(LinksTest):
    def refused(self, body, *words):
        before = len(self.server.get("/api/v1/runs").json())
        answer = self.server.post("/api/v1/links", body)
        self.assertEqual(answer.status, 422, answer.text())
        for word in words:
            self.assertIn(word, answer.json()["detail"])
        self.assertEqual(len(self.server.get("/api/v1/runs").json()), before)

    def test_damaged(self):
        link = self.link(self.new_run())["link"]
        for bad in (link[:-1], link[:20], link[:10] + ("A" if link[10] != "A" else "B") + link[11:], link.upper()):
            if "chef1." in bad:
                self.refused({"link": bad}, "damaged")
        self.refused({"link": "chef1." + "A" * 1000}, "damaged")
        self.refused({"link": "chef1..00000000"}, "no link")

    def test_no_link(self):
        self.refused({}, "link is missing")
        self.refused({"link": 7}, "link is not a text")
        self.refused({"link": ""}, "neither a link", "short id")
        self.refused({"link": "something else"}, "something else", "neither a link")
        self.refused({"link": "chef2.AAAA.00000000"}, "neither a link")
        self.refused({"link": self.link(self.new_run())["link"], "private": True}, "no field beside link")

    def test_a_moment_that_has_not_come(self):
        run = self.new_run()
        for query, word in (("?at_ms=99999999", "99999999"), ("?at_ms=-1", "-1"), ("?at_ms=now", "now"),
                            ("?at_ms=86400000", "where the run is now")):
            answer = self.server.get(f"/api/v1/runs/{run}/link{query}")
            self.assertEqual(answer.status, 422, query)
            self.assertIn(word, answer.json()["detail"])

    def test_a_body_of_the_longest_length_is_read(self):
        filling = LINK_BODY_BYTES_MAX - len('{"link":""}')
        answer = self.server.request("POST", "/api/v1/links", '{"link":"' + "x" * filling + '"}')
        self.assertEqual(answer.status, 422)

    def test_one_that_drips_ends_with_the_time_for_bodies(self):
        with socket.create_connection((self.server.host, self.server.port), 30) as connection:
            connection.sendall(b"POST /api/v1/links HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n"
                               % LINK_BODY_BYTES_MAX + b"x" * 1000000)
            connection.settimeout(0.5)
            answer = b""
            while answer == b"":
                connection.sendall(b"x")
                with contextlib.suppress(TimeoutError):
                    answer = connection.recv(4096)
        self.assertIn(b" 408 ", answer.split(b"\r\n")[0])

    def test_a_longer_one_is_refused_before_it_is_read(self):
        with socket.create_connection((self.server.host, self.server.port), 30) as connection:
            connection.sendall(b"POST /api/v1/links HTTP/1.1\r\nHost: localhost\r\n"
                               b"Content-Length: %d\r\n\r\n" % (LINK_BODY_BYTES_MAX + 1))
            answer = connection.recv(65536)
        self.assertIn(b" 413 ", answer.split(b"\r\n")[0])
        self.assertIn(b"at most %d are read" % LINK_BODY_BYTES_MAX, answer)
        answer = self.server.request("POST", "/api/v1/runs", "x" * 20000)
        self.assertEqual(answer.status, 413)  # the other routes take no more than before

    def test_the_command_line(self):
        link = self.link(self.new_run())["link"]
        for arguments, words in ((["--link", link[:-1]], "damaged"), (["--link", "/nowhere"], "neither a link"),
                                 (["--link", str(PROGRAM.parent / "build.ninja")], "no link"),
                                 (["--link"], "a value is missing"), (["--link", link, "--inputs", "x"], "--inputs"),
                                 (["--link", link, SCENARIO], "not understood"),
                                 ([f"{SCENARIO}#7"], "SCENARIO#SEED-CHECK"), (["nothing#7-0000"], "no scenario")):
            done = subprocess.run([PROGRAM, "run", *arguments], capture_output=True, text=True, check=False)
            self.assertEqual((done.returncode, done.stdout), (2, ""), arguments)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
            self.assertIn(words, done.stderr)


class ShortIds(LinksTest):
    def short_id(self):
        run = self.new_run()
        shared = self.link(run)
        self.assertTrue(shared["short_id"].startswith(f"{SCENARIO}#11-"))
        return shared["short_id"]

    def test_typed_from_a_slide(self):
        short = self.short_id()
        for typed in (short, f"  {short.upper()}\n", short.removeprefix("kitchens/")):
            opened = self.opened(typed)
            self.assertTrue(opened["digest_matches"], typed)
            run = self.server.get(f"/api/v1/runs/{opened['run']}").json()
            self.assertEqual((run["scenario"], run["seed"]), (SCENARIO, 11))

    def test_a_slip_is_told(self):
        short = self.short_id()
        opened = self.opened(short.replace("#11-", "#12-"))
        self.assertFalse(opened["digest_matches"])
        self.assertIn("a slip in typing", opened["note"])

    def test_who_has_none(self):
        changed = self.new_run(settings={"policy": "round-robin"})
        self.assertNotIn("short_id", self.link(changed))
        touched = self.new_run()
        self.put(touched, type="node.crash", node="B")
        self.assertNotIn("short_id", self.link(touched))

    def test_the_name_of_a_run_here(self):
        run = self.new_run()
        self.assertEqual(self.opened(f" {run.upper()} ")["run"], run)

    def test_no_short_id(self):
        for typed in ("#", "x#7-0000", f"{SCENARIO}#", f"{SCENARIO}#7", f"{SCENARIO}#7-", f"{SCENARIO}#7-12345",
                      f"{SCENARIO}#-0000", f"{SCENARIO}#99999999999999999-0000", f"{SCENARIO}#7-zzzz"):
            answer = self.server.post("/api/v1/links", {"link": typed})
            self.assertEqual(answer.status, 422, typed)
            self.assertTrue(answer.json()["detail"])

    def test_the_command_line_prints_it_and_takes_it(self):
        short = self.short_id()
        done = subprocess.run([PROGRAM, "run", short.upper(), "--json"], capture_output=True, text=True, check=False)
        self.assertEqual((json.loads(done.stdout)["short_id"], done.stderr), (short, ""))
        wrong = subprocess.run([PROGRAM, "run", f"{SCENARIO}#12-0000"], capture_output=True, text=True, check=False)
        self.assertIn("a slip in typing", wrong.stderr)
        self.assertIn(f"short id {SCENARIO}#12-", wrong.stdout)


if __name__ == "__main__":
    unittest.main()
