"""The first hold after the doors of a large house open: its desk has to be read from the database.

Each house has a chart of its own, so that nothing of the one helps the next.
"""

from typing import Final

from benchmarks.bench import Bench
from benchmarks.houses import House, open_events
from benchmarks.result import Figure, Result, Run, run_of
from benchmarks.samples import median

WARM: Final = House("theatre", 500)
HOUSES: Final = tuple(House("stadium", 80_000, seed) for seed in (1, 2, 3))
MEGABYTE: Final = 1e6


async def measure(bench: Bench) -> Result:
    """A small house first, so that the process itself is warm; then one hold in each large one."""
    seconds: list[float] = []
    megabytes: list[float] = []
    runs: list[Run] = []
    async with bench.databases.template(lambda c: open_events(c, [WARM, *HOUSES])) as built:
        template, (warm, *cold) = built
        for _ in range(bench.pace.rounds):
            async with bench.stage(template) as stage:
                await bench.load(stage, "holds", 1, [warm], 400, warm_seconds=0, seconds=5)
                for event_id in cold:
                    before = stage.server.resident_bytes
                    samples = await bench.load(
                        stage, "first_holds", 1, [event_id], 2, warm_seconds=0, seconds=10
                    )
                    seconds += samples.took("hold")
                    megabytes.append((stage.server.resident_bytes - before) / MEGABYTE)
                    runs.append(run_of("cold, 80,000 seats", samples, 0, 0))
            bench.say(f"cold: {1000 * seconds[-1]:.0f} ms, {megabytes[-1]:.1f} MB")
    return Result(
        "cold",
        "first hold on a cold event of 80,000 seats",
        [
            Figure("first hold", 1000 * median(seconds), "ms", 1_000, 150, higher=False),
            Figure("memory of the desk", median(megabytes), "MB", 40, 15, higher=False),
        ],
        runs,
    )
