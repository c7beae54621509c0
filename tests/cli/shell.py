"""Running `holdfast` as a person would, in processes of their own."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import httpx

START_SECONDS_MAX = 60.0
STOP_SECONDS_MAX = 15.0  # what a busy machine may take; the promise of 5 s is tested by its own


class Ran:
    """A command that has ended."""

    def __init__(self, done: "subprocess.CompletedProcess[bytes]") -> None:
        self.code = done.returncode
        self.out = done.stdout.decode()
        self.err = done.stderr.decode()

    @property
    def json(self) -> Any:
        """What it printed, which must be one JSON document."""
        return json.loads(self.out)


class Shell:
    """A data folder or database, and commands on it."""

    def __init__(self, data: Path, **environment: str) -> None:
        self.data = data
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("HOLDFAST_")},
            "HOLDFAST_DATA": str(data),
            "COLUMNS": "100",
            **environment,
        }

    def run(self, *words: str, stdin: bytes = b"") -> Ran:
        """Run a command to its end."""
        return Ran(
            subprocess.run(
                [sys.executable, "-m", "holdfast", *words],
                env=self.environment,
                input=stdin,
                capture_output=True,
                timeout=START_SECONDS_MAX,
                check=False,
            )
        )

    def damage(self, *statements: str) -> None:
        """Change the database behind everybody's back."""

        async def run() -> None:
            link = await asyncpg.connect(self.environment["HOLDFAST_DATABASE_URL"])
            for statement in statements:
                await link.execute(statement)
            await link.close()

        asyncio.run(run())

    @contextmanager
    def serving(self, *words: str, command: str = "serve") -> Iterator["Server"]:
        """A server, ready; stopped at the end."""
        port = free_port()
        process = subprocess.Popen(
            [sys.executable, "-m", "holdfast", command, "--port", str(port), *words],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=(self.data.parent / f"server-{port}.log").open("wb"),
        )
        server = Server(process, port, self.data.parent / f"server-{port}.log")
        try:
            server.wait_until_ready()
            yield server
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            try:
                process.wait(STOP_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


class Server:
    """A running server and what it said."""

    def __init__(self, process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
        self.process = process
        self.port = port
        self.address = f"http://127.0.0.1:{port}"
        self._log = log

    @property
    def log(self) -> str:
        return self._log.read_text()

    def wait_until_ready(self) -> None:
        """Until GET /health answers 200."""
        until = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < until:
            assert self.process.poll() is None, f"the server ended: {self.log}"
            try:
                if httpx.get(f"{self.address}/health", timeout=2).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        raise AssertionError(f"not ready in time: {self.log}")

    def stop(self) -> float:
        """Ask it to stop; the seconds that took."""
        started = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(STOP_SECONDS_MAX)
        return time.monotonic() - started


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
