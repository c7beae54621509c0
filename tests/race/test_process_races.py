"""A process that is paused with the desk's lock in its hand, and a COMMIT whose answer is lost."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.postgres import FreshDatabases
from tests.proxy import CutAt, Proxy, proxy
from tests.race.caller import Caller, hang_up
from tests.race.guards import JOURNAL_LOOK_UP, NO_GUARDS, Guard
from tests.race.rounds import SEEDS
from tests.race.server import Server, racing
from tests.race.serving import Part

pytestmark = [pytest.mark.anyio, pytest.mark.fault, pytest.mark.timeout(120)]

HOLD_SECONDS = 2
FREE_SECONDS_MAX = 8.0  # the deadline, two seconds of idleness, and a busy machine
WAITS_SECONDS_MAX = 10.0
BUYERS = 8

_LOCK_ORDER = "SELECT FROM orders WHERE event_id = $1 AND order_id = $2 FOR UPDATE"
_WAITING = """
SELECT count(*)
FROM pg_stat_activity
WHERE
    datname = current_database()
    AND application_name = 'holdfast desk'
    AND wait_event_type = 'Lock'
"""
_PAYMENT = "SELECT status::text FROM payment WHERE order_id = $1"
_SOLD = "SELECT count(*) FROM seat WHERE event_id = $1 AND status = 'SOLD'"


async def paused_holder(server: Server) -> list[str]:
    """Ada's payment is being settled when its process is paused; then her hold runs out."""
    event_id = await server.event(10, HOLD_SECONDS)
    ada, ben = await server.buyers(2)
    held = await ada.hold(event_id, 0)
    waits = await ada.pay(held.order_id, "tok_3ds")
    async with server.database.dedicated() as other, other.transaction():
        await other.execute(_LOCK_ORDER, event_id, held.order_id)
        settling = asyncio.create_task(ada.complete(waits.payment_id))
        await until_the_desk_waits(server)
        server.pause(0)
    # The statement goes on now, and nobody is there to send the next one: the lock stays.
    taken = await first_hold(ben, event_id)
    server.go_on(0)
    settled = await settling
    faults = [] if taken else ["the seat of a hold that ran out never came free"]
    paid = await server.value(_PAYMENT, held.order_id)
    told = (settled.told, paid in ("VOIDING", "VOIDED"))
    if told != ("order_expired", True):
        faults.append(f"Ada was told {settled.told} and her payment is {paid}")
    hang_up([ada, ben])
    return faults + await server.faults(event_id)


async def until_the_desk_waits(server: Server) -> None:
    """Until a session of a desk waits for a row that is locked."""
    deadline = time.monotonic() + WAITS_SECONDS_MAX
    while not await server.value(_WAITING):
        assert time.monotonic() < deadline, "nobody came to wait"
        await asyncio.sleep(0.01)


async def first_hold(buyer: Caller, event_id: int) -> bool:
    """Whether the buyer gets the first seat before long."""
    deadline = time.monotonic() + FREE_SECONDS_MAX
    while time.monotonic() < deadline:
        if (await buyer.hold(event_id, 0)).status == 201:
            return True
        await asyncio.sleep(0.05)
    return False


async def lost_commit(server: Server, cable: Proxy, cut_at: CutAt) -> list[str]:
    """Eight buyers add a seat to their holds; one COMMIT, or its answer, is lost on the way.

    They add because a hold that is done twice is one hold by its order_id alone.
    """
    event_id = await server.event(2 * BUYERS)
    buyers = await server.buyers(BUYERS)
    holds = await asyncio.gather(*[b.hold(event_id, seat) for seat, b in enumerate(buyers)])
    cable.cut_at = cut_at
    added = await asyncio.gather(
        *[
            buyer.call("POST", f"/orders/{holds[n].order_id}/items", {"seat_ids": [BUYERS + n]})
            for n, buyer in enumerate(buyers)
        ]
    )
    assert cable.cuts == 1, "the cable was pulled"
    faults = [f"buyer {n} added: {a.told}" for n, a in enumerate(added) if a.status != 200]
    paid = await asyncio.gather(*[b.pay(holds[n].order_id) for n, b in enumerate(buyers)])
    faults += [f"buyer {n} paid: {a.told}" for n, a in enumerate(paid) if a.status != 200]
    sold = await server.value(_SOLD, event_id)
    if sold != 2 * BUYERS:
        faults.append(f"{sold} seats sold, and not {2 * BUYERS}")
    hang_up(buyers)
    return faults + await server.faults(event_id)


@asynccontextmanager
async def paused(databases: FreshDatabases, folder: Path, patient: bool) -> AsyncGenerator[Server]:
    part = Part(hold_cap_seconds=0, patient=patient)
    async with (
        databases.fresh() as name,
        racing(databases.url(name), folder / "server.log", (part, part)) as server,
    ):
        yield server


@asynccontextmanager
async def cabled(
    databases: FreshDatabases, folder: Path, out: tuple[Guard, ...]
) -> AsyncGenerator[tuple[Server, Proxy]]:
    """One process whose way to the database leads through a cable that can be pulled."""
    async with (
        databases.fresh() as name,
        proxy(databases.address(name)) as cable,
        racing(
            databases.url(name), folder / "server.log", (Part(guards_out=out),), (cable.url,)
        ) as server,
    ):
        yield server, cable


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_process_paused_beyond_the_deadline_loses_the_lock_and_the_seat(
    databases: FreshDatabases, tmp_path: Path, seed: int
) -> None:
    async with paused(databases, tmp_path, patient=False) as server:
        assert await paused_holder(server) == []


async def test_without_the_limit_of_idleness_a_paused_process_keeps_the_seat_from_everybody(
    databases: FreshDatabases, tmp_path: Path
) -> None:
    async with paused(databases, tmp_path, patient=True) as server:
        found = await paused_holder(server)
    assert "the seat of a hold that ran out never came free" in found


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("cut_at", [CutAt.AFTER_COMMIT, CutAt.BEFORE_COMMIT])
async def test_a_commit_that_is_lost_on_the_way_is_done_once_and_everybody_hears_of_it(
    databases: FreshDatabases, tmp_path: Path, cut_at: CutAt, seed: int
) -> None:
    async with cabled(databases, tmp_path, NO_GUARDS) as (server, cable):
        assert await lost_commit(server, cable, cut_at) == []


async def test_without_a_look_into_the_journal_a_lost_answer_is_a_wrong_answer(
    databases: FreshDatabases, tmp_path: Path
) -> None:
    async with cabled(databases, tmp_path, JOURNAL_LOOK_UP) as (server, cable):
        found = await lost_commit(server, cable, CutAt.AFTER_COMMIT)
    assert any("seat_unavailable" in fault for fault in found), found
