"""The gate: a ticket admits once, and every answer can be asked for again."""

import asyncio
from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from holdfast.config import GATE_EARLY_SECONDS, GATE_OFFLINE_HOURS_MAX, GATE_TEXT_CHARACTERS_MAX
from holdfast.database.clock import Clock
from holdfast.database.pool import Connection, Database
from holdfast.desk.commands import ChangeStatus, Refund
from holdfast.desk.order import EventStatus, Order
from holdfast.gate import scan as gate
from holdfast.gate.scan import Direction, Scan, ScanAnswer, ScanResult, scan
from holdfast.ids import barcode
from holdfast.refusals import Refusal
from holdfast.tickets.ticket_list import TicketLine, ticket_list
from tests.cast import seats
from tests.house import House, Process, open_house

pytestmark = pytest.mark.anyio

CLOCK = Clock()


async def open_doors(database: Database, house: House, in_seconds: float = 0) -> None:
    async with database.pool.acquire() as connection:
        doors = await CLOCK.now(connection) + timedelta(seconds=in_seconds)
        await connection.execute(
            "UPDATE event SET doors_open = $2 WHERE event_id = $1", house.event_id, doors
        )


async def tickets_of(database: Database, order: Order) -> list[TicketLine]:
    async with database.pool.acquire() as connection:
        return await ticket_list(connection, order.order_id)


async def an_evening(database: Database) -> tuple[Process, House, Order, Scan]:
    """A house with open doors, an order of two, and the scan of its first ticket."""
    worker = Process(database)
    house = await open_house(database)
    await open_doors(database, house)
    order = await worker.buy(house, seats(0, 1))
    ticket = (await tickets_of(database, order))[0]
    request = Scan(barcode=ticket.barcode, event_id=house.event_id, gate="North", device="d1")
    return worker, house, order, request


async def test_a_ticket_admits_once_and_says_when_it_did(database: Database) -> None:
    worker, _, _, request = await an_evening(database)
    first = await scan(database, CLOCK, request)
    again = await scan(database, CLOCK, request)
    assert (first.result, again.result) == (ScanResult.ADMITTED, ScanResult.ALREADY_SCANNED)
    assert first.ticket is not None
    assert again.ticket is not None
    assert first.ticket.scanned_at == again.ticket.scanned_at == first.scanned_at
    assert (first.ticket.section, first.ticket.row, first.ticket.seat_number) == (
        "Stalls", "A", "1",
    )  # fmt: skip
    await worker.office.close()


async def test_a_barcode_may_be_typed_in_small_letters(database: Database) -> None:
    worker, _, _, request = await an_evening(database)
    typed = replace(request, barcode=f" {request.barcode.lower()} ")
    assert (await scan(database, CLOCK, typed)).result is ScanResult.ADMITTED
    await worker.office.close()


async def test_whoever_leaves_is_let_in_again_once(database: Database) -> None:
    worker, _, _, request = await an_evening(database)
    out = replace(request, direction=Direction.OUT)
    results = [
        (await scan(database, CLOCK, step)).result
        for step in (out, request, out, out, request, request)
    ]
    assert results == [
        ScanResult.NOT_INSIDE,
        ScanResult.ADMITTED,
        ScanResult.EXITED,
        ScanResult.NOT_INSIDE,
        ScanResult.ADMITTED,
        ScanResult.ALREADY_SCANNED,
    ]
    await worker.office.close()


async def test_what_is_no_ticket_of_this_event_is_not_let_in(database: Database) -> None:
    worker, house, order, request = await an_evening(database)
    other = await open_house(database)
    forged = barcode(house.event_id, b"x" * 32, order.items[0].item_id)
    foreign = barcode(other.event_id, b"x" * 32, order.items[0].item_id)
    for code in ("A", "A" * GATE_TEXT_CHARACTERS_MAX, forged, foreign, "é-\u2028"):
        answer = await scan(database, CLOCK, replace(request, barcode=code))
        assert (answer.result, answer.ticket) == (ScanResult.INVALID, None), code
    elsewhere = await scan(database, CLOCK, replace(request, event_id=other.event_id))
    assert (elsewhere.result, elsewhere.ticket) == (ScanResult.WRONG_EVENT, None)
    assert (await scan(database, CLOCK, request)).result is ScanResult.ADMITTED
    await worker.office.close()


async def test_a_refunded_ticket_is_refused_and_the_others_of_its_order_are_not(
    database: Database,
) -> None:
    worker, house, order, request = await an_evening(database)
    other = (await tickets_of(database, order))[1]
    refund = Refund(order_id=order.order_id, item_ids=(order.items[0].item_id,))
    await worker.office.submit(house.event_id, refund)
    assert (await scan(database, CLOCK, request)).result is ScanResult.REFUNDED
    good = await scan(database, CLOCK, replace(request, barcode=other.barcode))
    assert good.result is ScanResult.ADMITTED
    await worker.office.close()


async def test_cancelling_the_event_refuses_its_tickets_at_once(database: Database) -> None:
    worker, house, _, request = await an_evening(database)
    await worker.office.submit(house.event_id, ChangeStatus(status=EventStatus.CANCELLED))
    assert (await scan(database, CLOCK, request)).result is ScanResult.EVENT_CANCELLED
    await worker.office.close()


async def test_nobody_is_let_in_long_before_the_doors_open(database: Database) -> None:
    worker, house, _, request = await an_evening(database)
    await open_doors(database, house, GATE_EARLY_SECONDS + 60)
    assert (await scan(database, CLOCK, request)).result is ScanResult.TOO_EARLY
    await open_doors(database, house, GATE_EARLY_SECONDS - 60)
    assert (await scan(database, CLOCK, request)).result is ScanResult.ADMITTED
    await worker.office.close()


async def test_the_same_scan_is_answered_the_same(database: Database) -> None:
    worker, _, order, request = await an_evening(database)
    keyed = replace(request, scan_id="scan-1")
    first = await scan(database, CLOCK, keyed)
    again = await scan(database, CLOCK, keyed)
    assert (first.result, first.replayed) == (ScanResult.ADMITTED, False)
    assert again == replace(first, replayed=True)
    other = await scan(database, CLOCK, replace(request, scan_id="scan-2"))
    assert other.result is ScanResult.ALREADY_SCANNED
    second = (await tickets_of(database, order))[1]
    with pytest.raises(Refusal) as refused:
        await scan(database, CLOCK, replace(keyed, barcode=second.barcode))
    assert refused.value.code == "idempotency_mismatch", "never let in on another one's answer"
    await worker.office.close()


async def test_a_scan_that_was_made_offline_keeps_its_time(database: Database) -> None:
    worker, house, _, request = await an_evening(database)
    await open_doors(database, house, -7_200)
    now = await now_at(database)
    earlier = now - timedelta(minutes=30)
    answer = await scan(database, CLOCK, replace(request, scanned_at=earlier))
    assert answer.ticket is not None
    assert answer.ticket.scanned_at == answer.scanned_at == earlier
    later = await scan(database, CLOCK, replace(request, scanned_at=now + timedelta(hours=1)))
    assert later.scanned_at < now + timedelta(minutes=1), "a device's clock that runs ahead"
    for wrong in (now - timedelta(hours=GATE_OFFLINE_HOURS_MAX + 1), now.replace(tzinfo=None)):
        with pytest.raises(Refusal) as refused:
            await scan(database, CLOCK, replace(request, scanned_at=wrong))
        assert refused.value.code == "invalid_request"
    await worker.office.close()


@pytest.mark.parametrize("field", ["barcode", "gate", "device", "scan_id"])
async def test_texts_are_neither_empty_nor_endless(database: Database, field: str) -> None:
    request = Scan(barcode="A-B", event_id=1, gate="North", device="d1")
    for text in ("", "x" * (GATE_TEXT_CHARACTERS_MAX + 1), "a\0b"):
        with pytest.raises(Refusal) as refused:
            await scan(database, CLOCK, replace(request, **{field: text}))
        assert refused.value.code == "invalid_request"


async def test_an_unknown_event_is_not_found(database: Database) -> None:
    with pytest.raises(Refusal) as refused:
        await scan(database, CLOCK, Scan(barcode="A-B", event_id=99, gate="N", device="d"))
    assert refused.value.code == "not_found"


# Fifty gates read one barcode at the same moment. The row is held by the test until as many of them
# wait for it as there are connections: the worst moment there is, and the same every time.


async def race(database: Database, request: Scan, same_scan: bool = False) -> list[ScanAnswer]:
    async with database.desk_pool.acquire() as holder:
        await holder.execute("BEGIN")
        await holder.execute(
            "SELECT FROM ticket WHERE event_id = $1 AND barcode = $2 FOR UPDATE",
            request.event_id,
            request.barcode,
        )
        scans = [
            asyncio.create_task(
                scan(
                    database,
                    CLOCK,
                    replace(request, device=f"d{n}", scan_id="one" if same_scan else f"s{n}"),
                )
            )
            for n in range(50)
        ]
        await until_waiting(holder, 5)
        await holder.execute("COMMIT")
    return list(await asyncio.gather(*scans))


async def until_waiting(holder: Connection, gates: int) -> None:
    async with asyncio.timeout(1.5):  # the desk's connections lose their locks after two seconds
        while await holder.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted") < gates:
            await asyncio.sleep(0.005)


async def now_at(database: Database) -> datetime:
    async with database.pool.acquire() as connection:
        return await CLOCK.now(connection)


async def test_of_fifty_gates_with_one_barcode_exactly_one_admits(database: Database) -> None:
    worker, _, _, request = await an_evening(database)
    answers = await race(database, request)
    results = [answer.result for answer in answers]
    assert results.count(ScanResult.ADMITTED) == 1
    assert results.count(ScanResult.ALREADY_SCANNED) == 49
    await worker.office.close()


async def test_control_without_the_guard_the_race_admits_several(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker, _, _, request = await an_evening(database)
    without = gate.ADMIT.replace("AND scanned_at IS NULL", "")
    assert without != gate.ADMIT
    monkeypatch.setattr(gate, "ADMIT", without)
    answers = await race(database, request)
    assert [a.result for a in answers].count(ScanResult.ADMITTED) > 1
    await worker.office.close()


async def test_one_scan_sent_fifty_times_is_one_admission_told_fifty_times(
    database: Database,
) -> None:
    worker, _, _, request = await an_evening(database)
    answers = await race(database, request, same_scan=True)
    assert {answer.result for answer in answers} == {ScanResult.ADMITTED}
    assert [answer.replayed for answer in answers].count(False) == 1
    async with database.pool.acquire() as connection:
        assert await connection.fetchval("SELECT count(*) FROM gate_scan") == 1
    await worker.office.close()


async def test_a_ticket_refunded_while_it_is_scanned_admits_nobody(database: Database) -> None:
    worker, _, _, request = await an_evening(database)
    async with database.desk_pool.acquire() as holder:
        await holder.execute("BEGIN")
        await holder.execute(
            "UPDATE ticket SET is_valid = FALSE WHERE barcode = $1", request.barcode
        )
        scanning = asyncio.create_task(scan(database, CLOCK, request))
        await until_waiting(holder, 1)  # it has read that the ticket is valid
        await holder.execute("COMMIT")
    assert (await scanning).result is ScanResult.REFUNDED
    await worker.office.close()


async def test_every_result_is_one_of_the_schema(database: Database) -> None:
    async with database.pool.acquire() as connection:
        labels = await connection.fetchval("SELECT enum_range(NULL::scan_result)::text[]")
    assert set(labels) == {result.value for result in ScanResult}
