"""How long a change takes from its commit to the screens of a thousand people.

One of them is Chromium on the event's page, close to the seats that are bought; the others are open
streams. What counts is the time since the oldest change that was not on the screen yet; since the
journal's time of a batch is read before its commit, it is rather too long than too short.
"""

import time
from typing import Final

from benchmarks.bench import Bench
from benchmarks.houses import House, open_events
from benchmarks.measures.page import chart_of
from benchmarks.pages import chromium, event_page
from benchmarks.result import Figure, Result, Run, run_of
from benchmarks.samples import percentile
from benchmarks.sightings import lags, read_journal
from benchmarks.watchers import Watch, watching

HOUSE: Final = House("stadium", 80_000)
WATCHERS: Final = 1_000
FIRST_SEAT: Final = 20_000
SEATS: Final = 400  # in view, held and given back all the time
BUYERS: Final = 2
SECONDS: Final = 15.0
LATEST_SECONDS: Final = 2.0  # what was committed last is on its way for so long at most
MS_MAX: Final = 500.0
EXPECTED: Final = (200, 201, 204, 409)


async def measure(bench: Bench) -> Result:
    """Near, where each seat is seen; then far away, where the map paints less often."""
    seconds = min(SECONDS, 4 * bench.pace.seconds)
    runs: list[Run] = []
    seen_on: dict[str, list[float]] = {}
    watched: list[float] = []
    async with (
        bench.databases.template(lambda c: open_events(c, [HOUSE])) as (template, events),
        bench.stage(template) as stage,
        chromium() as browser,
        bench.databases.link(stage.name) as link,
    ):
        chart = await chart_of(bench, stage, events[0])
        for where in ("far", "near"):
            async with (
                event_page(browser, stage.server.port, events[0]) as page,
                watching(Watch(stage.server.port, events, WATCHERS - 1, follow=True)) as seen,
            ):
                await page.first_map_seconds()
                if where == "near":
                    await page.come_near(chart, FIRST_SEAT + SEATS // 2)
                await page.rest()
                begin = time.time()
                samples = await bench.load(
                    stage, "hold_and_release", BUYERS, events, SEATS, first_seat=FIRST_SEAT,
                    warm_seconds=0, seconds=seconds, expect=EXPECTED,
                )  # fmt: skip
                end = time.time()
                await page.rest(LATEST_SECONDS)
                drawn = await page.drawn()
            runs.append(run_of(f"holds meanwhile, {where}", samples, 0, 0, "hold"))
            journal = await read_journal(link, events[0])
            seen_on[where] = lags(drawn, journal, begin, end)
            watched += lags(seen.sightings, journal, begin, end)
            bench.say(f"screen, {where}: p99 {_ms(seen_on[where], 0.99):.0f} ms")
    watched.sort()
    return Result(
        "screen",
        "a change from its commit to the screen, 1,000 watchers",
        [
            Figure("on the screen, near, p99", _ms(seen_on["near"], 0.99), "ms", MS_MAX,
                   higher=False),
            Figure("on the screen, far, p99", _ms(seen_on["far"], 0.99), "ms", MS_MAX,
                   higher=False),
            Figure("at the other 999, p99", _ms(watched, 0.99), "ms", MS_MAX, higher=False),
            Figure("at the other 999, p50", _ms(watched, 0.5), "ms"),
        ],
        runs,
        [f"Pictures counted: {len(seen_on['near'])} near, {len(seen_on['far'])} far."],
    )  # fmt: skip


def _ms(seconds: list[float], share: float) -> float:
    return 1000 * percentile(seconds, share)
