"""docs/kitchens.md names exactly the settings, scenarios, checks, inputs, tables and figures' model
that the program has."""

import re
import unittest

from chef_server import SOURCE, ChefServer

PAGE = (SOURCE / "docs" / "kitchens.md").read_text("utf-8")


def rows(heading):
    """Cells of the first table below a heading, without its two head lines."""
    section = PAGE.split(f"\n## {heading}", 1)[1].split("\n## ", 1)[0]
    table = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[2:]]


def names(cell):
    return re.findall(r"`([^`]+)`", cell)


def value(setting, number):
    if setting["kind"] == "switch":
        return "on" if number else "off"
    if setting["kind"] == "choice":
        return number
    return f"{number:.{setting['decimals']}f}"


def value_range(setting):
    if setting["key"] == "policy":
        return "see above"
    if setting["kind"] == "choice":
        return ", ".join(setting["choices"])
    if setting["kind"] == "switch":
        return "on, off"
    unit = f" {setting['unit']}" if setting["unit"] else ""
    return f"{value(setting, setting['min'])} to {value(setting, setting['max'])}{unit}"


class KitchensPage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with ChefServer() as server:
            systems = server.get("/api/v1/systems").json()
            cls.scenarios = [scenario for scenario in server.get("/api/v1/scenarios").json() if scenario["system"] == "kitchens"]
            run = server.post("/api/v1/runs", {"scenario": "kitchens/bench", "seed": 1}).json()["run"]
            cls.model = server.get(f"/api/v1/runs/{run}").json()["model"]
        cls.system = next(system for system in systems if system["name"] == "kitchens")
        cls.settings = cls.system["settings"]

    def test_settings(self):
        told = [row[:4] for row in rows("Settings")]
        real = [[f"`{setting['key']}`", "live" if setting["live"] else "start",
                 value(setting, setting["standard"]), value_range(setting)]
                for setting in self.settings if "trap" not in setting]
        self.assertEqual(told, real)

    def test_switches_with_their_traps_and_scenarios(self):
        bugs = {scenario["name"]: scenario["bug"] for scenario in self.scenarios if "bug" in scenario}
        told = [(names(row[0])[0], row[1]) for row in rows("Traps")]
        self.assertEqual(told, [(setting["key"], setting["trap"])
                                for setting in self.settings if "trap" in setting])
        shown = {name: names(row[0])[0] for row in rows("Traps") for name in names(row[3])}
        self.assertEqual(shown, bugs)
        checks = {check["name"] for check in self.system["checks"]}
        self.assertLessEqual({names(row[4])[0] for row in rows("Traps")}, checks)

    def test_policies(self):
        policy = next(setting for setting in self.settings if setting["key"] == "policy")
        self.assertEqual([names(row[0])[0] for row in rows("Who cooks")], policy["choices"])

    def test_checks(self):
        self.assertEqual([(names(row[0])[0], row[1]) for row in rows("Promises")],
                         [(check["name"], check["kind"]) for check in self.system["checks"]])

    def test_scenarios(self):
        told = {names(row[0])[0]: row[1] for row in rows("Scenarios")}
        self.assertEqual(told.pop("kitchens/trap-*"), "30 to 120")
        real = {scenario["name"]: f"{scenario['until_s']:g}" for scenario in self.scenarios
                if "/trap-" not in scenario["name"]}
        self.assertEqual(told, real)
        traps = [scenario["until_s"] for scenario in self.scenarios if "/trap-" in scenario["name"]]
        self.assertEqual((min(traps), max(traps)), (30, 120))

    def test_inputs(self):
        host = ("setting.", "node.", "link.", "net.", "disk.", "clock.", "heal.")
        real = [(entry["name"], [argument["name"] for argument in entry["args"]])
                for entry in self.system["inputs"] if not entry["name"].startswith(host)]
        self.assertEqual([(names(row[0])[0], names(row[1])) for row in rows("Inputs")], real)

    def test_tables(self):
        told = {name for row in rows("Tables") for name in names(row[0])}
        real = {table["name"] for table in self.system["tables"]}
        self.assertEqual(told, real | {"inputs", "columns"})
        columns = {column["name"] for table in self.system["tables"] for column in table["columns"]}
        for row in rows("Tables"):
            for name in re.findall(r"`([a-z_0-9]+)", row[2]):
                self.assertIn(name, columns)

    def test_model(self):
        cells = {row[i]: row[i + 1] for row in rows("Figures") for i in (0, 2) if len(row) == 4}
        model = self.model
        self.assertEqual(cells["CPU of an event"], f"{model['event_cpu_ns'] / 1000:g} us")
        self.assertEqual(cells["CPU of a byte"], f"{model['byte_cpu_ps'] / 1000:g} ns")
        self.assertEqual(cells["link"], f"{model['link_base_ns'] / 1e6:g} ms + "
                                        f"{model['link_ns_per_km'] / 1e6:g} ms a km + "
                                        f"{model['link_region_ns'] / 1e6:g} ms between districts")
        self.assertIn(f"mean {model['link_jitter_ns'] / 1e6:g} ms", cells["jitter of a link"])
        self.assertEqual(cells["bandwidth of a link"], f"{model['link_bytes_per_s'] / 1e6:g} MB/s")
        self.assertEqual(cells["disk write"], f"{model['disk_write_ns'] / 1e6:g} ms")
        self.assertEqual(cells["fsync"], f"{model['disk_sync_ns'] / 1e6:g} ms")
        self.assertEqual(cells["disk read"], f"{model['disk_read_ns'] / 1e6:g} ms")
        self.assertEqual(cells["disk bandwidth"], f"{model['disk_bytes_per_s'] / 1e6:g} MB/s")
        self.assertEqual(cells["reboot"], f"{model['reboot_ns'] / 1e9:g} s")


if __name__ == "__main__":
    unittest.main()
