"""Ten thousand people watch one event while its seats are held and given back all the time.

Buyers do as much as they can, first with nobody watching, then with the crowd, then alone again.
A watcher who is told to resync fetches what it missed, as a browser does, and is behind until then.
"""

import asyncio
import time
from typing import Final

from benchmarks.bench import Bench, Stage
from benchmarks.houses import House, open_events
from benchmarks.result import Figure, Result, Run, run_of
from benchmarks.samples import percentile
from benchmarks.sightings import lags, left_behind, read_journal
from benchmarks.watchers import Seen, Watch, watching

HOUSE: Final = House("stadium", 80_000)
WATCHERS: Final = 10_000
BUYERS: Final = 64
SECONDS: Final = 15.0
ALONE_SECONDS: Final = 6.0
REST_SECONDS: Final = 3.0  # then everybody must have been told everything
BEHIND_SECONDS_MAX: Final = 2.0
BYTES_MAX: Final = 40.0
EXPECTED: Final = (200, 201, 204, 409)


async def measure(bench: Bench) -> Result:
    """One server, three runs on it."""
    seconds = min(SECONDS, 4 * bench.pace.seconds)
    alone_seconds = min(ALONE_SECONDS, 2 * bench.pace.seconds)
    async with (
        bench.databases.template(lambda c: open_events(c, [HOUSE])) as (template, events),
        bench.stage(template) as stage,
        bench.databases.link(stage.name) as link,
    ):
        alone = [await _buy(bench, stage, "nobody watches", events, alone_seconds)]
        before = stage.server.resident_bytes
        watch = Watch(stage.server.port, events, WATCHERS, follow=True)
        async with watching(watch) as seen:
            opened = stage.server.resident_bytes
            begin = time.time()
            watched = await _buy(bench, stage, f"{WATCHERS:,} watch", events, seconds)
            end = time.time()
            loaded = stage.server.resident_bytes
            await asyncio.sleep(REST_SECONDS)
        alone.append(await _buy(bench, stage, "nobody watches any more", events, alone_seconds))
        journal = await read_journal(link, events[0])
    behind = lags(seen.sightings, journal, begin, end)
    behind.append(left_behind(seen.last_version, journal, seen.ended_at))
    behind.sort()
    rate_alone = sum(run.per_second for run in alone) / len(alone)
    return Result(
        "crowd",
        f"{WATCHERS:,} watchers of one event, seats changing all the time",
        [
            Figure("the last one behind by", behind[-1], "s", BEHIND_SECONDS_MAX, higher=False),
            Figure("behind by, p50", percentile(behind, 0.5), "s"),
            Figure("memory per watcher", (loaded - before) / WATCHERS / 1000, "kB", BYTES_MAX,
                   higher=False),
            Figure("memory of one who waits", (opened - before) / WATCHERS / 1000, "kB"),
            Figure("holds beside nobody watching", watched.per_second / rate_alone, "x", 0.6),
        ],
        [alone[0], watched, alone[1]],
        [_told(seen, seconds)],
    )  # fmt: skip


async def _buy(
    bench: Bench, stage: Stage, what: str, events: tuple[int, ...], seconds: float
) -> Run:
    samples = await bench.load(
        stage, "hold_and_release", BUYERS, events, HOUSE.seats, seconds=seconds, expect=EXPECTED
    )
    run = run_of(f"holds, {what}", samples, 0, 0, "hold")
    bench.say(f"crowd: {run.what}: {run.per_second:,.0f}/s")
    return run


def _told(seen: Seen, seconds: float) -> str:
    return (
        f"Each watcher was told {seen.frames / WATCHERS:.0f} frames in {seconds:g} s, "
        f"{seen.bytes / max(1, seen.frames) / 1000:.1f} kB each; {seen.resyncs:,} were told to "
        f"resync, {seen.lost} lost their connection."
    )
