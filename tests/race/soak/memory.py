"""How much memory the workers use during a soak, and whether it is still growing at its end."""

import asyncio
import time
from typing import Final

import psutil

from tests.race.soak.ground import Ground
from tests.race.soak.trouble import ended

LOOK_SECONDS: Final = 2.0
JUDGED_SECONDS_MIN: Final = 300.0  # a younger process is still filling its caches
GROWTH_MAX: Final = 0.15  # from the middle third of its life to the last
MEGABYTE: Final = 1_000_000


class Memory:
    """Samples of every worker's resident memory, by process: seconds, bytes."""

    def __init__(self) -> None:
        self.samples: dict[int, list[tuple[float, int]]] = {}

    async def watch(self, ground: Ground, stop: asyncio.Event) -> None:
        """Look at all workers every now and then, until the end."""
        while not await ended(stop, LOOK_SECONDS):
            try:
                for worker in ground.workers():
                    sample = time.monotonic(), worker.memory_info().rss
                    self.samples.setdefault(worker.pid, []).append(sample)
            except psutil.NoSuchProcess:  # killed just now
                continue

    @property
    def eldest(self) -> list[tuple[float, int]]:
        """Of the process that was watched for longest."""
        return max(self.samples.values(), key=lambda samples: samples[-1][0] - samples[0][0])

    def thirds(self) -> tuple[float, float, float]:
        """Mean bytes of the eldest process in each third of its life."""
        samples = [size for _, size in self.eldest]
        third = max(1, len(samples) // 3)
        parts = samples[:third], samples[third : 2 * third] or samples, samples[-third:]
        first, middle, last = [sum(part) / len(part) for part in parts]
        return first, middle, last

    def faults(self) -> list[str]:
        """Whether the eldest process was still growing; silent where it was too young."""
        lived = self.eldest[-1][0] - self.eldest[0][0]
        _, middle, last = self.thirds()
        if lived < JUDGED_SECONDS_MIN or last <= middle * (1 + GROWTH_MAX):
            return []
        return [f"memory grows: {self.line()}"]

    def line(self) -> str:
        """For a person."""
        lived = self.eldest[-1][0] - self.eldest[0][0]
        first, middle, last = [size / MEGABYTE for size in self.thirds()]
        return (
            f"memory of the eldest worker in the thirds of its {lived / 60:.1f} minutes:"
            f" {first:.0f}, {middle:.0f}, {last:.0f} MB"
        )
