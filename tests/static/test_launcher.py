"""The launcher ./chef, with every command that would change the machine replaced by one that only says so."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from repository import SOURCE

TOOLS = ("bash", "cat", "dirname", "env", "grep", "mkdir", "readlink", "tail")


def packages(variable):
    """The names in one of the launcher's lists."""
    text = (SOURCE / "chef").read_text()
    return re.search(rf"^{variable}=\(([^)]*)\)", text, re.MULTILINE)[1].split()


class Launcher(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        shutil.copy(SOURCE / "chef", self.folder / "chef")
        self.path = self.folder / "path"
        self.path.mkdir()
        for tool in TOOLS:
            (self.path / tool).symlink_to(shutil.which(tool))
        self.log = self.folder / "log"
        self.log.touch()
        self.write(self.folder / "build" / "release" / "chef", 'echo "program $*"\n')
        (self.folder / "build" / "release" / "build.ninja").touch()
        self.stub("cmake")
        self.stub("id", "echo 0\n")

    def write(self, path, script):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{script}")
        path.chmod(0o755)

    def stub(self, name, script=""):
        self.write(self.path / name, f'echo "{name} $*" >>"$CHEF_STUB_LOG"\n{script}')

    def stub_packages(self, installed):
        """A dpkg that knows these packages, and an apt-get that only writes down what it is told."""
        lines = "".join(f"echo '{name} installed'\n" for name in installed)
        self.write(self.path / "dpkg-query", f"{lines}exit 1\n")
        self.stub("apt-get")

    def run_launcher(self, *arguments):
        environment = {"PATH": str(self.path), "CHEF_STUB_LOG": str(self.log), "CI": "true"}
        return subprocess.run([str(self.folder / "chef"), *arguments], env=environment, cwd="/",
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)

    def commands(self, name):
        return [line for line in self.log.read_text().splitlines() if line.startswith(f"{name} ")]

    def test_up_installs_nothing_when_all_is_there(self):
        self.stub_packages(packages("BUILD_PACKAGES"))
        run = self.run_launcher("up", "--port", "9000")
        self.assertEqual((run.returncode, run.stdout), (0, "program serve --port 9000\n"))
        self.assertEqual(self.commands("apt-get"), [])

    def test_up_installs_exactly_what_is_missing_after_an_update(self):
        self.stub_packages([p for p in packages("BUILD_PACKAGES") if p not in ("cmake", "libsqlite3-dev")])
        run = self.run_launcher("up")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("installing cmake libsqlite3-dev", run.stderr)
        self.assertEqual(self.commands("apt-get"), [
            "apt-get -q -y update",
            "apt-get -q -y install --no-install-recommends cmake libsqlite3-dev"])

    def test_without_root_and_terminal_sudo_does_not_ask(self):
        self.stub_packages([])
        self.stub("id", "echo 1000\n")
        self.stub("sudo", "exit 1\n")
        run = self.run_launcher("up")
        self.assertEqual(run.returncode, 2)
        self.assertIn("could not be installed: gcc", run.stderr)
        self.assertTrue(self.commands("sudo")[0].startswith("sudo -n env DEBIAN_FRONTEND=noninteractive"))

    def test_without_root_and_sudo_it_says_the_command(self):
        self.stub_packages([])
        self.stub("id", "echo 1000\n")
        run = self.run_launcher("up")
        self.assertEqual(run.returncode, 2)
        self.assertIn("please run as root: apt-get install gcc", run.stderr)

    def test_another_system_is_told_what_is_needed(self):
        for word in ("up", "test"):
            run = self.run_launcher(word)
            self.assertEqual(run.returncode, 2)
            for need in ("to build:", "to run:", "to test:", "civetweb", "cmocka"):
                self.assertIn(need, run.stderr)

    def test_any_other_word_goes_to_the_program(self):
        run = self.run_launcher("run", "kitchens/quiet-tuesday", "--seed", "7")
        self.assertEqual((run.returncode, run.stdout), (0, "program run kitchens/quiet-tuesday --seed 7\n"))
        self.assertEqual(self.commands("cmake"), [])

    def test_a_failed_build_shows_its_log(self):
        self.stub_packages(packages("BUILD_PACKAGES"))
        self.stub("cmake", "echo 'kitchen.c: error: no salt'\nexit 1\n")
        run = self.run_launcher("up")
        self.assertEqual(run.returncode, 1)
        self.assertIn("no salt", run.stderr)
        self.assertEqual(run.stdout, "")

    def test_bad_use_exits_2_and_no_word_prints_the_usage(self):
        self.assertEqual(self.run_launcher("test", "--fast").returncode, 2)
        run = self.run_launcher()
        self.assertEqual(run.returncode, 0)
        self.assertIn("./chef up", run.stdout)

    def test_it_runs_through_a_link_from_anywhere(self):
        link = self.folder / "elsewhere"
        link.symlink_to(self.folder / "chef")
        environment = {"PATH": str(self.path), "CHEF_STUB_LOG": str(self.log)}
        run = subprocess.run([str(link), "scenarios"], env=environment, cwd=os.sep,
                             capture_output=True, text=True, check=False)
        self.assertEqual(run.stdout, "program scenarios\n")


if __name__ == "__main__":
    unittest.main()
