"""Starting and stopping the serving processes of a run."""

import asyncio
import socket
import tempfile
from asyncio.subprocess import Process
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final, Literal

from msgspec import Struct

from benchmarks.client import LOOPBACK
from benchmarks.processes import (
    cpu_seconds,
    end,
    environment_for,
    main_thread_seconds,
    module_command,
    resident_bytes,
)

Design = Literal["desk", "row_lock"]
DESIGNS: Final[tuple[Design, ...]] = ("desk", "row_lock")

# What this side and the serving process (serving.py) have agreed on.
EMPTY_PATH: Final = "/api/v1/empty"
CLOCK_PATH: Final = "/bench/clock"
READY: Final = "serving"
CONNECTIONS: Final = "BENCH_ROW_LOCK_CONNECTIONS"
PROFILE: Final = "BENCH_PROFILE"

START_SECONDS_MAX: Final = 30.0
STOP_SECONDS_MAX: Final = 15.0  # drain, then the provider's books are written down
PROCESSES: Final = (1, 2)  # how many serve where both are measured: one, and one for each core
ROW_LOCK_CONNECTIONS: Final = 16  # per box office; the best of 4, 8, 16, 32 and 64 (docs)


def by_processes(what: str, count: int) -> str:
    """What is measured, with how many processes serve."""
    return what if count == 1 else f"{what}, {count} processes"


class ServerFailed(Exception):  # noqa: N818 (it reads as what it says)
    """A serving process did not start, or did not end as it should; the text says why."""


class Server(Struct):
    """Processes that serve one port."""

    port: int
    processes: list[Process]

    @property
    def resident_bytes(self) -> int:
        """Memory in use by all of them."""
        return sum(resident_bytes(process.pid) for process in self.processes)

    @property
    def cpu_seconds(self) -> float:
        """Processor time used by all of them so far."""
        return sum(cpu_seconds(process.pid) for process in self.processes)

    @property
    def main_thread_seconds(self) -> float:
        """Processor time used by the threads in which Python runs."""
        return sum(main_thread_seconds(process.pid) for process in self.processes)

    async def put_clock_forward(self, seconds: float) -> None:
        """Make every later reading of the clock so much later; for one process only."""
        assert len(self.processes) == 1, "each process has a clock of its own"
        reader, writer = await asyncio.open_connection(LOOPBACK, self.port)
        writer.write(f"POST {CLOCK_PATH}?{seconds} HTTP/1.1\r\nHost: bench\r\n\r\n".encode())
        answer = await reader.readuntil(b"\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 201"), "the clock is the bench's own route"
        writer.close()


@asynccontextmanager
async def serving(
    design: Design,
    url: str,
    secret: str,
    *,
    workers: int = 1,
    connections: int = ROW_LOCK_CONNECTIONS,
    profile: str = "",
) -> AsyncGenerator[Server]:
    """Serve this database for the length of the block. Raises ServerFailed."""
    port = _free_port()
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="holdfast-bench-"))
        environment = environment_for(
            HOLDFAST_DATABASE_URL=url,
            HOLDFAST_DATA=folder,
            HOLDFAST_SECRET=secret,
            **{CONNECTIONS: str(max(1, connections // workers)), PROFILE: profile},
        )
        processes: list[Process] = []
        stack.push_async_callback(_stop_all, processes)
        for _ in range(workers):
            processes.append(await _start(design, port, environment))
        yield Server(port, processes)
    for process in processes:
        if process.returncode != 0:
            raise ServerFailed(f"A serving process ended with code {process.returncode}.")


async def _start(design: Design, port: int, environment: dict[str, str]) -> Process:
    process = await asyncio.create_subprocess_exec(
        *module_command("benchmarks.serving", design, str(port)),
        stdout=asyncio.subprocess.PIPE,
        env=environment,
    )
    assert process.stdout is not None, "it was asked for"
    try:
        said = await asyncio.wait_for(process.stdout.readline(), START_SECONDS_MAX)
        if said.decode().strip() != READY:
            raise ServerFailed("A serving process did not start; see what it said above.")
        await asyncio.wait_for(_answers(port), START_SECONDS_MAX)
    except BaseException:
        await end(process)
        raise
    return process


async def _answers(port: int) -> None:
    """Wait until the port takes connections."""
    while True:
        try:
            _, writer = await asyncio.open_connection(LOOPBACK, port)
        except OSError:
            await asyncio.sleep(0.02)
            continue
        writer.close()
        return


async def _stop_all(processes: list[Process]) -> None:
    await asyncio.gather(*[end(process, STOP_SECONDS_MAX) for process in processes])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return probe.getsockname()[1]
