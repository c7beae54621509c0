"""A soak: a box office that sells for a long time while everything goes wrong.

Thousands of buyers, evenings that fill up and are cancelled, killed and paused processes; then
`holdfast doctor` must be silent, every promise kept, no bug answered and the memory flat. The same
on another ground, by another schedule and with other habits is the nemesis (nemesis.py).
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from msgspec import Struct

from tests.race.caller import Caller, hang_up
from tests.race.soak.ground import Ground, ServedGround
from tests.race.soak.memory import Memory
from tests.race.soak.promises import Promises
from tests.race.soak.season import HOUSES, House, Season
from tests.race.soak.shopper import Habits, Shopper, Staff
from tests.race.soak.totals import Totals
from tests.race.soak.trouble import Deed, Schedule, Troubles, make_trouble, soak_schedule
from tests.served import served

ROLES: Final = ("organiser", "gate")
Beside = Callable[[asyncio.Event], Awaitable[None]]
"""What else goes on until the end."""


class Plan(Struct, frozen=True):
    """How long, how many at a time, and how often something is killed."""

    seed: int
    seconds: float
    shoppers: int = 120
    workers: int = 2
    hold_seconds: int = 6
    trouble_seconds: float = 15.0
    houses: tuple[House, ...] = HOUSES
    kill_everything: bool = True
    habits: Habits = Habits()


class Report(Struct):
    """What came of it; `faults` is empty where all was well."""

    totals: Totals
    memory: Memory
    seconds: float
    faults: list[str]


async def soak(plan: Plan, folder: Path) -> Report:
    """Run the plan on an empty data folder below `folder`."""
    with served(folder / "data", workers=plan.workers) as box_office:
        ground = ServedGround(box_office, folder)
        schedule = soak_schedule(
            plan.seed, plan.trouble_seconds, kill_everything=plan.kill_everything
        )
        report = await run(plan, ground, Troubles(ground).deeds, schedule, Totals())
    report.faults += report.memory.faults()
    return report


async def run(
    plan: Plan,
    ground: Ground,
    deeds: dict[str, Deed],
    schedule: Schedule,
    totals: Totals,
    *beside: Beside,
) -> Report:
    """Sell while these deeds are done by their schedule, then look at what is left."""
    promises, memory = Promises(), Memory()
    season = Season(ground, plan.houses, plan.hold_seconds, totals, promises)
    await season.open()
    keys = [await ground.key(role) for role in ROLES]
    began = time.monotonic()
    stop = asyncio.Event()
    callers: list[Caller] = [ground.caller(0, keys[0])]
    works = [
        season.run(callers[0], stop),
        make_trouble(ground, deeds, schedule, totals, stop),
        memory.watch(ground, stop),
        *[work(stop) for work in beside],
    ]
    for number in range(plan.shoppers):
        staff = Staff(*[ground.caller(number, key) for key in keys])
        caller = ground.caller(number)
        callers += [caller, staff.organiser, staff.gate]
        seed = f"{plan.seed} {number}"
        shopper = Shopper(caller, staff, season, totals, promises, plan.habits, seed)
        works.append(shopper.shop_until(stop))
    tasks = [asyncio.ensure_future(work) for work in works]
    # Nobody ends before the end, but for somebody who found what must not be.
    await asyncio.wait(tasks, timeout=plan.seconds, return_when=asyncio.FIRST_COMPLETED)
    stop.set()
    await asyncio.gather(*tasks)
    seconds = time.monotonic() - began
    hang_up(callers)
    await ground.ready()
    faults = await ground.doctor()
    async with ground.look() as connection:
        faults += await promises.broken(connection)
    faults += [f"{n} x {answer}" for answer, n in totals.bugs.items()]
    return Report(totals, memory, seconds, faults)
