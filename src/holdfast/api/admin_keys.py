"""The organiser's keys: made, listed, revoked."""

import re
from datetime import datetime
from typing import Any

from litestar import Response
from litestar.params import FromPath, JSONBody
from msgspec import Struct

from holdfast.accounts import api_key
from holdfast.accounts.api_key import ApiKey, KeyRole
from holdfast.api.admin import require_all_events
from holdfast.api.answer import answer
from holdfast.api.idempotency import NO_EVENT, do_once, organiser_repeat
from holdfast.api.paging import Cursor, Limit, after, cursor_of
from holdfast.api.paths import Number
from holdfast.api.request import ApiRequest
from holdfast.config import LIST_LIMIT_DEFAULT
from holdfast.refusals import Refusal
from holdfast.venues import catalogue

_KEY_ID = re.compile(r"k_[0-9a-f]{16}")


class KeyRequest(Struct, forbid_unknown_fields=True):
    """`event_id`: the only event that the key opens; null opens all."""

    role: KeyRole
    event_id: Number | None = None


class KeyMade(Struct):
    """A new key. `key` is shown this once, and null where the request is a repeat."""

    key_id: str
    role: KeyRole
    event_id: int | None
    created_at: datetime
    key: str | None


class KeyList(Struct):
    """A page of keys, revoked ones too; their text is not kept."""

    keys: list[ApiKey]
    next: str | None


async def list_keys(
    request: ApiRequest, cursor: Cursor = "", limit: Limit = LIST_LIMIT_DEFAULT
) -> Response[Any]:
    """Every key, by key_id."""
    require_all_events(request)
    place = after(cursor, tuple[str], ("",))[0].replace("\0", "")
    async with request.parts.database.pool.acquire() as connection:
        found = await api_key.list_keys(connection, place, limit + 1)
    page = found[:limit]
    return answer(KeyList(page, cursor_of(page[-1].key_id) if len(found) > limit else None))


async def create(request: ApiRequest, data: JSONBody[KeyRequest]) -> Response[Any]:
    """Make a key. Its text is in this answer and nowhere else."""
    require_all_events(request)
    repeat = organiser_repeat(request, "/admin/keys", data, 201)
    parts = request.parts
    text: list[str] = []
    async with parts.database.pool.acquire() as connection, connection.transaction():
        now = await parts.clock.now(connection)
        wanted = data.event_id
        if wanted is not None and await catalogue.read_event(connection, wanted) is None:
            raise Refusal("invalid_request", f"There is no event {wanted}.")

        async def make() -> str:
            key, secret = await api_key.create_key(connection, data.role, data.event_id, now)
            text.append(secret)
            return key.key_id

        key_id, replayed = await do_once(connection, NO_EVENT, repeat, now, make)
        key = await api_key.read_key(connection, key_id)
    made = KeyMade(key_id, key.role, key.event_id, key.created_at, text[0] if text else None)
    return answer(made, 201, replayed=replayed)


async def revoke(request: ApiRequest, key_id: FromPath[str]) -> Response[Any]:
    """Close a key for good; every server notices within seconds."""
    require_all_events(request)
    if not _KEY_ID.fullmatch(key_id):
        raise Refusal("not_found", "There is no such key.")
    parts = request.parts
    async with parts.database.pool.acquire() as connection:
        key = await api_key.revoke_key(connection, key_id, await parts.clock.now(connection))
    parts.keys.forget()
    return answer(key)
