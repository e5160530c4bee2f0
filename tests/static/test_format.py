"""Every C file looks as .clang-format says; another version of clang-format would say otherwise."""

import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from repository import SOURCE, source_files

VERSION = "14"


def formatter():
    """The clang-format of the right version, or None."""
    for name in (f"clang-format-{VERSION}", "clang-format"):
        path = shutil.which(name)
        if path:
            version = subprocess.run([path, "--version"], capture_output=True, text=True, check=True)
            if re.search(rf"version {VERSION}\.", version.stdout):
                return path
    return None


def complaints(paths):
    """What clang-format would change, empty when nothing."""
    run = subprocess.run([formatter(), f"--style=file:{SOURCE / '.clang-format'}", "--dry-run", "-Werror",
                          *map(str, paths)], cwd=SOURCE, capture_output=True, text=True, check=False)
    return run.stderr if run.returncode else ""


@unittest.skipUnless(formatter(), f"needs clang-format {VERSION}")
class Format(unittest.TestCase):
    def test_every_c_file_is_formatted(self):
        files = source_files(".c", ".h")
        self.assertTrue(files)
        wrong = complaints(files)
        if wrong:
            self.fail(f"run clang-format-{VERSION} -i on these:\n{wrong[:4000]}")

    def test_bad_format_is_found(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "planted.c"
            path.write_text("int  planted ( void ){return 1 ;}\n")
            self.assertIn("clang-format-violations", complaints([path]))


if __name__ == "__main__":
    unittest.main()
