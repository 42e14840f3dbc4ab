"""A relay between two sockets on this machine, which can be made slow, deaf, or be cut.

Standard library only: it also runs inside the Milvus server's own network namespace.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from typing import TypeAlias

Address: TypeAlias = "str | tuple[str, int]"
"""A Unix socket's path, or a host and a port."""


class Relay:
    """Hands every connection to ``listen`` on to ``target``, until it is closed.

    ``delay`` holds back each answer, in seconds; while ``deaf``, bytes are taken and nothing is
    handed on, as by a server that hangs.
    """

    def __init__(self, target: Address, listen: Address = ("127.0.0.1", 0)) -> None:
        self.delay = 0.0
        self.deaf = False
        self._target = target
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listener = _socket(listen)
        self._listener.bind(listen)
        self._listener.listen(64)
        self.port: int = self._listener.getsockname()[1] if isinstance(listen, tuple) else 0
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Relay:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Refuse new connections and cut those there are."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()

    def cut(self) -> None:
        """Cut the connections there are; new ones are taken."""
        with self._lock:
            connections, self._open = self._open, set()
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = _socket(self._target)
            try:
                far.connect(self._target)
            except OSError:
                near.close()
                continue
            with self._lock:
                self._open |= {near, far}
            for source, sink, delayed in ((near, far, False), (far, near, True)):
                pump = threading.Thread(
                    target=self._pump, args=(source, sink, delayed), daemon=True
                )
                pump.start()

    def _pump(self, source: socket.socket, sink: socket.socket, delayed: bool) -> None:
        try:
            while data := source.recv(1 << 18):
                if self.deaf:
                    continue
                if delayed and self.delay:
                    time.sleep(self.delay)
                sink.sendall(data)
        except OSError:
            pass
        with self._lock:
            self._open -= {source, sink}
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


def _socket(address: Address) -> socket.socket:
    if isinstance(address, str):
        return socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made
