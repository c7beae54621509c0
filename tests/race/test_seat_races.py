"""Many who want the same seats at once, at two processes: each seat goes to one of them."""

import asyncio
from collections import Counter
from random import Random

import pytest

from holdfast.accounts.api_key import KeyRole
from tests.race.caller import Caller, hang_up
from tests.race.rounds import SEEDS, Race, goes_wrong
from tests.race.server import Server

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(300)]

CLIENTS, SEATS = 50, 100
TRIOS, SEATS_EACH = 8, 5
PAIRS = 16
TRIES_MAX = 20


async def fifty_clients(server: Server, seed: int) -> list[str]:
    """Everybody asks for every seat, ten at a time in the same order."""
    event_id = await server.event(SEATS)
    callers = await server.buyers(CLIENTS)
    won: list[int] = []
    faults: list[str] = []

    async def want_everything(number: int, caller: Caller) -> None:
        seats = list(range(SEATS))
        Random(f"{seed} {number // 10}").shuffle(seats)
        for seat in seats:
            answer = await persistently(caller, event_id, seat)
            if answer == "held":
                won.append(seat)
            elif answer != "seat_unavailable":
                faults.append(f"client {number}, seat {seat}: {answer}")

    await asyncio.gather(*[want_everything(n, caller) for n, caller in enumerate(callers)])
    hang_up(callers)
    faults += [f"seat {seat} went to {n}" for seat, n in Counter(won).items() if n > 1]
    faults += [f"seat {seat} went to nobody" for seat in set(range(SEATS)) - set(won)]
    return faults + await server.faults(event_id)


async def block_and_holds(server: Server, seed: int) -> list[str]:
    """The organiser blocks a seat while two buyers, one at each process, want it."""
    event_id = await server.event(TRIOS * SEATS_EACH)
    buyers = await server.buyers(2 * TRIOS)
    seats = list(range(TRIOS * SEATS_EACH))
    Random(seed).shuffle(seats)
    faults: list[str] = []

    async def contest(trio: int) -> None:
        organiser = await server.staff(KeyRole.organiser, trio)
        for seat in seats[trio::TRIOS]:
            *holds, block = await asyncio.gather(
                buyers[2 * trio].hold(event_id, seat),
                buyers[2 * trio + 1].hold(event_id, seat),
                organiser.call(
                    "POST", f"/admin/events/{event_id}/seats/block", {"seat_ids": [seat]}
                ),
            )
            told = sorted([hold.code or "held" for hold in holds])
            told.append(block.code or "blocked")
            if told not in BLOCK_AND_HOLDS:
                faults.append(f"seat {seat}: {told}")
        organiser.hang_up()

    await asyncio.gather(*[contest(trio) for trio in range(TRIOS)])
    hang_up(buyers)
    return faults + await server.faults(event_id)


BLOCK_AND_HOLDS = (
    ["held", "seat_unavailable", "seat_not_blockable"],
    ["seat_unavailable", "seat_unavailable", "blocked"],
)


async def what_the_other_process_did(server: Server, seed: int) -> list[str]:
    """Each pair of buyers has a seat to itself; whatever one process answered, the other knows."""
    event_id = await server.event(PAIRS)
    buyers = await server.buyers(2 * PAIRS)
    chance = Random(seed)
    starts = [chance.random() * 0.02 for _ in range(PAIRS)]
    faults: list[str] = []

    async def in_turn(pair: int) -> None:
        await asyncio.sleep(starts[pair])
        here, there = buyers[2 * pair : 2 * pair + 2]
        there_too = server.caller(1, here.token)
        told: list[str] = []
        held = await here.hold(event_id, pair)
        told.append(held.code or "held")
        told.append((await there.hold(event_id, pair)).code)
        if held.status == 201:
            released = await there_too.release(held.order_id)
            told.append(released.code or "released")
        again = await here.hold(event_id, pair)
        told.append(again.code or "held")
        if again.status == 201:
            paid = await there_too.pay(again.order_id)
            told.append(paid.code or "paid")
        told.append((await here.hold(event_id, pair)).code)
        there_too.hang_up()
        if told != IN_TURN:
            faults.append(f"seat {pair}: {told}")

    await asyncio.gather(*[in_turn(pair) for pair in range(PAIRS)])
    hang_up(buyers)
    return faults + await server.faults(event_id)


IN_TURN = ["held", "seat_unavailable", "released", "held", "paid", "seat_unavailable"]


async def persistently(caller: Caller, event_id: int, seat: int) -> str:
    """Ask again while the answer is `busy`: "held" or the code of the refusal."""
    for _ in range(TRIES_MAX):
        answer = await caller.hold(event_id, seat)
        if answer.code != "busy":
            return answer.code or "held"
        await asyncio.sleep(0.05)
    return "busy for ever"


RACES = (fifty_clients, block_and_holds, what_the_other_process_did)


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_hundred_seats_that_fifty_clients_want_go_to_one_each(
    guarded: Server, seed: int
) -> None:
    assert await fifty_clients(guarded, seed) == []


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_seat_is_blocked_or_held_and_never_both(guarded: Server, seed: int) -> None:
    assert await block_and_holds(guarded, seed) == []


@pytest.mark.parametrize("seed", SEEDS)
async def test_each_process_knows_what_the_other_has_answered(guarded: Server, seed: int) -> None:
    assert await what_the_other_process_did(guarded, seed) == []


@pytest.mark.parametrize("race", RACES)
async def test_without_its_guards_the_race_goes_wrong(unguarded: Server, race: Race) -> None:
    assert await goes_wrong(race, unguarded), "the race has teeth"
