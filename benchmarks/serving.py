"""One serving process of the bench: `python -m benchmarks.serving DESIGN PORT`.

The product's own application on the product's own server, with three things of the bench around it:
an empty POST to compare with, a clock that can be put forward, and a payment provider that answers
at once. DESIGN row_lock puts the obvious design behind the same handlers. Settings come from the
environment, as the product's do.
"""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, Final, cast

from litestar.types import ASGIApp, Receive, Scope, Send
from msgspec.structs import replace

from benchmarks.client import LOOPBACK
from benchmarks.instant_provider import InstantProvider
from benchmarks.profiling import Profile
from benchmarks.row_lock import RowLockOffice
from benchmarks.row_lock_payment import RowLockCheckout
from benchmarks.servers import CLOCK_PATH, CONNECTIONS, EMPTY_PATH, PROFILE, READY
from holdfast.api.application import make_application
from holdfast.api.parts import Parts
from holdfast.app import open_parts
from holdfast.checkout.provider import Providers
from holdfast.cli.log import set_up_log
from holdfast.cli.serving import make_server, run_loop, stop_signal
from holdfast.config import DRAIN_SECONDS_MAX, Settings, read_settings
from holdfast.database.clock import Clock
from holdfast.database.pool import Database, DatabaseSettings, open_database
from holdfast.store import open_store

_EMPTY_START: Final = {
    "type": "http.response.start",
    "status": 201,
    "headers": [(b"content-type", b"application/json"), (b"content-length", b"2")],
}
_EMPTY_BODY: Final = {"type": "http.response.body", "body": b"{}", "more_body": False}


class ShiftedClock(Clock):
    """The database's clock, put forward by so many seconds."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def shown(self, now: datetime) -> datetime:
        return now + self.ahead


class BenchRoutes:
    """The bench's own addresses; everything else goes on to the product."""

    def __init__(self, inside: ASGIApp, clock: ShiftedClock) -> None:
        self._inside = inside
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if path == EMPTY_PATH:
            await send(cast(Any, _EMPTY_START))
            await send(cast(Any, _EMPTY_BODY))
        elif path == CLOCK_PATH:
            query = scope["query_string"]
            self._clock.ahead += timedelta(seconds=float(query))
            await send(cast(Any, _EMPTY_START))
            await send(cast(Any, _EMPTY_BODY))
        else:
            await self._inside(scope, receive, send)


async def serve(design: str, port: int) -> None:
    """Serve until SIGTERM; then write the provider's books down."""
    settings = read_settings(os.environ)
    stop = stop_signal()
    provider, clock = InstantProvider(), ShiftedClock()
    async with open_store(settings) as database:
        async with (
            open_parts(settings, database, clock, Providers(provider)) as parts,
            _designed(design, settings, parts, provider) as chosen,
        ):
            application = BenchRoutes(make_application(chosen), clock)
            await _until_stopped(application, port, stop, parts.streams.close)
        await _write_down(database, provider)


@asynccontextmanager
async def _designed(
    design: str, settings: Settings, parts: Parts, provider: InstantProvider
) -> AsyncGenerator[Parts]:
    """The product's parts, or with those of the obvious design in their place."""
    if design == "desk":
        yield parts
        return
    assert design == "row_lock", "the designs are desk and row_lock"
    limits = DatabaseSettings(connections_max=int(os.environ[CONNECTIONS]))
    database = await open_database(settings.database_url, limits)
    try:
        office = cast(Any, RowLockOffice(database))
        checkout = cast(Any, RowLockCheckout(database, provider))
        yield replace(parts, box_office=office, checkout=checkout)
    finally:
        await database.close()


async def _until_stopped(
    application: ASGIApp,
    port: int,
    stop: asyncio.Event,
    close_streams: Callable[[], Coroutine[Any, Any, None]],
) -> None:
    server = make_server(application, LOOPBACK, port)
    profile = Profile(os.environ.get(PROFILE, ""))
    profile.start()
    serving = asyncio.create_task(server.serve(), name="http")
    print(READY, flush=True)
    await asyncio.wait(
        [serving, asyncio.create_task(stop.wait())], return_when=asyncio.FIRST_COMPLETED
    )
    profile.stop()
    await close_streams()
    server.stop()
    await asyncio.wait([serving], timeout=DRAIN_SECONDS_MAX)


async def _write_down(database: Database, provider: InstantProvider) -> None:
    async with database.dedicated("holdfast bench") as connection:
        await provider.write_down(connection, await Clock().now(connection))


if __name__ == "__main__":
    set_up_log()
    run_loop(serve(sys.argv[1], int(sys.argv[2])))
