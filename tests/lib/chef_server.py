"""The built server for a test: on a free port, with a data folder of its own, stopped at the end.

    with ChefServer() as server:
        answer = server.get("/healthz")
        assert answer.status == 200

CHEF_BUILD names the build folder (CTest sets it); without it, build/release is used.
"""

import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time

SOURCE = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("CHEF_BUILD", SOURCE / "build" / "release"))
PROGRAM = BUILD / "chef"

READY_SECONDS_MAX = 30
STOP_SECONDS_MAX = 20
ADDRESS = re.compile(r"^chef: serving on http://([^:/ ]+):(\d+)\s*$")


class Answer:
    """One HTTP answer, read whole."""

    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    def text(self):
        return self.body.decode("utf-8")

    def json(self):
        return json.loads(self.body)


class ChefServer:
    """`chef serve` as a process. `data` keeps a folder across several servers, as after a kill."""

    def __init__(self, *arguments, data=None):
        self.arguments = list(arguments)
        self.owns_data = data is None
        self.data = pathlib.Path(data or tempfile.mkdtemp(prefix="chef-test-"))
        self.process = None
        self.host = "127.0.0.1"
        self.port = 0
        self.log_path = self.data / "server.log"

    def __enter__(self):
        return self.start()

    def __exit__(self, kind, value, trace):
        try:
            code = self.stop()
        finally:
            if self.owns_data:
                shutil.rmtree(self.data, ignore_errors=True)
        if kind is None and code not in (0, None):
            raise AssertionError(f"chef serve ended with {code}:\n{self.log_tail}")

    @property
    def url(self):
        return f"http://{self.host}:{self.port}"

    def start(self, port=0):
        """Starts the server and returns when it is ready. Pages that are open find it again at its former port."""
        command = [str(PROGRAM), "serve", "--port", str(port), "--data", str(self.data), *self.arguments]
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL,
                                            stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            self._read_address()
            self._wait_until_ready()
        except BaseException:
            self.kill()
            raise
        return self

    def _read_address(self):
        for line in self.process.stdout:
            match = ADDRESS.match(line)
            if match:
                self.host, self.port = match[1], int(match[2])
                return
        raise AssertionError(f"chef serve ended with {self.process.wait()} before it served:\n{self.log()}")

    def _wait_until_ready(self):
        deadline = time.monotonic() + READY_SECONDS_MAX
        while time.monotonic() < deadline:
            try:
                if self.get("/readyz").status == 200:
                    return
            except OSError:
                pass
            time.sleep(0.02)
        raise AssertionError(f"chef serve was not ready after {READY_SECONDS_MAX} s:\n{self.log()}")

    def stop(self):
        """SIGTERM; returns the exit code, or None when it was not running."""
        if self.process is None:
            return None
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"chef serve did not stop within {STOP_SECONDS_MAX} s") from None
        self._forget_process()
        return code

    def kill(self):
        """kill -9: nothing is said to the server."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self._forget_process()

    def _forget_process(self):
        self.process.stdout.close()
        self.process = None
        self.log_tail = self.log()[-4000:]

    def log(self):
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def connect(self, timeout=30):
        """A connection of http.client, for tests that need more than one request."""
        return http.client.HTTPConnection(self.host, self.port, timeout=timeout)

    def request(self, method, path, body=None, headers=None):
        """One request on a connection of its own. A dict or list as body is sent as JSON."""
        headers = dict(headers or {})
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
            headers.setdefault("Content-Type", "application/json")
        connection = self.connect()
        try:
            connection.request(method, path, body=body, headers=headers)
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def get(self, path, headers=None):
        return self.request("GET", path, headers=headers)

    def post(self, path, body=None, headers=None):
        return self.request("POST", path, body if body is not None else {}, headers)

    def delete(self, path, headers=None):
        return self.request("DELETE", path, headers=headers)
