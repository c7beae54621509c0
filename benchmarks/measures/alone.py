"""One buyer in an empty house: what a hold takes when nothing else happens."""

from typing import Final

from benchmarks.bench import Bench
from benchmarks.houses import House, open_events
from benchmarks.result import Figure, Result, Run, middle
from benchmarks.servers import DESIGNS

HOUSE: Final = House("theatre", 20_000)
DESK, ROW_LOCK = "alone, desk", "alone, row locks"


async def measure(bench: Bench) -> Result:
    """One connection, one hold after the other."""
    runs: list[Run] = []
    async with bench.databases.template(lambda c: open_events(c, [HOUSE])) as (template, events):
        for _ in range(bench.pace.rounds):
            for what, design in zip((DESK, ROW_LOCK), DESIGNS, strict=True):
                async with bench.stage(template, design) as stage:
                    runs.append(await bench.timed(what, stage, "holds", 1, events, HOUSE.seats))
    desk = middle(runs, DESK)
    row_lock = middle(runs, ROW_LOCK)
    return Result(
        "alone",
        "1 client, nothing else",
        [
            Figure("p50 of a hold", desk.p50_ms, "ms", 4, 1.5, higher=False),
            Figure("the same with row locks", row_lock.p50_ms, "ms"),
        ],
        runs,
    )
