"""The pure case: two seats each, every buyer a new one, beside the obvious design and beside an
empty POST on the same server. One process, and one for each of two cores, with either design. The
house is so large that it does not sell out."""

from typing import Final

from benchmarks.bench import Bench
from benchmarks.houses import House, open_events
from benchmarks.result import Figure, Result, Run, middle
from benchmarks.servers import PROCESSES, Design, by_processes

HOUSE: Final = House("stadium", 200_000)
CLIENTS: Final = 256

DESK, ROW_LOCK, EMPTY = "holds, desk", "holds, row locks", "empty POST"
_STAGES: Final[tuple[tuple[str, Design, str], ...]] = (
    (DESK, "desk", "holds"),
    (ROW_LOCK, "row_lock", "holds"),
    (EMPTY, "desk", "empty"),
)


async def measure(bench: Bench) -> Result:
    """Alternating: desk, row locks, empty POST; with one process, with two."""
    runs: list[Run] = []
    async with bench.databases.template(lambda c: open_events(c, [HOUSE])) as (template, events):
        for _ in range(bench.pace.rounds):
            for count in PROCESSES:
                for what, design, journey in _STAGES:
                    async with bench.stage(template, design, workers=count) as stage:
                        name = by_processes(what, count)
                        run = await bench.timed(name, stage, journey, CLIENTS, events, HOUSE.seats)
                    runs.append(run)
    return Result(
        "holds",
        "holds of 2 seats, each a new buyer, 256 clients, HTTP, durable",
        [figure for count in PROCESSES for figure in _figures(runs, count)],
        runs,
    )


def _figures(runs: list[Run], count: int) -> list[Figure]:
    desk, row_lock, empty = (
        middle(runs, by_processes(what, count)) for what in (DESK, ROW_LOCK, EMPTY)
    )
    per_second = desk.per_second
    return [
        Figure(by_processes("holds a second", count), per_second, "/s"),
        Figure(
            by_processes("beside row locks", count), per_second / row_lock.per_second, "x", 5, 10
        ),
        Figure(
            by_processes("beside an empty POST", count),
            per_second / empty.per_second,
            "x",
            0.2,
            0.5,
        ),
        Figure(by_processes("p99", count), desk.p99_ms, "ms", 100, 30, higher=False),
    ]
