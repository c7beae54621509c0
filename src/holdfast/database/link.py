"""One connection to the server, whose loss is noticed from both ends within seconds.

A cable that is pulled says nothing: without a word from TCP a waiting client waits for hours, and a
server keeps the lock of a client that is gone. Both sides ask after two idle seconds and give up
after five; over a Unix socket the kernel tells at once.
"""

import asyncio
import os
import socket
import types
from collections.abc import Awaitable, Callable, Coroutine, Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, TypeVar, cast

import asyncpg

from holdfast.database.binaries import MAJOR_MIN
from holdfast.database.connection import Connection, OwnConnection
from holdfast.database.errors import DatabaseUnreachable, LinkTrouble, WrongDatabase
from holdfast.database.flight import Answer, Call, Copy, Flight, Plan, plan

Address = Mapping[str, Any]
T = TypeVar("T")

CONNECT_SECONDS_MAX: Final = 10.0  # a server that doesn't greet us by then is as good as down
IDLE_SECONDS: Final = 2  # silence before the first question
QUESTION_SECONDS: Final = 1  # between questions
QUESTIONS_MAX: Final = 3  # unanswered
UNANSWERED_MS_MAX: Final = 5_000  # what was sent and not acknowledged

# The server's end of the link; ignored on Unix sockets.
LINK_SETTINGS: Final[Mapping[str, str]] = {
    "tcp_keepalives_idle": str(IDLE_SECONDS),
    "tcp_keepalives_interval": str(QUESTION_SECONDS),
    "tcp_keepalives_count": str(QUESTIONS_MAX),
    "tcp_user_timeout": str(UNANSWERED_MS_MAX),
}


class Link(asyncpg.Connection):
    """The driver's connection with a watched socket; it keeps no state that needs a reset.

    Beside what the driver does it can send several statements in one flight.
    """

    __slots__ = ("_plans",)

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._plans: dict[str, Plan] = {}  # by the statement's text

    def get_reset_query(self) -> str:
        """Nothing: pooled connections keep nothing, and this would cost a round trip each time."""
        return ""

    async def fly(self, calls: Sequence[Call | Copy], /) -> list[Answer]:
        """Send these statements together, and wait once: an answer for each, in their order.

        Raises OtherRows for the first that touched another number of rows than it says, else what
        the driver raises for the first that failed; the server ran nothing after that one. Whoever
        is cancelled meanwhile loses the link.
        """
        with self._flying():
            flight = await self._flight(calls)
            flight.send()
            return await flight.landed

    async def execute_and_fly(
        self, statement: str, calls: Sequence[Call | Copy], /
    ) -> Awaitable[list[Answer]]:
        """Run a statement that ends or begins a transaction, and send a flight right behind it.

        Returns when the statement is done; awaiting what is returned gives what `fly` gives. The
        server need not wait for us between the two, and the driver knows of the transaction.
        Raises what the statement does; the flight is then at its end, and nothing came of it that
        is kept.
        """
        with self._flying():
            flight = await self._flight(calls, behind=True)
            packed = flight.packed()
            try:
                await _and_when_sent(self.execute(statement), lambda: flight.depart(packed))
            except BaseException as error:
                if isinstance(error, asyncpg.PostgresError):
                    await asyncio.wait([flight.landed])
                flight.forget()
                raise
            return self._landing(flight)

    async def _landing(self, flight: Flight) -> list[Answer]:
        with self._flying():
            return await flight.landed

    async def _flight(self, calls: Sequence[Call | Copy], *, behind: bool = False) -> Flight:
        plans = [self._plans.get(call.statement) or await self._plan(call) for call in calls]
        transport = cast("asyncio.Transport | None", self._transport)
        if self.is_closed() or transport is None or transport.is_closing():
            raise ConnectionResetError("the connection is closed")
        driver = cast(asyncio.Protocol, self._protocol)
        return Flight(transport, driver, calls, plans, behind=behind)

    @contextmanager
    def _flying(self) -> Generator[None, None, None]:
        try:
            yield
        except asyncpg.PostgresError:
            self._plans.clear()  # a migration may be why; the driver prepares them again
            raise
        except asyncio.CancelledError:
            self.terminate()
            raise

    async def _plan(self, call: Call | Copy) -> Plan:
        self._plans[call.statement] = found = await plan(self, call)
        return found

    def watch(self) -> None:
        """Ask TCP to notice a dead link; the options differ by system, and some lack one."""
        found = cast("socket.socket | None", self._transport.get_extra_info("socket"))
        if found is None or found.family == socket.AF_UNIX:
            return
        options = (
            (socket.SOL_SOCKET, "SO_KEEPALIVE", 1),
            (socket.IPPROTO_TCP, "TCP_KEEPIDLE", IDLE_SECONDS),
            (socket.IPPROTO_TCP, "TCP_KEEPINTVL", QUESTION_SECONDS),
            (socket.IPPROTO_TCP, "TCP_KEEPCNT", QUESTIONS_MAX),
            (socket.IPPROTO_TCP, "TCP_USER_TIMEOUT", UNANSWERED_MS_MAX),
        )
        # A copy of the number, since some event loops show a socket that refuses options.
        with socket.socket(fileno=os.dup(found.fileno())) as same:
            for level, name, value in options:
                if hasattr(socket, name):
                    same.setsockopt(level, getattr(socket, name), value)


@types.coroutine
def _and_when_sent(
    work: Coroutine[Any, Any, T], then: Callable[[], None]
) -> Generator[Any, Any, T]:
    """Await what the driver does, and do something as soon as it has sent what it has to say.

    On the surface this looks wrong where a task would do: a task begins when the event loop comes
    to it, behind everything that is ready before.
    """
    waits = work.__await__()
    try:
        waited_for = next(waits)
        then()
        while True:
            try:
                value = yield waited_for
            except BaseException as error:
                waited_for = waits.throw(error)
            else:
                waited_for = waits.send(value)
    except StopIteration as end:
        return end.value


async def connect_link(*arguments: Any, **named: Any) -> Link:
    """The driver's connect, with the link watched. Raises what the driver raises."""
    link = cast(Link, await asyncpg.connect(*arguments, **{**named, "connection_class": Link}))
    link.watch()
    return link


async def connect(address: Address, application_name: str) -> OwnConnection:
    """A single connection outside all pools, without a limit on statements.

    Raises DatabaseUnreachable with what to check where nobody answers.
    """
    named = {"server_settings": {"application_name": application_name, **LINK_SETTINGS}}
    try:
        link = await connect_link(timeout=CONNECT_SECONDS_MAX, **{**address, **named})
    except UNREACHABLE as error:
        raise unreachable(error) from error
    return cast(OwnConnection, link)


UNREACHABLE: Final = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InternalClientError,  # ended while it was still being set up
)


def unreachable(error: BaseException) -> DatabaseUnreachable:
    """The sentence for a server that can't be reached; never holds the address, nor a password."""
    why = str(error) or type(error).__name__
    return DatabaseUnreachable(
        f"The database doesn't answer ({why}). Check that it runs and that HOLDFAST_DATABASE_URL "
        "leads to it, then try again."
    )


async def disconnect(link: OwnConnection, seconds_max: float) -> None:
    """Say goodbye, or drop the link where that takes too long."""
    try:
        await link.close(timeout=seconds_max)
    except LinkTrouble:
        link.terminate()


async def refuse_old_server(connection: Connection) -> int:
    """The server's major version. Raises WrongDatabase where it is older than what is tested."""
    major = int(await connection.fetchval("SHOW server_version_num")) // 10_000
    if major < MAJOR_MIN:
        raise WrongDatabase(
            f"The database is PostgreSQL {major}; Holdfast needs version {MAJOR_MIN} or newer. "
            "Upgrade it or name another one."
        )
    return major
