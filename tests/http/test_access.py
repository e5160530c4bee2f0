"""Who may do what: origins, names, the presenter's key, private runs."""

import pathlib
import re
import stat
import subprocess
import tempfile
import unittest

from chef_live import Live
from chef_server import PROGRAM, ChefServer

KEY = "correct-horse-battery"
SCENARIO = {"scenario": "kitchens/lunch-rush", "seed": 7}
TOKEN = re.compile(r"chef_session=([0-9a-f]{32}); ")


def session(server):
    """A browser of its own: its cookie and its private run."""
    answer = server.post("/api/v1/session")
    return TOKEN.match(answer.headers["Set-Cookie"])[0].rstrip("; "), answer.json()["run"]


class Open(unittest.TestCase):
    """Without a key everything is allowed, to whoever sits at this machine."""

    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(ChefServer())

    def test_requests_of_other_sites_change_nothing(self):
        _, run = session(self.server)
        for origin in ("http://evil.example", "null", "https://127.0.0.1.evil.example"):
            for method, path in (("POST", "/api/v1/session"), ("POST", f"/api/v1/runs/{run}/pace"),
                                 ("DELETE", f"/api/v1/runs/{run}")):
                with self.subTest(origin=origin, path=path):
                    answer = self.server.request(method, path, "{}", {"Origin": origin})
                    self.assertEqual(answer.status, 403)
        self.assertEqual(self.server.get(f"/api/v1/runs/{run}").status, 200)

    def test_own_pages_may(self):
        answer = self.server.post("/api/v1/session", headers={"Origin": self.server.url})
        self.assertEqual(answer.status, 200)

    def test_a_foreign_name_for_this_machine_is_not_served(self):
        answer = self.server.post("/api/v1/session", headers={"Host": "evil.example",
                                                               "Origin": "http://evil.example"})
        self.assertEqual(answer.status, 403)
        self.assertIn("evil.example", answer.json()["detail"])

    def test_the_session_cookie(self):
        answer = self.server.post("/api/v1/session")
        cookie = answer.headers["Set-Cookie"]
        self.assertRegex(cookie, TOKEN)
        self.assertIn("HttpOnly", cookie)
        self.assertIn("SameSite=Strict", cookie)
        again = self.server.post("/api/v1/session", headers={"Cookie": cookie.split(";")[0]})
        self.assertIsNone(again.headers["Set-Cookie"])
        self.assertEqual(again.json()["run"], answer.json()["run"])
        other = self.server.post("/api/v1/session")
        self.assertNotEqual(other.json()["run"], answer.json()["run"])
        self.assertNotEqual(other.headers["Set-Cookie"], cookie)

    def test_a_made_up_cookie_is_not_taken(self):
        for cookie in ("chef_session=x", "chef_session=" + "A" * 32, "chef_session=" + "a" * 300):
            answer = self.server.post("/api/v1/session", headers={"Cookie": cookie})
            self.assertRegex(answer.headers["Set-Cookie"], TOKEN)

    def test_everybody_is_the_presenter(self):
        self.assertEqual(self.server.post("/api/v1/presenter", {"key": "anything"}).status, 204)
        made = self.server.post("/api/v1/runs", SCENARIO)
        self.assertEqual(made.status, 201)
        self.assertEqual(self.server.delete(f"/api/v1/runs/{made.json()['run']}").status, 204)


class Guarded(unittest.TestCase):
    """A server with a presenter's key."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="chef-key-")
        cls.addClassCleanup(folder.cleanup)
        key_file = pathlib.Path(folder.name) / "key"
        key_file.write_text(KEY + "\n")
        key_file.chmod(stat.S_IRUSR)
        cls.server = cls.enterClassContext(ChefServer("--presenter-key-file", str(key_file)))


class Guessing(Guarded):
    def test_guessing_is_slowed_down(self):
        statuses = {self.server.post("/api/v1/presenter", {"key": f"guess-{i}-guess"}).status
                    for i in range(1500)}
        self.assertEqual(statuses, {401, 429})


class WithKey(Guarded):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.presenter = {"Authorization": f"Bearer {KEY}"}
        cls.shared = cls.server.post("/api/v1/runs", SCENARIO, cls.presenter).json()["run"]

    def test_shared_runs_are_the_presenters(self):
        browser, _ = session(self.server)
        requests = (("POST", f"/api/v1/runs/{self.shared}/pace", {"paused": True}),
                    ("POST", f"/api/v1/runs/{self.shared}/inputs", {"type": "node.crash", "node": "B"}),
                    ("DELETE", f"/api/v1/runs/{self.shared}", {}),
                    ("POST", "/api/v1/runs", SCENARIO))
        for method, path, body in requests:
            with self.subTest(path=path):
                answer = self.server.request(method, path, body, {"Cookie": browser})
                self.assertEqual(answer.status, 403)
                self.assertIn("presenter", answer.json()["detail"])
                wrong = self.server.request(method, path, body, {"Authorization": "Bearer " + KEY[:-1]})
                self.assertEqual(wrong.status, 401)
                self.assertIn("Bearer", wrong.headers["WWW-Authenticate"])
        self.assertEqual(self.server.get(f"/api/v1/runs/{self.shared}").json()["state"], "live")

    def test_everybody_may_watch(self):
        self.assertEqual(self.server.get(f"/api/v1/runs/{self.shared}/verdicts").status, 200)
        with Live(self.server, self.shared) as live:
            self.assertEqual(live.status, 101)
            live.frame()

    def test_a_private_run_is_its_owners(self):
        mine, run = session(self.server)
        other, _ = session(self.server)
        path = f"/api/v1/runs/{run}/pace"
        self.assertEqual(self.server.post(path, {"speed": 2}, {"Cookie": other}).status, 403)
        self.assertEqual(self.server.post(path, {"speed": 2}).status, 403)
        self.assertEqual(self.server.post(path, {"speed": 2}, {"Cookie": mine}).status, 200)
        self.assertEqual(self.server.post(path, {"speed": 1}, self.presenter).status, 200)

    def test_a_private_run_can_be_made(self):
        mine, _ = session(self.server)
        made = self.server.post("/api/v1/runs", {**SCENARIO, "private": True}, {"Cookie": mine})
        self.assertEqual(made.status, 201)
        path = f"/api/v1/runs/{made.json()['run']}"
        self.assertEqual(self.server.delete(path).status, 403)
        self.assertEqual(self.server.delete(path, {"Cookie": mine}).status, 204)

    def test_the_presenters_cookie(self):
        wrong = self.server.post("/api/v1/presenter", {"key": KEY + "x"})
        self.assertEqual(wrong.status, 401)
        self.assertIsNone(wrong.headers["Set-Cookie"])
        for body in ({}, {"key": 7}, {"key": None}):
            self.assertEqual(self.server.post("/api/v1/presenter", body).status, 422)
        right = self.server.post("/api/v1/presenter", {"key": KEY})
        self.assertEqual(right.status, 204)
        cookie = right.headers["Set-Cookie"]
        self.assertIn("HttpOnly", cookie)
        self.assertNotIn(KEY, cookie)
        headers = {"Cookie": cookie.split(";")[0]}
        path = f"/api/v1/runs/{self.shared}/pace"
        self.assertEqual(self.server.post(path, {"speed": 1}, headers).status, 200)
        forged = {"Cookie": "chef_presenter=" + "0" * 32}
        self.assertEqual(self.server.post(path, {"speed": 1}, forged).status, 403)

    def test_secrets_are_written_nowhere(self):
        cookie, run = session(self.server)
        token = cookie.split("=")[1]
        self.server.post(f"/api/v1/runs/{run}/inputs", {"type": "node.crash", "node": "B"},
                         {"Cookie": cookie, **self.presenter})
        texts = [self.server.log()]
        texts += [self.server.get(path).text() for path in
                  ("/metrics", "/api/v1/runs", f"/api/v1/runs/{run}", f"/api/v1/runs/{run}/export/inputs.csv")]
        for path in self.server.data.rglob("*"):
            if path.is_file():
                texts.append(path.read_bytes().decode("latin-1"))
        for text in texts:
            self.assertNotIn(KEY, text)
            self.assertNotIn(token, text)


class Refusals(unittest.TestCase):
    """What `chef serve` does not start with: exit code 2 and one line."""

    def refused(self, *arguments):
        result = subprocess.run([str(PROGRAM), "serve", *arguments], stdin=subprocess.DEVNULL,
                                capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(result.returncode, 2, result)
        self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
        return result.stderr

    def test_an_open_address_without_a_key(self):
        for address in ("0.0.0.0", "192.168.1.2"):
            self.assertIn("--presenter-key-file", self.refused("--bind", address))

    def test_bad_words(self):
        for arguments in (["--port", "x"], ["--port", "65536"], ["--port", "-1"], ["--port"],
                          ["--bind", "localhost"], ["--bind", "::1"], ["here"]):
            self.assertIn(arguments[-1], self.refused(*arguments))
        self.assertIn("--nothing", self.refused("--nothing", "1"))

    def test_bad_keys(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "key"
            self.assertIn(str(path), self.refused("--presenter-key-file", str(path)))
            for content in ("", "short", "x" * 300):
                path.write_text(content)
                self.assertIn(str(path), self.refused("--presenter-key-file", str(path)))

    def test_a_taken_port(self):
        with ChefServer() as server, tempfile.TemporaryDirectory() as data:
            words = self.refused("--port", str(server.port), "--data", data)
            self.assertIn(str(server.port), words)

    def test_help(self):
        result = subprocess.run([str(PROGRAM), "serve", "--help"], capture_output=True, text=True,
                                timeout=60, check=False)
        self.assertEqual(result.returncode, 0)
        for option in ("--port", "--bind", "--data", "--presenter-key-file"):
            self.assertIn(option, result.stdout)


if __name__ == "__main__":
    unittest.main()
