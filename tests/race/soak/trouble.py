"""What goes wrong during a soak: workers, PostgreSQL and everything are killed, workers are paused.

The eldest worker is spared, so that there is one whose memory can be watched.
"""

import asyncio
import signal
from random import Random
from typing import Final

import psutil

from tests.race.soak.totals import Totals
from tests.served import Served

PAUSE_SECONDS: Final = 3.0  # longer than the desk may be idle with the lock in its hand
POSTGRESQL_EVERY: Final = 4  # troubles
PAUSE_EVERY: Final = 3


class Trouble:
    """One trouble after the other, `every_seconds` apart, each over before the next begins."""

    def __init__(self, box_office: Served, totals: Totals, every_seconds: float, seed: int) -> None:
        self._box_office = box_office
        self._totals = totals
        self._every_seconds = every_seconds
        self._chance = Random(seed)

    async def run(self, stop: asyncio.Event, kill_everything: bool) -> None:
        """Until the end. `kill_everything`: the first trouble is that all of it is killed."""
        number = 0
        while not await ended(stop, self._every_seconds * self._chance.uniform(0.7, 1.3)):
            number += 1
            if kill_everything and number == 1:
                await self._kill_everything()
            elif number % POSTGRESQL_EVERY == 0:
                await self._kill_postgresql()
            elif number % PAUSE_EVERY == 0:
                await self._pause_a_worker()
            else:
                await self._kill_a_worker()
            await asyncio.to_thread(self._box_office.wait_ready)

    async def _kill_everything(self) -> None:
        self._totals.troubles["times everything killed"] += 1
        await asyncio.to_thread(self._box_office.kill_everything)
        await asyncio.to_thread(self._box_office.start_again)

    async def _kill_postgresql(self) -> None:
        self._totals.troubles["times PostgreSQL killed"] += 1
        self._box_office.postmaster().send_signal(signal.SIGKILL)
        await asyncio.sleep(0.5)

    async def _kill_a_worker(self) -> None:
        self._totals.troubles["workers killed"] += 1
        youngest(self._box_office).send_signal(signal.SIGKILL)
        await asyncio.sleep(0.5)

    async def _pause_a_worker(self) -> None:
        self._totals.troubles["workers paused"] += 1
        worker = youngest(self._box_office)
        worker.send_signal(signal.SIGSTOP)
        await asyncio.sleep(PAUSE_SECONDS)
        worker.send_signal(signal.SIGCONT)


def youngest(box_office: Served) -> psutil.Process:
    return max(box_office.workers(), key=lambda worker: worker.create_time())


async def ended(stop: asyncio.Event, seconds: float) -> bool:
    """Whether the end came within this time."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return False
    return True
