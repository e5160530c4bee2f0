"""A WebSocket client of a few lines, for tests of the live stream: good frames and bad ones."""

import base64
import json
import os
import socket
import struct

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
FIN = 0x80
MESSAGE_BYTES_MAX = 1 << 24


class Closed(Exception):
    """The server closed: `code` of its Close, or None when it only hung up."""

    def __init__(self, code):
        super().__init__(f"closed with {code}")
        self.code = code


class Live:
    """One connection to /live. `status` is the answer to the handshake; only 101 goes on."""

    def __init__(self, server, run, origin=None, host=None, timeout=30, receive_bytes=None):
        self.socket = socket.socket()
        if receive_bytes is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        self.socket.settimeout(timeout)
        self.socket.connect((server.host, server.port))
        self.received = b""
        self.socket.sendall(handshake(server, run, origin, host))
        head = self._until(b"\r\n\r\n")
        self.status = int(head.split()[1])
        self.problem = self._problem(head) if self.status != 101 else None

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        self.socket.close()

    def _problem(self, head):
        length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n")
                      if line.lower().startswith(b"content-length"))
        return json.loads(self._take(length))

    def _more(self):
        received = self.socket.recv(65536)
        if not received:
            raise Closed(None)
        self.received += received

    def _until(self, end):
        while end not in self.received:
            self._more()
        taken, self.received = self.received.split(end, 1)
        return taken

    def _take(self, length):
        while len(self.received) < length:
            self._more()
        taken, self.received = self.received[:length], self.received[length:]
        return taken

    def message(self):
        """The next message as (opcode, bytes). The server neither masks nor fragments."""
        first, length = self._take(2)
        assert first & 0x70 == 0 and first & FIN and length < 128, (first, length)
        if length == 126:
            length = struct.unpack(">H", self._take(2))[0]
        elif length == 127:
            length = struct.unpack(">Q", self._take(8))[0]
        assert length < MESSAGE_BYTES_MAX
        payload = self._take(length)
        if first & 15 == CLOSE:
            raise Closed(struct.unpack(">H", payload[:2])[0] if len(payload) >= 2 else None)
        return first & 15, payload

    def frame(self):
        """The next frame, parsed; other messages are passed over."""
        while True:
            opcode, payload = self.message()
            if opcode == TEXT:
                return json.loads(payload)

    def send(self, payload, opcode=TEXT, first=None, length=None, masked=True):
        """A message; `first` and `length` lie about the frame if given."""
        payload = payload.encode() if isinstance(payload, str) else payload
        length = len(payload) if length is None else length
        head = bytes([FIN | opcode if first is None else first])
        flag = 0x80 if masked else 0
        if length < 126:
            head += bytes([flag | length])
        elif length < 65536:
            head += bytes([flag | 126]) + struct.pack(">H", length)
        else:
            head += bytes([flag | 127]) + struct.pack(">Q", length)
        if masked:
            mask = os.urandom(4)
            payload = mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))
        self.socket.sendall(head + payload)

    def acknowledge(self, frame):
        self.send(json.dumps({"ack": frame["h"][6]}))

    def until_closed(self):
        """Reads to the end and returns the code of the server's Close (None: it hung up)."""
        try:
            while True:
                self.message()
        except Closed as closed:
            return closed.code
        except ConnectionResetError:
            return None


def handshake(server, run, origin=None, host=None):
    lines = [f"GET /live?run={run} HTTP/1.1", f"Host: {host or f'{server.host}:{server.port}'}",
             "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
             f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}"]
    if origin is not None:
        lines.append(f"Origin: {origin}")
    return "\r\n".join([*lines, "", ""]).encode()
