"""Every expected no over HTTP, in the order of refusals.py, and bad input of every kind."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import httpx
import pytest

from holdfast.accounts.api_key import KeyRole
from holdfast.desk.order import EventStatus
from holdfast.refusals import REFUSALS
from tests.api.door import BUYER, Door, buy, code, hold, pay

pytestmark = pytest.mark.anyio


async def unauthorized(door: Door) -> httpx.Response:
    event_id = await door.evening()
    return await door.client().post(f"/events/{event_id}/holds", json={"seat_ids": [1]})


async def forbidden(door: Door) -> httpx.Response:
    return await (await door.staff(KeyRole.gate)).get("/admin/events")


async def wrong_origin(door: Door) -> httpx.Response:
    event_id = await door.evening()
    opened = await door.client().post("/sessions", headers={"Holdfast-Storefront": "1"})
    cookie = opened.headers["set-cookie"].partition(";")[0]
    path, body = f"/events/{event_id}/holds", {"seat_ids": [1]}
    return await door.client().post(path, json=body, headers={"Cookie": cookie})


async def body_too_large(door: Door) -> httpx.Response:
    event_id = await door.evening()
    return await (await door.buyer()).post(f"/events/{event_id}/holds", content=b"x" * 10_000_000)


async def invalid_request(door: Door) -> httpx.Response:
    event_id = await door.evening()
    return await (await door.buyer()).post(f"/events/{event_id}/holds", json={"seats": [1]})


async def not_found(door: Door) -> httpx.Response:
    return await door.client().get("/events/999999")


async def method_not_allowed(door: Door) -> httpx.Response:
    return await door.client().put("/events")


async def idempotency_mismatch(door: Door) -> httpx.Response:
    event_id = await door.evening()
    ada = await door.buyer()
    ada.headers["Idempotency-Key"] = "one"
    await hold(ada, event_id, 1)
    return await ada.post(f"/events/{event_id}/holds", json={"seat_ids": [2]})


async def event_cancelled(door: Door) -> httpx.Response:
    event_id = await door.evening(status=EventStatus.CANCELLED)
    return await (await door.buyer()).post(f"/events/{event_id}/holds", json={"seat_ids": [1]})


async def sale_not_open(door: Door) -> httpx.Response:
    async with door.database.pool.acquire() as connection:
        now = await door.parts.clock.now(connection)
    event_id = await door.evening(on_sale_at=now + timedelta(hours=1))
    return await (await door.buyer()).post(f"/events/{event_id}/holds", json={"seat_ids": [1]})


async def sale_closed(door: Door) -> httpx.Response:
    event_id = await door.evening()
    async with door.database.pool.acquire() as connection:
        await connection.execute(
            "UPDATE desk SET status = 'CLOSED', closed_reason = 'a test' WHERE event_id = $1",
            event_id,
        )
    return await (await door.buyer()).post(f"/events/{event_id}/holds", json={"seat_ids": [1]})


async def payment_in_progress(door: Door) -> httpx.Response:
    event_id = await door.evening()
    ada = await door.buyer()
    order = await hold(ada, event_id, 1)
    await pay(ada, order, "tok_3ds")
    return await ada.delete(f"/orders/{order['order_id']}")


async def order_not_pending(door: Door) -> httpx.Response:
    event_id = await door.evening()
    ada = await door.buyer()
    order = await buy(ada, event_id, 1)
    return await ada.post(f"/orders/{order['order_id']}/items", json={"seat_ids": [2]})


async def unknown_item(door: Door) -> httpx.Response:
    event_id = await door.evening()
    ada = await door.buyer()
    order = await hold(ada, event_id, 1)
    return await ada.delete(f"/orders/{order['order_id']}/items/i_nothing")


async def order_limit(door: Door) -> httpx.Response:
    event_id = await door.evening()
    ada = await door.buyer()
    await hold(ada, event_id, 0, 1, 2, 3, 4, 5)
    return await ada.post(f"/events/{event_id}/holds", json={"seat_ids": [6]})


async def unknown_seat(door: Door) -> httpx.Response:
    event_id = await door.evening()
    return await (await door.buyer()).post(f"/events/{event_id}/holds", json={"seat_ids": [36]})


async def duplicate_seat(door: Door) -> httpx.Response:
    event_id = await door.evening()
    return await (await door.buyer()).post(f"/events/{event_id}/holds", json={"seat_ids": [1, 1]})


async def unknown_price_type(door: Door) -> httpx.Response:
    event_id = await door.evening()
    body = {"items": [{"seat_id": 1, "price_type": "dog"}]}
    return await (await door.buyer()).post(f"/events/{event_id}/holds", json=body)


async def seat_unavailable(door: Door) -> httpx.Response:
    event_id = await door.evening()
    await hold(await door.buyer(), event_id, 1)
    return await (await door.buyer()).post(f"/events/{event_id}/holds", json={"seat_ids": [0, 1]})


async def section_sold_out(door: Door) -> httpx.Response:
    event_id = await door.evening(order_limit=20)
    body = {"areas": [{"area_id": 1, "quantity": 9}]}
    return await (await door.buyer()).post(f"/events/{event_id}/holds", json=body)


async def not_together(door: Door) -> httpx.Response:
    event_id = await door.evening(order_limit=20)
    body = {"best_available": {"quantity": 11}}
    return await (await door.buyer()).post(f"/events/{event_id}/holds", json=body)


async def leaves_single_seat(door: Door) -> httpx.Response:
    event_id = await door.evening(forbid_single_seats=True)
    return await (await door.buyer()).post(f"/events/{event_id}/holds", json={"seat_ids": [1]})


async def payment_token_required(door: Door) -> httpx.Response:
    event_id = await door.evening()
    ada = await door.buyer()
    return await pay(ada, await hold(ada, event_id, 1), None)


async def unknown_payment_token(door: Door) -> httpx.Response:
    event_id = await door.evening()
    ada = await door.buyer()
    return await pay(ada, await hold(ada, event_id, 1), "tok_unheard_of")


async def payment_failed(door: Door) -> httpx.Response:
    event_id = await door.evening()
    ada = await door.buyer()
    return await pay(ada, await hold(ada, event_id, 1), "tok_declined")


async def order_not_refundable(door: Door) -> httpx.Response:
    event_id = await door.evening()
    order = await hold(await door.buyer(), event_id, 1)
    boss = await door.staff(KeyRole.organiser)
    return await boss.post(f"/admin/orders/{order['order_id']}/refunds", json={})


async def ticket_scanned(door: Door) -> httpx.Response:
    event_id = await door.evening()
    order = await buy(await door.buyer(), event_id, 1)
    boss = await door.staff(KeyRole.organiser)
    scan = {
        "barcode": order["tickets"][0]["barcode"],
        "event_id": event_id,
        "gate": "N",
        "device": "1",
    }
    assert (await boss.post("/gate/scans", json=scan)).json()["result"] == "ADMITTED"
    return await boss.post(f"/admin/orders/{order['order_id']}/refunds", json={})


Case = Callable[[Door], Awaitable[httpx.Response]]
CASES: tuple[Case, ...] = (
    unauthorized, forbidden, wrong_origin, body_too_large, invalid_request, not_found,
    method_not_allowed, idempotency_mismatch, event_cancelled, sale_not_open, sale_closed,
    payment_in_progress, order_not_pending, unknown_item, order_limit, unknown_seat, duplicate_seat,
    unknown_price_type, seat_unavailable, section_sold_out, not_together, leaves_single_seat,
    payment_token_required, unknown_payment_token, payment_failed, order_not_refundable,
    ticket_scanned,
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
async def test_a_refusal_is_a_problem_with_its_code(lobby: Door, case: Case) -> None:
    refused = await case(lobby)
    name = case.__name__
    assert code(refused) == (REFUSALS[name].status, name), refused.text
    assert refused.headers["cache-control"] == "no-store"


def test_the_cases_stand_in_the_order_of_the_table() -> None:
    order = [name for name in REFUSALS if name in {case.__name__ for case in CASES}]
    assert [case.__name__ for case in CASES] == order


BAD_BODIES: tuple[tuple[bytes, str], ...] = (
    (b"", "A body is needed"),
    (b"null", "Expected object, got null"),
    (b"[]", "Expected object, got array"),
    (b"{", "not sound JSON"),
    (b'{"seat_ids":[1]} x', "not sound JSON"),
    (b'{"seat_ids":[NaN]}', "not sound JSON"),
    (b'{"seat_ids":"1"}', "$.seat_ids"),
    (b'{"seat_ids":["1"]}', "$.seat_ids[0]"),
    (b'{"seat_ids":[1.5]}', "$.seat_ids[0]"),
    (b'{"seat_ids":[1,true]}', "$.seat_ids[1]"),
    (b'{"seat_ids":[-1]}', "$.seat_ids[0]"),
    (b'{"seat_ids":[99999999999999999999999999]}', "$.seat_ids[0]"),
    (b'{"seat_ids":[1],"seat_id":2}', "unknown field seat_id"),
    (b'{"items":[{"seat_id":1,"color":"red"}]}', "$.items[0]"),
    (b'{"items":[{"price_type":"child"}]}', "missing required field seat_id"),
    (b'{"areas":[{"area_id":1,"quantity":0}]}', "$.areas[0].quantity"),
    (b'{"best_available":{"quantity":1,"max_price":-1}}', "$.best_available.max_price"),
    (b'{"best_available":{"quantity":100000}}', "$.best_available.quantity"),
    (b'{"seat_ids":[' + b"1," * 9_999 + b"1]}", "$.seat_ids"),
    (b'{"items":[{"seat_id":1,"price_type":"\xff"}]}', "not sound JSON"),
    (b"[" * 60_000, "Expected object"),
)


@pytest.mark.parametrize(("body", "words"), BAD_BODIES, ids=lambda value: str(value[:30]))
async def test_a_bad_body_is_refused_with_its_place(lobby: Door, body: bytes, words: str) -> None:
    event_id = await lobby.evening()
    ada = await lobby.buyer()
    refused = await ada.post(f"/events/{event_id}/holds", content=body)
    assert code(refused) == (422, "invalid_request")
    assert words in refused.json()["detail"]
    assert "A" * 36 in (await ada.get(f"/events/{event_id}/seats")).text


async def test_nothing_chosen_is_refused(lobby: Door) -> None:
    event_id = await lobby.evening()
    refused = await (await lobby.buyer()).post(f"/events/{event_id}/holds", json={})
    assert code(refused) == (422, "invalid_request")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "x"])
async def test_another_content_type_is_refused(lobby: Door, kind: str) -> None:
    event_id = await lobby.evening()
    refused = await (await lobby.buyer()).post(
        f"/events/{event_id}/holds", content=b'{"seat_ids":[1]}', headers={"Content-Type": kind}
    )
    assert code(refused) == (422, "invalid_request")
    assert "application/json" in refused.json()["detail"]


@pytest.mark.parametrize("announced", [True, False])
async def test_a_body_is_read_no_further_than_its_limit(lobby: Door, announced: bool) -> None:
    event_id = await lobby.evening()
    read = 0

    async def drip() -> "Awaitable[bytes]":
        nonlocal read
        for _ in range(10_000):
            read += 1_000
            yield b" " * 1_000

    headers = {"Content-Length": "10000000"} if announced else {}
    ada = await lobby.buyer()
    for path in (f"/events/{event_id}/holds", f"/orders/o_1_{'a' * 26}/items"):
        refused = await ada.post(path, content=drip(), headers=headers)
        assert code(refused) == (413, "body_too_large")


@pytest.mark.parametrize(
    "path",
    [
        "/nothing", "/events/0", "/events/99999999999", "/events/one", "/events/-1",
        "/events/99999999999/seats", "/charts/abc", "/charts/" + "0" * 64, "/orders/x",
        "/orders/o_1_" + "a" * 26, "/orders/o_zzzzzz_" + "a" * 26, "/orders/%00",
        "/tickets/t_1_x_0.svg", "/tickets/x.pdf", "/orders/x/tickets",
    ],
)  # fmt: skip
async def test_what_is_not_there_is_a_problem(lobby: Door, path: str) -> None:
    assert code(await (await lobby.buyer()).get(path)) == (404, "not_found")


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("limit=0", "limit"), ("limit=501", "limit"), ("limit=ten", "limit"),
        ("cursor=!!", "cursor"), ("cursor=bnVsbA", "cursor"), ("status=OPEN", "status"),
    ],
)  # fmt: skip
async def test_a_bad_query_is_refused_with_its_place(lobby: Door, query: str, place: str) -> None:
    refused = await lobby.client().get(f"/events?{query}")
    assert code(refused) == (422, "invalid_request")
    assert refused.json()["at"] == place


@pytest.mark.parametrize("query", ["since=x", "since=-1", "section_id=0", f"since={2**64}"])
async def test_a_bad_query_for_seats_is_refused(lobby: Door, query: str) -> None:
    event_id = await lobby.evening()
    refused = await lobby.client().get(f"/events/{event_id}/seats?{query}")
    assert code(refused) == (422, "invalid_request")


@pytest.mark.parametrize(
    "header", ["Basic YTpi", "Bearer", "Bearer x", "Bearer hs_" + "A" * 70, "Bearer \xe9"]
)
async def test_a_token_that_is_none_is_refused(lobby: Door, header: str) -> None:
    event_id = await lobby.evening()
    client = lobby.client()
    headers = {"Authorization": header.encode("latin-1")}
    refused = await client.post(
        f"/events/{event_id}/holds", json={"seat_ids": [1]}, headers=headers
    )
    assert code(refused) == (401, "unauthorized")
    assert refused.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("buyer", "place"),
    [
        ({**BUYER, "name": ""}, "buyer.name"), ({**BUYER, "email": "ada"}, "buyer.email"),
        ({**BUYER, "name": "a\0"}, "buyer.name"), ({**BUYER, "age": 3}, "age"),
        ({"name": "Ada"}, "email"),
    ],
)  # fmt: skip
async def test_a_buyer_that_cannot_be_is_refused_before_paying(
    lobby: Door, buyer: dict[str, object], place: str
) -> None:
    event_id = await lobby.evening()
    ada = await lobby.buyer()
    order = await hold(ada, event_id, 1)
    body = {"payment_token": "tok_ok", "buyer": buyer}
    refused = await ada.post(f"/orders/{order['order_id']}/payment", json=body)
    assert code(refused) == (422, "invalid_request")
    assert place in refused.json()["detail"]
    assert (await ada.get(f"/orders/{order['order_id']}")).json()["payment"] is None


async def test_a_bug_tells_nothing_of_our_insides(
    lobby: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("the secret inside")

    monkeypatch.setattr(lobby.parts.box_office, "submit", broken)
    event_id = await lobby.evening()
    ada = await lobby.buyer()
    thin = await ada.post(f"/events/{event_id}/holds", json={"seat_ids": [1]})
    ordinary = await ada.delete(f"/orders/o_1_{'a' * 26}")
    for refused in (thin, ordinary):
        assert code(refused) == (500, "internal_error")
        assert "secret" not in refused.text
        assert refused.json()["request_id"]
