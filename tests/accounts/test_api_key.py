"""Keys: found by their text, which is not kept; closed for good."""

import pytest

from holdfast.accounts import api_key
from holdfast.accounts.api_key import KeyRing, KeyRole, create_key, list_keys, revoke_key
from holdfast.database.clock import Clock
from holdfast.database.pool import Database
from holdfast.refusals import Refusal

pytestmark = pytest.mark.anyio


async def a_key(database: Database, event_id: int | None = None) -> tuple[api_key.ApiKey, str]:
    async with database.pool.acquire() as connection:
        now = await Clock().now(connection)
        return await create_key(connection, KeyRole.gate, event_id, now)


async def test_a_key_is_found_by_its_text_alone(database: Database) -> None:
    key, text = await a_key(database, 3)
    ring = KeyRing(database)
    assert await ring.find(text) == key
    assert await ring.find(text[:-1]) is None
    assert await ring.find("hk_") is None
    assert (key.opens(3), key.opens(4)) == (True, False)
    async with database.pool.acquire() as connection:
        rows = await connection.fetch("SELECT * FROM api_key")
    assert text not in str([dict(row) for row in rows])


async def test_a_revoked_key_opens_for_seconds_at_most(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, text = await a_key(database)
    ring = KeyRing(database)
    assert await ring.find(text) is not None
    async with database.pool.acquire() as connection:
        now = await Clock().now(connection)
        revoked = await revoke_key(connection, key.key_id, now)
        again = await revoke_key(connection, key.key_id, await Clock().now(connection))
    assert revoked.revoked_at == again.revoked_at == now, "twice is once"
    assert await KeyRing(database).find(text) is None
    ring.forget()
    assert await ring.find(text) is None


async def test_a_key_that_was_just_made_is_found_although_it_was_asked_for_before(
    database: Database,
) -> None:
    ring = KeyRing(database)
    assert await ring.find("hk_nothing") is None
    key, text = await a_key(database)
    assert await ring.find(text) == key


async def test_what_a_ring_remembers_is_bounded(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_key, "KEYS_REMEMBERED_MAX", 3)
    ring = KeyRing(database)
    for _ in range(6):
        _, text = await a_key(database)
        assert await ring.find(text) is not None
    assert len(ring._found) <= 3


async def test_keys_are_listed_by_pages_and_an_unknown_one_cannot_be_revoked(
    database: Database,
) -> None:
    made = sorted([(await a_key(database))[0].key_id for _ in range(3)])
    async with database.pool.acquire() as connection:
        first = await list_keys(connection, "", 2)
        rest = await list_keys(connection, first[-1].key_id, 2)
        assert [key.key_id for key in (*first, *rest)] == made
        with pytest.raises(Refusal, match="not_found"):
            await revoke_key(connection, "k_none", await Clock().now(connection))
