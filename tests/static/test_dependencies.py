"""Who may include whom: the rooms of docs/architecture.md, read from the #include lines."""

import pathlib
import re
import tempfile
import unittest

from repository import SOURCE

# A room, and the rooms whose headers it may include besides its own.
ROOMS = {
    "base": set(),
    "node": {"base"},
    "sim": {"base", "node"},
    "systems": {"base", "node"},
    "check": {"base"},
    "store": {"base"},
    "stdio": {"base", "node", "systems"},
    "lab": {"base", "node", "sim", "systems", "check", "store"},
    "http": {"base", "node", "sim", "systems", "store", "lab"},
    "command": {"base", "node", "sim", "systems", "check", "stdio", "store", "lab", "http"},
    "main.c": {"base", "command"},
}

# A system, and those whose protocol it is built upon; any other pair is refused.
BUILT_UPON = {"kv": {"raft"}, "city": {"kv", "raft"}}

# What the deterministic rooms may take from C itself: no time, files, threads, locale or heap.
PURE_ROOMS = {"base", "node", "sim", "systems"}
PURE_HEADERS = {"assert.h", "inttypes.h", "limits.h", "stdalign.h", "stdarg.h", "stdbool.h",
                "stddef.h", "stdint.h", "stdio.h", "stdnoreturn.h", "string.h"}

# A library, and who may include it.
LIBRARY_USERS = {
    "civetweb.h": {"http"},
    "sqlite3.h": {"store"},
    "zlib.h": {"http", "lab"},
    "qrencode.h": {"http"},
    "archive.h": {"lab"},
    "archive_entry.h": {"lab"},
    "cjson/cJSON.h": {"stdio", "store", "lab", "http", "command"},
}

# Exceptions by name of the file: what turns JSON into a plan, before a world exists.
LOADERS = "_load.c"
LOADER_HEADERS = {"stdlib.h", "cjson/cJSON.h"}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def room_of(path):
    """The room of a path below server/, and the system's name inside systems/ (or None)."""
    room = path.parts[0]
    system = path.parts[1] if room == "systems" and len(path.parts) > 2 else None
    return room, system


def check_own_header(path, name):
    """A quoted include: a file of the same folder, or ROOM/... of an allowed room."""
    room, system = room_of(path)
    if "/" not in name:
        return None
    target_room, target_system = room_of(pathlib.PurePath(name))
    if target_room not in ROOMS:
        return f"{name} is in no room"
    if target_room != room and target_room not in ROOMS[room]:
        return f"{room} may not include {name}"
    if system is not None and target_system not in {None, system} | BUILT_UPON.get(system, set()):
        return f"system {system} may not include {name} of another system"
    return None


def check_system_header(path, name):
    """An include in angle brackets: the C library, or a library that this room may use."""
    room, _ = room_of(path)
    if path.name.endswith(LOADERS) and name in LOADER_HEADERS:
        return None
    if name in LIBRARY_USERS:
        return None if room in LIBRARY_USERS[name] else f"{room} may not include <{name}>"
    if room in PURE_ROOMS and name not in PURE_HEADERS:
        return f"{room} is deterministic and may not include <{name}>"
    return None


def violations(server):
    """All broken rules below a folder `server`, as lines for people."""
    found = []
    for path in sorted([*server.rglob("*.c"), *server.rglob("*.h")]):
        below = path.relative_to(server)
        if below.parts[0] not in ROOMS:
            found.append(f"server/{below}: {below.parts[0]} is no room of docs/architecture.md")
            continue
        for bracket, name in INCLUDE.findall(path.read_text()):
            check = check_own_header if bracket == '"' else check_system_header
            broken = check(below, name)
            if broken:
                found.append(f"server/{below}: {broken}")
    return found


class Dependencies(unittest.TestCase):
    def test_every_include_is_allowed(self):
        self.assertEqual(violations(SOURCE / "server"), [])

    def test_planted_violations_are_found(self):
        planted = {
            "systems/kitchens/kitchen.c": '#include "sim/sim.h"',
            "systems/raft/menu.c": '#include "systems/kitchens/kitchens.h"',
            "check/register.c": '#include "systems/system.h"',
            "sim/queue.c": "#include <time.h>",
            "sim/network.c": '#  include "lab/run.h"',
            "store/rows.c": '#include "systems/system.h"',
            "lab/run.c": "#include <civetweb.h>",
            "systems/kitchens/city.c": "#include <cjson/cJSON.h>",
            "cellar/wine.c": "",
        }
        for name, line in planted.items():
            with self.subTest(file=name), tempfile.TemporaryDirectory() as folder:
                path = pathlib.Path(folder) / name
                path.parent.mkdir(parents=True)
                path.write_text(f"/* planted */\n{line}\n")
                self.assertEqual(len(violations(pathlib.Path(folder))), 1)

    def test_what_is_allowed_is_not_found(self):
        allowed = {
            "systems/kitchens/kitchen.c": '#include "node/node.h"\n#include "kitchens.h"\n#include <string.h>',
            "systems/kitchens/city_load.c": "#include <cjson/cJSON.h>\n#include <stdlib.h>",
            "systems/catalogue.c": '#include "systems/kitchens/kitchens.h"',
            "http/server.c": '#include "lab/run.h"\n#include <civetweb.h>\n#include <pthread.h>',
        }
        with tempfile.TemporaryDirectory() as folder:
            for name, text in allowed.items():
                path = pathlib.Path(folder) / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            self.assertEqual(violations(pathlib.Path(folder)), [])


if __name__ == "__main__":
    unittest.main()
