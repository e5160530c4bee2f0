"""What Chromium did, from its own trace: a second connection to the DevTools of a browser that selenium drives."""

import json
import socket
import urllib.parse
import urllib.request

from chef_live import Live

CATEGORIES = "devtools.timeline,blink.user_timing,disabled-by-default-devtools.timeline"


class Trace(Live):
    """`with Trace(browser) as trace: ...; events = trace.end()`: events of all processes meanwhile."""

    def __init__(self, browser):
        place = browser.capabilities["goog:chromeOptions"]["debuggerAddress"]
        with urllib.request.urlopen(f"http://{place}/json/version", timeout=30) as answer:
            url = urllib.parse.urlsplit(json.load(answer)["webSocketDebuggerUrl"])
        self.socket = socket.create_connection((url.hostname, url.port), timeout=60)
        self.received = b""
        self.socket.sendall(f"GET {url.path} HTTP/1.1\r\nHost: {url.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode())
        self.status = int(self._until(b"\r\n\r\n").split()[1])
        assert self.status == 101, self.status
        self._ask("Tracing.start", {"transferMode": "ReportEvents", "traceConfig": {
            "recordMode": "recordAsMuchAsPossible", "includedCategories": CATEGORIES.split(",")}})

    def _ask(self, method, params):
        self.send(json.dumps({"id": 1, "method": method, "params": params}))
        while (message := self.frame()).get("id") != 1:
            pass
        assert "error" not in message, message

    def end(self):
        events = []
        self.send(json.dumps({"id": 2, "method": "Tracing.end"}))
        while (message := self.frame()).get("method") != "Tracing.tracingComplete":
            if message.get("method") == "Tracing.dataCollected":
                events += message["params"]["value"]
        return events
