"""Serving processes that cost a fork: one process has everything imported and forks the others.

`python -m tests.race.forker` forks one for each Birth that it reads, a line, and answers with its
id. It ends when nobody can ask any more; those that it forked live on until they are stopped.
"""

import asyncio
import gc
import os
import signal
import subprocess
import sys
import traceback
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Final

import msgspec
import psutil
from msgspec import Struct

from tests.race.serving import Part, serve
from tests.served import environment

CHECKOUT: Final = Path(__file__).resolve().parents[2]
_ASKING: Final = Lock()


class Birth(Struct, frozen=True):
    """What a process is to be: its part at this port, with these settings, and where it logs."""

    port: int
    part: Part
    settings: dict[str, str]
    log: str


class Child:
    """A process that another one forked for us: known by its id alone, not by how it ended."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._process = psutil.Process(pid)

    @property
    def runs(self) -> bool:
        return self._process.is_running()

    def send_signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    async def wait(self) -> None:
        """Until it has ended."""
        await asyncio.to_thread(self._process.wait)


async def bear(birth: Birth) -> Child:
    """A new process, which may not have begun to serve."""
    return Child(await asyncio.to_thread(_ask, birth))


def _ask(birth: Birth) -> int:
    Path(birth.log).touch()
    with _ASKING:
        forker = _forker()
        assert forker.stdin is not None, "it was asked for"
        assert forker.stdout is not None, "it was asked for"
        forker.stdin.write(msgspec.json.encode(birth) + b"\n")
        forker.stdin.flush()
        answer = forker.stdout.readline()
    assert answer, "the process that forks has ended"
    return int(answer)


@cache
def _forker() -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "tests.race.forker"],
        cwd=CHECKOUT,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


def _live(birth: Birth) -> None:
    """Serve until SIGTERM, with nothing in hand that belongs to the process that forks."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    nothing = os.open(os.devnull, os.O_RDWR)
    log = os.open(birth.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for here, there in ((nothing, 0), (nothing, 1), (log, 2)):
        os.dup2(here, there)
    os.environ.update(birth.settings)
    try:
        serve(birth.port, birth.part)
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def main() -> None:
    """Until nobody asks any more. Nobody waits for the dead here: they are gone at once."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    gc.freeze()
    for line in sys.stdin.buffer:
        birth = msgspec.json.decode(line, type=Birth)
        pid = os.fork()
        if pid == 0:
            _live(birth)
        print(pid, flush=True)


if __name__ == "__main__":
    main()
