"""The life of a seat over HTTP: free, held, edited, sold, shown, scanned."""

import pytest

from holdfast.accounts.api_key import KeyRole
from tests.api.door import Door, buy, code, hold, letters, pay

pytestmark = pytest.mark.anyio


async def test_a_seat_is_held_paid_and_admitted(door: Door) -> None:
    event_id = await door.evening()
    ada = await door.buyer()
    order = await hold(ada, event_id, 3, 4)
    assert order["status"] == "PENDING"
    assert [item["state"] for item in order["items"]] == ["ACTIVE", "ACTIVE"]
    assert 595 <= order["expires_in"] <= 600
    assert order["total_amount"] == 150 + sum(
        item["price"] + item["fee_amount"] + item["tax_amount"] for item in order["items"]
    )
    assert (await letters(ada, event_id))[:6] == "AAAHHA"

    paid = await pay(ada, order)
    assert paid.status_code == 200, paid.text
    confirmed = paid.json()
    assert confirmed["status"] == "CONFIRMED"
    assert confirmed["buyer"] == {"name": "Ada Lovelace", "email": "ada@example.org"}
    assert [t["seat_id"] for t in confirmed["tickets"]] == [3, 4]
    assert (await letters(ada, event_id))[:6] == "AAASSA"

    gate = await door.staff(KeyRole.gate)
    scan = {
        "barcode": confirmed["tickets"][0]["barcode"],
        "event_id": event_id,
        "gate": "North",
        "device": "1",
    }
    first = await gate.post("/gate/scans", json=scan)
    assert (first.status_code, first.json()["result"]) == (200, "ADMITTED")
    assert first.json()["ticket"]["row"] == "A"
    second = await gate.post("/gate/scans", json=scan)
    assert second.json()["result"] == "ALREADY_SCANNED"


async def test_an_order_says_everything_the_contract_promises(door: Door) -> None:
    event_id = await door.evening()
    ada = await door.buyer()
    order = await hold(ada, event_id, 3)
    assert set(order) >= {
        "order_id", "event_id", "status", "version", "items", "total_amount", "refunded_amount",
        "currency", "created_at", "expires_at", "expires_in", "cancel_reason", "buyer", "payment",
        "access_url", "tickets",
    }  # fmt: skip
    assert set(order["items"][0]) == {
        "item_id", "seat_id", "section", "row", "seat_number", "price_type", "price", "fee_amount",
        "tax_amount", "state",
    }  # fmt: skip
    read = await ada.get(f"/orders/{order['order_id']}")
    assert read.headers["Holdfast-Version"] == str(read.json()["version"])
    same = {**read.json(), "expires_in": 0}
    assert same == {**order, "expires_in": 0}


async def test_a_hold_can_be_edited_and_its_deadline_stays(door: Door) -> None:
    event_id = await door.evening()
    ada = await door.buyer()
    order = await hold(ada, event_id, 3, 4)
    path = f"/orders/{order['order_id']}"

    more = (await ada.post(f"{path}/items", json={"seat_ids": [5]})).json()
    assert [i["seat_id"] for i in more["items"]] == [3, 4, 5]
    less = (await ada.delete(f"{path}/items/{more['items'][0]['item_id']}")).json()
    assert [i["state"] for i in less["items"]] == ["RELEASED", "ACTIVE", "ACTIVE"]
    swapped = await ada.post(
        f"{path}/swap", json={"item_ids": [less["items"][1]["item_id"]], "seat_ids": [7]}
    )
    assert swapped.status_code == 200, swapped.text
    assert (await letters(ada, event_id))[:9] == "AAAAAHAHA"
    assert swapped.json()["expires_at"] == order["expires_at"]

    refused = await ada.post(f"{path}/items", json={"seat_ids": [5, 6]})
    assert code(refused) == (409, "seat_unavailable")
    assert refused.json()["seat_ids"] == [5]
    assert (await letters(ada, event_id))[:9] == "AAAAAHAHA"


async def test_a_release_frees_the_seats_and_may_be_repeated(door: Door) -> None:
    event_id = await door.evening()
    ada = await door.buyer()
    order = await hold(ada, event_id, 3)
    path = f"/orders/{order['order_id']}"
    for _ in range(2):
        released = await ada.delete(path)
        assert (released.status_code, released.content) == (204, b"")
    assert (await letters(ada, event_id))[3] == "A"
    bought = await buy(ada, event_id, 3)
    kept = await ada.delete(f"/orders/{bought['order_id']}")
    assert code(kept) == (409, "order_not_pending")


async def test_standing_places_and_the_best_seats_are_held_in_one_order(door: Door) -> None:
    event_id = await door.evening()
    ada = await door.buyer()
    answer = await ada.post(
        f"/events/{event_id}/holds",
        json={
            "items": [{"seat_id": 20, "price_type": "adult"}],
            "areas": [{"area_id": 1, "quantity": 2, "price_type": "free"}],
            "best_available": {"quantity": 2, "section_ids": [1], "price_type": "child"},
        },
    )
    assert answer.status_code == 201, answer.text
    items = answer.json()["items"]
    standing = [item for item in items if item["section"] == "Standing"]
    assert [(i["row"], i["seat_number"], i["price"]) for i in standing] == [(None, None, 0)] * 2
    assert [i["price_type"] for i in items if i["section"] == "Stalls"] == ["child", "child"]


async def test_what_costs_nothing_is_confirmed_without_a_token(door: Door) -> None:
    event_id = await door.evening(order_fee_amount=0)
    ada = await door.buyer()
    held = await ada.post(
        f"/events/{event_id}/holds",
        json={"areas": [{"area_id": 1, "quantity": 2, "price_type": "free"}]},
    )
    wrong = await pay(ada, held.json(), "tok_ok")
    assert code(wrong) == (422, "payment_token_unexpected")
    paid = await pay(ada, held.json(), None)
    assert (paid.status_code, len(paid.json()["tickets"])) == (200, 2)


async def test_a_declined_card_keeps_the_seats_and_another_one_buys_them(door: Door) -> None:
    event_id = await door.evening()
    ada = await door.buyer()
    order = await hold(ada, event_id, 3)
    for _ in range(2):
        declined = await pay(ada, order, "tok_insufficient_funds")
        assert code(declined) == (402, "payment_failed")
        assert declined.json()["decline_reason"] == "insufficient_funds"
    edited = await ada.post(f"/orders/{order['order_id']}/items", json={"seat_ids": [4]})
    assert edited.json()["payment"]["status"] == "FAILED"
    assert (await pay(ada, order, "tok_ok")).status_code == 200
    again = await pay(ada, order, "tok_ok")
    assert again.status_code == 200
    assert len(again.json()["tickets"]) == 2


async def test_a_bank_that_asks_is_answered_and_the_order_confirmed(door: Door) -> None:
    event_id = await door.evening()
    ada = await door.buyer()
    order = await hold(ada, event_id, 3)
    asked = await pay(ada, order, "tok_3ds")
    assert asked.status_code == 202
    payment = asked.json()["payment"]
    assert payment["next_action"]
    done = await ada.post(f"/payments/test/{payment['payment_id']}/complete")
    assert (done.status_code, done.json()["status"]) == (200, "CONFIRMED")
    read = await ada.get(f"/orders/{order['order_id']}")
    assert read.json()["payment"]["status"] in ("CAPTURING", "SUCCEEDED")


async def test_a_bank_that_refuses_leaves_the_seats_held(door: Door) -> None:
    event_id = await door.evening()
    ada = await door.buyer()
    order = await hold(ada, event_id, 3)
    payment = (await pay(ada, order, "tok_3ds")).json()["payment"]
    refused = await ada.post(
        f"/payments/test/{payment['payment_id']}/complete", json={"approve": False}
    )
    assert code(refused) == (402, "payment_failed")
    assert (await letters(ada, event_id))[3] == "H"


async def test_the_link_opens_order_tickets_code_and_calendar_without_a_session(door: Door) -> None:
    event_id = await door.evening()
    order = await buy(await door.buyer(), event_id, 3)
    address, _, token = order["access_url"].partition("?token=")
    assert address == f"http://box.test/orders/{order['order_id']}"
    anyone = door.client()
    ticket = order["tickets"][0]["ticket_id"]
    for path in (f"/orders/{order['order_id']}", f"/orders/{order['order_id']}/tickets"):
        assert (await anyone.get(path, params={"token": token})).status_code == 200
        assert (await door.client(token).get(path)).status_code == 200
        assert code(await anyone.get(path)) == (404, "not_found")
        assert code(await anyone.get(path, params={"token": token[:-2] + "AA"}))[0] == 404
    picture = await anyone.get(f"/tickets/{ticket}.svg", params={"token": token})
    assert picture.headers["content-type"] == "image/svg+xml"
    assert picture.text.startswith("<svg")
    calendar = await anyone.get(f"/tickets/{ticket}.ics", params={"token": token})
    assert calendar.text.startswith("BEGIN:VCALENDAR")
    assert code(await anyone.get(f"/tickets/{ticket}.svg")) == (404, "not_found")
    assert code(await anyone.delete(f"/orders/{order['order_id']}?token={token}"))[0] == 401


async def test_an_order_is_nobody_elses(door: Door) -> None:
    event_id = await door.evening()
    ada, ben = await door.buyer(), await door.buyer()
    order = await hold(ada, event_id, 3)
    path = f"/orders/{order['order_id']}"
    assert code(await ben.get(path)) == (404, "not_found")
    assert code(await ben.delete(path)) == (404, "not_found")
    assert code(await ben.post(f"{path}/items", json={"seat_ids": [4]})) == (404, "not_found")
    assert code(await pay(ben, order)) == (404, "not_found")
    assert (await letters(ben, event_id))[3] == "H"


async def test_a_ticket_is_printed_for_whoever_may_see_its_order(door: Door) -> None:
    event_id = await door.evening()
    buyer = await door.buyer()
    order = await buy(buyer, event_id, 0)
    path = f"/tickets/{order['tickets'][0]['ticket_id']}.pdf"
    page = await buyer.get(path)
    assert (page.status_code, page.headers["content-type"]) == (200, "application/pdf")
    assert page.content.startswith(b"%PDF-")
    assert (await buyer.get(path)).content == page.content
    token = order["access_url"].partition("token=")[2]
    assert (await door.client().get(path, params={"token": token})).content == page.content
    assert (await (await door.buyer()).get(path)).status_code == 404


async def test_the_mail_with_the_tickets_is_sent_again_but_not_too_often(door: Door) -> None:
    event_id = await door.evening()
    buyer = await door.buyer()
    order = await hold(buyer, event_id, 0)
    path = f"/orders/{order['order_id']}/resend"
    assert code(await buyer.post(path)) == (409, "order_not_confirmed")
    assert (await pay(buyer, order)).status_code == 200
    key = {"Idempotency-Key": "once"}
    sent = await buyer.post(path, headers=key)
    assert (sent.status_code, sent.json()) == (202, {"email": "ada@example.org"})
    assert (await buyer.post(path, headers=key)).headers["Idempotency-Replayed"] == "true"
    again = await buyer.post(path)
    assert code(again) == (429, "rate_limited")
    assert 0 < int(again.headers["Retry-After"]) <= 60
    assert (await (await door.buyer()).post(path)).status_code == 404
    async with door.database.pool.acquire() as connection:
        for number in range(2, 11):
            await connection.execute(
                "UPDATE outbox SET created_at = created_at - interval '1 hour' WHERE kind = 'MAIL'"
            )
            assert (await buyer.post(path)).status_code == 202, number
        await connection.execute(
            "UPDATE outbox SET created_at = created_at - interval '1 hour' WHERE kind = 'MAIL'"
        )
    assert code(await buyer.post(path)) == (429, "rate_limited"), "and ten times in all"
