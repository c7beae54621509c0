"""Where the parts meet, by hand: what a process opens, in which order, and how it lets go again.

`open_parts` is the whole server but for HTTP. Everything it starts is stopped or awaited when its
block ends, in the opposite order.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import structlog

from holdfast.accounts.access_link import AccessLinks
from holdfast.accounts.api_key import KeyRing
from holdfast.accounts.secret import find_secret, signing_key
from holdfast.accounts.session import SessionTokens
from holdfast.api.chart_shelf import ChartShelf
from holdfast.api.idempotency import forget_old
from holdfast.api.page_files import PageFiles
from holdfast.api.parts import Parts
from holdfast.api.recent_time import RecentTime
from holdfast.checkout.pay import Checkout
from holdfast.checkout.provider import Providers
from holdfast.checkout.reconcile import Reconciler
from holdfast.checkout.settlement import Settlement
from holdfast.checkout.test_ledger import TestLedger
from holdfast.checkout.test_provider import TestProvider
from holdfast.config import (
    DESK_CONNECTIONS_MAX,
    EMBEDDED_WATCH_SECONDS,
    FORGET_KEYS_SECONDS,
    LOOP_PAUSE_SECONDS,
    POOL_CONNECTIONS_MAX,
    Settings,
)
from holdfast.database.clock import Clock
from holdfast.database.embedded import EmbeddedServer, start_embedded
from holdfast.database.migrate import migrate
from holdfast.database.pool import Database, DatabaseSettings, open_database
from holdfast.desk.box_office import BoxOffice
from holdfast.desk.sweeper import Sweeper
from holdfast.live.live_maps import LiveMaps
from holdfast.live.notices import Notices
from holdfast.live.stream import Streams
from holdfast.outbox import Relay

Progress = Callable[[str], None]

log = structlog.get_logger(__name__)


@asynccontextmanager
async def open_store(
    settings: Settings, progress: Progress | None = None
) -> AsyncGenerator[Database]:
    """The database of the settings, migrated; the embedded one is started where none is named.

    Raises EmbeddedError, DatabaseUnreachable or WrongDatabase with a sentence.
    """
    async with AsyncExitStack() as stack:
        source: str | EmbeddedServer = settings.database_url
        if not settings.database_url:
            source = await start_embedded(
                settings.data, bin_directory=settings.postgres_bin, progress=progress
            )
            stack.callback(source.close)
        limits = DatabaseSettings(
            connections_max=POOL_CONNECTIONS_MAX, desk_connections_max=DESK_CONNECTIONS_MAX
        )
        database = await open_database(source, limits)
        stack.push_async_callback(database.close)
        async with database.dedicated("holdfast migration") as connection:
            await migrate(connection)
        if isinstance(source, EmbeddedServer):
            watch = await stack.enter_async_context(_running())
            watch("embedded server", lambda: _watch_embedded(source))
        yield database


@asynccontextmanager
async def open_parts(
    settings: Settings,
    database: Database,
    clock: Clock | None = None,
    providers: Providers | None = None,
) -> AsyncGenerator[Parts]:
    """Everything that answers requests. Streams end first, the desks finish what they have."""
    clock = clock or Clock()
    secret = find_secret(settings)
    charts = ChartShelf(database)
    live = LiveMaps(database, charts.plans)
    notices = Notices(database, live)
    time = RecentTime(database, clock)
    await time.read()
    box_office = BoxOffice(database, clock, notices.publish)
    test_key = signing_key(secret, "test provider")
    providers = providers or Providers(TestProvider(TestLedger(database, clock), test_key))
    relay = Relay(database, clock, providers)
    settlement = Settlement(database, clock, box_office, providers, relay.ring)
    checkout = Checkout(database, box_office, settlement, signing_key(secret, "payment token"))
    parts = Parts(
        settings=settings,
        database=database,
        clock=clock,
        time=time,
        sessions=SessionTokens(secret),
        links=AccessLinks(secret),
        keys=KeyRing(database),
        order_key=signing_key(secret, "order"),
        charts=charts,
        pages=PageFiles(),
        live=live,
        streams=Streams(live),
        box_office=box_office,
        providers=providers,
        settlement=settlement,
        checkout=checkout,
    )
    async with AsyncExitStack() as stack:
        await live.start()
        stack.push_async_callback(live.close)
        await notices.start()
        stack.push_async_callback(notices.close)
        stack.push_async_callback(box_office.close)
        keep = await stack.enter_async_context(_running())
        keep("time", time.run)
        keep("sweeper", Sweeper(database, clock, box_office).run)
        keep("relay", relay.run)
        keep("reconciler", Reconciler(database, clock, settlement).run)
        keep("idempotency", lambda: _forget_keys(database, clock))
        stack.push_async_callback(checkout.close)
        stack.push_async_callback(parts.streams.close)
        yield parts


@asynccontextmanager
async def _running() -> AsyncGenerator[Callable[[str, Callable[[], Awaitable[None]]], None]]:
    """Lends a function that starts a background loop; all of them are stopped at the end."""
    tasks: list[asyncio.Task[None]] = []

    def start(name: str, loop: Callable[[], Awaitable[None]]) -> None:
        tasks.append(asyncio.create_task(_keep(name, loop), name=name))

    try:
        yield start
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _keep(name: str, loop: Callable[[], Awaitable[None]]) -> None:
    """Run a loop; one that fails is a bug, is reported, and starts again after a pause."""
    while True:
        try:
            await loop()
        except Exception as error:
            log.error("loop.failed", loop=name, exc_info=error)
        await asyncio.sleep(LOOP_PAUSE_SECONDS)


async def _watch_embedded(server: EmbeddedServer) -> None:
    """Start the supervisor of the embedded server again if somebody killed it."""
    while True:
        await asyncio.sleep(EMBEDDED_WATCH_SECONDS)
        await server.ensure_running()


async def _forget_keys(database: Database, clock: Clock) -> None:
    """Forget Idempotency-Keys that are older than promised."""
    while True:
        async with database.pool.acquire() as connection:
            await forget_old(connection, await clock.now(connection))
        await asyncio.sleep(FORGET_KEYS_SECONDS)
