"""Exports: streamed CSV that equals the API, the spreadsheet's flavour, the archive."""

import base64
import csv
import hashlib
import html.parser
import http.client
import io
import json
import pathlib
import re
import socket
import subprocess
import tempfile
import unittest
import zipfile

from chef_server import PROGRAM, ChefServer

SCENARIO = "kitchens/lunch-rush"
TABLES = ("orders", "kitchens", "migrations", "events", "inputs", "metrics", "verdicts", "columns")
PREFIX = ["run_id", "seed", "system", "scenario", "mode", "t_ms"]


class Exports(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(ChefServer())
        cls.run_id = cls.server.post("/api/v1/runs", {"scenario": SCENARIO, "seed": 7}).json()["run"]
        cls.path = f"/api/v1/runs/{cls.run_id}"
        cls.server.post(f"{cls.path}/inputs", {"type": "node.crash", "node": "B"})
        cls.server.post(f"{cls.path}/pace", {"advance_ms": 90000})
        while cls.server.get(cls.path).json()["t_ms"] < 90000:
            pass
        cls.server.post(f"{cls.path}/pace", {"paused": True})

    def table(self, name, query=""):
        answer = self.server.get(f"{self.path}/export/{name}.csv{query}")
        self.assertEqual(answer.status, 200, answer.text()[:300])
        return answer, list(csv.reader(io.StringIO(answer.text(), newline="")))

    def test_every_table(self):
        for name in TABLES:
            with self.subTest(table=name):
                answer, rows = self.table(name)
                self.assertTrue(answer.headers["Content-Type"].startswith("text/csv"))
                self.assertIn(f"{name}.csv", answer.headers["Content-Disposition"])
                self.assertEqual(int(answer.headers["X-Total-Rows"]), len(rows) - 1)
                self.assertTrue(all(len(row) == len(rows[0]) for row in rows))
                self.assertTrue(answer.body.endswith(b"\r\n"))
                self.assertEqual(answer.body.count(b"\n"), answer.body.count(b"\r\n"))
                if name != "columns":
                    self.assertEqual(rows[0][:len(PREFIX)], PREFIX)

    def test_columns_explain_every_column(self):
        _, rows = self.table("columns")
        head = rows[0]
        explained = {(row[head.index("file")].removesuffix(".csv"), row[head.index("column")]) for row in rows[1:]}
        for name in TABLES[:-1]:
            for column in self.table(name)[1][0]:
                self.assertTrue({(name, column), ("all", column)} & explained, (name, column))

    def test_orders_equal_the_api(self):
        _, rows = self.table("orders")
        answer = self.server.get(f"{self.path}/orders?state=all&limit=10000").json()
        still_open = self.server.get(f"{self.path}/orders?state=open&limit=10000").json()
        self.assertEqual(still_open["columns"], answer["columns"])
        shared = [column for column in answer["columns"] if column in rows[0]]
        self.assertIn("order_id", shared)
        self.assertGreater(len(rows), 20)

        def pick(columns, row):
            return [text(row[columns.index(name)]) for name in shared]

        def text(value):
            if value is None:
                return ""
            if isinstance(value, bool):
                return str(int(value))
            return f"{float(value):.6f}" if is_number(value) else str(value)

        def is_number(value):
            try:
                float(value)
            except ValueError:
                return False
            return True
        by_api = sorted(pick(answer["columns"], row) for row in answer["rows"] + still_open["rows"])
        by_csv = sorted(pick(rows[0], row) for row in rows[1:])
        self.assertEqual(by_csv, by_api)

    def test_the_spreadsheets_flavour(self):
        plain, _ = self.table("orders")
        answer, _ = self.table("orders", "?for=excel")
        self.assertTrue(answer.body.startswith(b"\xef\xbb\xbf"))
        self.assertFalse(plain.body.startswith(b"\xef\xbb\xbf"))

    def test_the_archive_holds_all_of_it(self):
        answer = self.server.get(f"{self.path}/export.zip")
        self.assertEqual((answer.status, answer.headers["Content-Type"]), (200, "application/zip"))
        with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
            self.assertIsNone(archive.testzip())
            names = {name.rsplit("/", 1)[-1]: name for name in archive.namelist()}
            self.assertLessEqual({f"{table}.csv" for table in TABLES} | {"run.json"}, set(names))
            self.assertEqual(archive.read(names["orders.csv"]), self.table("orders")[0].body)
            run = json.loads(archive.read(names["run.json"]))
            self.assertEqual((run["scenario"], run["seed"]), (SCENARIO, 7))

    def test_the_archive_begins_with_the_run_as_it_is(self):
        body = self.server.get(f"{self.path}/export.zip").body
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            first = archive.infolist()[0]
            link = archive.read(first)
            report = archive.read(first.filename.replace("run.chef", "report.html"))
        self.assertTrue(first.filename.endswith("/run.chef"))
        self.assertEqual(first.compress_type, zipfile.ZIP_STORED)
        self.assertRegex(link, rb"\Achef1\.[\w-]+\.[0-9a-f]{8}\n\Z")
        self.assertLess(body.find(link), 200)
        self.assertEqual(report, self.server.get(f"{self.path}/report.html").body)
        self.assertIn(link.strip(), report)

    def test_the_report_needs_nothing_but_itself(self):
        answer = self.server.get(f"{self.path}/report.html")
        page = answer.text()
        self.assertEqual(answer.headers["Content-Type"], "text/html; charset=utf-8")
        self.assertTrue(answer.headers["Content-Disposition"].startswith("inline"))
        self.assertEqual(len(answer.headers.get_all("Content-Security-Policy")), 1)
        style = re.search(r"<style>(.*?)</style>", page, re.S).group(1)
        named = f"style-src 'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}'"
        self.assertIn(named, answer.headers["Content-Security-Policy"])
        self.assertIn(named, page.replace("&#39;", "'"))
        for what in ("<script", "src=", "@import", "url(", "style=", "http://", "https://", "onload", "onclick"):
            self.assertNotIn(what, page)
        self.assertEqual(re.findall(r'href="([^#][^"]*)"', page), [])
        self.assertIn("B crashes", page)
        tags = Tags()
        tags.feed(page)
        self.assertEqual((tags.wrong, tags.open), ([], []))
        self.assertEqual(len(tags.ids), len(set(tags.ids)))

    def test_every_piece_of_evidence_is_the_run(self):
        body = self.server.get(f"{self.path}/export.zip").body
        digest = self.server.get(self.path).json()["digest"]
        with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(io.BytesIO(body)) as archive:
            archive.extractall(folder)
            whole = pathlib.Path(folder) / "evidence.zip"
            whole.write_bytes(body)
            (inner,) = (path for path in pathlib.Path(folder).iterdir() if path.is_dir())
            for path in (whole, inner / "run.chef", inner / "report.html"):
                with self.subTest(file=path.name):
                    done = subprocess.run([PROGRAM, "run", "--link", path, "--json"], check=False,
                                          capture_output=True, text=True, timeout=60)
                    self.assertEqual(done.returncode, 0, done.stderr)
                    self.assertEqual(json.loads(done.stdout)["digest"], digest)

    def test_a_branch_says_so(self):
        branch = self.server.post(f"{self.path}/branch", {"at_ms": 5000, "label": "a <wild> guess"}).json()["run"]
        page = self.server.get(f"/api/v1/runs/{branch}/report.html").text()
        self.assertTrue("a &lt;wild&gt; guess" in page)
        self.assertTrue("A branch since" in page)
        self.server.delete(f"/api/v1/runs/{branch}")

    def test_the_report_of_nothing(self):
        self.assertEqual(self.server.get("/api/v1/runs/nobody/report.html").status, 404)

    def test_an_old_client_gets_plain_bytes(self):
        with socket.create_connection((self.server.host, self.server.port), 30) as connection:
            connection.sendall(f"GET {self.path}/export/orders.csv HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
            received = b""
            while part := connection.recv(65536):
                received += part
        head, body = received.split(b"\r\n\r\n", 1)
        self.assertNotIn(b"chunked", head)
        self.assertEqual(body, self.table("orders")[0].body)

    def test_readers_that_go_away(self):
        for i in range(40):
            connection = self.server.connect()
            connection.request("GET", f"{self.path}/{('export/events.csv', 'export.zip')[i % 2]}")
            response = connection.getresponse()
            self.assertEqual(response.status, 200)
            connection.sock.close()
            connection.close()
        self.test_orders_equal_the_api()

    def test_more_exports_than_places_wait_or_are_told(self):
        connections = []
        for _ in range(60):
            connection = http.client.HTTPConnection(self.server.host, self.server.port, timeout=60)
            connection.request("GET", f"{self.path}/export/events.csv")
            connections.append(connection)
        statuses = []
        for connection in connections:
            response = connection.getresponse()
            response.read()
            statuses.append(response.status)
            connection.close()
        self.assertLessEqual(set(statuses), {200, 503})
        self.assertIn(200, statuses)


class Tags(html.parser.HTMLParser):
    """Every element is closed where it was opened, and ids are there once."""

    VOID = {"meta", "br", "line", "rect", "path", "circle", "use"}

    def __init__(self):
        super().__init__()
        self.open, self.ids, self.wrong = [], [], []

    def handle_starttag(self, tag, attrs):
        self.ids += [value for name, value in attrs if name == "id"]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.ids += [value for name, value in attrs if name == "id"]

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append((tag, self.getpos()))


class Evidence(unittest.TestCase):
    """The server and the command line say the same about the same run, to the byte."""

    SAME = ("report.html", "run.chef", "verdicts.csv", "inputs.csv", "metrics.csv", "events.csv")

    def of_server(self, server, scenario, body, until_ms):
        run = server.post("/api/v1/runs", {"scenario": scenario, **body}).json()["run"]
        path = f"/api/v1/runs/{run}"
        server.post(f"{path}/pace", {"paused": True})
        begun = server.get(path).json()["t_ms"]
        self.assertLess(begun, until_ms)
        server.post(f"{path}/pace", {"advance_ms": until_ms - begun})
        while server.get(path).json()["t_ms"] < until_ms:
            pass
        with zipfile.ZipFile(io.BytesIO(server.get(f"{path}/export.zip").body)) as archive:
            return {name.rsplit("/", 1)[-1]: archive.read(name) for name in archive.namelist()}

    def of_command(self, scenario, arguments, until):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([PROGRAM, "run", scenario, *arguments, "--until", until, "--out", folder],
                           check=False, capture_output=True, timeout=60)
            return {path.name: path.read_bytes() for path in pathlib.Path(folder).iterdir()}

    def test_both_ways(self):
        cases = (("kitchens/kitchen-fire", {"seed": 7}, ["--seed", "7"], 200),
                 ("kitchens/stadium-night", {"seed": 11, "settings": {"policy": "round-robin"}},
                  ["--seed", "11", "--set", "policy=round-robin"], 120),
                 ("kitchens/trap-05-copy-migrate", {"seed": 3, "settings": {"bug.copy_migrate": True}},
                  ["--seed", "3", "--set", "bug.copy_migrate=true"], 60))
        with ChefServer() as server:
            for scenario, body, arguments, seconds in cases:
                with self.subTest(scenario=scenario):
                    there = self.of_server(server, scenario, body, seconds * 1000)
                    here = self.of_command(scenario, arguments, f"{seconds}s")
                    self.assertEqual(set(there), set(here))
                    for name in self.SAME:
                        self.assertEqual(there[name], here[name], name)


if __name__ == "__main__":
    unittest.main()
