"""The browser code's types: JSDoc checked by tsc as web/tsconfig.json says."""

import pathlib
import subprocess
import tempfile
import unittest

from repository import SOURCE

TSC = ["tsc", "--noEmit", "--pretty", "false"]


@unittest.skipUnless((SOURCE / "web").is_dir(), "there is no web/ yet")
class Types(unittest.TestCase):
    def test_web_has_no_type_error(self):
        run = subprocess.run([*TSC, "-p", str(SOURCE / "web" / "tsconfig.json")],
                             capture_output=True, text=True, check=False)
        self.assertEqual((run.returncode, run.stdout), (0, ""))

    def test_a_planted_type_error_is_found(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "planted.js"
            path.write_text("/** @type {number} */\nexport const planted = 'text';\n")
            run = subprocess.run([*TSC, "--allowJs", "--checkJs", "--strict", "--target", "es2022", str(path)],
                                 capture_output=True, text=True, check=False)
            self.assertIn("TS2322", run.stdout)


if __name__ == "__main__":
    unittest.main()
