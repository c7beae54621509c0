"""Does a hold get slower in a large house, or in a database full of other evenings?

One buyer holds two seats and gives them back, over and over, so that the small house never sells
out; only the holds are counted.
"""

from typing import Final

from benchmarks.bench import SEATS_GONE, Bench, Stage
from benchmarks.houses import House, open_events, repeat_event
from benchmarks.result import Figure, Result, Run, middle
from holdfast.database.connection import Connection

SMALL: Final = House("theatre", 500)
LARGE: Final = House("stadium", 80_000)
OTHER_EVENTS: Final = 63  # of 80,000 seats: a little over five million

SMALL_ALONE, LARGE_ALONE = "500 seats", "80,000 seats"
LARGE_IN_CROWD = "80,000 seats beside 5 million"


async def measure(bench: Bench) -> Result:
    """Small, large, and large in a database that holds five million other seats, alternating."""
    runs: list[Run] = []
    async with (
        bench.databases.template(lambda c: open_events(c, [SMALL, LARGE])) as (template, events),
        bench.databases.template(_crowded) as (crowded, (_, in_crowd)),
    ):
        small, large = events
        for _ in range(bench.pace.rounds):
            async with bench.stage(template) as stage:
                runs.append(await _hold(bench, stage, SMALL_ALONE, small, SMALL))
                runs.append(await _hold(bench, stage, LARGE_ALONE, large, LARGE))
            # Used as it is: a copy of a gigabyte would only measure the disk.
            async with bench.stage_on(crowded) as stage:
                runs.append(await _hold(bench, stage, LARGE_IN_CROWD, in_crowd, LARGE))
    small_run, large_run, crowd_run = (
        middle(runs, what) for what in (SMALL_ALONE, LARGE_ALONE, LARGE_IN_CROWD)
    )
    return Result(
        "size",
        "a hold in a large house and among many events, one client",
        [
            Figure(
                "80,000 seats beside 500", large_run.p50_ms / small_run.p50_ms, "x", 1.3, 1.05,
                higher=False,
            ),
            Figure(
                "with 5 million other seats", crowd_run.p50_ms / large_run.p50_ms, "x", 1.3, 1.05,
                higher=False,
            ),
        ],
        runs,
    )  # fmt: skip


async def _crowded(connection: Connection) -> tuple[int, ...]:
    small, large = await open_events(connection, [SMALL, LARGE])
    await repeat_event(connection, large, OTHER_EVENTS)
    return small, large


async def _hold(bench: Bench, stage: Stage, what: str, event_id: int, house: House) -> Run:
    # A run that ends between a hold and its release leaves two seats held for the next one in the
    # same database, and 409 is the right answer there.
    expect = (200, 201, 204, SEATS_GONE)
    return await bench.timed(
        what, stage, "hold_and_release", 1, [event_id], house.seats, request="hold", expect=expect
    )
