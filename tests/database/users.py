"""Processes that use an embedded server, and what can be done to them."""

import subprocess
import sys
from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

SCRIPT = Path(__file__).with_name("embedded_user.py")
GONE_SECONDS_MAX = 15.0


class User:
    """One such process; `ready` is what it said first."""

    def __init__(self, data: Path, programs: Path | None = None) -> None:
        command = [sys.executable, str(SCRIPT), str(data), *([str(programs)] if programs else [])]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._answer: list[str] = []

    def ready(self) -> "User":
        """Wait until it has the server."""
        self._answer = self._read().split()
        assert self._answer[0] == "ready", self._answer
        return self

    def refusal(self) -> str:
        """Wait until it was refused the server, and why."""
        answer = self._read()
        assert answer.startswith("refused "), answer
        return answer.removeprefix("refused ")

    @property
    def supervisor(self) -> psutil.Process:
        return psutil.Process(int(self._answer[1]))

    @property
    def postgres(self) -> psutil.Process:
        return psutil.Process(int(self._answer[2]))

    def says(self, statement: str) -> str:
        """Run a statement there; its first value as text."""
        assert self.process.stdin is not None
        self.process.stdin.write(statement + "\n")
        self.process.stdin.flush()
        return self._read()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def leave(self) -> None:
        self.process.communicate(timeout=10)

    def _read(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()


@contextmanager
def users(data: Path, number: int, programs: Path | None = None) -> Generator[list[User]]:
    """So many processes, all started at once; none of them is left over."""
    made = [User(data, programs) for _ in range(number)]
    try:
        yield made
    finally:
        for user in made:
            user.kill()


def wait_gone(processes: list[psutil.Process]) -> None:
    """Until none of them runs; raises where one still does after some seconds."""
    _, alive = psutil.wait_procs(processes, timeout=GONE_SECONDS_MAX)
    assert alive == []


def processes_of(data: Path) -> list[psutil.Process]:
    """Supervisors and servers of this data folder."""
    found: list[psutil.Process] = []
    for process in psutil.process_iter():
        try:
            works_there = Path(process.cwd()).is_relative_to(data)
            is_named = str(data) in process.cmdline() and "holdfast.database.supervisor" in (
                process.cmdline()
            )
        except (psutil.Error, OSError):
            continue
        if works_there or is_named:
            found.append(process)
    return found


def kill_all(processes: Iterable[psutil.Process]) -> None:
    """Kill them all. Some are gone by then: one that falls takes others with it."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.kill()
