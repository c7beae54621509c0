"""The organiser's webhooks: registered, listed, tried, given new secrets, replayed, removed."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from litestar import Response
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta, Struct

from holdfast.api.admin import own_event, require_all_events
from holdfast.api.answer import answer
from holdfast.api.fields import Moment
from holdfast.api.idempotency import NO_EVENT, do_once, organiser_repeat
from holdfast.api.paging import Cursor, Limit, after, cursor_of
from holdfast.api.paths import Number
from holdfast.api.request import ApiRequest
from holdfast.config import ERRANDS_NAMED_MAX, LIST_LIMIT_DEFAULT, WEBHOOK_URL_CHARACTERS_MAX
from holdfast.database.pool import Connection
from holdfast.refusals import Refusal
from holdfast.venues import catalogue
from holdfast.webhooks import replay
from holdfast.webhooks import webhook as webhooks
from holdfast.webhooks.attempts import Delivery, list_deliveries
from holdfast.webhooks.webhook import Webhook, WebhookType

_WEBHOOK_ID = re.compile(r"w_[0-9a-f]{16}")
_NEWEST = (datetime(9999, 1, 1, tzinfo=UTC), "")

Address = Annotated[str, Meta(min_length=1, max_length=WEBHOOK_URL_CHARACTERS_MAX)]
Types = Annotated[tuple[WebhookType, ...], Meta(min_length=1, max_length=len(WebhookType))]
DeliveryId = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[A-Za-z0-9_]+$")]
Failed = Annotated[bool, QueryParameter(description="Only attempts that were not taken.")]


class WebhookRequest(Struct, forbid_unknown_fields=True):
    """`event_id`: the only event that it is told of; null: all. `types`: all, if none is named."""

    url: Address
    event_id: Number | None = None
    types: Types = tuple(WebhookType)


class RotateRequest(Struct, forbid_unknown_fields=True):
    """`at_once`: the old secret signs no more, because somebody else may know it."""

    at_once: bool = False


class ReplayRequest(Struct, forbid_unknown_fields=True):
    """Either `since`: all that happened since then; or `delivery_ids`: these calls."""

    since: Moment | None = None
    delivery_ids: Annotated[tuple[DeliveryId, ...], Meta(max_length=ERRANDS_NAMED_MAX)] = ()


class WebhookAnswer(Struct):
    """A webhook. `waiting` calls are to be made, `parked` ones have failed for a day."""

    webhook_id: str
    url: str
    event_id: int | None
    types: tuple[WebhookType, ...]
    created_at: datetime
    previous_secret_until: datetime | None
    closed_at: datetime | None
    closed_because: str | None
    waiting: int
    parked: int


class WebhookMade(WebhookAnswer):
    """A webhook with its newest secret, which is shown this once; null where the request is a
    repeat."""

    secret: str | None


class WebhookList(Struct):
    """A page of webhooks, closed ones too."""

    webhooks: list[WebhookAnswer]
    next: str | None


class DeliveryList(Struct):
    """A page of the last attempts to call a webhook, the newest first."""

    deliveries: list[Delivery]
    next: str | None


class Tested(Struct):
    """What came of a call. `status_code` null: nobody answered, and `answer` says why."""

    taken: bool
    status_code: int | None
    milliseconds: int
    answer: str


class Replayed(Struct):
    """How many calls are made again."""

    replayed: int


async def list_all(
    request: ApiRequest, cursor: Cursor = "", limit: Limit = LIST_LIMIT_DEFAULT
) -> Response[Any]:
    """The webhooks that the key may see, by webhook_id."""
    place = after(cursor, tuple[str], ("",))[0].replace("\0", "")
    async with request.parts.database.pool.acquire() as connection:
        found = await webhooks.list_webhooks(connection, request.key.event_id, place, limit + 1)
        page = await _answers(connection, found[:limit])
    more = cursor_of(page[-1].webhook_id) if len(found) > limit else None
    return answer(WebhookList(page, more))


async def register(request: ApiRequest, data: JSONBody[WebhookRequest]) -> Response[Any]:
    """Register an address that is to be told what happens. Its secret is in this answer only."""
    if data.event_id is None:
        require_all_events(request)
    else:
        own_event(request, data.event_id)
    parts = request.parts
    parts.webhooks.line.guard.check(data.url)
    repeat = organiser_repeat(request, "/admin/webhooks", data, 201)
    async with parts.database.pool.acquire() as connection, connection.transaction():
        now = await parts.clock.now(connection)
        wanted = data.event_id
        if wanted is not None and await catalogue.read_event(connection, wanted) is None:
            raise Refusal("invalid_request", f"There is no event {wanted}.")

        async def make() -> str:
            return await webhooks.register(connection, data.url, wanted, data.types, now)

        webhook_id, replayed = await do_once(connection, NO_EVENT, repeat, now, make)
        made = await webhooks.read_webhook(connection, webhook_id)
        (shown,) = await _answers(connection, [made])
    secret = None if replayed else parts.webhooks.secrets.text(made)
    return answer(_with_secret(shown, secret), 201, replayed=replayed)


async def read(request: ApiRequest, webhook_id: FromPath[str]) -> Response[Any]:
    """One webhook, and what is left to be told."""
    async with request.parts.database.pool.acquire() as connection:
        found = await _own(request, connection, webhook_id)
        (shown,) = await _answers(connection, [found])
    return answer(shown)


async def remove(request: ApiRequest, webhook_id: FromPath[str]) -> Response[Any]:
    """Call it no more. What was still to be told is given up."""
    parts = request.parts
    async with parts.database.pool.acquire() as connection:
        await _own(request, connection, webhook_id)
        now = await parts.clock.now(connection)
        (shown,) = await _answers(connection, [await webhooks.close(connection, webhook_id, now)])
    return answer(shown)


async def rotate(
    request: ApiRequest, webhook_id: FromPath[str], data: JSONBody[RotateRequest]
) -> Response[Any]:
    """Change the secret for a new one, shown this once. Both sign for a day, unless at_once."""
    parts = request.parts
    async with parts.database.pool.acquire() as connection, connection.transaction():
        await _own(request, connection, webhook_id)
        now = await parts.clock.now(connection)
        changed = await webhooks.rotate(connection, webhook_id, now, at_once=data.at_once)
        (shown,) = await _answers(connection, [changed])
    return answer(_with_secret(shown, parts.webhooks.secrets.text(changed)))


async def try_out(request: ApiRequest, webhook_id: FromPath[str]) -> Response[Any]:
    """Call it now, with a message of the type webhook.test, and say what came of it."""
    async with request.parts.database.pool.acquire() as connection:
        found = await _own(request, connection, webhook_id)
    webhooks.require_open(found)
    outcome = await request.parts.webhooks.call_as_test(found)
    return answer(Tested(outcome.done, outcome.status_code, outcome.milliseconds, outcome.answer))


async def deliveries(
    request: ApiRequest,
    webhook_id: FromPath[str],
    failed: Failed = False,
    cursor: Cursor = "",
    limit: Limit = LIST_LIMIT_DEFAULT,
) -> Response[Any]:
    """The last attempts to call it, with what was answered, and how each call stands now."""
    moment, name = after(cursor, tuple[Moment, str], _NEWEST)
    before = (moment, name.replace("\0", ""))
    async with request.parts.database.pool.acquire() as connection:
        await _own(request, connection, webhook_id)
        found = await list_deliveries(connection, webhook_id, before, limit + 1, failed=failed)
    page = found[:limit]
    last = page[-1] if len(found) > limit else None
    more = None if last is None else cursor_of(last.attempted_at, last.delivery_id)
    return answer(DeliveryList(page, more))


async def replay_calls(
    request: ApiRequest, webhook_id: FromPath[str], data: JSONBody[ReplayRequest]
) -> Response[Any]:
    """Make calls again under the same ids: some, or all since an instant, untold ones too."""
    if (data.since is None) == (not data.delivery_ids):
        raise Refusal("invalid_request", "Name either since or delivery_ids.", at="since")
    parts = request.parts
    async with parts.database.pool.acquire() as connection:
        found = await _own(request, connection, webhook_id)
        now = await parts.clock.now(connection)
        if data.since is not None:
            count = await replay.replay_since(connection, found, data.since, now)
        else:
            count = await replay.replay_some(connection, found, data.delivery_ids, now)
    parts.webhooks.wake(webhook_id)
    return answer(Replayed(count))


async def _own(request: ApiRequest, connection: Connection, webhook_id: str) -> Webhook:
    """A webhook that the key may touch. Refuses not_found, of others' too."""
    if not _WEBHOOK_ID.fullmatch(webhook_id):
        raise Refusal("not_found", "There is no such webhook.")
    found = await webhooks.read_webhook(connection, webhook_id)
    if request.key.event_id not in (None, found.event_id):
        raise Refusal("not_found", "There is no such webhook.")
    return found


async def _answers(connection: Connection, found: list[Webhook]) -> list[WebhookAnswer]:
    left = await webhooks.count_left(connection, [each.webhook_id for each in found])
    return [
        WebhookAnswer(
            each.webhook_id,
            each.url,
            each.event_id,
            each.types,
            each.created_at,
            each.previous_until,
            each.closed_at,
            each.closed_because,
            *left.get(each.webhook_id, (0, 0)),
        )
        for each in found
    ]


def _with_secret(shown: WebhookAnswer, secret: str | None) -> WebhookMade:
    fields = {name: getattr(shown, name) for name in WebhookAnswer.__struct_fields__}
    return WebhookMade(**fields, secret=secret)
