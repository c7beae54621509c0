"""A soak: a box office that sells for a long time while everything goes wrong.

Thousands of buyers, evenings that fill up and are cancelled, killed and paused processes; then
`holdfast doctor` must be silent, every promise kept, no bug answered and the memory flat.
"""

import asyncio
import json
import time
from pathlib import Path
from typing import Final

from msgspec import Struct

from tests.race.caller import Caller, hang_up
from tests.race.soak.memory import Memory
from tests.race.soak.promises import Promises
from tests.race.soak.season import HOUSES, House, Season
from tests.race.soak.shopper import Shopper, Staff
from tests.race.soak.totals import Totals
from tests.race.soak.trouble import Trouble
from tests.served import Served, served

SILENT_SECONDS_MAX: Final = 240.0  # reconciler and relay finish what the kills cut off
DOCTOR_PAUSE_SECONDS: Final = 3.0


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


class Report(Struct):
    """What came of it; `faults` is empty where all was well."""

    totals: Totals
    memory: Memory
    seconds: float
    faults: list[str]


async def soak(plan: Plan, folder: Path) -> Report:
    """Run the plan on an empty data folder below `folder`."""
    totals, promises, memory = Totals(), Promises(), Memory()
    with served(folder / "data", workers=plan.workers) as box_office:
        season = Season(box_office, folder, plan.houses, plan.hold_seconds, totals, promises)
        await season.open()
        keys = [new_key(box_office, role) for role in ("organiser", "gate")]
        began = time.monotonic()
        await sell(plan, box_office, season, keys, totals, promises, memory)
        seconds = time.monotonic() - began
        await asyncio.to_thread(box_office.wait_ready)
        faults = await asyncio.to_thread(until_the_doctor_is_silent, box_office)
        faults += await promises.broken(box_office.data)
    faults += [f"{n} x {answer}" for answer, n in totals.bugs.items()]
    return Report(totals, memory, seconds, faults + memory.faults())


async def sell(
    plan: Plan,
    box_office: Served,
    season: Season,
    keys: list[str],
    totals: Totals,
    promises: Promises,
    memory: Memory,
) -> None:
    """Everybody at once, until the time is over."""
    stop = asyncio.Event()
    trouble = Trouble(box_office, totals, plan.trouble_seconds, plan.seed)
    manager = Caller(box_office.port, keys[0])
    callers: list[Caller] = [manager]
    works = [
        season.run(manager, stop),
        trouble.run(stop, plan.kill_everything),
        memory.watch(box_office, stop),
    ]
    for number in range(plan.shoppers):
        staff = Staff(*[Caller(box_office.port, key) for key in keys])
        caller = Caller(box_office.port)
        callers += [caller, staff.organiser, staff.gate]
        shopper = Shopper(caller, staff, season, totals, promises, f"{plan.seed} {number}")
        works.append(shopper.shop_until(stop))
    tasks = [asyncio.create_task(work) for work in works]
    # Nobody ends before the end, but for somebody who found what must not be.
    await asyncio.wait(tasks, timeout=plan.seconds, return_when=asyncio.FIRST_COMPLETED)
    stop.set()
    await asyncio.gather(*tasks)
    hang_up(callers)


def new_key(box_office: Served, role: str) -> str:
    return box_office.run("key", "create", "--role", role).strip()


def until_the_doctor_is_silent(box_office: Served) -> list[str]:
    """What `holdfast doctor` still finds after the reconciler and the relay had their time."""
    deadline = time.monotonic() + SILENT_SECONDS_MAX
    while True:
        code, output = box_office.try_run("doctor", "--json")
        if code == 0:
            return []
        if time.monotonic() > deadline:
            return [json.dumps(finding) for finding in json.loads(output)["findings"]]
        time.sleep(DOCTOR_PAUSE_SECONDS)
