"""The journal over HTTP: the sale by pages, from an empty house to the map of today."""

import pytest

from holdfast.api import changes
from tests.api.door import Door, buy, code, hold

pytestmark = pytest.mark.anyio


async def test_the_journal_told_by_pages_is_the_map_of_today(lobby: Door) -> None:
    event_id = await lobby.evening()
    for seat in range(1, 5):
        await buy(await lobby.buyer(), event_id, seat)
    order = await hold(await lobby.buyer(), event_id, 9, 10)
    anyone = lobby.client()
    letters = list("A" * (await anyone.get(f"/events/{event_id}")).json()["total_capacity"])
    cursor, versions, times = "", [], []
    for _ in range(40):
        path = f"/events/{event_id}/changes"
        page = await anyone.get(path, params={"limit": 3, "cursor": cursor})
        assert page.status_code == 200, page.text
        told = page.json()
        assert 1 <= len(told["changes"]) <= 3
        for batch in told["changes"]:
            versions.append(batch["version"])
            times.append(batch["at"])
            for letter, seat_ids in batch["changes"].items():
                for seat_id in seat_ids:
                    letters[seat_id] = letter
        cursor = told["next"]
        age = "max-age=5" if cursor is None else "max-age=3600"
        assert page.headers["cache-control"] == f"public, {age}"
        if cursor is None:
            break
    assert versions == list(range(1, len(versions) + 1))
    assert times == sorted(times)
    assert order["order_id"] not in page.text
    today = (await anyone.get(f"/events/{event_id}/seats")).json()["seats"]
    assert "".join(letters) == today
    assert {"A", "H", "S"} <= set(today)


async def test_a_page_is_compressed_and_not_sent_twice(lobby: Door) -> None:
    event_id = await lobby.evening()
    await buy(await lobby.buyer(), event_id, 1)
    path, anyone = f"/events/{event_id}/changes", lobby.client()
    plain = await anyone.get(path, headers={"Accept-Encoding": "identity"})
    packed = await anyone.get(path, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.json() == plain.json()
    for tag in (plain.headers["etag"], packed.headers["etag"]):
        again = await anyone.get(path, headers={"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"")


async def test_a_page_ends_where_too_many_places_moved(
    lobby: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    event_id = await lobby.evening()
    await hold(await lobby.buyer(), event_id, 1, 2)
    await hold(await lobby.buyer(), event_id, 3, 4)
    monkeypatch.setattr(changes, "CHANGES_PAGE_PLACES_MAX", 1)
    page = (await lobby.client().get(f"/events/{event_id}/changes")).json()
    assert len(page["changes"]) == 1, "an entry that is too large by itself is told all the same"
    assert page["next"] is not None


async def test_what_is_no_page_is_refused(lobby: Door) -> None:
    event_id = await lobby.evening()
    anyone = lobby.client()
    assert (await anyone.get(f"/events/{event_id}/changes")).json() == {"changes": [], "next": None}
    assert code(await anyone.get(f"/events/{event_id}/changes?cursor=x"))[1] == "invalid_request"
    assert code(await anyone.get(f"/events/{event_id}/changes?limit=501"))[1] == "invalid_request"
    assert code(await anyone.get("/events/2147483000/changes")) == (404, "not_found")
