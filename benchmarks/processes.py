"""Processes of the bench: how they are started, waited for, and what they cost.

Costs are read from /proc, so the bench runs on Linux only.
"""

import asyncio
import contextlib
import os
import signal
import sys
import time
from asyncio.subprocess import Process
from pathlib import Path
from typing import Final

GONE_SECONDS_MAX: Final = 40.0  # PostgreSQL writes everything out before it ends
LOOK_SECONDS: Final = 0.05
CHECKOUT: Final = Path(__file__).resolve().parents[1]


def module_command(module: str, *arguments: str) -> tuple[str, ...]:
    """The command that runs a module of this checkout."""
    return sys.executable, "-m", module, *arguments


def environment_for(**added: str) -> dict[str, str]:
    """The environment of a child: it finds this checkout, and none of the product's settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HOLDFAST_")}
    paths = [str(CHECKOUT), str(CHECKOUT / "src"), *filter(None, [kept.get("PYTHONPATH")])]
    return {**kept, "PYTHONPATH": os.pathsep.join(paths), **added}


async def end(process: Process, seconds_max: float = 0.0) -> int:
    """Ask a child to stop, kill it where it has not after so long; returns its exit code."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if process.returncode is None:
            # It may end by itself at this very moment.
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(number)
        if number == signal.SIGTERM:
            with contextlib.suppress(TimeoutError):
                return await asyncio.wait_for(process.wait(), seconds_max)
    return await process.wait()


async def until_gone(pid: int, seconds_max: float = GONE_SECONDS_MAX) -> bool:
    """Wait for a process that is not our child; False where it is still there."""
    until = time.monotonic() + seconds_max
    while time.monotonic() < until:
        if not _is_there(pid):
            return True
        await asyncio.sleep(LOOK_SECONDS)
    return False


def _is_there(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def resident_bytes(pid: int) -> int:
    """The memory that a process has in use."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def cpu_seconds(pid: int) -> float:
    """The processor time that a process and its ended children have used; 0 where it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return sum(int(fields[place]) for place in (11, 12, 13, 14)) / os.sysconf("SC_CLK_TCK")


def main_thread_seconds(pid: int) -> float:
    """The processor time of a process's first thread alone."""
    fields = Path(f"/proc/{pid}/task/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def family_cpu_seconds(pid: int) -> float:
    """The processor time of a process, its ended children, and its children that still run."""
    return cpu_seconds(pid) + sum(cpu_seconds(child) for child in _children(pid))


def _children(pid: int) -> list[int]:
    try:
        listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except FileNotFoundError:
        return []
    return [int(child) for child in listed.split()]
