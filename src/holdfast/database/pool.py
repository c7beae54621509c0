"""The ways into the database: connections for requests, for the desk, and for listening.

`open_database` builds them from an address or an embedded server. Every way has its limits, and
whoever asks gets a connection or a typed error in bounded time. Pooled connections keep nothing
between two users: session settings, session locks and listeners belong on a `dedicated` one.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar

import msgspec

from holdfast.config import REPLICA_ANSWER_SECONDS_MAX
from holdfast.database.connection import Connection, OwnConnection, Record
from holdfast.database.embedded import EmbeddedServer
from holdfast.database.errors import (
    DatabaseBusy,
    DatabaseUnreachable,
    ServerError,
    Trouble,
    classify,
)
from holdfast.database.lending import CLOSE_SECONDS_MAX, Pool, open_pool
from holdfast.database.lineage import keep_lineage
from holdfast.database.link import (
    LINK_SETTINGS,
    UNREACHABLE,
    Address,
    connect,
    disconnect,
    refuse_old_server,
    unreachable,
)
from holdfast.database.listen import Listener, OnGap, OnNotice
from holdfast.database.replicas import Replica, Replicas

__all__ = ["Connection", "Database", "DatabaseSettings", "Pool", "Record", "open_database"]

T = TypeVar("T")

# A connection of the desk that is paused, unplugged or stuck gives the event's lock back. What is
# named by its key must not be scanned for later by a plan made while the table was tiny (0022).
DESK_SETTINGS: Final[Mapping[str, str]] = {
    "application_name": "holdfast desk",
    "statement_timeout": "5000",
    "lock_timeout": "1000",
    "idle_in_transaction_session_timeout": "2000",
    "enable_seqscan": "off",
    "jit": "off",
    **LINK_SETTINGS,
}
# To plan a statement takes as long as to run it, and the planner would do it each time: its plan
# for the few keys of a small batch seems cheaper than the one for any keys, and is the same. An
# older planner may find a few rows by reading all of their event, where it has planned before there
# were many; it plans anew each time (docs/decisions/0022, 0026).
PLANNED_ONCE: Final[Mapping[str, str]] = {"plan_cache_mode": "force_generic_plan"}
PLANNED_ANEW: Final[Mapping[str, str]] = {"plan_cache_mode": "force_custom_plan"}
PLANNER_MAJOR_MIN: Final = 17  # from which it goes by the keys in any case


class DatabaseSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How many connections one process has, and how long it waits.

    `behind_pgbouncer` says that the address leads to a pooler in transaction mode: nothing is
    prepared by name and no setting is sent there, so `direct_url` of `open_database` must lead past
    it for the desk and for listening.
    """

    connections_max: int = 10
    desk_connections_max: int = 6
    acquire_seconds_max: float = 5.0
    statement_seconds_max: float = 10.0
    behind_pgbouncer: bool = False


class Database:
    """The ways in of one process. Owned by whoever opened it, who closes it."""

    def __init__(self, pool: Pool, desk_pool: Pool, direct: Address, replicas: Replicas) -> None:
        self.pool: Final = pool
        self.desk_pool: Final = desk_pool
        self.replicas: Final = replicas
        self._direct = direct
        self._listeners: list[Listener] = []

    @asynccontextmanager
    async def dedicated(self, application_name: str = "holdfast") -> AsyncGenerator[Connection]:
        """A connection of one's own, past any pooler, without a limit on statements."""
        link = await connect(self._direct, application_name)
        try:
            yield link
        finally:
            await disconnect(link, CLOSE_SECONDS_MAX)

    async def listen(self, channels: Sequence[str], on_notice: OnNotice, on_gap: OnGap) -> Listener:
        """Listen on a connection of its own; everything said after this returns is heard.

        `on_notice(channel, payload)` is called per notice; `on_gap()` when the link was lost and is
        back, since what was said in between was missed. Closed by its `close` or with the database.
        """

        async def connect_again() -> OwnConnection:
            return await connect(self._direct, "holdfast listen")

        listener = Listener(connect_again, channels, on_notice, on_gap)
        await listener.start()
        self._listeners.append(listener)
        return listener

    async def read(
        self,
        work: Callable[[Connection], Awaitable[T]],
        enough: Callable[[T], bool] | None = None,
        *,
        from_primary: bool = False,
    ) -> T:
        """Do some reading, on a replica where there is one that is not too old.

        `enough` judges what a replica gave; what is not enough is read again elsewhere, in the end
        from the primary, whose answer is taken. So is a replica's that is late, while the primary
        is away. `work` only reads, and may be called once for every server. Raises what it raises
        on the last of them; DatabaseBusy of a replica at once: its load must not move on.
        """
        if not from_primary:
            read = await _read_on(self.replicas.usable(), work, enough)
            if read is not None:
                return read[0]
        try:
            async with self.pool.acquire() as connection:
                return await work(connection)
        except Exception as error:
            if from_primary or classify(error) not in (Trouble.PASSING, Trouble.LINK_LOST):
                raise
            read = await _read_on(self.replicas.late(), work, enough)
            if read is None:
                raise
            return read[0]

    async def close(self) -> None:
        """Close everything, within a few seconds whatever is still lent."""
        for listener in self._listeners:
            await listener.close()
        await asyncio.gather(self.desk_pool.close(), self.pool.close(), self.replicas.close())


async def _read_on(
    replicas: Sequence[Replica],
    work: Callable[[Connection], Awaitable[T]],
    enough: Callable[[T], bool] | None,
) -> tuple[T] | None:
    """What the first of them gives that is enough; None where none does."""
    for replica in replicas:
        try:
            async with replica.pool.acquire() as connection:
                found = await work(connection)
        except DatabaseBusy:
            raise
        except Exception as error:
            _pass_over(replica, error)
            continue
        if enough is None or enough(found):
            return (found,)
    return None


def _pass_over(replica: Replica, error: Exception) -> None:
    """Go on to the next server after a trouble of this one; raise what is no trouble of a server.

    What a replica calls a bug may be a table that it has not got yet.
    """
    trouble = classify(error)
    if trouble is Trouble.LINK_LOST or isinstance(error, DatabaseUnreachable):
        replica.found("unreachable")
    elif trouble is not Trouble.PASSING and not isinstance(error, ServerError):
        raise error


async def open_database(
    source: str | EmbeddedServer,
    settings: DatabaseSettings | None = None,
    *,
    direct_url: str | None = None,
    replica_urls: Sequence[str] = (),
) -> Database:
    """Open the ways into a database: an address (postgresql://...) or an embedded server.

    `direct_url` leads past a pooler. Replicas are looked at once; one that is away stops nothing,
    and is used when `Database.replicas.run` finds it there. Raises DatabaseUnreachable where nobody
    answers, WrongDatabase where the server is older than version 15.
    """
    settings = settings or DatabaseSettings()
    address = _address(source)
    direct = _address(direct_url) if direct_url else address
    link = await connect(direct, "holdfast")
    try:
        major = await refuse_old_server(link)
    finally:
        await disconnect(link, CLOSE_SECONDS_MAX)
    wait = settings.acquire_seconds_max
    try:
        pool = await open_pool(
            address, settings.connections_max, wait, _request_arguments(settings)
        )
        desk_pool = await open_pool(
            direct, settings.desk_connections_max, wait, _desk_arguments(major)
        )
    except UNREACHABLE as error:
        raise unreachable(error) from error
    replicas = Replicas(direct, [await _replica(url, settings) for url in replica_urls])
    await replicas.look()
    return Database(pool, desk_pool, direct, replicas)


async def _replica(url: str, settings: DatabaseSettings) -> Replica:
    """A replica whose silence is noticed at our end too."""
    arguments = {
        **_request_arguments(msgspec.structs.replace(settings, behind_pgbouncer=False)),
        "command_timeout": REPLICA_ANSWER_SECONDS_MAX,
    }
    wait = settings.acquire_seconds_max
    pool = await open_pool(_address(url), settings.connections_max, wait, arguments)
    return Replica(_address(url), pool)


def _address(source: str | EmbeddedServer) -> Address:
    return {"dsn": source} if isinstance(source, str) else source.connect_arguments()


def _request_arguments(settings: DatabaseSettings) -> dict[str, Any]:
    """A pooler in transaction mode refuses settings, so there the limit is kept at our end."""
    if settings.behind_pgbouncer:
        return {"statement_cache_size": 0, "command_timeout": settings.statement_seconds_max}
    milliseconds = str(int(settings.statement_seconds_max * 1000))
    return {
        "server_settings": {
            "application_name": "holdfast",
            "statement_timeout": milliseconds,
            "idle_in_transaction_session_timeout": milliseconds,
            "enable_seqscan": "off",
            "jit": "off",
            **LINK_SETTINGS,
        }
    }


def _desk_arguments(major: int) -> dict[str, Any]:
    """The desk's statements are a fixed list, so what is prepared stays prepared. No connection of
    it sells in a history whose epochs are not its own."""
    planner = PLANNED_ANEW if major < PLANNER_MAJOR_MIN else PLANNED_ONCE
    return {
        "server_settings": {**DESK_SETTINGS, **planner},
        "max_cached_statement_lifetime": 0,
        "init": keep_lineage,
    }
