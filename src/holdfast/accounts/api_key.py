"""API keys of organisers and gate devices: shown once, kept as a hash, revocable.

A key is `hk_` and 43 random characters (256 bits), so its plain SHA-256 is as good as a slow hash.
`KeyRing` remembers what it looked up for a few seconds; so long may a revoked key still open.
"""

import hashlib
import secrets
import time
from datetime import datetime
from enum import StrEnum
from typing import cast

from msgspec import Struct

from holdfast.config import KEY_REMEMBERED_SECONDS, KEYS_REMEMBERED_MAX
from holdfast.database.pool import Connection, Database, Record
from holdfast.refusals import Refusal

KEY_PREFIX = "hk_"
_KEY_BYTES = 32

_FIND = """
SELECT key_id, role::text AS role, event_id, created_at, revoked_at
FROM api_key
WHERE key_hash = $1 AND revoked_at IS NULL
"""
_INSERT = """
INSERT INTO api_key (key_id, key_hash, role, event_id, created_at)
VALUES ($1, $2, $3::key_role, $4, $5)
"""
_LIST = """
SELECT key_id, role::text AS role, event_id, created_at, revoked_at
FROM api_key
WHERE key_id > $1
ORDER BY key_id
LIMIT $2
"""
_READ = """
SELECT key_id, role::text AS role, event_id, created_at, revoked_at
FROM api_key
WHERE key_id = $1
"""
_REVOKE = """
UPDATE api_key
SET revoked_at = coalesce(revoked_at, $2)
WHERE key_id = $1
RETURNING key_id, role::text AS role, event_id, created_at, revoked_at
"""


class KeyRole(StrEnum):
    organiser = "organiser"
    gate = "gate"


class ApiKey(Struct, frozen=True):
    """A key without its secret. `event_id` is the only event it opens; None opens all."""

    key_id: str
    role: KeyRole
    event_id: int | None
    created_at: datetime
    revoked_at: datetime | None = None

    def opens(self, event_id: int) -> bool:
        """Whether the key may be used for this event."""
        return self.event_id is None or self.event_id == event_id


async def create_key(
    connection: Connection, role: KeyRole, event_id: int | None, now: datetime
) -> tuple[ApiKey, str]:
    """Make a key; its text is returned once and cannot be had again."""
    text = KEY_PREFIX + secrets.token_urlsafe(_KEY_BYTES)
    key = ApiKey("k_" + secrets.token_hex(8), role, event_id, now)
    await connection.execute(_INSERT, key.key_id, _hash(text), role.value, event_id, now)
    return key, text


async def list_keys(connection: Connection, after: str, limit: int) -> list[ApiKey]:
    """Keys in order of their ids, revoked ones too, from the one after `after`."""
    return [_key(row) for row in await connection.fetch(_LIST, after, limit)]


async def read_key(connection: Connection, key_id: str) -> ApiKey:
    """A key by its id. Refuses not_found."""
    row = await connection.fetchrow(_READ, key_id)
    if row is None:
        raise Refusal("not_found", "There is no such key.")
    return _key(row)


async def is_valid_key(connection: Connection, text: str) -> bool:
    """Whether this is the text of a key that was not revoked."""
    return await connection.fetchrow(_FIND, _hash(text)) is not None


async def revoke_key(connection: Connection, key_id: str, now: datetime) -> ApiKey:
    """Close a key for good; twice is once. Refuses not_found."""
    row = await connection.fetchrow(_REVOKE, key_id, now)
    if row is None:
        raise Refusal("not_found", "There is no such key.")
    return _key(row)


class KeyRing:
    """Finds the key that a request carries."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._found: dict[bytes, tuple[float, ApiKey | None]] = {}

    async def find(self, text: str) -> ApiKey | None:
        """The key with this text, or None where there is none or it was revoked."""
        if not text.startswith(KEY_PREFIX):
            return None
        key_hash = _hash(text)
        until, key = self._found.get(key_hash, (0.0, None))
        if time.monotonic() < until:
            return key
        async with self._database.pool.acquire() as connection:
            row = await connection.fetchrow(_FIND, key_hash)
        key = None if row is None else _key(row)
        while len(self._found) >= KEYS_REMEMBERED_MAX:
            del self._found[next(iter(self._found))]
        if key is not None:
            self._found[key_hash] = (time.monotonic() + KEY_REMEMBERED_SECONDS, key)
        return key

    def forget(self) -> None:
        """Look every key up again, at once; called where one was revoked."""
        self._found.clear()


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _key(row: Record) -> ApiKey:
    event_id = cast("int | None", row["event_id"])
    return ApiKey(
        row["key_id"], KeyRole(row["role"]), event_id, row["created_at"], row["revoked_at"]
    )
