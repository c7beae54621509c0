"""All interleavings of two database conversations, statement by statement.

Each actor works through connections that stop before every statement until the scheduler lets it
pass. One run follows one path of choices; `explore` walks every path, depth first, each on a fresh
stage. A statement that waits for a lock is seen in pg_stat_activity, and the other actor goes on.
Method: stateless model checking by replay of choice prefixes (as in Verisoft, Godefroid 1997).
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from holdfast.database.pool import Connection, Database

STEPS_MAX = 200  # statements of one run; more means that somebody retries for ever
SETTLE_SECONDS_MAX = 10.0

_WAITS = """
SELECT wait_event_type = 'Lock'
FROM pg_stat_activity
WHERE pid = $1 AND state = 'active'
"""


class Actor:
    """One side of a run: passes the gate one statement at a time."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.done = False
        self.said: list[str] = []
        self._permit: asyncio.Future[None] | None = None
        self._arrived = asyncio.Event()
        self.pid = 0
        self.error: BaseException | None = None

    @property
    def ready(self) -> bool:
        """Stands before a statement and may be let through."""
        return self._permit is not None

    async def pass_gate(self, label: str, pid: int) -> None:
        self.pid = pid
        self.said.append(label)
        self._permit = asyncio.get_running_loop().create_future()
        self._arrived.set()
        await self._permit

    def let_through(self) -> None:
        assert self._permit is not None
        permit, self._permit = self._permit, None
        self._arrived.clear()
        permit.set_result(None)

    async def run(self, work: Callable[[], Awaitable[object]]) -> None:
        try:
            await work()
        except BaseException as error:
            self.error = error
        finally:
            self.done = True
            self._arrived.set()

    async def arrives(self, seconds: float) -> bool:
        """Whether it came to its next statement, or to its end, within this time."""
        try:
            async with asyncio.timeout(seconds):
                await self._arrived.wait()
        except TimeoutError:
            return False
        return True


class GatedConnection:
    """A connection whose every statement waits for the scheduler."""

    def __init__(self, connection: Connection, actor: Actor) -> None:
        self._connection = connection
        self._actor = actor

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._connection, name)
        if name not in ("execute", "fetch", "fetchrow", "fetchval", "copy_records_to_table"):
            return found

        async def gated(statement: str, *values: Any, **named: Any) -> Any:
            await self._actor.pass_gate(statement, self._connection.get_server_pid())
            return await found(statement, *values, **named)

        return gated


class GatedPool:
    """Lends gated connections of a real pool."""

    def __init__(self, pool: Any, actor: Actor) -> None:
        self._pool = pool
        self._actor = actor

    @asynccontextmanager
    async def acquire(self, seconds_max: float | None = None) -> AsyncIterator[Any]:
        async with self._pool.acquire(seconds_max) as connection:
            yield GatedConnection(connection, self._actor)


def gated(database: Database, actor: Actor) -> Database:
    """The same database, seen through gates."""
    return Database(
        GatedPool(database.pool, actor),  # type: ignore[arg-type]
        GatedPool(database.desk_pool, actor),  # type: ignore[arg-type]
        {},
    )


class Path:
    """The choices of one run: a prefix that is given, then always the first actor."""

    def __init__(self, prefix: list[int]) -> None:
        self._prefix = prefix
        self.taken: list[tuple[int, int]] = []

    def choose(self, options: int) -> int:
        depth = len(self.taken)
        choice = self._prefix[depth] if depth < len(self._prefix) else 0
        self.taken.append((choice, options))
        return choice

    def next_prefix(self) -> list[int] | None:
        """The path after this one in depth-first order, or None after the last."""
        taken = list(self.taken)
        while taken:
            choice, options = taken.pop()
            if choice + 1 < options:
                return [c for c, _ in taken] + [choice + 1]
        return None


async def follow(
    path: Path, watcher: Connection, actors: list[Actor], work: list[Callable[[], Awaitable[object]]]
) -> None:
    """One run along one path, to the end of both actors."""
    tasks = [
        asyncio.create_task(actor.run(what)) for actor, what in zip(actors, work, strict=True)
    ]
    try:
        for _ in range(STEPS_MAX):
            await _settle(watcher, actors)
            options = [actor for actor in actors if actor.ready]
            if all(actor.done for actor in actors):
                return
            assert options, "both wait for each other: a deadlock"
            options[path.choose(len(options)) if len(options) > 1 else 0].let_through()
        raise AssertionError("a run has no end")
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _settle(watcher: Connection, actors: list[Actor]) -> None:
    """Until every actor stands at its gate, is done, or waits for a lock in the server."""
    async with asyncio.timeout(SETTLE_SECONDS_MAX):
        for actor in actors:
            while not (actor.done or actor.ready):
                if await actor.arrives(0.003):
                    continue
                others_move = any(other.ready for other in actors if other is not actor)
                if others_move and await watcher.fetchval(_WAITS, actor.pid):
                    break
