"""A server under race: several processes of the product on one database, each on its own port.

A race asks the process that it wants to ask, and may pause one. Everything started is stopped.
"""

import asyncio
import signal
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

import httpx

from holdfast.accounts.api_key import KeyRole, create_key
from holdfast.audit import audit
from holdfast.database.clock import Clock
from holdfast.database.pool import Database, open_database
from holdfast.desk.order import EventStatus
from holdfast.venues.chart_store import save_chart
from holdfast.venues.floor_plan import floor_plan
from holdfast.venues.generate import SEATS_MIN, generate_chart
from holdfast.venues.new_event import NewEvent, create_event, create_venue
from holdfast.venues.price import Price
from tests.race.caller import LOOPBACK, Caller
from tests.race.forker import Birth, Child, bear
from tests.race.serving import Part
from tests.served import free_port

READY_SECONDS_MAX: Final = 60.0
STOP_SECONDS_MAX: Final = 10.0
LOOK_SECONDS: Final = 0.05
SECRET: Final = "a race between many buyers and one seat"

Start = Callable[[int], Awaitable[Child]]
"""Starts one process at this port."""


class Server:
    """Running processes on one database, and what a race does with them and around them."""

    def __init__(self, database: Database, starts: list[Start]) -> None:
        self.database = database
        self.ports = [free_port() for _ in starts]
        self.processes: list[Child] = []
        self._starts = starts
        self._keys: dict[KeyRole, str] = {}

    async def open(self) -> None:
        """Start every process."""
        for start, port in zip(self._starts, self.ports, strict=True):
            self.processes.append(await start(port))
        await asyncio.gather(*[self.ready(number) for number in range(len(self.processes))])

    async def start_again(self, number: int) -> None:
        """Replace a process that was killed; it is not ready yet."""
        await self.processes[number].wait()
        self.processes[number] = await self._starts[number](self.ports[number])

    async def ready(self, number: int) -> None:
        """Until /health of this process answers 200."""
        address = f"http://{LOOPBACK}:{self.ports[number]}/health"
        async with httpx.AsyncClient() as client, asyncio.timeout(READY_SECONDS_MAX):
            while self.processes[number].runs:
                try:
                    if (await client.get(address)).status_code == 200:
                        return
                except httpx.HTTPError:
                    pass
                await asyncio.sleep(LOOK_SECONDS)
        raise AssertionError(f"process {number} has ended: see the log of the race")

    def caller(self, number: int = 0, token: str = "") -> Caller:
        """A client of one of the processes; numbers beyond them begin again with the first."""
        return Caller(self.ports[number % len(self.ports)], token)

    async def buyers(self, count: int) -> list[Caller]:
        """As many buyers, shared evenly among the processes, each with an open connection."""
        callers = [self.caller(number) for number in range(count)]
        return list(await asyncio.gather(*[caller.become_a_buyer() for caller in callers]))

    async def staff(self, role: KeyRole, number: int = 0) -> Caller:
        """Somebody with a key."""
        if role not in self._keys:
            async with self.database.pool.acquire() as connection:
                now = await Clock().now(connection)
                _, self._keys[role] = await create_key(connection, role, None, now)
        return self.caller(number, self._keys[role])

    async def event(self, seats: int, hold_seconds: int = 600) -> int:
        """A new event on sale with this many seats, its doors open."""
        chart = generate_chart("theatre", max(seats, SEATS_MIN), seed=1)
        plan = floor_plan(chart)
        async with self.database.pool.acquire() as connection, connection.transaction():
            now = await Clock().now(connection)
            event = NewEvent(
                name="The race",
                venue_id=await create_venue(connection, "The Track", "Ring 1", "UTC", now),
                chart_sha256=await save_chart(connection, chart, now),
                doors_open=now,
                start_time=now + timedelta(hours=3),
                prices=tuple([Price(name, "adult", 5_000) for name in plan.categories]),
                hold_seconds=hold_seconds,
                order_limit=500,
                status=EventStatus.ON_SALE,
            )
            return await create_event(connection, event, plan, now)

    async def faults(self, event_id: int) -> list[str]:
        """What `holdfast doctor` finds wrong with this event."""
        return [str(finding) for finding in await audit(self.database, Clock(), [event_id])]

    async def value(self, query: str, *values: object) -> Any:
        """What this query finds in the database."""
        async with self.database.pool.acquire() as connection:
            return await connection.fetchval(query, *values)

    def pause(self, number: int) -> None:
        """Stop a process where it stands: it answers nothing, and its links stay open."""
        self.processes[number].send_signal(signal.SIGSTOP)

    def go_on(self, number: int) -> None:
        """Let a paused process go on as if nothing had been."""
        self.processes[number].send_signal(signal.SIGCONT)


@asynccontextmanager
async def racing(
    url: str, log: Path, parts: tuple[Part, ...] = (Part(), Part()), urls: tuple[str, ...] = ()
) -> AsyncGenerator[Server]:
    """One process for each part on this database, ready. `urls`: other ways to it, per process."""
    async with AsyncExitStack() as stack:
        database = await open_database(url)
        stack.push_async_callback(database.close)
        ways = urls or tuple([url for _ in parts])
        starts = [partial(_start, part, way, log) for part, way in zip(parts, ways, strict=True)]
        server = Server(database, starts)
        stack.push_async_callback(_stop, server)
        try:
            await server.open()
        except (AssertionError, TimeoutError) as trouble:
            raise AssertionError(f"{trouble}: {_end_of(log)}") from trouble
        yield server


def _end_of(log: Path) -> str:
    return log.read_text(errors="replace")[-4_000:]


async def _start(part: Part, url: str, log: Path, port: int) -> Child:
    """One serving process."""
    settings = {"HOLDFAST_DATABASE_URL": url, "HOLDFAST_SECRET": SECRET}
    return await bear(Birth(port, part, settings, str(log)))


async def _stop(server: Server) -> None:
    for number, process in enumerate(server.processes):
        if process.runs:
            server.go_on(number)
            process.send_signal(signal.SIGTERM)
    for process in server.processes:
        try:
            await asyncio.wait_for(process.wait(), STOP_SECONDS_MAX)
        except TimeoutError:
            process.send_signal(signal.SIGKILL)
            await process.wait()
