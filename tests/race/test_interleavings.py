"""Every pair of things that move the same seats, in every order of their statements.

The stage is the Grand with three buyers half-way through. Two processes each do one thing; the
scheduler of interleave.py walks every interleaving; after each the audit must be silent and both
must have been answered. `make interleavings` walks all pairs, `make test` those in TELLING.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from itertools import combinations_with_replacement

import pytest
from holdfast.audit import audit
from msgspec import Struct

from holdfast.database.clock import Clock
from holdfast.database.pool import Connection, Database
from holdfast.desk import desk as desk_module
from holdfast.desk import write as write_module
from holdfast.desk.commands import (
    AddItems,
    BlockSeats,
    ChangeStatus,
    ExpireDue,
    Refund,
    Release,
)
from holdfast.desk.order import EventStatus, Order, Payment, Ticket
from holdfast.desk.reading import read_tickets
from holdfast.gate.scan import Scan, scan
from holdfast.ids import new_order_id
from holdfast.refusals import Refusal
from tests.cast import ADA, BEN, CLEO, seats
from tests.house import House, Process, open_house
from tests.race.interleave import Actor, Path, follow, gated

pytestmark = pytest.mark.anyio

RUNS_MAX = 5_000  # per pair; none comes near


class Stage(Struct):
    """The house with its buyers half-way through."""

    house: House
    held: Order
    paying: Payment
    sold: Order
    ticket: Ticket


class LateClock(Clock):
    """The database's clock, when every hold of the stage has run out."""

    async def now(self, connection: Connection) -> datetime:
        return await super().now(connection) + timedelta(seconds=1_000)


Work = Callable[[Process, Database, Stage], Awaitable[object]]


async def hold(process: Process, database: Database, stage: Stage) -> object:
    return await process.hold(stage.house, seats(2, 3), "dora")


async def hold_beside(process: Process, database: Database, stage: Stage) -> object:
    return await process.hold(stage.house, seats(3, 6), "emil")


async def edit(process: Process, database: Database, stage: Stage) -> object:
    command = AddItems(order_id=stage.held.order_id, session_id=ADA, choice=seats(2))
    return await process.office.submit(stage.house.event_id, command)


async def release(process: Process, database: Database, stage: Stage) -> object:
    command = Release(order_id=stage.held.order_id, session_id=ADA)
    return await process.office.submit(stage.house.event_id, command)


async def expire(process: Process, database: Database, stage: Stage) -> object:
    return await process.office.submit(stage.house.event_id, ExpireDue(limit=10))


async def pay(process: Process, database: Database, stage: Stage) -> object:
    return await process.begin_payment(stage.house, stage.held)


async def settle(process: Process, database: Database, stage: Stage) -> object:
    return await process.settle(stage.house, stage.paying)


async def refund(process: Process, database: Database, stage: Stage) -> object:
    command = Refund(order_id=stage.sold.order_id, item_ids=(stage.ticket.order_item_id,))
    return await process.office.submit(stage.house.event_id, command)


async def block(process: Process, database: Database, stage: Stage) -> object:
    return await process.office.submit(stage.house.event_id, BlockSeats(seat_ids=(2, 3)))


async def cancel(process: Process, database: Database, stage: Stage) -> object:
    command = ChangeStatus(status=EventStatus.CANCELLED)
    return await process.office.submit(stage.house.event_id, command)


async def admit(process: Process, database: Database, stage: Stage) -> object:
    request = Scan(
        barcode=stage.ticket.barcode, event_id=stage.house.event_id, gate="North", device="1"
    )
    return await scan(database, Clock(), request)


WORKS: dict[str, Work] = {
    work.__name__: work
    for work in (
        hold, hold_beside, edit, release, expire, pay, settle, refund, block, cancel, admit,
    )
}  # fmt: skip
TELLING = (
    ("hold", "hold_beside"),
    ("settle", "settle"),
    ("expire", "settle"),
    ("refund", "admit"),
    ("hold", "block"),
)
PAIRS = (
    tuple(combinations_with_replacement(WORKS, 2))
    if os.environ.get("HOLDFAST_INTERLEAVINGS") == "all"
    else TELLING
)


async def set_stage(database: Database) -> Stage:
    director = Process(database)
    house = await open_house(database, hold_seconds=600)
    held = await director.hold(house, seats(0, 1), ADA)
    paying = (
        await director.begin_payment(house, await director.hold(house, seats(8), CLEO))
    ).payment
    sold = await director.buy(house, seats(4, 5), BEN)
    assert paying is not None
    async with database.pool.acquire() as connection:
        await connection.execute(
            "UPDATE event SET doors_open = created_at WHERE event_id = $1", house.event_id
        )
        tickets = await read_tickets(connection, house.event_id, [sold.order_id])
    await director.office.close()
    return Stage(house, held, paying, sold, tickets[sold.order_id][0])


async def warm_up(process: Process, stage: Stage) -> None:
    """Let the process's desk read the house, so that the walk is about the work alone."""
    order_id = new_order_id(stage.house.event_id)
    with pytest.raises(Refusal):
        await process.office.submit(
            stage.house.event_id, Release(order_id=order_id, session_id=ADA)
        )


async def walk(database: Database, names: tuple[str, str]) -> tuple[int, list[str]]:
    """Every interleaving of the two works; how many there were, and what the audit found."""
    prefix: list[int] | None = []
    runs = 0
    found: list[str] = []
    async with database.dedicated("watcher") as watcher:
        while prefix is not None and not found:
            runs += 1
            assert runs <= RUNS_MAX
            path = Path(prefix)
            found = await one_run(database, watcher, names, path)
            prefix = path.next_prefix()
    return runs, found


async def one_run(
    database: Database, watcher: Connection, names: tuple[str, str], path: Path
) -> list[str]:
    stage = await set_stage(database)
    actors = [Actor("first"), Actor("second")]
    processes: list[Process] = []
    works: list[Callable[[], Awaitable[object]]] = []
    for actor, name in zip(actors, names, strict=True):
        seen = gated(database, actor)
        process = Process(seen, LateClock() if name == "expire" else None)
        await warm_up(process, stage)
        actor.on_stage = True
        processes.append(process)
        works.append(lambda p=process, d=seen, n=name: WORKS[n](p, d, stage))
    await follow(path, watcher, actors, works)
    await asyncio.gather(*[process.office.close() for process in processes])
    for actor in actors:
        if actor.error is not None and not isinstance(actor.error, Refusal):
            return [f"{actor.name}: {actor.error!r}"]
    findings = await audit(database, Clock(), [stage.house.event_id])
    return [str(finding) for finding in findings]


@pytest.mark.parametrize("names", PAIRS, ids=lambda names: " x ".join(names))
async def test_no_interleaving_breaks_an_invariant(
    database: Database, names: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    runs, found = await walk(database, names)
    with capsys.disabled():
        print(f"\n  {names[0]} x {names[1]}: {runs} interleavings", end="")
    assert found == []
    assert runs > 1


async def test_without_lock_and_guards_an_interleaving_sells_a_seat_twice(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the same walk with the guards taken out of the statements' text must fail."""
    lock = desk_module.LOCK_DESK.replace("FOR NO KEY UPDATE", "")
    monkeypatch.setattr(desk_module, "LOCK_DESK", lock)
    move, _, _ = write_module.MOVE_SEATS.partition("    AND seat.status")
    monkeypatch.setattr(write_module, "MOVE_SEATS", move)
    advance = write_module.ADVANCE_DESK.replace(" AND version = $2", " AND $2::bigint >= 0")
    monkeypatch.setattr(write_module, "ADVANCE_DESK", advance)
    count, _, _ = write_module.COUNT_SECTIONS.partition("    AND section.available_count")
    monkeypatch.setattr(write_module, "COUNT_SECTIONS", count)
    _, found = await walk(database, ("hold", "hold_beside"))
    assert found, "the walk has teeth"
