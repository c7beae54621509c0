"""Idempotency-Key: the same request twice is done once, and answered alike.

A hold's order id is made from the key; commands about orders are remembered by the desk in their
own commit; what an organiser creates is remembered here, in the transaction that creates it. A
refusal is never remembered. What is older than a day is forgotten.
"""

import hashlib
import re
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec

from holdfast.api.asked import Asked
from holdfast.api.credentials import bearer_of
from holdfast.api.headers import text
from holdfast.config import IDEMPOTENCY_HOURS, IDEMPOTENCY_KEY_CHARACTERS_MAX
from holdfast.database.pool import Connection
from holdfast.desk.commands import Repeat
from holdfast.refusals import Refusal

NO_EVENT = 0
KEY_PATTERN = re.compile(r"[\x21-\x7e]+")

_LOCK = "SELECT pg_advisory_xact_lock($1)"
_FIND = """
SELECT fingerprint, resource_id
FROM idempotency
WHERE event_id = $1 AND scope = $2
"""
_RECORD = """
INSERT INTO idempotency (event_id, scope, fingerprint, status_code, resource_id, created_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (event_id, scope) DO NOTHING
"""
_FORGET = "DELETE FROM idempotency WHERE created_at < $1"

_encode = msgspec.json.Encoder().encode


def key_of(asked: Asked) -> str | None:
    """The request's Idempotency-Key, or None. Refuses one that is empty, long or unprintable."""
    if b"idempotency-key" not in asked.sent:
        return None
    key = text(asked.sent, b"idempotency-key")
    if len(key) > IDEMPOTENCY_KEY_CHARACTERS_MAX or not KEY_PATTERN.fullmatch(key):
        raise Refusal(
            "invalid_request",
            f"Idempotency-Key takes 1 to {IDEMPOTENCY_KEY_CHARACTERS_MAX} letters, digits and signs"
            " of ASCII, without spaces.",
            at="Idempotency-Key",
        )
    return key


def fingerprint_of(data: Any) -> bytes:
    """Tells one body from another, whatever its spaces and the order of its members."""
    return hashlib.sha256(_encode(data)).digest()


def repeat_of(asked: Asked, credential: str, path: str, data: Any, status: int) -> Repeat | None:
    """What makes this request known again, or None where it carries no key."""
    key = key_of(asked)
    if key is None:
        return None
    scope = hashlib.sha256(f"{credential}\0{asked.verb}\0{path}\0{key}".encode()).digest()
    return Repeat(scope, fingerprint_of(data), status)


def organiser_repeat(asked: Asked, path: str, data: Any, status: int) -> Repeat | None:
    """The same for a request with an organiser's key."""
    return repeat_of(asked, bearer_of(asked.sent) or "", path, data, status)


async def do_once(
    connection: Connection,
    event_id: int,
    repeat: Repeat | None,
    now: datetime,
    do: Callable[[], Awaitable[str]],
) -> tuple[str, bool]:
    """Run `do`, which returns the id of what it made, unless an equal request did it before.

    Inside the caller's transaction. Returns that id, and whether this is a repeat. Refuses
    idempotency_mismatch where the key was used for another body.
    """
    if repeat is None:
        return await do(), False
    await connection.execute(_LOCK, int.from_bytes(repeat.scope[:8], "big", signed=True))
    known = await recorded(connection, event_id, repeat)
    if known is not None:
        return known, True
    made = await do()
    await record(connection, event_id, repeat, made, now)
    return made, False


async def known_before(asked: Asked, event_id: int, repeat: Repeat | None) -> bool:
    """Whether an equal request was granted before, for what does no harm when it is done twice.

    Refuses idempotency_mismatch where the key was used for another body.
    """
    if repeat is None:
        return False
    async with asked.parts.database.pool.acquire() as connection:
        return await recorded(connection, event_id, repeat) is not None


async def remember(asked: Asked, event_id: int, repeat: Repeat | None, resource_id: str) -> None:
    """Remember that such a request was granted."""
    if repeat is not None:
        async with asked.parts.database.pool.acquire() as connection:
            now = await asked.parts.clock.now(connection)
            await record(connection, event_id, repeat, resource_id, now)


async def recorded(connection: Connection, event_id: int, repeat: Repeat) -> str | None:
    """The id of what an equal request made, or None. Refuses idempotency_mismatch."""
    row = await connection.fetchrow(_FIND, event_id, repeat.scope)
    if row is None:
        return None
    if row["fingerprint"] != repeat.fingerprint:
        raise Refusal("idempotency_mismatch")
    return row["resource_id"]


async def record(
    connection: Connection, event_id: int, repeat: Repeat, resource_id: str, now: datetime
) -> None:
    """Remember a request that was granted."""
    await connection.execute(
        _RECORD, event_id, repeat.scope, repeat.fingerprint, repeat.status_code, resource_id, now
    )


async def forget_old(connection: Connection, now: datetime) -> None:
    """Forget what is older than a day."""
    await connection.execute(_FORGET, now - timedelta(hours=IDEMPOTENCY_HOURS))
