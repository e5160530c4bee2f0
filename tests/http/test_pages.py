"""Pages from memory: types, policy, caching, compression; nothing else is served."""

import gzip
import re
import unittest

from chef_server import ChefServer
from repository import SOURCE, source_files

TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css",
         ".json": "application/json", ".svg": "image/svg+xml"}


def address(path):
    """The address of a file of the repository: web/app/x.js is /app/x.js."""
    name = str(path).removeprefix("web/")
    return "/" + ("" if name == "index.html" else name.removesuffix(".html"))


class Pages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(ChefServer())
        cls.files = [path for path in source_files(*TYPES) if path.parts[0] in ("web", "static")
                     and path.name != "tsconfig.json"]

    def test_every_file_of_the_page_is_served_as_it_is(self):
        self.assertTrue(self.files)
        for path in self.files:
            with self.subTest(path=str(path)):
                answer = self.server.get(address(path))
                self.assertEqual(answer.status, 200)
                self.assertEqual(answer.body, (SOURCE / path).read_bytes())
                self.assertTrue(answer.headers["Content-Type"].startswith(TYPES[path.suffix]))

    def test_charts_come_from_here(self):
        answer = self.server.get("/vendor/chart.js")
        self.assertEqual(answer.status, 200)
        self.assertTrue(answer.headers["Content-Type"].startswith("text/javascript"))
        self.assertIn(b"Chart.js v3", answer.body)

    def test_every_answer_carries_the_policy(self):
        for path in ("/vendor/chart.js", "/nothing", "/api/v1/runs", "/metrics", "/healthz"):
            with self.subTest(path=path):
                headers = self.server.get(path).headers
                policy = headers["Content-Security-Policy"]
                self.assertIn("default-src 'none'", policy)
                self.assertIn("script-src 'self'", policy)
                self.assertIn("frame-ancestors 'none'", policy)
                self.assertNotIn("unsafe", policy)
                self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
                self.assertEqual(headers["Referrer-Policy"], "no-referrer")
                self.assertIsNone(headers["Access-Control-Allow-Origin"])

    def test_one_page_alone_may_stand_in_a_frame(self):
        embed = self.server.get("/embed")
        self.assertIn("frame-ancestors * file:", embed.headers["Content-Security-Policy"])
        self.assertIn("script-src 'self'", embed.headers["Content-Security-Policy"])
        self.assertEqual(self.server.get("/?embed=1").body, embed.body)
        for path in ("/", "/?embed=0", "/?embed=11", "/app/embed.js", "/api/v1/runs?embed=1", "/nothing?embed=1"):
            with self.subTest(path=path):
                self.assertIn("frame-ancestors 'none'", self.server.get(path).headers["Content-Security-Policy"])

    def test_pages_obey_the_policy(self):
        inline = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>\s*\S|\son\w+\s*=|<style|\sstyle\s*=|javascript:",
                            re.IGNORECASE)
        elsewhere = re.compile(r"""(?:src|href)\s*=\s*["']?(?:https?:)?//""", re.IGNORECASE)
        for path in self.files:
            if path.suffix == ".html":
                text = (SOURCE / path).read_text()
                self.assertIsNone(inline.search(text), path)
                self.assertIsNone(elsewhere.search(text), path)

    def test_compressed_is_the_same(self):
        plain = self.server.get("/vendor/chart.js")
        packed = self.server.get("/vendor/chart.js", {"Accept-Encoding": "br, gzip"})
        self.assertEqual(packed.headers["Content-Encoding"], "gzip")
        self.assertLess(len(packed.body), len(plain.body) / 2)
        self.assertEqual(gzip.decompress(packed.body), plain.body)
        refused = self.server.get("/vendor/chart.js", {"Accept-Encoding": "gzip;q=0"})
        self.assertIsNone(refused.headers["Content-Encoding"])

    def test_known_pages_are_not_sent_again(self):
        first = self.server.get("/vendor/chart.js")
        again = self.server.get("/vendor/chart.js", {"If-None-Match": first.headers["ETag"]})
        self.assertEqual((again.status, again.body), (304, b""))
        other = self.server.get("/vendor/chart.js", {"If-None-Match": '"0123456789abcdef"'})
        self.assertEqual(other.status, 200)

    def test_head(self):
        head = self.server.request("HEAD", "/vendor/chart.js")
        whole = self.server.get("/vendor/chart.js")
        self.assertEqual((head.status, head.body), (200, b""))
        self.assertEqual(head.headers["Content-Length"], whole.headers["Content-Length"])

    def test_there_are_no_folders_and_no_ways_out(self):
        for path in ("/vendor/", "/vendor", "/app/", "/static", "/../etc/passwd", "/%2e%2e/etc/passwd",
                     "/app/..%2f..%2fetc/passwd", "/web/index.html", "/server/main.c", "/db/001_runs.sql",
                     "/vendor/chart.js/", "/%ff", "/" + "x" * 5000, "/.git/config"):
            with self.subTest(path=path[:40]):
                answer = self.server.get(path)
                self.assertEqual(answer.status, 404)
                self.assertEqual(answer.headers["Content-Type"], "application/problem+json")

    def test_pages_cannot_be_written(self):
        for method in ("POST", "PUT", "DELETE", "PATCH", "PROPFIND", "OPTIONS"):
            with self.subTest(method=method):
                answer = self.server.request(method, "/vendor/chart.js")
                self.assertEqual(answer.status, 405)
                self.assertEqual(answer.headers["Allow"], "GET, HEAD")


if __name__ == "__main__":
    unittest.main()
