"""The pure case: two seats each, every buyer a new one, beside the obvious design and beside an
empty POST on the same server. The house is so large that it does not sell out."""

from typing import Final

from benchmarks.bench import Bench
from benchmarks.houses import House, open_events
from benchmarks.result import Figure, Result, Run, middle

HOUSE: Final = House("stadium", 200_000)
CLIENTS: Final = 256

DESK, ROW_LOCK, EMPTY = "holds, desk", "holds, row locks", "empty POST"


async def measure(bench: Bench) -> Result:
    """Alternating: desk, row locks, empty POST."""
    runs: list[Run] = []
    async with bench.databases.template(lambda c: open_events(c, [HOUSE])) as (template, events):
        for _ in range(bench.pace.rounds):
            async with bench.stage(template) as stage:
                runs.append(await bench.timed(DESK, stage, "holds", CLIENTS, events, HOUSE.seats))
            async with bench.stage(template, "row_lock") as stage:
                runs.append(
                    await bench.timed(ROW_LOCK, stage, "holds", CLIENTS, events, HOUSE.seats)
                )
            async with bench.stage(template) as stage:
                runs.append(await bench.timed(EMPTY, stage, "empty", CLIENTS, events, HOUSE.seats))
    desk, row_lock, empty = (middle(runs, what) for what in (DESK, ROW_LOCK, EMPTY))
    return Result(
        "holds",
        "holds of 2 seats, each a new buyer, 256 clients, HTTP, durable",
        [
            Figure("holds a second", desk.per_second, "/s"),
            Figure("beside row locks", desk.per_second / row_lock.per_second, "x", 5, 10),
            Figure("beside an empty POST", desk.per_second / empty.per_second, "x", 0.2, 0.5),
            Figure("p99", desk.p99_ms, "ms", 100, 30, higher=False),
        ],
        runs,
    )
