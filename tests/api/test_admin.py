"""The organiser's day over HTTP: a house, an evening, its sale, refunds, keys."""

import json
from typing import Any

import httpx
import pytest

from holdfast.accounts.api_key import KeyRole
from holdfast.checkout import test_ledger
from holdfast.venues.chart import public_json
from tests.api.door import Door, buy, code, hold, letters, pay
from tests.cast import the_grand

pytestmark = pytest.mark.anyio

PRICES = [
    {"category": "Stalls", "amount": 5000},
    {"category": "Stalls", "price_type": "child", "amount": 2500},
    {"category": "Circle", "amount": 8000, "fee_basis_points": 250, "rounding": 50},
    {"category": "Standing", "amount": 3000},
]


async def organiser(door: Door) -> httpx.AsyncClient:
    return await door.staff(KeyRole.organiser)


async def an_event(boss: httpx.AsyncClient, **fields: Any) -> dict[str, Any]:
    """An event made by HTTP alone, from the chart to the sale."""
    chart = await boss.post("/admin/charts", content=public_json(the_grand()))
    assert chart.status_code == 201, chart.text
    venue = await boss.post(
        "/admin/venues", json={"name": "The Grand", "time_zone": "Europe/Berlin"}
    )
    body = {
        "name": "Aida",
        "venue_id": venue.json()["venue_id"],
        "chart_sha256": chart.json()["sha256"],
        "start_time": "2027-03-01T22:30:00Z",
        "prices": PRICES,
        **fields,
    }
    made = await boss.post("/admin/events", json=body)
    assert made.status_code == 201, made.text
    return made.json()


async def test_an_evening_is_made_opened_and_sold(door: Door) -> None:
    boss = await organiser(door)
    event = await an_event(boss)
    assert (event["status"], event["total_capacity"]) == ("DRAFT", 36)
    assert event["event_date"] == "2027-03-01"
    assert event["venue"]["total_seats"] == 36
    path = f"/admin/events/{event['event_id']}"
    ada = await door.buyer()
    refused = await ada.post(f"/events/{event['event_id']}/holds", json={"seat_ids": [0]})
    assert code(refused) == (409, "sale_not_open")
    assert (await ada.get("/events")).json()["events"] == []
    assert len((await boss.get("/admin/events")).json()["events"]) == 1

    opened = await boss.post(f"{path}/status", json={"status": "ON_SALE"})
    assert opened.json()["status"] == "ON_SALE"
    assert len((await ada.get("/events")).json()["events"]) == 1
    order = await buy(ada, event["event_id"], 0)
    assert order["items"][0]["price"] == 5000


async def test_an_evening_late_at_night_has_the_date_of_its_venue(door: Door) -> None:
    event = await an_event(await organiser(door), start_time="2027-03-01T23:30:00Z")
    assert event["event_date"] == "2027-03-02"


async def test_terms_change_until_buyers_rely_on_them(door: Door) -> None:
    boss = await organiser(door)
    event = await an_event(boss)
    event_id = event["event_id"]
    path = f"/admin/events/{event_id}"
    await boss.post(f"{path}/status", json={"status": "ON_SALE"})
    changed = await boss.patch(path, json={"currency": "CHF", "order_limit": 1})
    assert (changed.json()["currency"], changed.json()["order_limit"]) == ("CHF", 1)
    prices = [{**price, "amount": 100} for price in PRICES]
    assert (await boss.put(f"{path}/prices", json={"prices": prices})).status_code == 200

    ada = await door.buyer()
    order = await hold(ada, event_id, 0)
    assert (order["currency"], order["items"][0]["price"]) == ("CHF", 100)
    too_many = await ada.post(f"/events/{event_id}/holds", json={"seat_ids": [1]})
    assert code(too_many) == (422, "order_limit")

    assert code(await boss.patch(path, json={"currency": "EUR"})) == (409, "terms_fixed")
    fixed = await boss.put(f"{path}/prices", json={"prices": PRICES})
    assert code(fixed) == (409, "terms_fixed")
    renamed = await boss.patch(path, json={"name": "Aida, again", "order_limit": 6})
    assert renamed.json()["name"] == "Aida, again"
    assert (await hold(ada, event_id, 1))["total_amount"] > 0
    late = await boss.patch(path, json={"doors_open": "2028-01-01T00:00:00Z"})
    assert code(late) == (422, "invalid_request")


async def test_prices_must_fit_the_chart(door: Door) -> None:
    boss = await organiser(door)
    event = await an_event(boss)
    path = f"/admin/events/{event['event_id']}/prices"
    for prices, word in (
        (PRICES[:2], "Circle"),
        ([*PRICES, {"category": "Balcony", "amount": 1}], "Balcony"),
        ([*PRICES, PRICES[0]], "two prices"),
    ):
        refused = await boss.put(path, json={"prices": prices})
        assert code(refused) == (422, "invalid_request")
        assert word in refused.json()["detail"]


async def test_seats_are_kept_back_and_put_on_sale_again(door: Door) -> None:
    event_id = await door.evening()
    boss, ada = await organiser(door), await door.buyer()
    await hold(ada, event_id, 5)
    blocked = await boss.post(f"/admin/events/{event_id}/seats/block", json={"seat_ids": [0, 1]})
    assert blocked.status_code == 200
    assert (await letters(ada, event_id))[:6] == "BBAAAH"
    refused = await boss.post(f"/admin/events/{event_id}/seats/block", json={"seat_ids": [2, 5]})
    assert code(refused) == (409, "seat_not_blockable")
    assert refused.json()["seat_ids"] == [5]
    await boss.post(f"/admin/events/{event_id}/seats/unblock", json={"seat_ids": [1]})
    assert (await letters(ada, event_id))[:6] == "BAAAAH"


async def test_orders_are_found_read_and_refunded(door: Door) -> None:
    event_id = await door.evening()
    boss, ada, ben = await organiser(door), await door.buyer(), await door.buyer()
    order = await buy(ada, event_id, 0, 1)
    held = await hold(ben, event_id, 5)
    found = (await boss.get("/admin/orders", params={"event_id": event_id})).json()
    assert [o["order_id"] for o in found["orders"]] == [held["order_id"], order["order_id"]]
    for search in ("LOVELACE", "ada@", order["order_id"]):
        only = (await boss.get("/admin/orders", params={"search": search})).json()["orders"]
        assert [o["order_id"] for o in only] == [order["order_id"]]
    assert (await boss.get("/admin/orders", params={"search": "_da@%"})).json()["orders"] == []
    pages = [await boss.get("/admin/orders", params={"limit": 1})]
    pages.append(
        await boss.get("/admin/orders", params={"limit": 1, "cursor": pages[0].json()["next"]})
    )
    assert [page.json()["orders"][0]["order_id"] for page in pages] == [
        held["order_id"],
        order["order_id"],
    ]
    assert pages[1].json()["next"] is None

    path = f"/admin/orders/{order['order_id']}"
    assert (await boss.get(path)).json()["buyer"]["email"] == "ada@example.org"
    item_id = order["items"][0]["item_id"]
    some = await boss.post(f"{path}/refunds", json={"item_ids": [item_id]})
    assert some.status_code == 201, some.text
    assert [i["state"] for i in some.json()["items"]] == ["REFUNDED", "ACTIVE"]
    assert [t["is_valid"] for t in some.json()["tickets"]] == [False, True]
    again = await boss.post(f"{path}/refunds", json={"item_ids": [item_id]})
    assert code(again) == (409, "order_not_refundable")
    rest = await boss.post(f"{path}/refunds", json={"block": True})
    assert rest.json()["status"] == "REFUNDED"
    assert rest.json()["refunded_amount"] == order["total_amount"]
    assert (await letters(ada, event_id))[:2] == "AB"


async def test_what_went_back_without_us_is_shown_at_the_order_until_somebody_took_note(
    door: Door,
) -> None:
    event_id = await door.evening()
    boss, ada = await organiser(door), await door.buyer()
    order = await buy(ada, event_id, 0)
    payment_id = order["payment"]["payment_id"]
    ledger = test_ledger.TestLedger(door.database, door.parts.clock)
    async with door.database.pool.acquire() as connection:
        await connection.execute("UPDATE test_provider.charge SET status = 'CAPTURED'")
    await ledger.refund("by hand", payment_id, 100)
    await ledger.dispute("d1", payment_id, "OPEN", order["total_amount"])
    await door.parts.settlement.note_returns(payment_id)
    path = f"/admin/orders/{order['order_id']}"
    shown = (await boss.get(path)).json()
    (payment,) = shown["payments"]
    assert (payment["provider"], payment["outside_amount"]) == ("test", 100)
    assert [(i["kind"], i["state"], i["amount"]) for i in shown["incidents"]] == [
        ("DISPUTE", "OPEN", order["total_amount"]),
        ("OUTSIDE_REFUND", "DONE", 100),
    ]
    assert code(await boss.post(f"{path}/refunds", json={})) == (409, "order_disputed")
    for _ in range(2):
        seen = await boss.post(f"{path}/incidents/dispute_d1/seen")
        assert [bool(i["seen_at"]) for i in seen.json()["incidents"]] == [True, False]
    assert code(await boss.post(f"{path}/incidents/none/seen")) == (404, "not_found")
    assert "incidents" not in (await ada.get(f"/orders/{order['order_id']}")).json()


async def test_a_cancelled_event_sells_and_admits_nobody(door: Door) -> None:
    event_id = await door.evening()
    boss, ada = await organiser(door), await door.buyer()
    order = await buy(ada, event_id, 0)
    cancelled = await boss.post(f"/admin/events/{event_id}/cancel")
    assert cancelled.json()["status"] == "CANCELLED"
    refused = await ada.post(f"/events/{event_id}/holds", json={"seat_ids": [1]})
    assert code(refused) == (409, "event_cancelled")
    scan = {
        "barcode": order["tickets"][0]["barcode"],
        "event_id": event_id,
        "gate": "N",
        "device": "1",
    }
    told = (await boss.post("/gate/scans", json=scan)).json()["result"]
    assert told in ("EVENT_CANCELLED", "REFUNDED")
    back = await boss.post(f"/admin/events/{event_id}/status", json={"status": "ON_SALE"})
    assert code(back) == (409, "wrong_transition")


async def test_keys_are_shown_once_scoped_and_revoked(door: Door) -> None:
    event_id, other_id = await door.evening(), await door.evening()
    boss = await organiser(door)
    made = await boss.post("/admin/keys", json={"role": "gate", "event_id": event_id})
    assert made.status_code == 201
    key = made.json()
    gate = door.client(key["key"])
    scan = {"barcode": "1-" + "A" * 26, "event_id": event_id, "gate": "N", "device": "1"}
    assert (await gate.post("/gate/scans", json=scan)).json()["result"] == "INVALID"
    elsewhere = await gate.post("/gate/scans", json={**scan, "event_id": other_id})
    assert code(elsewhere) == (403, "forbidden")
    assert code(await gate.get("/admin/keys")) == (403, "forbidden")
    listed = (await boss.get("/admin/keys")).json()["keys"]
    assert key["key_id"] in [k["key_id"] for k in listed]
    assert key["key"] not in json.dumps(listed)
    assert (await boss.delete(f"/admin/keys/{key['key_id']}")).json()["revoked_at"]
    assert code(await gate.post("/gate/scans", json=scan)) == (401, "unauthorized")
    assert code(await boss.delete("/admin/keys/k_0000000000000000")) == (404, "not_found")


async def test_a_key_for_one_event_opens_nothing_else(door: Door) -> None:
    event_id, other_id = await door.evening(), await door.evening()
    boss = await door.staff(KeyRole.organiser, event_id)
    assert (await boss.get(f"/admin/events/{event_id}")).status_code == 200
    for path in (f"/admin/events/{other_id}", "/admin/events", "/admin/venues", "/admin/keys"):
        assert code(await boss.get(path)) == (403, "forbidden"), path
    order = await hold(await door.buyer(), other_id, 0)
    assert code(await boss.get(f"/admin/orders/{order['order_id']}")) == (403, "forbidden")


async def test_a_chart_with_faults_is_refused_with_every_one(door: Door) -> None:
    boss = await organiser(door)
    table = "section,row,seat,category,x,y\nA,1,1,Red,0,0\nA,1,1,Red,1,0\nA,1,3,,2,0\n"
    refused = await boss.post("/admin/charts", content=table.encode())
    assert code(refused) == (422, "invalid_chart")
    assert len(refused.json()["faults"]) >= 2
    good = table.splitlines()[:2]
    checked = await boss.post("/admin/charts/check", content="\n".join(good).encode())
    assert (checked.status_code, checked.json()["seats"]) == (200, 1)


async def test_parked_errands_are_shown_and_taken_up_again(door: Door) -> None:
    event_id = await door.evening()
    boss = await door.staff(KeyRole.organiser)
    buyer = await door.buyer()
    order = await hold(buyer, event_id, 0)
    assert (await pay(buyer, order)).status_code == 200
    async with door.database.pool.acquire() as connection:
        await connection.execute(
            "UPDATE outbox SET state = 'PARKED', done_at = NULL, attempts = 20, last_error = 'no' "
            "WHERE event_id = $1 AND kind = 'NEWS'",
            event_id,
        )
    parked = (await boss.get(f"/admin/events/{event_id}/errands")).json()["errands"]
    shown = [(e["kind"], e["order_id"], e["last_error"]) for e in parked]
    assert shown == [("NEWS", order["order_id"], "no")]
    path = f"/admin/events/{event_id}/errands/again"
    ids = [parked[0]["outbox_id"]]
    assert (await boss.post(path, json={"outbox_ids": ["other"]})).json() == {"taken_up": 0}
    assert (await boss.post(path, json={"outbox_ids": ids})).json() == {"taken_up": 1}
    assert (await boss.post(path, json={})).json() == {"taken_up": 0}
    other = await door.staff(KeyRole.organiser, event_id + 1)
    assert (await other.post(path, json={})).status_code == 403
