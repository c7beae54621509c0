"""The map of a stadium in a real browser: how soon it is there, and how smoothly it moves.

Each round is a visitor who was never here: nothing is in the browser's cache. Useful is a map that
shows every seat in its state; the storefront marks that moment itself. Frames are those of dragging
and of the wheel, far away and close; there is no GPU.
"""

from typing import Any, Final

import msgspec

from benchmarks.bench import Bench, Stage
from benchmarks.houses import House, open_events
from benchmarks.pages import chromium, event_page
from benchmarks.result import Figure, Result
from benchmarks.samples import median, percentile
from holdfast.database.connection import Connection
from holdfast.venues.chart_store import chart_body

HOUSE: Final = House("stadium", 80_000)
SELLING_CLIENTS: Final = 256
SELLING_SECONDS: Final = 4.0
TURNS: Final = 8  # drags and wheel turns of one round
SEAT: Final = 20_000  # the one that is come close to
FRAME_MS_MAX: Final = 16.0
_CHART: Final = "SELECT chart_sha256 FROM event WHERE event_id = $1"


async def measure(bench: Bench) -> Result:
    """Visit the event's page over and over. One visitor came before, so the server is warm."""
    first: list[float] = []
    frames: dict[str, list[float]] = {"far": [], "near": []}
    async with (
        bench.databases.template(lambda c: open_events(c, [HOUSE])) as (template, events),
        bench.stage(template) as stage,
        chromium() as browser,
    ):
        await bench.load(
            stage, "mix", SELLING_CLIENTS, events, HOUSE.seats,
            warm_seconds=0, seconds=min(SELLING_SECONDS, bench.pace.seconds),
            expect=(200, 201, 409),
        )  # fmt: skip
        chart = await chart_of(bench, stage, events[0])
        async with event_page(browser, stage.server.port, events[0]) as page:
            await page.first_map_seconds()
        for _ in range(bench.pace.rounds):
            async with event_page(browser, stage.server.port, events[0]) as page:
                first.append(await page.first_map_seconds())
                frames["far"] += await page.gestures(TURNS)
                await page.come_near(chart, SEAT)
                frames["near"] += await page.gestures(TURNS)
            bench.say(f"page: map there after {first[-1]:.2f} s")
    return Result(
        "page",
        "the map of 80,000 seats in Chromium, cold cache, no GPU",
        [
            Figure("first useful map", median(first), "s", 1, higher=False),
            *[
                Figure(f"frame p95, {where}", _p95(times), "ms", FRAME_MS_MAX, higher=False)
                for where, times in frames.items()
            ],
        ],
        [],
        [
            f"Frames {where}: {len(times)}, the longest {max(times, default=0):.0f} ms."
            for where, times in frames.items()
        ],
    )


async def chart_of(bench: Bench, stage: Stage, event_id: int) -> dict[str, Any]:
    """The chart of an event: where its seats are."""

    async def read(link: Connection) -> bytes | None:
        sha256 = await link.fetchval(_CHART, event_id)
        return await chart_body(link, sha256)

    async with bench.databases.link(stage.name) as link:
        body = await read(link)
    assert body is not None, "an event has a chart"
    return msgspec.json.decode(body)


def _p95(times: list[float]) -> float:
    return percentile(sorted(times), 0.95)
