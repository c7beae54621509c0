"""An honest mix: of all requests 30 % pay, 20 % want seats that are gone, parties of one to six.

Meanwhile 2,000 people watch the live map and an old snapshot is open, which keeps the database from
tidying up. One hot event, fifty at once, and fifty over two processes. The obvious design keeps no
journal, so its watchers see nothing move: that is to its advantage.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final

from msgspec import Struct

from benchmarks.bench import Bench
from benchmarks.houses import House, open_events
from benchmarks.result import Figure, Result, Run, middle
from benchmarks.servers import DESIGNS, Design
from benchmarks.watchers import Seen, Watch, watching

CLIENTS: Final = 256
STREAMS: Final = 2_000
EXPECTED: Final = (200, 201, 409)


class Season(Struct, frozen=True):
    """What is on sale, and how many processes sell it."""

    name: str
    events: int
    house: House
    workers: int


ONE: Final = Season("1 event", 1, House("stadium", 200_000), 1)
FIFTY: Final = Season("50 events", 50, House("arena", 4_000), 1)
FIFTY_BY_TWO: Final = Season("50 events, 2 processes", 50, House("arena", 4_000), 2)
SEASONS: Final = (ONE, FIFTY, FIFTY_BY_TWO)


async def measure(bench: Bench) -> Result:
    """Every season with both designs, alternating."""
    runs: list[Run] = []
    notes: list[str] = []
    for season in SEASONS:
        houses = [season.house] * season.events
        async with bench.databases.template(lambda c, h=houses: open_events(c, h)) as built:
            for _ in range(bench.pace.rounds):
                for design in DESIGNS:
                    run, seen = await _run(bench, season, design, *built)
                    runs.append(run)
                    notes.append(f"{run.what}: {seen.frames:,} frames, {seen.resyncs:,} resyncs")
    return Result(
        "mix",
        "30 % payments, 20 % conflicts, 1-6 seats, 2,000 live streams, an old snapshot open",
        [figure for season in SEASONS for figure in _figures(season, runs)],
        runs,
        notes,
    )


async def _run(
    bench: Bench, season: Season, design: Design, template: str, events: tuple[int, ...]
) -> tuple[Run, Seen]:
    async with (
        bench.stage(template, design, workers=season.workers) as stage,
        _old_snapshot(bench, stage.name),
        watching(Watch(stage.server.port, events, STREAMS)) as seen,
    ):
        run = await bench.timed(
            _what(season, design),
            stage,
            "mix",
            CLIENTS,
            events,
            season.house.seats,
            expect=EXPECTED,
        )
    return run, seen


@asynccontextmanager
async def _old_snapshot(bench: Bench, name: str) -> AsyncGenerator[None]:
    """A report that somebody started before the sale and has not finished."""
    async with (
        bench.databases.link(name) as link,
        link.transaction(isolation="repeatable_read", readonly=True),
    ):
        await link.fetchval("SELECT count(*) FROM orders")
        yield


def _what(season: Season, design: Design) -> str:
    return f"mix, {season.name}, {'desk' if design == 'desk' else 'row locks'}"


def _figures(season: Season, runs: list[Run]) -> list[Figure]:
    desk = middle(runs, _what(season, "desk"))
    row_lock = middle(runs, _what(season, "row_lock"))
    ratio = desk.per_second / row_lock.per_second
    return [
        Figure(f"{season.name}: requests a second", desk.per_second, "/s"),
        Figure(f"{season.name}: beside row locks", ratio, "x", 4, 8),
        Figure(f"{season.name}: p99", desk.p99_ms, "ms"),
    ]
