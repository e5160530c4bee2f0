"""What the benchmarks of the page share."""

import contextlib
import sys

from chef_server import ChefServer


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


@contextlib.contextmanager
def address():
    """Of the server that the command line names; without one, of the built server, started for this."""
    if len(sys.argv) > 1:
        yield sys.argv[1]
    else:
        with ChefServer() as server:
            yield server.url
