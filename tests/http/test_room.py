"""`chef serve --room`: a key is made, the address can be read by people and by phones."""

import re
import stat
import unittest

from chef_server import ChefServer

SIZE, QUIET = 29, 2
ADDRESS = re.compile(r"^chef: the room opens (http://[0-9.]+:\d+/)$")


def modules(lines):
    """The printed half blocks as rows of dark (True) and light, without the quiet zone."""
    rows = []
    for line in lines:
        cells = line.rstrip("\n")[2:].ljust(SIZE + 2 * QUIET, "█")
        rows.append([cell not in "▀█" for cell in cells])
        rows.append([cell not in "▄█" for cell in cells])
    return [row[QUIET:QUIET + SIZE] for row in rows[QUIET:QUIET + SIZE]]


def is_data(row, column):
    """Outside finders with their formats, the small square and the dotted lines."""
    top_left = row < 9 and column < 9
    top_right = row < 9 and column >= SIZE - 8
    bottom_left = row >= SIZE - 8 and column < 9
    small = abs(row - 22) <= 2 and abs(column - 22) <= 2
    return not (top_left or top_right or bottom_left or small or row == 6 or column == 6)


def decode(dark):
    """What a reader makes of it: mask 0, columns of two from the right, bytes."""
    bits = []
    upwards = True
    for right in [28, 26, 24, 22, 20, 18, 16, 14, 12, 10, 8, 5, 3, 1]:
        for step in range(SIZE):
            row = SIZE - 1 - step if upwards else step
            for column in (right, right - 1):
                if is_data(row, column):
                    bits.append(dark[row][column] != ((row + column) % 2 == 0))
        upwards = not upwards
    number = int("".join("01"[bit] for bit in bits[:70 * 8]), 2).to_bytes(70, "big")
    nibbles = number.hex()
    assert nibbles[0] == "4", "not bytes"
    length = int(nibbles[1:3], 16)
    return bytes.fromhex(nibbles[3:3 + 2 * length]).decode(), number


def multiply(a, b):
    product = 0
    while b:
        product ^= a if b & 1 else 0
        a = a << 1 ^ (0x11D if a & 0x80 else 0)
        b >>= 1
    return product


def syndromes(codeword):
    """All zero when the code's check bytes fit its data."""
    root, found = 1, []
    for _ in range(15):
        value = 0
        for byte in codeword:
            value = multiply(value, root) ^ byte
        found.append(value)
        root = multiply(root, 2)
    return found


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
        text, codeword = decode(modules(lines[at + 1:at + 1 + (SIZE + 2 * QUIET + 1) // 2]))
        self.assertEqual(text, address)
        self.assertEqual(syndromes(codeword), [0] * 15)

    def check_key(self, server, key):
        made = {"scenario": "kitchens/lunch-rush", "seed": 7}
        self.assertEqual(server.post("/api/v1/runs", made).status, 403)
        answer = server.post("/api/v1/runs", made, {"Authorization": f"Bearer {key}"})
        self.assertEqual(answer.status, 201)


if __name__ == "__main__":
    unittest.main()
