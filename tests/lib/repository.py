"""The files of the repository, for tests that read the source."""

import os
import pathlib
import subprocess

SOURCE = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("CHEF_BUILD", SOURCE / "build" / "release"))


def source_files(*suffixes):
    """Files that git tracks or would track, as paths below SOURCE; all, or those of the suffixes."""
    listing = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                             cwd=SOURCE, capture_output=True, check=False)
    if listing.returncode == 0:
        names = [name for name in listing.stdout.decode().split("\0") if name]
        paths = [pathlib.Path(name) for name in sorted(set(names))]
    else:  # a source archive: there is no git
        paths = [path.relative_to(SOURCE) for path in sorted(SOURCE.rglob("*"))
                 if path.is_file() and "build" not in path.relative_to(SOURCE).parts]
    return [path for path in paths
            if (not suffixes or path.suffix in suffixes) and (SOURCE / path).is_file()]
