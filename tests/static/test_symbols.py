"""What the deterministic rooms call: the undefined symbols of their objects against a list.

A name missing here (time, rand, getenv, malloc, fopen, pthread_create ...) is how a run would
stop being its seed and its inputs.
"""

import fnmatch
import pathlib
import subprocess
import tempfile
import unittest

from repository import BUILD, SOURCE

PURE_ROOMS = ("base", "node", "sim", "systems")

# From the C library and from the compiler; all of them depend on their arguments only.
ALLOWED = {
    "memchr", "memcmp", "memcpy", "memmove", "memset",
    "strchr", "strcmp", "strcspn", "strlen", "strncmp", "strnlen", "strrchr", "strspn", "strstr",
    "snprintf", "vsnprintf",
    "__assert_fail", "abort",
    "__divti3", "__modti3", "__udivti3", "__umodti3", "__popcountdi2",
    "_GLOBAL_OFFSET_TABLE_",
}

# Exceptions: pattern of the source file, patterns of symbols.
EXCEPTIONS = {
    # Turns the JSON of a scenario into a plan, before a world exists.
    "systems/*_load.c": ("cJSON_*", "malloc", "calloc", "free", "strtol*"),
    # Asks once which instruction there is; the checksum is the same either way.
    "base/crc32c.c": ("__cpu_model", "__cpu_indicator_init"),
    # The table of embedded files is made by the build.
    "base/embedded.c": ("embedded_file*",),
}


def objects(room):
    """Objects of a room in this build; their path mirrors the source's."""
    folder = BUILD / "server" / "CMakeFiles" / f"chef_{room}.dir"
    return sorted(folder.rglob("*.o"))


def symbols(path, *flags):
    listing = subprocess.run(["nm", "-P", *flags, str(path)], capture_output=True, text=True, check=True)
    return {line.split()[0] for line in listing.stdout.splitlines() if line}


def forbidden(path, source, own):
    """Symbols that the object at `path` wants and its source file may not have."""
    patterns = [pattern for name, allowed in EXCEPTIONS.items()
                if fnmatch.fnmatch(source, name) for pattern in allowed]
    wanted = symbols(path, "--undefined-only") - own - ALLOWED
    return sorted(symbol for symbol in wanted
                  if not any(fnmatch.fnmatch(symbol, pattern) for pattern in patterns))


class Symbols(unittest.TestCase):
    def setUp(self):
        cache = (BUILD / "CMakeCache.txt").read_text()
        if "CHEF_SANITIZE:STRING=\n" not in cache or "CHEF_FUZZ:BOOL=ON" in cache:
            self.skipTest("a sanitizer adds symbols of its own; the release build is the one looked at")

    def test_pure_rooms_call_only_what_is_listed(self):
        self.assertTrue(objects("base"), f"no objects of base below {BUILD}")
        pure = [(room, path) for room in PURE_ROOMS for path in objects(room)]
        own = set().union(*(symbols(path, "--defined-only", "--extern-only") for _, path in pure))
        found = []
        for room, path in pure:
            source = str(path).split(f"chef_{room}.dir/", 1)[1].removesuffix(".o")
            found += [f"server/{source} calls {symbol}" for symbol in forbidden(path, source, own)]
        self.assertEqual(found, [])

    def test_planted_call_is_found(self):
        with tempfile.TemporaryDirectory() as folder:
            source = pathlib.Path(folder) / "planted.c"
            source.write_text("#include <time.h>\nlong planted(void); "
                              "long planted(void) { return (long)time(0); }\n")
            target = source.with_suffix(".o")
            subprocess.run(["gcc", "-c", str(source), "-o", str(target)], check=True)
            self.assertEqual(forbidden(target, "sim/planted.c", set()), ["time"])


if __name__ == "__main__":
    unittest.main()
