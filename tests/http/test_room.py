"""`chef serve --room`: a key is made, the address can be read by people and by phones."""

import itertools
import re
import stat
import unittest

from chef_server import ChefServer
from qr_reader import read, rows_of_print

ADDRESS = re.compile(r"^chef: the room opens (http://[0-9.]+:\d+/)$")


class Room(unittest.TestCase):
    def words(self, server):
        lines = []
        for line in server.process.stdout:
            lines.append(line)
            if "client isolation" in line:
                return lines
        self.fail("".join(lines))

    def test_what_it_prints_and_makes(self):
        with ChefServer("--room") as server:
            lines = self.words(server)
            self.assertEqual(server.host, "0.0.0.0")
            key_file = server.data / "presenter.key"
            self.assertTrue(any(str(key_file) in line for line in lines))
            self.assertEqual(stat.S_IMODE(key_file.stat().st_mode), 0o600)
            key = key_file.read_text().strip()
            self.assertRegex(key, r"^[a-z2-9]{20}$")
            self.assertNotIn(key, "".join(lines))
            self.check_address(server, lines)
            self.check_key(server, key)
            server.stop()
            with ChefServer("--room", data=server.data) as again:
                self.words(again)
                self.assertEqual(key_file.read_text().strip(), key)
                self.check_key(again, key)

    def check_address(self, server, lines):
        addresses = [(i, match[1]) for i, line in enumerate(lines) if (match := ADDRESS.match(line))]
        if not addresses:
            self.assertTrue(any("in no network" in line for line in lines))
            return
        at, address = addresses[0]
        self.assertTrue(address.endswith(f":{server.port}/"))
        picture = list(itertools.takewhile(lambda line: line[2] in "▀▄█ ", lines[at + 1:]))
        self.assertEqual(read(rows_of_print(picture)), [address])

    def check_key(self, server, key):
        made = {"scenario": "kitchens/lunch-rush", "seed": 7}
        self.assertEqual(server.post("/api/v1/runs", made).status, 403)
        answer = server.post("/api/v1/runs", made, {"Authorization": f"Bearer {key}"})
        self.assertEqual(answer.status, 201)


if __name__ == "__main__":
    unittest.main()
