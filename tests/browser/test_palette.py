"""The colours of web/style/tokens.css, computed again: contrast by WCAG 2, distance by CIEDE2000
as people with normal sight, protanopia, deuteranopia and tritanopia see it (Machado, Oliveira,
Fernandes 2009, severity 1). The limits stand in the names of the tests."""

import itertools
import math
import pathlib
import re
import unittest

TOKENS = pathlib.Path(__file__).resolve().parents[2] / "web" / "style" / "tokens.css"

MACHADO = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
SERIES = [f"--series-{i}" for i in range(1, 9)]
SIX = [f"--six-{i}" for i in range(1, 7)]
STATES = [f"--state-{name}" for name in ("serving", "slow", "down", "moving", "off")]
GROUND = [f"--map-{name}" for name in ("land", "roof", "roof-2", "roof-3", "park", "street", "water")]
LOAD = [f"--load-{i}" for i in range(1, 8)]


def themes(of=None):
    """{"light": {token: (r, g, b) linear}, "dark": ...}; of(text): something else of each colour."""
    css = TOKENS.read_text()
    result = {}
    for theme in ("light", "dark"):
        block = re.search(r'\[data-theme="%s"\]\s*{(.*?)}' % theme, css, re.S)[1]
        result[theme] = {name: (of or linear)(value) for name, value in
                         re.findall(r"(--[\w-]+):\s*(#[0-9a-fA-F]{6})\s*;", block)}
    return result


def linear(text):
    values = [int(text[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    return tuple(v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values)


def multiplied(one, two):
    """What a canvas makes of a colour under another with "multiply"."""
    return "#" + "".join(f"{round(int(one[i:i + 2], 16) * int(two[i:i + 2], 16) / 255):02x}" for i in (1, 3, 5))


def luminance(rgb):
    return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2]


def contrast(a, b):
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def seen(rgb, sight):
    return tuple(min(1, max(0, sum(m * c for m, c in zip(row, rgb)))) for row in MACHADO[sight])


def lab(rgb):
    x = (0.4124564 * rgb[0] + 0.3575761 * rgb[1] + 0.1804375 * rgb[2]) / 0.95047
    y = 0.2126729 * rgb[0] + 0.7151522 * rgb[1] + 0.0721750 * rgb[2]
    z = (0.0193339 * rgb[0] + 0.1191920 * rgb[1] + 0.9503041 * rgb[2]) / 1.08883
    fx, fy, fz = (v ** (1 / 3) if v > 216 / 24389 else (24389 / 27 * v + 16) / 116 for v in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def ciede2000(one, two):
    """Sharma, Wu, Dalal 2005; checked below against three of their pairs."""
    (l1, a1, b1), (l2, a2, b2) = one, two
    c_mean = (math.hypot(a1, b1) + math.hypot(a2, b2)) / 2
    g = 0.5 * (1 - math.sqrt(c_mean ** 7 / (c_mean ** 7 + 25 ** 7)))
    a1, a2 = a1 * (1 + g), a2 * (1 + g)
    c1, c2 = math.hypot(a1, b1), math.hypot(a2, b2)
    h1, h2 = (math.degrees(math.atan2(b, a)) % 360 for a, b in ((a1, b1), (a2, b2)))
    turn = 0 if c1 * c2 == 0 else (h2 - h1 + 180) % 360 - 180
    dl, dc, dh = l2 - l1, c2 - c1, 2 * math.sqrt(c1 * c2) * math.sin(math.radians(turn / 2))
    l, c = (l1 + l2) / 2, (c1 + c2) / 2
    h = h1 + h2 if c1 * c2 == 0 else (h1 + h2) / 2 if abs(h1 - h2) <= 180 else (h1 + h2 + (360 if h1 + h2 < 360 else -360)) / 2
    t = (1 - 0.17 * math.cos(math.radians(h - 30)) + 0.24 * math.cos(math.radians(2 * h))
         + 0.32 * math.cos(math.radians(3 * h + 6)) - 0.20 * math.cos(math.radians(4 * h - 63)))
    sl = 1 + 0.015 * (l - 50) ** 2 / math.sqrt(20 + (l - 50) ** 2)
    sc, sh = 1 + 0.045 * c, 1 + 0.015 * c * t
    rt = (-2 * math.sqrt(c ** 7 / (c ** 7 + 25 ** 7))
          * math.sin(math.radians(60 * math.exp(-(((h - 275) / 25) ** 2)))))
    return math.sqrt((dl / sl) ** 2 + (dc / sc) ** 2 + (dh / sh) ** 2 + rt * (dc / sc) * (dh / sh))


class Palette(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.themes = themes()

    def assert_contrast(self, names, limit):
        for theme, tokens in self.themes.items():
            for name, ground in itertools.product(names, ("--page", "--panel")):
                value = contrast(tokens[name], tokens[ground])
                self.assertGreaterEqual(value, limit, f"{theme}: {name} on {ground} has contrast {value:.2f}")

    def assert_distance(self, names, limit):
        for theme, tokens in self.themes.items():
            for sight in MACHADO:
                colours = {name: lab(seen(tokens[name], sight)) for name in names}
                pair = min(itertools.combinations(names, 2), key=lambda p: ciede2000(colours[p[0]], colours[p[1]]))
                value = ciede2000(colours[pair[0]], colours[pair[1]])
                self.assertGreaterEqual(value, limit, f"{theme}, {sight}: {pair[0]} and {pair[1]} are {value:.1f} apart")

    def test_distance_formula_against_published_pairs(self):
        for one, two, expected in (((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
                                   ((50, 2.5, 0), (73, 25, -18), 27.1492),
                                   ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644)):
            self.assertAlmostEqual(ciede2000(one, two), expected, places=3)

    def test_text_has_contrast_4_5(self):
        self.assert_contrast(["--text", "--text-second"], 4.5)

    def test_states_can_be_read_as_text(self):
        self.assert_contrast(STATES, 4.5)

    def test_marks_and_borders_have_contrast_3(self):
        self.assert_contrast(SERIES + SIX + ["--border", "--focus"], 3.0)

    def test_eight_series_are_14_apart(self):
        self.assert_distance(SERIES, 14)

    def test_six_series_are_17_apart(self):
        self.assert_distance(SIX, 17)

    def test_states_are_17_apart(self):
        self.assert_distance(STATES, 17)

    def test_load_ramp_rises_in_grey(self):
        for theme, tokens in self.themes.items():
            greys = [lab((luminance(tokens[name]),) * 3)[0] for name in LOAD]
            steps = [abs(b - a) for a, b in zip(greys, greys[1:])]
            self.assertIn(greys, (sorted(greys), sorted(greys, reverse=True)), theme)
            self.assertGreaterEqual(min(steps), 6, f"{theme}: steps {steps}")

    def test_sides_of_a_comparison(self):
        """The strongest step is a line, a frame and the ground of a letter; all steps can be told apart."""
        self.assert_contrast(["--a-3", "--b-3"], 4.5)
        self.assert_distance([f"--{side}-{step}" for side in "ab" for step in (1, 2, 3)], 14)

    def test_labels_of_the_map_have_contrast_4_5(self):
        for theme, tokens in self.themes.items():
            for ground in GROUND:
                self.assertGreaterEqual(contrast(tokens["--map-label"], tokens[ground]), 4.5, f"{theme} on {ground}")

    def test_text_on_the_map_has_contrast_4_5_in_the_evening(self):
        """The evening multiplies the ground, so a name on it is read as text; so is its halo."""
        for theme, hexes in themes(lambda text: text).items():
            text = linear(hexes["--text"])
            for ground, dusk in itertools.product(GROUND, ("--map-dusk", "--map-dusk-low")):
                value = contrast(text, linear(multiplied(hexes[ground], hexes[dusk])))
                self.assertGreaterEqual(value, 4.5, f"{theme}: {ground} under {dusk} has contrast {value:.2f}")
            self.assertGreaterEqual(contrast(text, linear(hexes["--map-evening"])), 4.5, theme)

    def test_dishes_can_be_seen_in_a_shop_window(self):
        for theme, tokens in self.themes.items():
            for name in SERIES:
                value = contrast(tokens[name], tokens["--window"])
                self.assertGreaterEqual(value, 3, f"{theme}: {name} has contrast {value:.2f}")


if __name__ == "__main__":
    unittest.main()
