"""`holdfast webhook ...`: organisers' programs that are told what happens.

Changes are made here; the calls are made by a server that runs on the same data. `test` calls by
itself.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, Literal, TypeVar

from cyclopts import Parameter

from holdfast.cli.faults import Fault
from holdfast.cli.store import Data, print_json, run_on_store, say, settings_for
from holdfast.database.pool import Connection

T = TypeVar("T")

LIST_MAX = 500
Kind = Literal[
    "order.confirmed", "order.refunded", "order.cancelled", "payment.returned", "event.cancelled"
]
WebhookId = Annotated[str, Parameter(help="As `holdfast webhook list` shows it.")]
_NO_WEBHOOK = "There is no open webhook {}. `holdfast webhook list` shows which there are."


def add(
    url: str,
    *,
    event: Annotated[int | None, Parameter(help="The only event that it is told of.")] = None,
    on: Annotated[tuple[Kind, ...], Parameter(negative="", consume_multiple=True)] = (),
    data: Data = None,
) -> None:
    """Register an address that is told what happens. Its secret is shown this once.

    ```
    holdfast webhook add https://arena.example/holdfast
    holdfast webhook add https://arena.example/holdfast --event 3 --on order.confirmed
    ```

    Parameters
    ----------
    url:
        Called by POST; see docs/webhooks.md for what it is told and how it knows that it is us.
    on:
        What it is told of; none named: everything.
    """
    from holdfast.venues.catalogue import read_event
    from holdfast.webhooks.guard import Guard
    from holdfast.webhooks.webhook import WebhookType, read_webhook, register

    settings = settings_for(data)
    Guard(settings.webhook_networks).check(url)
    types = tuple([WebhookType(each) for each in on]) or tuple(WebhookType)

    async def work(connection: Connection, now: datetime) -> object:
        if event is not None and await read_event(connection, event) is None:
            raise Fault(f"There is no event {event}. `holdfast event list` shows which there are.")
        return await read_webhook(connection, await register(connection, url, event, types, now))

    _print_with_secret(data, work)


def list_(*, data: Data = None) -> None:
    """List the webhooks as JSON, closed ones too, with what each is still to be told."""
    from holdfast.webhooks.webhook import count_left, list_webhooks

    async def work(connection: Connection, now: datetime) -> object:
        del now
        found = await list_webhooks(connection, None, "", LIST_MAX)
        left = await count_left(connection, [each.webhook_id for each in found])
        return {
            "webhooks": found,
            "left": {name: {"waiting": n[0], "parked": n[1]} for name, n in left.items()},
        }

    print_json(run_on_store(data, work))


def rotate(
    webhook_id: WebhookId,
    *,
    at_once: Annotated[bool, Parameter(negative="")] = False,
    data: Data = None,
) -> None:
    """Change the secret of a webhook for a new one, which is shown this once.

    holdfast webhook rotate w_0123456789abcdef

    Parameters
    ----------
    at_once:
        The old one signs no more; else both do for a day, so that the receiver can change over.
    """
    from holdfast.webhooks import webhook

    async def work(connection: Connection, now: datetime) -> object:
        return await webhook.rotate(connection, webhook_id, now, at_once=at_once)

    _print_with_secret(data, _known(webhook_id, work))


def remove(webhook_id: WebhookId, *, data: Data = None) -> None:
    """Call a webhook no more. What was still to be told is given up.

    holdfast webhook remove w_0123456789abcdef
    """
    from holdfast.webhooks.webhook import close

    async def work(connection: Connection, now: datetime) -> object:
        return await close(connection, webhook_id, now)

    print_json(run_on_store(data, _known(webhook_id, work)))


def try_out(webhook_id: WebhookId, *, data: Data = None) -> None:
    """Call a webhook now, with a message about nothing, and say what came of it.

    holdfast webhook test w_0123456789abcdef
    """
    from holdfast.accounts.secret import find_secret, signing_key
    from holdfast.database.clock import Clock
    from holdfast.store import open_store
    from holdfast.webhooks.caller import Caller
    from holdfast.webhooks.guard import Guard
    from holdfast.webhooks.line import Line, Outcome
    from holdfast.webhooks.message import SECRET_PURPOSE, Secrets
    from holdfast.webhooks.webhook import Webhook, read_webhook, require_open

    async def read(connection: Connection, now: datetime) -> Webhook:
        del now
        found = await read_webhook(connection, webhook_id)
        require_open(found)
        return found

    async def run() -> Outcome:
        settings = settings_for(data)
        secrets = Secrets(signing_key(find_secret(settings), SECRET_PURPOSE))
        async with open_store(settings, say) as database:
            clock = Clock()
            caller = Caller(database, clock, secrets, Line(Guard(settings.webhook_networks)))
            try:
                async with database.pool.acquire() as connection:
                    found = await _known(webhook_id, read)(connection, await clock.now(connection))
                return await caller.call_as_test(found)
            finally:
                await caller.close()

    outcome = asyncio.run(run())
    print_json(outcome)
    if not outcome.done:
        raise Fault(f"It was not taken: {outcome.words}. A receiver must answer 2xx within 10 s.")


def deliveries(
    webhook_id: WebhookId,
    *,
    failed: Annotated[bool, Parameter(negative="", help="Only those that were not taken.")] = False,
    data: Data = None,
) -> None:
    """List the last attempts to call a webhook as JSON, the newest first.

    holdfast webhook deliveries w_0123456789abcdef --failed
    """
    from holdfast.webhooks.attempts import list_deliveries
    from holdfast.webhooks.webhook import read_webhook

    async def work(connection: Connection, now: datetime) -> object:
        del now
        await read_webhook(connection, webhook_id)
        newest = (datetime(9999, 1, 1, tzinfo=UTC), "")
        found = await list_deliveries(connection, webhook_id, newest, LIST_MAX, failed=failed)
        return {"deliveries": found}

    print_json(run_on_store(data, _known(webhook_id, work)))


def replay(
    webhook_id: WebhookId,
    *delivery_ids: str,
    since: datetime | None = None,
    data: Data = None,
) -> None:
    """Make calls again, under the same ids: some, or all since an instant.

    A running server makes them within seconds.

    ```
    holdfast webhook replay w_0123456789abcdef w_0123456789abcdef_confirmed_o_3_abc
    holdfast webhook replay w_0123456789abcdef --since 2027-03-01T12:00:00Z
    ```

    Parameters
    ----------
    delivery_ids:
        As `holdfast webhook deliveries` shows them.
    since:
        All that has happened since then, what was never told as well; without a zone: UTC.
    """
    from holdfast.webhooks.replay import replay_since, replay_some
    from holdfast.webhooks.webhook import read_webhook

    if (since is None) == (not delivery_ids):
        raise Fault("Name either some deliveries or --since.")

    async def work(connection: Connection, now: datetime) -> int:
        found = await read_webhook(connection, webhook_id)
        if since is None:
            return await replay_some(connection, found, delivery_ids, now)
        moment = since if since.tzinfo is not None else since.replace(tzinfo=UTC)
        return await replay_since(connection, found, moment, now)

    count = run_on_store(data, _known(webhook_id, work))
    print_json({"replayed": count})
    if count == 0:
        say("There is nothing to replay: `holdfast webhook deliveries` shows what was told.")


def _known(
    webhook_id: str, work: Callable[[Connection, datetime], Awaitable[T]]
) -> Callable[[Connection, datetime], Awaitable[T]]:
    """The same work, with a sentence for a terminal where there is no such webhook."""
    from holdfast.refusals import Refusal

    async def known(connection: Connection, now: datetime) -> T:
        try:
            return await work(connection, now)
        except Refusal as refusal:
            if refusal.code != "not_found":
                raise
            raise Fault(_NO_WEBHOOK.format(webhook_id)) from refusal

    return known


def _print_with_secret(
    data: Data, work: Callable[[Connection, datetime], Awaitable[object]]
) -> None:
    from holdfast.accounts.secret import find_secret, signing_key
    from holdfast.webhooks.message import SECRET_PURPOSE, Secrets
    from holdfast.webhooks.webhook import Webhook

    made = run_on_store(data, work)
    assert isinstance(made, Webhook), "what was made is shown"
    secrets = Secrets(signing_key(find_secret(settings_for(data)), SECRET_PURPOSE))
    print_json({"webhook": made, "secret": secrets.text(made)})
    say("Keep the secret well: it is not shown again.")
