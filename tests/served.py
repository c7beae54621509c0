"""`holdfast serve` as a person starts it: a process of its own, with its own PostgreSQL.

Commands run on the same data folder beside it. Everything started here is stopped here, by its id.
"""

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

import httpx
import psutil

READY_SECONDS_MAX = 60.0
STOP_SECONDS_MAX = 10.0
COMMAND_SECONDS_MAX = 120.0
PROGRAM = [sys.executable, "-m", "holdfast"]


class Served:
    """A running box office."""

    def __init__(self, data: Path, port: int, workers: int, settings: dict[str, str]) -> None:
        self.data = data
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.api = f"{self.url}/api/v1"
        self._workers = workers
        self._settings = settings
        self._log = (data.parent / f"{data.name}.log").open("ab")
        self.process = self._start()

    def _start(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [*PROGRAM, "serve", "--port", str(self.port), "--workers", str(self._workers),
             "--data", str(self.data)],
            stdout=self._log, stderr=self._log, env=environment() | self._settings,
        )  # fmt: skip

    def wait_ready(self) -> None:
        """Until /health answers 200."""
        deadline = time.monotonic() + READY_SECONDS_MAX
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.log()
            try:
                if httpx.get(f"{self.url}/health", timeout=2).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.05)
        raise AssertionError(f"the server did not become ready: {self.log()}")

    def log(self) -> str:
        return Path(self._log.name).read_text(errors="replace")[-4_000:]

    def workers(self) -> list[psutil.Process]:
        """The processes that answer requests."""
        children = psutil.Process(self.process.pid).children()
        return [child for child in children if "holdfast.cli.worker" in " ".join(child.cmdline())]

    def postmaster(self) -> psutil.Process:
        """The PostgreSQL of this data folder."""
        pid = int(next(self.data.rglob("postmaster.pid")).read_text().splitlines()[0])
        return psutil.Process(pid)

    def kill_everything(self) -> None:
        """kill -9 of the server, its workers, its supervisor and PostgreSQL, all at once."""
        postmaster = self.postmaster()
        supervisor = postmaster.parent()
        doomed = [postmaster, *self.workers(), psutil.Process(self.process.pid)]
        if supervisor is not None and "holdfast" in " ".join(supervisor.cmdline()):
            doomed.append(supervisor)
        for process in doomed:
            process.send_signal(signal.SIGKILL)
        self.process.wait(STOP_SECONDS_MAX)

    def start_again(self) -> None:
        self.process = self._start()
        self.wait_ready()

    def try_run(self, *arguments: str) -> tuple[int, str]:
        """A `holdfast` command on the same data folder: its exit code and standard output."""
        done = run_program(*arguments, "--data", str(self.data))
        return done.returncode, done.stdout

    def run(self, *arguments: str) -> str:
        """The same, for a command that must succeed."""
        done = run_program(*arguments, "--data", str(self.data))
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def event(self, chart: Path, *arguments: str) -> dict[str, Any]:
        """An event on sale with this chart."""
        answer = self.run(
            "event", "create", "--chart", str(chart), "--name", "An evening", "--default-price",
            "5000", "--on-sale", *arguments,
        )  # fmt: skip
        return json.loads(answer)

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._log.close()


def environment() -> dict[str, str]:
    """This process's environment without settings that would lead elsewhere."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HOLDFAST_")}
    bin_folder = os.environ.get("HOLDFAST_POSTGRES_BIN")
    return kept | ({"HOLDFAST_POSTGRES_BIN": bin_folder} if bin_folder else {})


def run_program(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """`holdfast` with these arguments, to its end."""
    return subprocess.run(
        [*PROGRAM, *arguments],
        capture_output=True,
        text=True,
        env=environment(),
        timeout=COMMAND_SECONDS_MAX,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def served(data: Path, workers: int = 1, **settings: str) -> Iterator[Served]:
    """A box office on a data folder, empty or not, ready; stopped at the end."""
    data.mkdir(parents=True, exist_ok=True)
    box_office = Served(data, free_port(), workers, settings)
    try:
        box_office.wait_ready()
        yield box_office
    finally:
        box_office.stop()
