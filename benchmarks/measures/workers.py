"""Several processes that sell one event: the desk's row goes round among them at every batch."""

from typing import Final

from benchmarks.bench import Bench
from benchmarks.houses import House, open_events
from benchmarks.result import Figure, Result, Run, middle

HOUSE: Final = House("stadium", 200_000)
CLIENTS: Final = 256
WORKERS: Final = (1, 2, 4)


async def measure(bench: Bench) -> Result:
    """The pure case with one, two and four processes, alternating."""
    runs: list[Run] = []
    async with bench.databases.template(lambda c: open_events(c, [HOUSE])) as (template, events):
        for _ in range(bench.pace.rounds):
            for workers in WORKERS:
                async with bench.stage(template, workers=workers) as stage:
                    runs.append(
                        await bench.timed(
                            _what(workers), stage, "holds", CLIENTS, events, HOUSE.seats
                        )
                    )
    one, two, four = (middle(runs, _what(workers)) for workers in WORKERS)
    return Result(
        "workers",
        "two and four processes selling one event, beside one",
        [
            Figure("two beside one", two.per_second / one.per_second, "x", 0.85, 1.0),
            Figure("four beside one", four.per_second / one.per_second, "x", 0.85, 1.0),
        ],
        runs,
    )


def _what(workers: int) -> str:
    return f"holds, {workers} processes" if workers > 1 else "holds, 1 process"
