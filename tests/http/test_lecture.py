"""The room of a lecture: presenter and audience, votes, orders from phones, restart, its end."""

import csv
import html
import io
import json
import re
import sqlite3
import unittest
import zipfile

from chef_live import Live
from chef_server import ChefServer
from qr_reader import read, rows_of_svg
from repository import SOURCE

KEY = "correct-horse-battery"
SCENARIO = {"scenario": "kitchens/lunch-rush", "seed": 7}
ORDER = {"type": "order.place", "dish": "Lobster", "x_m": 100, "y_m": 200}
OPTIONS = [{"id": "fewer"}, {"id": "more"}]
MISSPELT = {"A": "C", "C": "A"}


class Person:
    """Somebody of the audience: a browser with its cookie."""

    def __init__(self, server):
        self.server = server
        self.headers = {}

    def join(self, code, **fields):
        answer = self.post("join", {"code": code, **fields})
        if answer.headers["Set-Cookie"] is not None:
            self.headers["Cookie"] = re.match(r"chef_session=[0-9a-f]{32}", answer.headers["Set-Cookie"])[0]
        return answer

    def get(self, path=""):
        return self.server.get("/api/v1/room" + path, self.headers)

    def post(self, path, body):
        return self.server.post(f"/api/v1/room/{path}", body, self.headers)

    def vote_once(self, option, step="guess", round=1, scene="crisis"):
        return self.post("vote", {"scene": scene, "step": step, "round": round, "option": option})

    def vote(self, option, **of):
        """Until it is on the disk: to say it again changes nothing."""
        for _ in range(600):
            answer = self.vote_once(option, **of)
            if answer.status != 202:
                break
        return answer

    def order(self, run, body=None):
        return self.server.post(f"/api/v1/runs/{run}/inputs", body or ORDER, self.headers)


class Lecture(unittest.TestCase):
    def setUp(self):
        self.server = ChefServer("--presenter-key-file", "/dev/null")
        key_file = self.server.data / "key"
        key_file.write_text(KEY + "\n")
        self.server.arguments = ["--presenter-key-file", str(key_file)]
        self.enterContext(self.server)
        self.presenter = {"Authorization": f"Bearer {KEY}"}

    def ask(self, method, path="", body=None):
        """The presenter's."""
        return self.server.request(method, "/api/v1/room" + path, body, self.presenter)

    def state(self, **fields):
        answer = self.ask("POST", "/state", fields)
        self.assertEqual(answer.status, 200, answer.text())
        return answer.json()

    def open(self):
        answer = self.ask("POST", body={})
        self.assertEqual(answer.status, 201, answer.text())
        return answer.json()["code"]

    def person(self, code, **fields):
        person = Person(self.server)
        self.assertEqual(person.join(code, **fields).status, 200)
        return person

    def new_run(self):
        return self.server.post("/api/v1/runs", SCENARIO, self.presenter).json()["run"]

    def ask_class(self, round=1, **fields):
        return self.state(scene="crisis", step="guess",
                          vote={"round": round, "options": OPTIONS, **({"open": True} | fields)})

    def counts(self):
        return {(row["step"], row["round"], row["option"]): row["count"] for row in self.ask("GET", "/votes").json()}

    def restart(self):
        self.server.kill()
        self.server.start()


class ComingIn(Lecture):
    def test_a_code_opens_the_room_and_no_other(self):
        nobody = Person(self.server)
        self.assertEqual(nobody.join("ACDEF").status, 404)  # there is none yet
        code = self.open()
        self.assertRegex(code, r"^[ACDEFGHJKMNPQRTUWXY34679]{5}$")
        wrong = code[:-1] + MISSPELT.get(code[-1], "A")
        for given in (wrong, code + "A", code[:-1], "", "x" * 3000):
            with self.subTest(code=given[:10]):
                answer = nobody.join(given)
                self.assertEqual(answer.status, 404, answer.text())
                self.assertIsNone(answer.headers["Set-Cookie"])
                self.assertEqual(nobody.get(f"?code={given}").status, 404 if len(given) < 60 else 403)
        for bad in ({}, {"code": 5}, {"code": code, "nickname": 5}, {"code": None}):
            self.assertEqual(nobody.post("join", bad).status, 422)
        self.assertEqual(nobody.get().status, 403)
        self.assertEqual(nobody.join(code.lower()).status, 200)
        self.assertEqual(nobody.get().status, 200)
        self.assertEqual(Person(self.server).get(f"?code={code}").status, 200)

    def test_guessing_is_slowed_down(self):
        code = self.open()
        wrong = code[:-1] + MISSPELT.get(code[-1], "A")
        guesser = Person(self.server)
        self.ask_class()
        voter = self.person(code)
        for _ in range(5000):
            answer = guesser.join(wrong)
            if answer.status != 404:
                break
        self.assertEqual(answer.status, 429)
        self.assertGreater(int(answer.headers["Retry-After"]), 0)
        self.assertEqual(voter.vote("more").status, 204)  # of the same address; so are all who stand behind one router

    def test_the_presenter_takes_up_the_room_that_is_there(self):
        code = self.open()
        again = self.ask("POST", body={})
        self.assertEqual((again.status, again.json()["code"]), (200, code))
        self.assertEqual(self.ask("DELETE").status, 204)
        self.assertNotEqual(self.open(), code)

    def test_names_are_text_and_short(self):
        code = self.open()
        script = "<script>alert(1)</script>"[:24]
        for name in ("x" * 25, "é" * 25, "a\nb", "\u007f"):
            with self.subTest(name=name[:8]):
                answer = Person(self.server).join(code, nickname=name)
                self.assertEqual(answer.status, 422, answer.text())
        self.person(code, nickname=script)
        self.person(code, nickname="Thảo " + "🍜" * 19)
        self.person(code)
        room = self.ask("GET").json()
        self.assertEqual(room["members"], 3)
        self.assertEqual(room["nicknames"], [script, "Thảo " + "🍜" * 19])
        self.assertIn("application/json", self.ask("GET").headers["Content-Type"])
        stored = b"".join(path.read_bytes() for path in self.server.data.glob("*.db*"))
        self.assertNotIn("Thảo".encode(), stored)
        self.assertNotIn(b"alert(1)", stored)

    def test_the_audience_hears_no_names_and_no_key(self):
        code = self.open()
        person = self.person(code, nickname="Ada")
        heard = person.get().text() + person.get("/votes").text()
        for secret in ("Ada", "nicknames", "members", "wall", "wish", KEY):
            self.assertNotIn(secret, heard)

    def test_the_way_in_as_a_picture(self):
        code = self.open()
        answer = self.server.get("/api/v1/room/qr.svg", self.presenter | {"Host": "lab.example:8080"})
        self.assertEqual(answer.status, 200, answer.text())
        self.assertEqual(answer.headers["Content-Type"], "image/svg+xml")
        (text,) = read(rows_of_svg(answer.text()))
        self.assertEqual(text, f"http://lab.example:8080/join?code={code}")
        self.assertEqual(text, answer.headers["X-Join-Address"])
        longest = "x" * (122 - len("http:///join?code=ABCDE"))
        named = self.server.get("/api/v1/room/qr.svg", self.presenter | {"Host": longest})
        self.assertEqual(read(rows_of_svg(named.text())), [f"http://{longest}/join?code={code}"])
        named = self.server.get("/api/v1/room/qr.svg", self.presenter | {"Host": longest + "x"})
        self.assertEqual(named.status, 409)
        own = self.ask("GET", "/qr.svg").headers["X-Join-Address"]
        self.assertRegex(own, rf"^http://[0-9.]+:{self.server.port}/join\?code={code}$")


class Presenting(Lecture):
    def test_only_with_the_key(self):
        code = self.open()
        run = self.new_run()
        person = self.person(code)
        for method, path, body in (("POST", "", {}), ("DELETE", "", None), ("POST", "/state", {"blank": True}),
                                   ("POST", "/reset", {}), ("POST", "/wish", {"act": "next"}),
                                   ("POST", "/wall", {"wall": "mine", "shows": {}, "take": True}),
                                   ("GET", "/votes.csv", None), ("GET", "/qr.svg", None)):
            with self.subTest(path=method + path):
                answer = self.server.request(method, "/api/v1/room" + path, body, person.headers)
                self.assertEqual(answer.status, 403)
                wrong = self.server.request(method, "/api/v1/room" + path, body, {"Authorization": f"Bearer {KEY}x"})
                self.assertEqual(wrong.status, 401)
        self.state(run=run, inputs_allowed=True)
        for body in ({"type": "node.crash", "node": "B"}, {"type": "setting.set", "key": "policy", "value": "round-robin"},
                     ORDER | {"at_ms": 80000}, {"type": "load.rush"}):
            self.assertEqual(person.order(run, body).status, 403)
        self.assertEqual(self.server.post(f"/api/v1/runs/{run}/pace", {"paused": True}, person.headers).status, 403)
        self.assertFalse(person.get().json()["blank"])

    def test_the_key_is_in_nothing_that_the_audience_can_get(self):
        code = self.open()
        run = self.new_run()
        self.state(run=run)
        person = self.person(code)
        self.assertEqual(self.server.post("/api/v1/presenter", {"key": KEY}).status, 204)
        for path in ("/", "/join", "/presenter", "/storyboard", "/app/presenter.js", "/metrics", "/healthz", "/readyz",
                     "/api/v1/openapi.json", "/api/v1/room", f"/api/v1/runs/{run}", f"/api/v1/runs/{run}/report.html",
                     f"/api/v1/runs/{run}/export/inputs.csv", f"/api/v1/runs/{run}/link"):
            with self.subTest(path=path):
                answer = self.server.get(path, person.headers)
                self.assertEqual(answer.status, 200)
                self.assertFalse(KEY in answer.text() + str(answer.headers))

    def test_what_is_shown_is_checked(self):
        self.open()
        run = self.new_run()
        shown = self.state(run=run, scene="crisis", step="look", at_ms=1234.5, frozen=True)
        self.assertEqual((shown["run"], shown["at_ms"], shown["frozen"], shown["vote"]), (run, 1234.5, True, None))
        vote = {"round": 1, "options": OPTIONS}
        for bad in ({"run": "nothing"}, {"run": 5}, {"run": "x" * 24}, {"scene": "A"}, {"scene": "x" * 32}, {"scene": "<b>"},
                    {"step": 1}, {"at_ms": -1}, {"at_ms": 1e300}, {"at_ms": "now"}, {"frozen": 1}, {"blank": "yes"},
                    {"colour": 1}, {"vote": 1}, {"vote": vote | {"round": 3}}, {"vote": vote | {"round": 1.5}},
                    {"vote": vote | {"options": []}}, {"vote": vote | {"options": OPTIONS[:1]}},
                    {"vote": vote | {"options": OPTIONS * 2}}, {"vote": vote | {"options": [{"id": f"o{i}"} for i in range(5)]}},
                    {"vote": vote | {"options": [1, 2]}}, {"vote": vote | {"options": [{"id": ""}, {"id": "a"}]}},
                    {"vote": vote | {"question": "x" * 301}}, {"vote": vote | {"open": True, "revealed": True}},
                    {"vote": vote | {"counts": {}}}, {"scene": None, "vote": vote}):
            with self.subTest(bad=str(bad)[:60]):
                answer = self.ask("POST", "/state", bad)
                self.assertIn(answer.status, (422, 404) if bad == {"run": "nothing"} else (422,), answer.text())
                self.assertLess(len(answer.json()["detail"]), 300)
        self.assertEqual(self.ask("GET").json()["version"], shown["version"])

    def test_phones_hear_each_change(self):
        code = self.open()
        with Live(self.server, f"&room={code}x") as stranger:
            self.assertEqual(stranger.status, 404)
        with Live(self.server, f"&room={code}") as phone:
            self.assertEqual(phone.status, 101)
            first = phone.frame()
            self.assertEqual(first["room"]["blank"], False)
            for i in range(30):
                self.state(blank=i % 2 == 0)
                heard = phone.frame()
                self.assertEqual(heard["room"]["blank"], i % 2 == 0)
                self.assertGreater(heard["room"]["version"], first["room"]["version"])
                phone.send(json.dumps({"ack": heard["nonce"]}))
            self.assertNotIn("members", heard["room"])
            self.ask("DELETE")
            self.assertTrue(phone.frame()["room"]["ended"])
            with Live(self.server, f"&room={code}") as late:
                self.assertEqual(late.status, 410)
            self.open()
            self.assertEqual(phone.until_closed(), 1001)

    def test_a_phone_that_does_not_answer_catches_up(self):
        code = self.open()
        with Live(self.server, f"&room={code}") as phone:
            last = self.state(step="s0")
            for i in range(1, 40):
                last = self.state(step=f"s{i}")
            frames = [phone.frame()]
            while frames[-1]["room"]["step"] != "s39":
                phone.send(json.dumps({"ack": frames[-1]["nonce"]}))
                frames.append(phone.frame())
            self.assertEqual(frames[-1]["room"]["version"], last["version"])
            self.assertLess(len(frames), 20)
            phone.send(json.dumps({"layer": "messages", "on": True}))
            self.assertEqual(phone.until_closed(), 1008)


class DeskAndWall(Lecture):
    """The presenter's two pages, perhaps on two machines: one says what it shows, the other what it wishes."""

    def wall(self, name, shows, **fields):
        return self.ask("POST", "/wall", {"wall": name, "shows": shows, **fields})

    def wish(self, act):
        return self.ask("POST", "/wish", {"act": act})

    def test_wishes_are_numbered_and_the_newest_kept(self):
        code = self.open()
        self.assertEqual((self.wish("next").status, self.ask("GET").json()["wall"]), (409, None))
        self.assertEqual(self.wall("one", {"at": 3}, take=True).status, 200)
        with Live(self.server, f"&room={code}") as phone:
            first = phone.frame()
            self.assertEqual(self.wish("next").json()["wishes"], [{"number": 1, "act": "next"}])
            heard = phone.frame()  # that there is something new, and no more
            self.assertEqual(heard["room"] | {"version": 0}, first["room"] | {"version": 0})
        for i in range(20):
            self.assertEqual(self.wish("back" if i % 2 else "next").status, 200)
        room = self.ask("GET").json()
        self.assertEqual((room["wish_count"], [wish["number"] for wish in room["wishes"]]), (21, list(range(14, 22))))
        self.assertEqual(room["wishes"][-1]["act"], "back")
        self.assertEqual(room["wall"], {"id": "one", "shows": {"at": 3}})
        for bad in ({}, {"act": ""}, {"act": 1}, {"act": "x" * 16}, {"act": "<b>"}, {"act": "Next"}):
            self.assertEqual(self.ask("POST", "/wish", bad).status, 422, bad)

    def test_the_last_wall_drives(self):
        self.open()
        self.assertEqual(self.wall("one", {}).status, 409)
        before = self.wall("one", {"at": 1}, take=True).json()["version"]
        self.assertEqual(self.wall("one", {"at": 2}).json()["version"], before)
        self.assertGreater(self.wall("other", {"at": 9}, take=True).json()["version"], before)
        for late in ({"at": 3}, None):
            self.assertEqual(self.wall("one", late).status, 409)
        self.assertEqual(self.ask("GET").json()["wall"], {"id": "other", "shows": {"at": 9}})
        self.assertEqual(self.wall("other", None).json()["wall"], None)
        self.assertEqual(self.wish("next").status, 409)
        for bad in ({}, {"wall": "one"}, {"wall": "", "shows": {}}, {"wall": "x" * 33, "shows": {}},
                    {"wall": "one", "shows": []}, {"wall": "A", "shows": {}}, {"wall": "one", "shows": {}, "take": 1}):
            self.assertEqual(self.ask("POST", "/wall", bad).status, 422, bad)
        self.assertEqual(self.wall("one", {"caption": "đ" * 2000}, take=True).status, 200)
        self.assertEqual(self.wall("one", {"caption": "x" * 8192}).status, 422)
        self.assertEqual(self.ask("GET").json()["wall"]["shows"], {"caption": "đ" * 2000})

    def test_nothing_of_it_outlives_the_program_or_the_room(self):
        code = self.open()
        self.wall("one", {"caption": "only now"}, take=True)
        self.wish("next")
        self.restart()
        room = self.ask("GET").json()
        self.assertEqual((room["code"], room["wall"], room["wishes"]), (code, None, []))
        self.wall("one", {"caption": "only now"}, take=True)
        self.ask("DELETE")
        self.assertEqual((self.wish("next").status, self.wall("one", {}).status), (410, 410))
        self.open()
        self.assertIsNone(self.ask("GET").json()["wall"])
        self.assertNotIn(b"only now", b"".join(path.read_bytes() for path in self.server.data.glob("*.db*")))


class Voting(Lecture):
    def test_one_vote_of_each(self):
        code = self.open()
        self.ask_class()
        one, other = self.person(code), self.person(code)
        self.assertEqual(Person(self.server).vote("more").status, 403)
        connection = self.server.connect()
        for i in range(1000):
            body = {"scene": "crisis", "step": "guess", "round": 1, "option": OPTIONS[i % 2]["id"]}
            connection.request("POST", "/api/v1/room/vote", json.dumps(body), one.headers)
            response = connection.getresponse()
            response.read()
            self.assertIn(response.status, (202, 204))
        connection.close()
        self.assertEqual(other.vote("fewer").status, 204)
        self.assertEqual(self.counts(), {("guess", 1, "fewer"): 1, ("guess", 1, "more"): 1})
        self.assertEqual(self.person(code).join(code).status, 200)
        self.assertEqual(one.join(code, nickname="again").status, 200)
        self.assertEqual(one.vote("fewer").status, 204)
        self.assertEqual(self.counts(), {("guess", 1, "fewer"): 2, ("guess", 1, "more"): 0})

    def test_only_what_is_asked(self):
        code = self.open()
        person = self.person(code)
        self.assertEqual(person.vote("more").status, 409)
        self.ask_class()
        for bad in ({"step": "other"}, {"scene": "other"}, {"round": 2}):
            self.assertEqual(person.vote("more", **bad).status, 409)
        self.assertEqual(person.vote("neither").status, 422)
        for body in ({}, {"scene": 1}, {"scene": "crisis", "step": "guess", "round": 3, "option": "more"}):
            self.assertEqual(person.post("vote", body).status, 422)
        self.ask_class(open=False)
        self.assertEqual(person.vote("more").status, 409)
        self.assertEqual(self.counts(), {("guess", 1, "fewer"): 0, ("guess", 1, "more"): 0})

    def test_counts_are_seen_when_they_are_revealed(self):
        code = self.open()
        person, other = self.person(code), self.person(code)
        self.ask_class()
        self.assertEqual((person.vote("more").status, other.vote("more").status), (204, 204))
        self.assertEqual(self.ask("GET").json()["vote"]["counts"], {"1": {"fewer": 0, "more": 2}})
        self.assertNotIn("counts", person.get().json()["vote"])
        self.assertEqual(person.get("/votes").json(), [])
        self.ask_class(open=False, revealed=True)
        self.assertEqual(person.get().json()["vote"]["counts"], {"1": {"fewer": 0, "more": 2}})
        self.assertEqual(len(person.get("/votes").json()), 2)
        self.ask_class(round=2)
        self.assertEqual(person.get("/votes").json(), [])
        self.assertEqual(other.vote("fewer", round=2).status, 204)
        self.ask_class(round=2, open=False, revealed=True)
        self.assertEqual(person.get().json()["vote"]["counts"],
                         {"1": {"fewer": 0, "more": 2}, "2": {"fewer": 1, "more": 0}})
        answer = self.ask("GET", "/votes.csv")
        self.assertIn("text/csv", answer.headers["Content-Type"])
        rows = list(csv.DictReader(io.StringIO(answer.text())))
        self.assertEqual([list(row.values()) for row in rows],
                         [["crisis", "guess", "1", "fewer", "0"], ["crisis", "guess", "1", "more", "2"],
                          ["crisis", "guess", "2", "fewer", "1"], ["crisis", "guess", "2", "more", "0"]])

    def test_a_vote_goes_on_until_another_question_is_asked(self):
        code = self.open()
        person = self.person(code)
        self.ask_class()
        person.vote("more")
        self.ask_class(open=False)
        self.ask_class()
        person.vote("fewer")
        self.assertEqual(self.counts(), {("guess", 1, "fewer"): 1, ("guess", 1, "more"): 0})
        self.state(step="later", vote={"round": 1, "options": OPTIONS, "open": True})
        self.assertEqual(person.vote("fewer", step="later").status, 204)
        self.ask_class()  # asked anew: nobody's vote of then is known any more
        person.vote("more")
        self.assertEqual(self.counts(), {("guess", 1, "fewer"): 0, ("guess", 1, "more"): 1,
                                         ("later", 1, "fewer"): 1, ("later", 1, "more"): 0})
        self.assertIsNone(self.state(step="elsewhere")["vote"])


class Evidence(Lecture):
    def archive(self, run, headers):
        """The evidence's files by their name, without the folder."""
        answer = self.server.get(f"/api/v1/runs/{run}/export.zip", headers)
        self.assertEqual(answer.status, 200)
        with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
            return {name.split("/")[1]: archive.read(name).decode() for name in archive.namelist()}

    def both_rounds(self, person, run):
        """On the question of a scene of the program, whose words the report has."""
        options = [{"id": "local"}, {"id": "fine"}]
        self.state(run=run, scene="crisis", step="guess", vote={"round": 1, "options": options, "open": True})
        self.assertEqual(person.vote("fine").status, 204)
        self.state(vote={"round": 2, "options": options, "open": True})
        self.assertEqual(person.vote("local", round=2).status, 204)

    def check_files(self, files, name):
        rows = list(csv.DictReader(io.StringIO(files["votes.csv"])))
        self.assertEqual([(row["class"], row["scene"], row["step"], row["round"], row["option"], row["count"]) for row in rows],
                         [("1", "crisis", "guess", "1", "local", "0"), ("1", "crisis", "guess", "1", "fine", "1"),
                          ("1", "crisis", "guess", "2", "local", "1"), ("1", "crisis", "guess", "2", "fine", "0")])
        self.assertEqual({row["run_id"] for row in rows}, {json.loads(files["run.json"])["run_id"]})
        columns = [row["column"] for row in csv.DictReader(io.StringIO(files["columns.csv"])) if row["file"] == "votes"]
        self.assertEqual(columns, [name for name in rows[0] if name in columns])
        self.assertEqual(len(columns), 6)
        section = files["report.html"].split('<section id="votes">')[1].split("</section>")[0]
        words = json.loads((SOURCE / "web/words/scenes.json").read_text())["scenes"]
        for key in ("title", "guess.question", "guess.options.local.text", "guess.options.fine.text"):
            self.assertIn(html.escape(words[f"crisis.{key}"]).replace("&#x27;", "&#39;"), section)
        self.assertEqual(re.findall(r"(\d+) <small>(\d+) %", section), [("0", "0"), ("1", "100"), ("1", "100"), ("0", "0")])
        for text in files.values():
            self.assertFalse(name in text)

    def test_votes_are_in_the_evidence_of_their_run_for_the_presenter(self):
        code = self.open()
        run, other = self.new_run(), self.new_run()
        person = self.person(code, nickname="Grace Hopper")
        self.both_rounds(person, run)
        self.check_files(self.archive(run, self.presenter), "Grace")
        without = self.archive(other, self.presenter)
        for files in (without, self.archive(run, person.headers), self.archive(run, {})):
            self.assertNotIn("votes.csv", files)
            self.assertNotIn("votes,", files["columns.csv"])
            self.assertNotIn('id="votes"', files["report.html"])
        report = f"/api/v1/runs/{run}/report.html"
        self.assertIn('id="votes"', self.server.get(report, self.presenter).text())
        self.assertNotIn('id="votes"', self.server.get(report, person.headers).text())

    def test_another_class_and_a_restart_leave_them(self):
        code = self.open()
        run = self.new_run()
        self.both_rounds(self.person(code, nickname="Grace"), run)
        self.ask("POST", "/reset", {})
        self.assertEqual(self.ask("GET", "/votes").json(), [])
        self.restart()
        self.check_files(self.archive(run, self.presenter), "Grace")
        self.ask_class()
        self.ask("DELETE")
        self.open()
        self.check_files(self.archive(run, self.presenter), "Grace")


class Ordering(Lecture):
    def test_while_it_is_allowed(self):
        code = self.open()
        run, other = self.new_run(), self.new_run()
        person = self.person(code)
        self.assertEqual(person.order(run).status, 403)
        self.state(run=run)
        answer = person.order(run)
        self.assertEqual((answer.status, answer.json()["detail"]), (403, "The presenter takes no orders now."))
        self.state(inputs_allowed=True, frozen=True)
        self.assertIn("stopped", person.order(run).json()["detail"])
        self.state(frozen=False)
        self.assertEqual(person.order(run).status, 202)
        self.assertEqual(person.order(other).status, 403)
        self.assertEqual(Person(self.server).order(run).status, 403)
        inputs = self.server.get(f"/api/v1/runs/{run}/export/inputs.csv").text()
        rows = [row for row in csv.DictReader(io.StringIO(inputs)) if row["type"] == "order.place"]
        self.assertEqual([row["who"] for row in rows], ["phone"])

    def test_not_faster_than_a_person(self):
        code = self.open()
        run = self.new_run()
        person, other = self.person(code), self.person(code)
        self.state(run=run, inputs_allowed=True)
        answers = [person.order(run) for _ in range(20)]
        self.assertEqual({answer.status for answer in answers}, {202, 429})
        self.assertEqual(answers[-1].headers["Retry-After"], "3")
        self.assertEqual(other.order(run).status, 202)

    def test_the_run_can_be_computed_again(self):
        code = self.open()
        run = self.new_run()
        person = self.person(code)
        self.state(run=run, inputs_allowed=True)
        for _ in range(3):
            self.assertEqual(person.order(run).status, 202)
        self.server.post(f"/api/v1/runs/{run}/pace", {"advance_ms": 5000}, self.presenter)
        self.server.post(f"/api/v1/runs/{run}/pace", {"paused": True}, self.presenter)
        first = self.server.get(f"/api/v1/runs/{run}").json()
        link = self.server.get(f"/api/v1/runs/{run}/link").json()["link"]
        opened = self.server.post("/api/v1/links", {"link": link}).json()
        self.assertTrue(opened["digest_matches"])
        again = self.server.get(f"/api/v1/runs/{opened['run']}").json()
        self.assertEqual((again["digest"], again["inputs_count"]), (first["digest"], first["inputs_count"]))


class Enduring(Lecture):
    def test_a_restart_keeps_room_scene_and_votes(self):
        code = self.open()
        run = self.new_run()
        self.state(run=run, at_ms=500, inputs_allowed=True)
        self.ask_class(question="Đông khách?")
        people = [self.person(code) for _ in range(5)]
        for person in people:
            self.assertEqual(person.vote("more").status, 204)
        before = self.ask("GET").json()
        self.restart()
        self.assertEqual(people[0].vote("more").status, 403)  # who is there is in memory only
        self.assertEqual(people[0].join(code).status, 200)
        after = self.ask("POST", body={}).json()
        self.assertGreater(after["version"], before["version"])
        for name in ("code", "run", "scene", "step", "at_ms", "inputs_allowed", "ended"):
            self.assertEqual(after[name], before[name])
        self.assertEqual(after["vote"]["counts"], {"1": {"fewer": 0, "more": 5}})
        self.assertEqual(after["vote"]["question"], "Đông khách?")
        self.assertFalse(after["vote"]["open"])
        self.assertEqual(people[0].vote("more").status, 409)
        self.ask_class()
        self.assertEqual(people[0].vote("more").status, 204)
        self.assertEqual(self.counts(), {("guess", 1, "fewer"): 0, ("guess", 1, "more"): 1})

    def database(self):
        return sqlite3.connect(next(self.server.data.glob("*.db")))

    def test_what_is_stored_is_no_person(self):
        code = self.open()
        self.ask_class()
        person = self.person(code, nickname="Grace Hopper")
        person.vote("more")
        self.server.stop()
        with self.database() as database:
            columns = [row[1] for row in database.execute("PRAGMA table_info(votes)")]
            votes = sorted(database.execute("SELECT * FROM votes"))
            rooms = list(database.execute("SELECT * FROM room"))
        self.assertEqual(columns, ["place", "class", "scene", "step", "round", "option", "run", "count"])
        self.assertEqual(votes, [(0, 1, "crisis", "guess", 1, "fewer", "", 0), (1, 1, "crisis", "guess", 1, "more", "", 1)])
        self.assertEqual(len(rooms), 1)
        self.assertNotIn("Grace", str(rooms))
        self.assertNotIn(person.headers["Cookie"].split("=")[1], str(rooms))
        self.server.start()

    def test_a_slow_disk_delays_nobody(self):
        code = self.open()
        self.ask_class()
        person = self.person(code)
        with self.database() as other:
            other.execute("BEGIN IMMEDIATE")
            self.assertEqual(person.vote_once("more").status, 202)
            self.assertIn(self.ask("POST", "/state", {"blank": True}).status, (200, 503))
            self.assertEqual(person.get().json()["blank"], True)
            other.rollback()
        for _ in range(10):
            if (answer := person.vote("more")).status == 204:
                break
        self.assertEqual(answer.status, 204)
        self.restart()
        self.assertEqual(self.ask("GET").json()["vote"]["counts"], {"1": {"fewer": 0, "more": 1}})
        self.assertTrue(self.ask("GET").json()["blank"])

    def test_without_a_presenter_it_is_over(self):
        code = self.open()
        self.ask_class()
        self.person(code).vote("more")
        self.server.stop()
        with self.database() as database:
            database.execute("UPDATE room SET seen_ms = seen_ms - 3 * 3600 * 1000")
        self.server.start()
        person = Person(self.server)
        for answer in (person.join(code), person.get(f"?code={code}"), self.ask("GET"), self.ask("POST", "/state", {}),
                       self.ask("POST", "/reset", {}), self.ask("DELETE"), self.ask("GET", "/qr.svg")):
            self.assertEqual(answer.status, 410, answer.text())
        self.assertIn("more,1", self.ask("GET", "/votes.csv").text())
        self.assertNotEqual(self.open(), code)
        self.assertEqual(self.ask("GET", "/votes").json(), [])
        self.assertEqual(person.join(code).status, 404)

    def test_between_two_groups(self):
        code = self.open()
        run = self.new_run()
        person = self.person(code)
        self.state(run=run, inputs_allowed=True, at_ms=100)
        self.ask_class()
        person.vote("more")
        person.order(run)
        answer = self.ask("POST", "/reset", {})
        self.assertEqual(answer.status, 200, answer.text())
        room = answer.json()
        self.assertNotEqual(room["run"], run)
        self.assertEqual((room["code"], room["scene"], room["step"], room["at_ms"], room["vote"]),
                         (code, "crisis", None, None, None))
        self.assertEqual(self.counts(), {})
        old, new = (self.server.get(f"/api/v1/runs/{name}").json() for name in (run, room["run"]))
        self.assertEqual((old["seed"], old["scenario"], old["settings_at_start"], old["run_id"]),
                         (new["seed"], new["scenario"], new["settings_at_start"], new["run_id"]))
        self.assertEqual(old["inputs_count"], new["inputs_count"] + 1)
        self.assertEqual(person.get().json()["run"], room["run"])


if __name__ == "__main__":
    unittest.main()
