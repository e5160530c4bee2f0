"""The image and the compose file, against the launcher, the tree and the program. Nothing is built here."""

import json
import pathlib
import re
import subprocess
import unittest

import yaml

from repository import BUILD, SOURCE

PROGRAM = BUILD / "chef"
# In every Debian image.
ESSENTIAL = {"libc6"}


def instructions():
    """The Dockerfile's instructions as (WORD, rest), with continued lines joined."""
    text = (SOURCE / "docker" / "Dockerfile").read_text().replace("\\\n", " ")
    return [line.split(None, 1) for line in text.splitlines() if line.strip() and line[0] != "#"]


def installed(stage):
    """Packages that the given stage (0: build, 1: the image) installs."""
    lists = [re.search(r"--no-install-recommends ([^&]*)", rest)[1].split()
             for word, rest in instructions() if word == "RUN" and "install" in rest]
    return set(lists[stage])


def final(word):
    """The last instruction of that word, as JSON."""
    return json.loads([rest for name, rest in instructions() if name == word][-1])


class Image(unittest.TestCase):
    def test_it_builds_with_the_launchers_packages(self):
        listed = re.search(r"^BUILD_PACKAGES=\(([^)]*)\)", (SOURCE / "chef").read_text(), re.MULTILINE)
        self.assertEqual(installed(0), set(listed[1].split()))

    def test_what_it_copies_exists(self):
        for word, rest in instructions():
            if word == "COPY" and not rest.startswith("--from"):
                for name in rest.split()[:-1]:
                    self.assertTrue((SOURCE / name).exists(), name)

    @unittest.skipUnless(PROGRAM.exists(), "there is no program yet")
    def test_it_holds_the_libraries_that_the_program_needs(self):
        listing = subprocess.run(["readelf", "-d", str(PROGRAM)], capture_output=True, text=True, check=True)
        for library in re.findall(r"\(NEEDED\).*\[(.*)\]", listing.stdout):
            owner = subprocess.run(["dpkg-query", "-S", f"*/{library}"], capture_output=True, text=True, check=True)
            packages = {line.split(":")[0] for line in owner.stdout.splitlines()}
            self.assertTrue(packages & (installed(1) | ESSENTIAL), f"{library} is in {packages}")

    def test_it_runs_without_rights(self):
        self.assertEqual([rest for word, rest in instructions() if word == "USER"], ["chef"])

    @unittest.skipUnless(PROGRAM.exists(), "there is no program yet")
    def test_the_command_is_one_that_the_program_knows(self):
        command = final("CMD")
        text = subprocess.run([str(PROGRAM), command[0], "--help"], capture_output=True, text=True, check=True).stdout
        for flag in [part for part in command if part.startswith("--")]:
            self.assertIn(flag, text)


class Compose(unittest.TestCase):
    def setUp(self):
        self.compose = yaml.safe_load((SOURCE / "docker-compose.yml").read_text())
        self.chef = self.compose["services"]["chef"]

    def test_it_has_the_one_service(self):
        self.assertEqual(list(self.compose["services"]), ["chef"])
        self.assertTrue((SOURCE / self.chef["build"]["context"] / self.chef["build"]["dockerfile"]).is_file())

    def test_the_data_survives_the_container(self):
        (volume,) = self.chef["volumes"]
        name, place = volume.split(":")
        self.assertIn(name, self.compose["volumes"])
        command = final("CMD")
        self.assertEqual(command[command.index("--data") + 1], place)

    def test_the_key_is_a_secret_that_git_ignores(self):
        (secret,) = self.chef["secrets"]
        file = pathlib.PurePath(self.compose["secrets"][secret]["file"])
        command = final("CMD")
        self.assertEqual(command[command.index("--presenter-key-file") + 1], f"/run/secrets/{secret}")
        self.assertIn(f"/{file}", (SOURCE / ".gitignore").read_text().splitlines())
        self.assertIn(str(file), (SOURCE / ".dockerignore").read_text().splitlines())

    def test_the_port_is_the_programs_and_stays_on_this_machine(self):
        (port,) = self.chef["ports"]
        self.assertEqual(port.split(":")[0], "127.0.0.1")
        command = final("CMD")
        self.assertEqual(port.split(":")[2], command[command.index("--port") + 1])


if __name__ == "__main__":
    unittest.main()
