"""What happens in the instant in which a hold runs out: it is still its buyer's, or it is free.

Holds last a second here and paying does not extend them; the sweepers of both processes are at work
as ever. Everybody comes within some hundredths of a second around the deadline.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime
from random import Random

import pytest

from tests.race.caller import Answer, Caller, hang_up
from tests.race.rounds import SEEDS, Race, goes_wrong
from tests.race.server import Server

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(300)]

HOLD_SECONDS = 1
SEATS = 12
RIVALS = 3  # for each seat
BEFORE_SECONDS = 0.04
WANT_SECONDS = 0.5  # how long a rival tries; less than a hold lasts
AROUND_SECONDS = 0.03

_PAYMENT = "SELECT status::text FROM payment WHERE order_id = $1"


async def hold_and_sweep_and_hold(server: Server, seed: int) -> list[str]:
    """Three rivals for each seat ask for it from before the deadline until one of them has it."""
    event_id = await server.event(SEATS, hold_seconds=HOLD_SECONDS)
    owners = await server.buyers(SEATS)
    rivals = await server.buyers(RIVALS * SEATS)
    chance = Random(seed)
    holds = await asyncio.gather(*[o.hold(event_id, seat) for seat, o in enumerate(owners)])
    faults = [f"seat {seat}: {a.code}" for seat, a in enumerate(holds) if a.status != 201]
    won: list[int] = []

    async def want(rival: Caller, seat: int) -> None:
        deadline = deadline_of(holds[seat])
        await until(deadline - BEFORE_SECONDS * chance.random())
        while time.time() < deadline + WANT_SECONDS:
            answer = await rival.hold(event_id, seat)
            if answer.status == 201:
                won.append(seat)
                if time.time() < deadline:
                    faults.append(f"seat {seat} was given away before its time")
                return
            if answer.code not in ("seat_unavailable", "busy"):
                faults.append(f"seat {seat}: {answer}")
            await asyncio.sleep(0.01)

    if not faults:
        await asyncio.gather(*[want(rival, n % SEATS) for n, rival in enumerate(rivals)])
    hang_up(owners + rivals)
    faults += [
        f"seat {seat} was held {n} times at once" for seat, n in Counter(won).items() if n > 1
    ]
    faults += [f"seat {seat} stayed taken" for seat in set(range(SEATS)) - set(won)]
    return faults + await server.faults(event_id)


async def settle_and_expiry_and_hold(server: Server, seed: int) -> list[str]:
    """The bank says yes at the deadline, while a rival asks for the seat at the other process."""
    event_id = await server.event(SEATS, hold_seconds=HOLD_SECONDS)
    owners = await server.buyers(SEATS)
    rivals = await server.buyers(SEATS)
    chance = Random(seed)
    faults: list[str] = []

    async def contest(seat: int) -> None:
        owner, rival = owners[seat], rivals[(seat + 1) % SEATS]
        held = await owner.hold(event_id, seat)
        waits = await owner.pay(held.order_id, "tok_3ds")
        payment_id = waits.payment_id
        deadline = deadline_of(held)
        settled, taken = await asyncio.gather(
            at(around(deadline, chance), lambda: owner.complete(payment_id)),
            at(around(deadline, chance), lambda: rival.hold(event_id, seat)),
        )
        told = (settled.told, taken.told)
        if told not in SETTLE_OR_HOLD:
            faults.append(f"seat {seat}: {told}")
        elif taken.status == 201:
            paid = await server.value(_PAYMENT, held.order_id)
            if paid not in ("VOIDING", "VOIDED"):
                faults.append(f"seat {seat}: lost, and its payment is {paid}")

    await asyncio.gather(*[contest(seat) for seat in range(SEATS)])
    hang_up(owners + rivals)
    return faults + await server.faults(event_id)


SETTLE_OR_HOLD = (("200", "seat_unavailable"), ("order_expired", "201"))


async def edit_and_expiry(server: Server, seed: int) -> list[str]:
    """A seat is added to a hold at its deadline, while a rival asks for the first seat of it."""
    event_id = await server.event(2 * SEATS, hold_seconds=HOLD_SECONDS)
    owners = await server.buyers(SEATS)
    rivals = await server.buyers(SEATS)
    chance = Random(seed)
    faults: list[str] = []

    async def contest(number: int) -> None:
        owner, rival, first = owners[number], rivals[(number + 1) % SEATS], 2 * number
        held = await owner.hold(event_id, first)
        path = f"/orders/{held.body['order_id']}"
        deadline = deadline_of(held)
        added, taken = await asyncio.gather(
            at(
                around(deadline, chance),
                lambda: owner.call("POST", f"{path}/items", {"seat_ids": [first + 1]}),
            ),
            at(around(deadline, chance), lambda: rival.hold(event_id, first)),
        )
        told = (added.told, taken.told)
        if told not in EDIT_OR_HOLD:
            faults.append(f"order {number}: {told}")
        if added.status == 200 and added.body["expires_at"] != held.body["expires_at"]:
            faults.append(f"order {number}: editing moved its deadline")
        if taken.status == 201:
            after = (await owner.call("GET", path)).body
            states = {item["state"] for item in after["items"]}
            if (after["cancel_reason"], states) != ("EXPIRED", {"EXPIRED"}):
                faults.append(f"order {number} lost a seat and is {after}")

    await asyncio.gather(*[contest(number) for number in range(SEATS)])
    hang_up(owners + rivals)
    return faults + await server.faults(event_id)


EDIT_OR_HOLD = (
    ("200", "seat_unavailable"),
    ("200", "201"),  # first the one, then the deadline, then the other
    ("order_expired", "201"),
    ("order_expired", "seat_unavailable"),  # first the other, then the deadline, then the one
)


def deadline_of(held: Answer) -> float:
    """When this hold runs out, on this machine's clock, which is the database's here."""
    return datetime.fromisoformat(held.body["expires_at"]).timestamp()


def around(deadline: float, chance: Random) -> float:
    return deadline + chance.uniform(-AROUND_SECONDS, AROUND_SECONDS)


async def until(instant: float) -> None:
    await asyncio.sleep(max(0.0, instant - time.time()))


async def at(instant: float, call: Callable[[], Awaitable[Answer]]) -> Answer:
    """The answer to a call that is made at this instant."""
    await until(instant)
    return await call()


RACES = (hold_and_sweep_and_hold, settle_and_expiry_and_hold, edit_and_expiry)


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_hold_that_runs_out_goes_to_one_rival_and_not_before(
    guarded: Server, seed: int
) -> None:
    assert await hold_and_sweep_and_hold(guarded, seed) == []


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_payment_at_the_deadline_gets_the_seat_or_the_money_back(
    guarded: Server, seed: int
) -> None:
    assert await settle_and_expiry_and_hold(guarded, seed) == []


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_hold_edited_at_its_deadline_runs_out_whole(guarded: Server, seed: int) -> None:
    assert await edit_and_expiry(guarded, seed) == []


@pytest.mark.parametrize("race", RACES)
async def test_without_its_guards_the_race_goes_wrong(unguarded: Server, race: Race) -> None:
    assert await goes_wrong(race, unguarded), "the race has teeth"
