"""What goes wrong during a soak, one trouble after the other, by a schedule drawn from a seed.

A schedule says how many seconds lie between the beginnings of two; each is over before the next
begins, and what one of them took too long is caught up with.
The eldest worker is killed seldom, so that there is one whose memory can be watched.
"""

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from itertools import count
from random import Random
from typing import Final

import psutil

from tests.race.soak.ground import Ground
from tests.race.soak.totals import Totals

PAUSE_SECONDS: Final = 3.0  # longer than the desk may be idle with the lock in its hand
SINK_SECONDS: Final = 0.5  # until it is noticed that somebody is gone
REST_SECONDS_MIN: Final = 0.5  # of selling between two troubles

Deed = Callable[[], Awaitable[None]]
Schedule = Iterator[tuple[float, str]]


class Troubles:
    """What can be done to any box office, by the name under which it is counted."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self.deeds: dict[str, Deed] = {
            "workers killed": self._kill_a_worker,
            "workers paused": self._pause_a_worker,
            "times PostgreSQL killed": self._kill_postgresql,
            "times everything killed": ground.kill_everything,
        }

    async def _kill_postgresql(self) -> None:
        self._ground.postmaster().send_signal(signal.SIGKILL)
        await asyncio.sleep(SINK_SECONDS)

    async def _kill_a_worker(self) -> None:
        youngest(self._ground).send_signal(signal.SIGKILL)
        await asyncio.sleep(SINK_SECONDS)

    async def _pause_a_worker(self) -> None:
        worker = youngest(self._ground)
        worker.send_signal(signal.SIGSTOP)
        await asyncio.sleep(PAUSE_SECONDS)
        worker.send_signal(signal.SIGCONT)


async def make_trouble(
    ground: Ground,
    deeds: Mapping[str, Deed],
    schedule: Schedule,
    totals: Totals,
    stop: asyncio.Event,
) -> None:
    """By the schedule, until the end."""
    due = time.monotonic()
    for seconds, name in schedule:
        due += seconds
        if await ended(stop, max(REST_SECONDS_MIN, due - time.monotonic())):
            return
        totals.strike(name)
        await deeds[name]()
        await ground.ready()


def soak_schedule(seed: int, every_seconds: float, *, kill_everything: bool) -> Schedule:
    """Mostly workers; every third a pause, every fourth PostgreSQL, once everything."""
    chance = Random(seed)
    for number in count(1):
        if kill_everything and number == 1:
            name = "times everything killed"
        elif number % 4 == 0:
            name = "times PostgreSQL killed"
        elif number % 3 == 0:
            name = "workers paused"
        else:
            name = "workers killed"
        yield every_seconds * chance.uniform(0.7, 1.3), name


def drawn_schedule(seed: int, every_seconds: float, names: Sequence[str]) -> Schedule:
    """All of them in a new order again and again, so that none is left out."""
    chance = Random(seed)
    while True:
        for name in chance.sample(names, len(names)):
            yield every_seconds * chance.uniform(0.5, 1.5), name


def youngest(ground: Ground) -> psutil.Process:
    return max(ground.workers(), key=lambda worker: worker.create_time())


async def ended(stop: asyncio.Event, seconds: float) -> bool:
    """Whether the end came within this time."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return False
    return True
