"""50,000 holds expire at one instant, while other buyers hold and release as before.

The holds are made over HTTP, then the server's clock is put forward until all of them are due.
"""

import asyncio
import time
from typing import Final

from benchmarks.bench import Bench, Stage
from benchmarks.houses import House, open_events
from benchmarks.result import Figure, Result, Run, run_of
from benchmarks.samples import Samples, median, percentile

HOUSE: Final = House("stadium", 120_000)
EXPIRING_SEATS: Final = 100_000  # two to a hold
CLIENTS: Final = 16
HOLD_SECONDS: Final = 600
LATER: Final = 400.0  # put forward twice: once before the others begin to hold, once at the instant
NORMAL_SECONDS: Final = 3.0
AFTER_SECONDS: Final = 15.0  # how long the others go on; the most that tidying up can show
MAKING_SECONDS_MAX: Final = 60.0
LOOK_SECONDS: Final = 0.02
_FREE: Final = "SELECT sum(available_count) FROM section WHERE event_id = $1"


async def measure(bench: Bench) -> Result:
    """`normal` is what holds take before the instant, `meanwhile` from it until all is tidy."""
    tidied: list[float] = []
    ratios: list[float] = []
    runs: list[Run] = []
    async with bench.databases.template(
        lambda c: open_events(c, [HOUSE], hold_seconds=HOLD_SECONDS)
    ) as (template, (event_id,)):
        for _ in range(bench.pace.rounds):
            async with bench.stage(template) as stage:
                samples, instant, tidy = await _run(bench, stage, event_id)
            normal = samples.took("hold", window=(samples.begin, instant))
            meanwhile = samples.took("hold", window=(instant, tidy))
            tidied.append(tidy - instant)
            ratios.append(percentile(meanwhile, 0.99) / percentile(normal, 0.99))
            runs.append(run_of("holds around the instant", samples, 0, 0, "hold"))
            bench.say(f"expiry: tidied in {tidied[-1]:.2f} s, p99 {ratios[-1]:.2f} x")
    return Result(
        "expiry",
        "50,000 holds expiring at once",
        [
            Figure("tidied in", median(tidied), "s", 5, 2, higher=False),
            Figure("p99 of holds beside normal", median(ratios), "x", 3, 1.5, higher=False),
        ],
        runs,
    )


async def _run(bench: Bench, stage: Stage, event_id: int) -> tuple[Samples, float, float]:
    """The samples of the others, the instant, and when everything was free again."""
    await bench.load(
        stage, "holds", 256, [event_id], EXPIRING_SEATS, warm_seconds=0, seconds=MAKING_SECONDS_MAX
    )
    await bench.databases.settle()
    await stage.server.put_clock_forward(LATER)
    load = asyncio.create_task(
        bench.load(
            stage,
            "hold_and_release",
            CLIENTS,
            [event_id],
            HOUSE.seats - EXPIRING_SEATS,
            first_seat=EXPIRING_SEATS,
            warm_seconds=1,
            seconds=NORMAL_SECONDS + AFTER_SECONDS,
            expect=(200, 201, 204, 409),
        )
    )
    try:
        await asyncio.sleep(1.5 + NORMAL_SECONDS)
        await stage.server.put_clock_forward(LATER)
        instant = time.perf_counter()
        tidy = await _until_free(bench, stage, event_id)
        return await load, instant, tidy
    finally:
        load.cancel()


async def _until_free(bench: Bench, stage: Stage, event_id: int) -> float:
    """When nothing is held any more but by the others; the end of the run where that is sooner."""
    free = HOUSE.seats - 2 * CLIENTS
    async with bench.databases.link(stage.name) as link:
        until = time.perf_counter() + AFTER_SECONDS
        while time.perf_counter() < until:
            if await link.fetchval(_FREE, event_id) >= free:
                return time.perf_counter()
            await asyncio.sleep(LOOK_SECONDS)
    return until
