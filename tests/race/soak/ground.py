"""The box office in which a soak takes place, as buyers, staff and troubles meet it.

`ServedGround` is `holdfast serve` as people start it. The nemesis has its own (nemesis.py).
"""

import asyncio
import signal
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Final, Protocol

import psutil

from holdfast.database.embedded import start_embedded_blocking
from holdfast.database.pool import Connection, open_database
from tests.race.caller import Caller
from tests.served import Served, run_program
from tests.silence import findings_that_stay

SILENT_SECONDS_MAX: Final = 240.0  # reconciler and relay finish what the kills cut off


class Ground(Protocol):
    """A running box office."""

    def caller(self, number: int, token: str = "") -> Caller:
        """Somebody's connection; numbers are spread over the processes where each has a port."""
        ...

    async def key(self, role: str) -> str:
        """The key of a member of staff."""
        ...

    async def announce(self, kind: str, seats: int, hold_seconds: int) -> int:
        """A new evening on sale. Raises AssertionError while PostgreSQL is away."""
        ...

    async def ready(self) -> None:
        """Until every process answers."""
        ...

    def workers(self) -> list[psutil.Process]:
        """The processes that answer, as they are now."""
        ...

    def postmaster(self) -> psutil.Process: ...

    async def kill_everything(self) -> None:
        """All at once, and start again."""
        ...

    async def doctor(self) -> list[str]:
        """What is still wrong after everything that was cut off had its time."""
        ...

    def look(self) -> AbstractAsyncContextManager[Connection]:
        """A connection to the database, past everything that may be cut."""
        ...


class ServedGround:
    """`holdfast serve` with several workers on one port and its own PostgreSQL."""

    def __init__(self, box_office: Served, folder: Path) -> None:
        self._box_office = box_office
        self._folder = folder

    def caller(self, number: int, token: str = "") -> Caller:
        return Caller(self._box_office.port, token)

    async def key(self, role: str) -> str:
        made = await asyncio.to_thread(self._box_office.run, "key", "create", "--role", role)
        return made.strip()

    async def announce(self, kind: str, seats: int, hold_seconds: int) -> int:
        chart = self._folder / f"{kind}-{seats}.json"
        if not await asyncio.to_thread(chart.exists):
            generated = await asyncio.to_thread(
                run_program, "chart", "generate", "--kind", kind, "--seats", str(seats)
            )
            await asyncio.to_thread(chart.write_text, generated.stdout)
        terms = ("--hold-seconds", str(hold_seconds), "--order-limit", "20")
        made = await asyncio.to_thread(self._box_office.event, chart, *terms)
        return made["event_id"]

    async def ready(self) -> None:
        await asyncio.to_thread(self._box_office.wait_ready)

    def workers(self) -> list[psutil.Process]:
        return self._box_office.workers()

    def postmaster(self) -> psutil.Process:
        return self._box_office.postmaster()

    async def kill_everything(self) -> None:
        await asyncio.to_thread(self._box_office.kill_everything)
        await asyncio.to_thread(self._box_office.start_again)

    async def doctor(self) -> list[str]:
        """The same audit as `holdfast doctor`, which has the last word."""
        server = await asyncio.to_thread(start_embedded_blocking, self._box_office.data)
        try:
            found = await findings_that_stay(server, SILENT_SECONDS_MAX)
        finally:
            server.close()
        code, output = await asyncio.to_thread(self._box_office.try_run, "doctor", "--json")
        return found or ([] if code == 0 else [output])

    @asynccontextmanager
    async def look(self) -> AsyncGenerator[Connection]:
        server = await asyncio.to_thread(start_embedded_blocking, self._box_office.data)
        database = await open_database(server)
        try:
            async with database.dedicated("holdfast soak") as connection:
                yield connection
        finally:
            await database.close()
            server.close()


def kill(process: psutil.Process) -> None:
    process.send_signal(signal.SIGKILL)
