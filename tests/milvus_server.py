"""A real Milvus 2.3.5 for tests and benchmarks: PyPI's ``milvus``, reachable on loopback alone.

That server listens on every interface, whatever its configuration says. So it runs in a network
namespace of its own, where there is only a loopback interface; a Unix socket in its data folder
leads in, and a relay on 127.0.0.1 leads to that.

    with MilvusServer(folder) as server:
        MilvusClient(server.uri, token=server.token)

As a program, ``milvus_server.py DATA SOCKET`` is what runs inside the namespace.
"""

from __future__ import annotations

import contextlib
import fcntl
import importlib.util
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from relay import Relay

START = 120.0  # seconds; 8 on two idle cores, most of it for unpacking its libraries
PORT, HEALTH_PORT = 19530, 9091  # inside the namespace nobody else can have them
TOKEN = "root:Milvus"
# Its own /proc as well: the server looks itself up there by its pid, and would load no segment.
ISOLATED = (
    *("unshare", "--user", "--map-root-user", "--net", "--pid", "--fork", "--kill-child"),
    "--mount-proc",
)


class MilvusServer:
    """A server with its data in ``folder``. It may be killed and started again."""

    token = TOKEN

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # a Unix socket's path may have 107 bytes, and pytest's folders are deep
        self._sockets = Path(tempfile.mkdtemp(prefix="milvus-"))
        self._process: subprocess.Popen[bytes] | None = None
        self._relay = Relay(str(self._inner))
        self.port = self._relay.port
        self.uri = f"http://127.0.0.1:{self.port}"

    @property
    def _inner(self) -> Path:
        return self._sockets / "milvus.sock"

    def __enter__(self) -> MilvusServer:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Start it and wait until it answers. Fails with the reason where it cannot be had."""
        _check_possible()
        self._inner.unlink(missing_ok=True)
        self._folder.mkdir(parents=True, exist_ok=True)
        command = [*ISOLATED, sys.executable, __file__, str(self._folder), str(self._inner)]
        with (self._folder / "inside.log").open("wb") as log:
            # its end of this pipe tells it when the tests are gone, however they ended
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, stderr=log)
        deadline = time.monotonic() + START
        while not self._inner.exists():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                said = (self._folder / "inside.log").read_text("utf-8", "replace")[-2000:]
                raise RuntimeError(f"the Milvus server for the tests did not start: {said}")
            time.sleep(0.05)

    def kill(self) -> None:
        """End it as a power cut would: SIGKILL to all that runs in its namespace."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait(30)
            self._process = None
        self._relay.cut()

    def close(self) -> None:
        """End it for good."""
        self.kill()
        self._relay.close()
        shutil.rmtree(self._sockets, ignore_errors=True)


def _check_possible() -> None:
    if importlib.util.find_spec("milvus") is None:
        raise RuntimeError(
            "these tests need a Milvus server: `pip install milvus==2.3.5` (the `dev` extra has it)"
        )
    tried = subprocess.run([*ISOLATED, "true"], capture_output=True, text=True, check=False)
    if tried.returncode:
        raise RuntimeError(
            "the Milvus server of these tests listens on every interface and is kept in a network "
            f"namespace, which this machine refuses ({tried.stderr.strip()}); allow user "
            "namespaces, or run the tests as root"
        )


# inside the namespace


def _inside(data: str, path: str) -> None:
    _loopback_up()
    from milvus import MilvusServer as Packaged

    server = Packaged(wait_for_started=False)
    server.set_base_dir(data)
    server.config.set("authorization_enabled", True)
    server.config.set("etcd_log_level", "error")
    server.config.set("log.level", "error")
    server.start()
    _wait_healthy()
    Relay(("127.0.0.1", PORT), path)
    sys.stdin.read()  # until whoever started this is gone; the namespace ends with this process


def _loopback_up() -> None:
    up, running = 0x1, 0x40
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sH14s", b"lo", up | running, b"")
        fcntl.ioctl(any_socket, 0x8914, request)  # SIOCSIFFLAGS


def _wait_healthy() -> None:
    while True:
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(f"http://127.0.0.1:{HEALTH_PORT}/healthz", timeout=5) as answer,
        ):
            if b"OK" in answer.read():
                return
        time.sleep(0.1)


if __name__ == "__main__":
    os.chdir(sys.argv[1])
    _inside(sys.argv[1], sys.argv[2])
