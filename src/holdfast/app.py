"""Where the parts meet, by hand: what a process opens, in which order, and how it lets go again.

`open_parts` is the whole server but for HTTP. Everything it starts is stopped or awaited when its
block ends, in the opposite order.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime

from holdfast.accounts.access_link import AccessLinks
from holdfast.accounts.api_key import KeyRing
from holdfast.accounts.secret import find_secret, signing_key
from holdfast.accounts.session import SessionTokens
from holdfast.api.chart_shelf import ChartShelf
from holdfast.api.event_plans import EventPlans
from holdfast.api.idempotency import forget_old
from holdfast.api.page_files import PageFiles
from holdfast.api.parts import Parts
from holdfast.api.recent_time import RecentTime
from holdfast.checkout.pay import Checkout
from holdfast.checkout.provider import Providers
from holdfast.checkout.reconcile import Reconciler
from holdfast.checkout.settlement import Settlement
from holdfast.checkout.stripe_provider import StripeProvider, stripe_house
from holdfast.checkout.test_ledger import TestLedger
from holdfast.checkout.test_provider import TestProvider
from holdfast.config import (
    FORGET_KEYS_SECONDS,
    Settings,
)
from holdfast.database.clock import Clock
from holdfast.database.pool import Database
from holdfast.desk.box_office import BoxOffice
from holdfast.desk.durability import DurabilityWatch
from holdfast.desk.sweeper import Sweeper
from holdfast.ids import OrderIds
from holdfast.live.broadcast import Broadcast
from holdfast.live.live_maps import LiveMaps
from holdfast.live.notices import Notices
from holdfast.live.notify_broadcast import NotifyBroadcast
from holdfast.live.redis_broadcast import RedisBroadcast
from holdfast.live.stream import Streams
from holdfast.loops import running_loops
from holdfast.mail.carrier import Carrier, FolderCarrier, SmtpCarrier, smtp_address
from holdfast.mail.message import sender_of
from holdfast.mail.post import Post
from holdfast.outbox import Relay
from holdfast.webhooks.caller import Caller
from holdfast.webhooks.guard import Guard
from holdfast.webhooks.line import Line
from holdfast.webhooks.message import SECRET_PURPOSE, Secrets


@asynccontextmanager
async def open_parts(
    settings: Settings,
    database: Database,
    clock: Clock | None = None,
    providers: Providers | None = None,
    address: str = "http://localhost:8000",
) -> AsyncGenerator[Parts]:
    """Everything that answers requests. Streams end first, the desks finish what they have.

    `address`: where links in mails lead when the settings name no public address.
    """
    clock = clock or Clock()
    secret = find_secret(settings)
    plans = EventPlans()
    live = LiveMaps(database, plans.shelf)
    notices = Notices(_broadcast(settings, database, secret), live)
    time = RecentTime(database, clock)
    await time.read()
    durability = DurabilityWatch(database, settings.loss_accepted)
    await durability.look()
    box_office = BoxOffice(database, clock, notices.publish, plans.shelf, durability.allow)
    providers = providers or set_up_providers(settings, secret, database, clock, time.now)
    links = AccessLinks(secret)
    post = _post(settings, database, links, address)
    webhooks = Caller(
        database,
        clock,
        Secrets(signing_key(secret, SECRET_PURPOSE)),
        Line(Guard(settings.webhook_networks)),
    )
    tellers = [post] if post is not None else []
    relay = Relay(database, clock, providers, tellers, [webhooks])
    settlement = Settlement(database, clock, box_office, providers, relay.ring)
    checkout = Checkout(
        database,
        box_office,
        settlement,
        signing_key(secret, "payment token"),
        plans.ticket_lines,
    )
    parts = Parts(
        settings=settings,
        database=database,
        clock=clock,
        time=time,
        sessions=SessionTokens(secret),
        links=links,
        keys=KeyRing(database),
        order_key=signing_key(secret, "order"),
        order_ids=OrderIds(),
        charts=ChartShelf(database),
        plans=plans,
        pages=PageFiles(),
        durability=durability,
        live=live,
        notices=notices,
        streams=Streams(live),
        box_office=box_office,
        providers=providers,
        settlement=settlement,
        checkout=checkout,
        relay=relay,
        webhooks=webhooks,
    )
    async with AsyncExitStack() as stack:
        stack.push_async_callback(providers.close)
        await live.start()
        stack.push_async_callback(live.close)
        await notices.start()
        stack.push_async_callback(notices.close)
        stack.push_async_callback(box_office.close)
        stack.push_async_callback(webhooks.close)
        if post is not None:
            stack.push_async_callback(post.close)
        keep = await stack.enter_async_context(running_loops())
        keep("time", time.run)
        keep("durability", durability.run)
        if database.replicas.named:
            keep("replicas", database.replicas.run)
        keep("sweeper", Sweeper(database, clock, box_office).run)
        keep("relay", relay.run)
        keep("reconciler", Reconciler(database, clock, settlement).run)
        keep("idempotency", lambda: _forget_keys(database, clock))
        stack.push_async_callback(checkout.close)
        stack.push_async_callback(parts.streams.close)
        yield parts


def _post(settings: Settings, database: Database, links: AccessLinks, address: str) -> Post | None:
    """Who writes to buyers: by the mail server of the settings, else into a folder, or nobody."""
    if settings.smtp_url == "none":
        return None
    carrier: Carrier = FolderCarrier(settings.data / "mail")
    if settings.smtp_url:
        carrier = SmtpCarrier(smtp_address(settings.smtp_url))
    sender = sender_of(settings.mail_from)
    return Post(database, links, carrier, sender, settings.public_url or address)


def _broadcast(settings: Settings, database: Database, secret: bytes) -> Broadcast:
    """Redis where one is named, else PostgreSQL. Two box offices may share a Redis: each has a
    channel that only those who know its secret can name."""
    if not settings.redis_url:
        return NotifyBroadcast(database)
    channel = f"holdfast_live:{signing_key(secret, 'broadcast').hex()[:32]}"
    return RedisBroadcast(settings.redis_url, channel)


def set_up_providers(
    settings: Settings,
    secret: bytes,
    database: Database,
    clock: Clock,
    now: Callable[[], datetime],
) -> Providers:
    """Stripe takes new payments where it is set up; the test provider is there for what was begun
    with it, and takes them where Stripe is not."""
    test_key = signing_key(secret, "test provider")
    test = TestProvider(TestLedger(database, clock), test_key)
    if settings.stripe is None:
        return Providers(test)
    return Providers(StripeProvider(settings.stripe, stripe_house(secret), now), test)


async def _forget_keys(database: Database, clock: Clock) -> None:
    """Forget Idempotency-Keys that are older than promised."""
    while True:
        async with database.pool.acquire() as connection:
            await forget_old(connection, await clock.now(connection))
        await asyncio.sleep(FORGET_KEYS_SECONDS)
