"""Reads QR codes as a phone does: zbar looks at a grey picture of the modules."""

import re
import xml.etree.ElementTree as xml

import zbar

PIXELS = 4  # a module's edge
SVG = "{http://www.w3.org/2000/svg}"


def read(rows):
    """The texts that are found in a picture of rows of modules, True where dark, the quiet zone included."""
    width, height = PIXELS * len(rows[0]), PIXELS * len(rows)
    grey = b"".join(bytes(0 if dark else 255 for dark in row for _ in range(PIXELS)) * PIXELS for row in rows)
    scanner = zbar.ImageScanner()
    scanner.parse_config("disable")
    scanner.parse_config("qrcode.enable")
    image = zbar.Image(width, height, "Y800", grey)
    scanner.scan(image)
    return [symbol.data for symbol in image]


def rows_of_svg(text):
    """The modules of our picture: one white square, then rectangles of one row each."""
    picture = xml.fromstring(text)
    edge = int(picture.get("viewBox").split()[2])
    white, dark = [path.get("d") for path in picture.findall(f"{SVG}path")]
    assert white == f"M0 0h{edge}v{edge}H0z", white
    assert re.fullmatch(r"(M\d+ \d+h\d+v1h-\d+z)+", dark), dark
    rows = [[False] * edge for _ in range(edge)]
    for x, y, wide, back in re.findall(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z", dark):
        assert wide == back, (x, y)
        for column in range(int(x), int(x) + int(wide)):
            rows[int(y)][column] = True
    return rows


def rows_of_print(lines):
    """The modules of half blocks, light on dark, two rows a line; two spaces stand before each."""
    rows = []
    for line in lines:
        cells = line.rstrip("\n")[2:]
        rows.append([cell not in "▀█" for cell in cells])
        rows.append([cell not in "▄█" for cell in cells])
    return rows
