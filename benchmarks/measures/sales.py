"""Whole sales: hold two seats, pay, have the tickets.

One process, and one for each of two cores, with either design. The provider answers at once, so
that only the box office is measured; in the obvious design it is called inside the transaction. The
desk's design leaves the capture to the relay, which goes on after the answer; what it had not done
when the run ended is told.
"""

from typing import Final

from benchmarks.bench import Bench
from benchmarks.houses import House, open_events
from benchmarks.result import Figure, Result, Run, middle
from benchmarks.samples import median
from benchmarks.servers import DESIGNS, PROCESSES, by_processes

HOUSE: Final = House("stadium", 100_000)
CLIENTS: Final = 256

DESK, ROW_LOCK = "sales, desk", "sales, row locks"
_OF_DESIGNS: Final = tuple(zip((DESK, ROW_LOCK), DESIGNS, strict=True))


async def measure(bench: Bench) -> Result:
    """Counted are orders paid, and the time that paying took."""
    runs: list[Run] = []
    left: list[int] = []
    async with bench.databases.template(lambda c: open_events(c, [HOUSE])) as (template, events):
        for _ in range(bench.pace.rounds):
            for count, what, design in [(n, *of) for n in PROCESSES for of in _OF_DESIGNS]:
                async with bench.stage(template, design, workers=count) as stage:
                    run = await bench.timed(
                        by_processes(what, count),
                        stage,
                        "sales",
                        CLIENTS,
                        events,
                        HOUSE.seats,
                        request="pay",
                    )
                    runs.append(run)
                    if design == "desk":
                        left.append(await bench.captures_left(stage))
    return Result(
        "sales",
        "hold, pay, tickets: whole sales of 2 seats, 256 clients",
        [
            *[figure for count in PROCESSES for figure in _figures(runs, count)],
            Figure("paid and not yet captured at the end", median(left), ""),
        ],
        runs,
    )


def _figures(runs: list[Run], count: int) -> list[Figure]:
    desk, row_lock = (middle(runs, by_processes(what, count)) for what in (DESK, ROW_LOCK))
    beside = desk.per_second / row_lock.per_second
    return [
        Figure(by_processes("sales a second", count), desk.per_second, "/s"),
        Figure(by_processes("beside row locks", count), beside, "x", 4, 8),
        Figure(by_processes("p99 of paying", count), desk.p99_ms, "ms"),
    ]
