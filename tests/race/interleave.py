"""All interleavings of two database conversations, statement by statement.

Each actor works through connections that stop before every statement until the scheduler lets it
pass. One run follows one path of choices; `explore` walks every path, depth first, each on a fresh
stage. A statement that waits for a lock of the other actor is seen by pg_blocking_pids, and the
other goes on; any other wait ends by itself and is waited for.
Two orders that differ only in statements which touch different tables, or only read, are one order:
they are walked once (sleep sets).
Method: stateless model checking by replay of choice prefixes, with sleep sets (Godefroid, Verisoft,
1997).
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from holdfast.database.flight import Answer, Call, Copy
from holdfast.database.pool import Connection, Database
from holdfast.database.replicas import Replicas

STEPS_MAX = 200  # statements of one run; more means that somebody retries for ever
SETTLE_SECONDS_MAX = 10.0

_WAITS = "SELECT $2 = ANY(pg_blocking_pids($1))"


class Footprint(NamedTuple):
    """The tables that a statement reads, and those that it writes or locks."""

    reads: frozenset[str] = frozenset()
    writes: frozenset[str] = frozenset()

    def meets(self, other: "Footprint") -> bool:
        """Whether the order of the two can matter."""
        return bool(
            self.writes & (other.reads | other.writes) or other.writes & (self.reads | self.writes)
        )

    def __or__(self, other: "Footprint") -> "Footprint":  # type: ignore[override]
        return Footprint(self.reads | other.reads, self.writes | other.writes)


# What follows FROM and has a bracket behind it is a function.
_TABLE = re.compile(
    r"^\s*(?:(?:FROM|JOIN|UPDATE) ([a-z_.]+)\b(?! ?\()|INSERT INTO ([a-z_.]+))", re.MULTILINE
)


def footprint(statement: str) -> Footprint:
    """Read from the statement's text; a bare name is a table that rows are copied into."""
    if re.fullmatch("[a-z_]+", statement):
        return Footprint(writes=frozenset({statement}))
    named = {read or written for read, written in _TABLE.findall(statement)}
    reads_only = not re.search(r"\b(UPDATE|INSERT|DELETE)\b", statement)
    return Footprint(reads=frozenset(named)) if reads_only else Footprint(writes=frozenset(named))


class Actor:
    """One side of a run: passes the gate one statement at a time, once it is `on_stage`."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.on_stage = False
        self.done = False
        self.statement = ""
        self._permit: asyncio.Future[None] | None = None
        self._arrived = asyncio.Event()
        self._touched = Footprint()
        self.pid = 0
        self.result: object = None
        self.error: BaseException | None = None

    @property
    def ready(self) -> bool:
        """Stands before a statement and may be let through."""
        return self._permit is not None

    @property
    def next_step(self) -> Footprint:
        """What its next statement touches; a COMMIT shows all that was touched before it."""
        if self.statement.startswith(("COMMIT", "ROLLBACK")):
            return Footprint(writes=self._touched.writes)
        return footprint(self.statement)

    async def pass_gate(self, statement: str, pid: int) -> None:
        if not self.on_stage:
            return
        self.pid = pid
        self.statement = statement
        self._permit = asyncio.get_running_loop().create_future()
        self._arrived.set()
        await self._permit

    def let_through(self) -> None:
        assert self._permit is not None
        if self.statement == "BEGIN":
            self._touched = Footprint()
        self._touched |= self.next_step
        if self.statement.endswith("AND CHAIN"):  # and so begins the next one
            self._touched = Footprint()
        permit, self._permit = self._permit, None
        self._arrived.clear()
        permit.set_result(None)

    async def run(self, work: Callable[[], Awaitable[object]]) -> None:
        try:
            self.result = await work()
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

    @asynccontextmanager
    async def transaction(self, **named: Any) -> AsyncGenerator[None]:
        pid = self._connection.get_server_pid()
        await self._actor.pass_gate("BEGIN", pid)
        async with self._connection.transaction(**named):
            yield
            await self._actor.pass_gate("COMMIT", pid)

    async def fly(self, calls: Sequence[Call | Copy], /) -> list[Answer]:
        """The server runs a flight statement by statement, and others' statements in between."""
        answers: list[Answer] = []
        for call in calls:
            statement = call.table if isinstance(call, Copy) else call.statement
            await self._actor.pass_gate(statement, self._connection.get_server_pid())
            answers += await self._connection.fly([call])
        return answers

    async def execute_and_fly(
        self, statement: str, calls: Sequence[Call | Copy], /
    ) -> Awaitable[list[Answer]]:
        """The same: the flight's statements are let through one by one, when it is waited for."""
        await self.execute(statement)
        return self.fly(calls)

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

    @property
    def spare(self) -> bool:
        return self._pool.spare

    @asynccontextmanager
    async def acquire(self, seconds_max: float | None = None) -> AsyncGenerator[Any]:
        async with self._pool.acquire(seconds_max) as connection:
            yield GatedConnection(connection, self._actor)


def gated(database: Database, actor: Actor) -> Database:
    """The same database, seen through gates."""
    return Database(
        GatedPool(database.pool, actor),  # type: ignore[arg-type]
        GatedPool(database.desk_pool, actor),  # type: ignore[arg-type]
        {},
        Replicas({}, ()),
    )


class Choice(NamedTuple):
    """One point of a run: which actors could go on and were not asleep, and which one did."""

    options: tuple[int, ...]
    taken: int


class Path:
    """The choices of one run: a prefix that is given, then always the first actor awake."""

    def __init__(self, prefix: list[int]) -> None:
        self._prefix = prefix
        self._asleep: frozenset[int] = frozenset()
        self.choices: list[Choice] = []
        self.redundant = False

    def choose(self, actors: list["Actor"]) -> int:
        """Which actor goes on. A run in which only sleepers could go on was walked before."""
        ready = [index for index, actor in enumerate(actors) if actor.ready]
        options = tuple(index for index in ready if index not in self._asleep)
        if not options:
            self.redundant = True
            return ready[0]
        depth = len(self.choices)
        place = self._prefix[depth] if depth < len(self._prefix) else 0
        taken = options[place]
        self.choices.append(Choice(options, place))
        step = actors[taken].next_step
        sleepers = self._asleep | set(options[:place])
        self._asleep = frozenset(
            index
            for index in sleepers
            if index != taken and not actors[index].next_step.meets(step)
        )
        return taken

    def next_prefix(self) -> list[int] | None:
        """The path after this one in depth-first order, or None after the last."""
        choices = list(self.choices)
        while choices:
            last = choices.pop()
            if last.taken + 1 < len(last.options):
                return [choice.taken for choice in choices] + [last.taken + 1]
        return None


async def follow(
    path: Path,
    watcher: Connection,
    actors: list[Actor],
    works: list[Callable[[], Awaitable[object]]],
) -> None:
    """One run along one path, to the end of both actors."""
    tasks = [
        asyncio.create_task(actor.run(work)) for actor, work in zip(actors, works, strict=True)
    ]
    try:
        for _ in range(STEPS_MAX):
            await _settle(watcher, actors)
            if all(actor.done for actor in actors):
                return
            assert any(actor.ready for actor in actors), "both wait for each other: a deadlock"
            actors[path.choose(actors)].let_through()
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
                if await _is_blocked(watcher, actor, actors):
                    break


async def _is_blocked(watcher: Connection, actor: Actor, actors: list[Actor]) -> bool:
    """Whether it waits for somebody who stands at a gate and will not move before it is let."""
    for other in actors:
        if other is not actor and other.ready:
            return await watcher.fetchval(_WAITS, actor.pid, other.pid)
    return False
