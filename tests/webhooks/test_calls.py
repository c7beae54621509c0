"""Organisers' programs are told what happens: signed, at least once, under one name, for a day."""

import asyncio
import re
from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Any

import pytest

from holdfast.audit.run import audit
from holdfast.config import WEBHOOK_ATTEMPTS_KEPT
from holdfast.database.pool import Database
from holdfast.desk.commands import ChangeStatus
from holdfast.desk.order import EventStatus, Occasion
from holdfast.outbox import calls
from holdfast.outbox.rows import parked_errands, take_up_again
from holdfast.webhooks import attempts, caller, line, replay, rest
from holdfast.webhooks import webhook as webhooks
from holdfast.webhooks.rest import Rest
from holdfast.webhooks.webhook import WebhookType
from tests.cast import seats
from tests.checkout.counter import claim_passes_over
from tests.house import open_house
from tests.repository.files import ROOT, text
from tests.webhooks.booth import Booth, open_booth
from tests.webhooks.receiver import HANG, RESET, Call, Receiver, is_genuine, receiving

pytestmark = pytest.mark.anyio


@pytest.fixture
async def booth(database: Database) -> AsyncGenerator[Booth]:
    async with open_booth(database) as booth:
        yield booth


@pytest.fixture
async def receiver() -> AsyncGenerator[Receiver]:
    async with receiving() as receiver:
        yield receiver


def test_what_can_be_told_is_what_the_desk_writes() -> None:
    assert {each.name for each in WebhookType} == set(Occasion)


async def test_a_sale_is_told_once_and_signed(booth: Booth, receiver: Receiver) -> None:
    webhook = await booth.register(receiver.url)
    order = await booth.at.buy(booth.house, seats(0, 1))
    ((version,),) = await booth.at.fetch("SELECT max(version) FROM seat_change")
    for _ in range(2):
        await booth.tell()
    (call,) = receiver.calls
    assert call.json == {
        "id": f"{webhook.webhook_id}_confirmed_{order.order_id}",
        "type": "order.confirmed",
        "schema": 1,
        "timestamp": call.json["timestamp"],
        "data": {
            "event_id": booth.house.event_id,
            "order_id": order.order_id,
            "version": version,
            "amount": order.total_amount,
            "path": f"/api/v1/admin/orders/{order.order_id}",
        },
    }
    assert call.id == call.json["id"]
    assert b"ada" not in call.body.lower(), "nobody is named"
    assert is_genuine(booth.secrets.text(webhook), call)
    forged = Call(call.headers, call.body.replace(b"confirmed", b"cancelled", 1))
    assert not is_genuine(booth.secrets.text(webhook), forged)
    assert await booth.calls() == [("DONE", 1, None)]
    assert await audit(booth.at.database, booth.at.clock) == []


async def test_a_receiver_can_do_as_the_page_says(booth: Booth, receiver: Receiver) -> None:
    (code,) = re.findall(r"```python\n(.+?)```", text(ROOT / "docs" / "webhooks.md"), re.DOTALL)
    page: dict[str, Any] = {}
    exec(code, page)
    webhook = await booth.register(receiver.url)
    await booth.caller.call_as_test(webhook)
    (call,) = receiver.calls
    secret = booth.secrets.text(webhook)
    assert page["is_genuine"](secret, call.headers, call.body)
    assert not page["is_genuine"](secret, call.headers, call.body + b" ")
    assert not page["is_genuine"](secret, call.headers | {"webhook-timestamp": "1"}, call.body)


async def test_later_news_of_an_event_have_a_higher_version(
    booth: Booth, receiver: Receiver
) -> None:
    await booth.register(receiver.url)
    order = await booth.at.buy(booth.house, seats(0, 1))
    await booth.at.settlement.refund(order.order_id, (order.items[0].item_id,))
    await booth.at.office.submit(booth.house.event_id, ChangeStatus(status=EventStatus.CANCELLED))
    await booth.at.settlement.refund(order.order_id)
    await booth.tell()
    by_version = sorted(receiver.calls, key=lambda call: call.json["data"]["version"])
    told = [call.json["type"] for call in by_version]
    assert told == ["order.confirmed", "order.refunded", "event.cancelled", "order.cancelled"]
    cancelled = by_version[2]
    assert cancelled.id.endswith(f"_cancelled_{booth.house.event_id}"), (
        "told of one event by one id"
    )
    assert cancelled.json["data"]["path"] == f"/api/v1/admin/events/{booth.house.event_id}"
    versions = [call.json["data"]["version"] for call in by_version]
    assert len(set(versions)) == 4


async def test_only_who_asked_for_it_is_told(booth: Booth, receiver: Receiver) -> None:
    await booth.at.buy(booth.house, seats(0), "before anybody asked")
    await booth.tell()
    assert await booth.calls() == []
    other = await open_house(booth.at.database)
    await booth.register(receiver.url, event_id=other.event_id)
    await booth.register(receiver.url, WebhookType.ORDER_REFUNDED)
    removed = await booth.register(receiver.url)
    async with booth.at.database.pool.acquire() as connection:
        await webhooks.close(connection, removed.webhook_id, await booth.now())
    await booth.at.buy(booth.house, seats(1), "somebody")
    await booth.tell()
    assert (receiver.calls, await booth.calls()) == ([], [])


@pytest.mark.parametrize("trouble", [500, 404, 302, HANG, RESET])
async def test_what_fails_is_told_again_with_the_same_id_and_body(
    booth: Booth, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, trouble: int | str
) -> None:
    monkeypatch.setattr(line, "WEBHOOK_SECONDS_MAX", 0.2)
    receiver.answer_headers = {"Location": f"{receiver.url}/elsewhere"} if trouble == 302 else {}
    receiver.mood = lambda _: trouble
    webhook = await booth.register(receiver.url)
    await booth.at.buy(booth.house, seats(0))
    await booth.at.relay.carry_out_due()
    ((state, tried, words),) = await booth.calls()
    assert (state, tried) == ("WAITING", 1)
    assert str(words).startswith(str(trouble)) or trouble in (HANG, RESET)
    assert len(receiver.calls) == 1, "a redirect is not followed"
    await booth.at.relay.carry_out_due()
    assert len(receiver.calls) == 1, "not due again yet"
    receiver.mood = lambda _: 204
    await booth.tell()
    first, last = receiver.calls
    assert (first.id, first.body) == (last.id, last.body)
    assert is_genuine(booth.secrets.text(webhook), last)
    assert await booth.calls() == [("DONE", 2, None)]


async def test_what_fails_for_a_day_is_parked_and_named_by_the_doctor(
    booth: Booth, receiver: Receiver
) -> None:
    receiver.mood = lambda _: 503
    webhook = await booth.register(receiver.url)
    await booth.at.buy(booth.house, seats(0))
    for _ in range(12):
        await booth.tell()
    ((state, _, _),) = await booth.calls()
    assert state == "WAITING", "the day is not over"
    assert await audit(booth.at.database, booth.at.clock) == []
    await booth.at.run(
        "UPDATE outbox SET tried_from = tried_from - interval '1 day' WHERE kind = 'WEBHOOK'"
    )
    await booth.tell()
    (finding,) = await audit(booth.at.database, booth.at.clock)
    assert finding.check == "errand_parked"
    assert (finding.row["errand"], finding.row["last_error"]) == ("WEBHOOK", "503 thank you")
    receiver.mood = lambda _: 200
    await booth.tell()
    assert [row[0] for row in await booth.calls()] == ["PARKED"], "it waits for a person"
    async with booth.at.database.pool.acquire() as connection:
        (parked,) = await parked_errands(connection, None, (0, ""), 10)
        assert parked.webhook_id == webhook.webhook_id
        now = await booth.at.clock.now(connection)
        await take_up_again(connection, booth.house.event_id, [parked.outbox_id], now)
    await booth.tell()
    assert await booth.calls() == [("DONE", 1, None)]
    assert await audit(booth.at.database, booth.at.clock) == []


async def test_a_day_of_silence_parks_what_was_never_even_called(
    booth: Booth, receiver: Receiver
) -> None:
    receiver.mood = lambda _: 503
    await booth.register(receiver.url)
    for seat_id in range(20):
        await booth.at.buy(booth.house, seats(seat_id), f"buyer-{seat_id}")
    await booth.at.relay.carry_out_due()
    assert len(receiver.calls) < 20, "one that is down is left alone"
    assert {row[0] for row in await booth.calls()} == {"WAITING"}
    calls = len(receiver.calls)
    await booth.at.make_errands_due()
    await booth.at.relay.carry_out_due()
    assert len(receiver.calls) == calls, "it rests"
    await booth.at.run("UPDATE outbox SET tried_from = tried_from - interval '1 day' "
                       "WHERE kind = 'WEBHOOK'")  # fmt: skip
    await booth.tell()
    assert {row[0] for row in await booth.calls()} == {"PARKED"}


async def test_one_that_is_gone_is_called_no_more(booth: Booth, receiver: Receiver) -> None:
    receiver.mood = lambda _: 410
    webhook = await booth.register(receiver.url)
    await booth.at.buy(booth.house, seats(0), "Ada")
    await booth.tell()
    closed = await booth.read(webhook.webhook_id)
    assert closed.closed_because == "it answered 410 Gone"
    assert [row[0] for row in await booth.calls()] == ["PARKED"]
    await booth.at.buy(booth.house, seats(1), "Ben")
    await booth.tell()
    assert len(receiver.calls) == 1
    async with booth.at.database.pool.acquire() as connection:
        await take_up_again(connection, booth.house.event_id, [], await booth.now())
    await booth.tell()
    assert await booth.calls() == [("DONE", 1, "the webhook was removed")]
    assert len(receiver.calls) == 1


async def test_calls_are_replayed_under_their_ids(booth: Booth, receiver: Receiver) -> None:
    first = await booth.at.buy(booth.house, seats(0), "before it was registered")
    await booth.tell()
    webhook = await booth.register(receiver.url)
    start = await booth.now()
    second = await booth.at.buy(booth.house, seats(1), "after")
    await booth.tell()
    (told,) = receiver.calls
    async with booth.at.database.pool.acquire() as connection:
        assert await replay.replay_some(connection, webhook, [told.id, "w_none"], start) == 1
    await booth.tell()
    assert [(c.id, c.body) for c in receiver.calls] == [(told.id, told.body)] * 2
    async with booth.at.database.pool.acquire() as connection:
        since = start - timedelta(days=1)
        assert await replay.replay_since(connection, webhook, start, start) == 1
        assert await replay.replay_since(connection, webhook, since, start) == 2
    await booth.tell()
    orders = sorted(call.json["data"]["order_id"] for call in receiver.calls[2:])
    assert orders == sorted([first.order_id, second.order_id])
    assert {call.body for call in receiver.calls if call.id == told.id} == {told.body}
    assert await audit(booth.at.database, booth.at.clock) == []


async def test_both_secrets_sign_while_one_is_changed(booth: Booth, receiver: Receiver) -> None:
    webhook = await booth.register(receiver.url)
    old = booth.secrets.text(webhook)
    async with booth.at.database.pool.acquire() as connection:
        changed = await webhooks.rotate(
            connection, webhook.webhook_id, await booth.now(), at_once=False
        )
    new = booth.secrets.text(changed)
    assert old != new
    await booth.at.buy(booth.house, seats(0), "Ada")
    await booth.tell()
    assert is_genuine(old, receiver.calls[-1])
    assert is_genuine(new, receiver.calls[-1])
    await booth.at.run("UPDATE webhook SET previous_until = created_at")
    await booth.at.buy(booth.house, seats(1), "Ben")
    await booth.tell()
    assert is_genuine(new, receiver.calls[-1])
    assert not is_genuine(old, receiver.calls[-1]), "its day is over"
    async with booth.at.database.pool.acquire() as connection:
        leaked = await webhooks.rotate(
            connection, webhook.webhook_id, await booth.now(), at_once=True
        )
    await booth.at.buy(booth.house, seats(2), "Cleo")
    await booth.tell()
    assert not is_genuine(new, receiver.calls[-1])
    assert is_genuine(booth.secrets.text(leaked), receiver.calls[-1])


async def test_one_that_hangs_delays_neither_others_nor_money(
    booth: Booth, receiver: Receiver
) -> None:
    async with receiving() as dead:
        dead.mood = lambda _: HANG
        await booth.register(dead.url)
        await booth.register(receiver.url)
        running = asyncio.create_task(booth.at.relay.run())
        try:
            for seat_id in range(12):
                await booth.at.buy(booth.house, seats(seat_id), f"buyer-{seat_id}")
            async with asyncio.timeout(line.WEBHOOK_SECONDS_MAX - 3):
                while len(receiver.calls) < 12 or not dead.calls:
                    await asyncio.sleep(0.02)
                unpaid = "SELECT count(*) FROM outbox WHERE kind = 'CAPTURE' AND state <> 'DONE'"
                while await booth.at.fetch(unpaid) != [(0,)]:
                    await asyncio.sleep(0.02)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
    assert len(set(receiver.ids())) == 12


async def test_a_call_that_was_made_and_not_ticked_off_is_made_again(
    booth: Booth, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    await booth.register(receiver.url)
    await booth.at.buy(booth.house, seats(0))

    async def dies(*_: object) -> None:
        raise RuntimeError("the power is out")

    with monkeypatch.context() as patch:
        patch.setattr(caller, "tick_off", dies)
        await booth.at.relay.carry_out_due()
    assert len(receiver.calls) == 1
    await booth.at.relay.carry_out_due()
    assert len(receiver.calls) == 1, "still the other's, who may be alive"
    await booth.tell()
    first, last = receiver.calls
    assert (first.id, first.body) == (last.id, last.body)


async def test_of_two_servers_one_makes_a_call(booth: Booth, receiver: Receiver) -> None:
    await booth.register(receiver.url)
    for seat_id in range(10):
        await booth.at.buy(booth.house, seats(seat_id), f"buyer-{seat_id}")
    await booth.at.relay._spread_news(booth.house.event_id)
    others = [booth.new_caller() for _ in range(3)]
    await asyncio.gather(*[each.carry_out_due() for each in [booth.caller, *others]])
    await asyncio.gather(*[each.close() for each in others])
    assert len(receiver.calls) == len(set(receiver.ids())) == 10


async def test_a_call_that_another_server_is_taking_is_passed_over(
    booth: Booth, receiver: Receiver
) -> None:
    webhook = await booth.register(receiver.url)
    await booth.at.buy(booth.house, seats(0))
    await booth.at.relay._spread_news(booth.house.event_id)
    now = await booth.now()
    until = now + timedelta(seconds=90)
    claim = (calls.CLAIM_CALLS, booth.house.event_id, now, until, 10, webhook.webhook_id)
    await claim_passes_over(booth.at.database, *claim)


async def test_the_last_attempts_can_be_looked_at(
    booth: Booth, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "WEBHOOK_ATTEMPTS_KEPT", 3)
    assert WEBHOOK_ATTEMPTS_KEPT > 3
    webhook = await booth.register(receiver.url)
    receiver.answer = b"\x00no\n\n such   thing " + b"x" * 3_000_000
    receiver.mood = lambda call: 404 if len(receiver.calls) < 3 else 200
    await booth.at.buy(booth.house, seats(0), "Ada")
    for _ in range(2):
        await booth.tell()
    outcome = await booth.caller.call_as_test(webhook)
    assert (outcome.done, outcome.status_code) == (True, 200)
    assert receiver.calls[-1].json["type"] == "webhook.test"
    assert is_genuine(booth.secrets.text(webhook), receiver.calls[-1])
    for seat_id in range(1, 3):
        await booth.at.buy(booth.house, seats(seat_id), f"buyer-{seat_id}")
    await booth.tell()
    newest = await booth.now() + timedelta(days=1), ""
    async with booth.at.database.pool.acquire() as connection:
        found = await attempts.list_deliveries(
            connection, webhook.webhook_id, newest, 10, failed=False
        )
        wrong = await attempts.list_deliveries(
            connection, webhook.webhook_id, newest, 10, failed=True
        )
    assert [each.type for each in found] == ["order.confirmed", "order.confirmed", "webhook.test"]
    assert found[0].answer.startswith("no such thing xx")
    assert len(found[0].answer) == 300
    assert (found[0].state, found[0].next_attempt_at) == ("DONE", None)
    assert wrong == [], "forgotten with the others"


def test_a_rest_grows_until_there_is_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rest.random, "uniform", lambda *_: 1.0)
    seconds = [0.0]
    resting = Rest(lambda: seconds[0])
    for _ in range(3):
        resting.failed(0)
    assert (resting.left, resting.trying) == (0, False)
    lengths: list[float] = []
    for _ in range(9):
        resting.failed(0)
        lengths.append(resting.left)
        resting.failed(0)
        assert resting.left == lengths[-1], "calls that were under way change nothing"
        seconds[0] += resting.left
        assert (resting.left, resting.trying) == (0, True)
    assert lengths == [15, 30, 60, 120, 240, 480, 900, 900, 900]
    resting.answered()
    resting.failed(120)
    assert resting.left == 120, "the receiver said how long"
    resting.answered()
    assert (resting.left, resting.trying) == (0, False)
