"""Whole sales: hold two seats, pay, have the tickets.

The provider answers at once, so that only the box office is measured; in the obvious design it is
called inside the transaction. The desk's design leaves the capture to the relay, which goes on
after the answer; what it had not done when the run ended is told.
"""

from typing import Final

from benchmarks.bench import Bench
from benchmarks.houses import House, open_events
from benchmarks.result import Figure, Result, Run, middle
from benchmarks.samples import median
from benchmarks.servers import DESIGNS

HOUSE: Final = House("stadium", 100_000)
CLIENTS: Final = 256

DESK, ROW_LOCK = "sales, desk", "sales, row locks"


async def measure(bench: Bench) -> Result:
    """Counted are orders paid, and the time that paying took."""
    runs: list[Run] = []
    left: list[int] = []
    async with bench.databases.template(lambda c: open_events(c, [HOUSE])) as (template, events):
        for _ in range(bench.pace.rounds):
            for what, design in zip((DESK, ROW_LOCK), DESIGNS, strict=True):
                async with bench.stage(template, design) as stage:
                    run = await bench.timed(
                        what,
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
    desk, row_lock = middle(runs, DESK), middle(runs, ROW_LOCK)
    return Result(
        "sales",
        "hold, pay, tickets: whole sales of 2 seats, 256 clients",
        [
            Figure("sales a second", desk.per_second, "/s"),
            Figure("beside row locks", desk.per_second / row_lock.per_second, "x", 4, 8),
            Figure("p99 of paying", desk.p99_ms, "ms"),
            Figure("paid and not yet captured at the end", median(left), ""),
        ],
        runs,
    )
