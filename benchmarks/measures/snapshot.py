"""The snapshot of a stadium in the middle of its sale: how large it is, and how fast it is served.

It is asked for as browsers ask, compressed, on connections that stay open; beside it the emptiest
GET that the same server can answer. Alternating, on one server, once the sale has come to rest.
"""

import asyncio
import zlib
from typing import Final

from benchmarks.bench import Bench, Stage
from benchmarks.buyers import snapshot_request
from benchmarks.client import LOOPBACK
from benchmarks.houses import House, open_events
from benchmarks.result import Figure, Result, Run, middle, run_of
from benchmarks.samples import median

HOUSE: Final = House("stadium", 80_000)
CLIENTS: Final = 64
SELLING_CLIENTS: Final = 256
SELLING_SECONDS: Final = 6.0
SNAPSHOT, EMPTY = "GET seats, compressed", "empty GET"
BYTES_MAX: Final = 25.0
ANSWER_SECONDS_MAX: Final = 10.0


async def measure(bench: Bench) -> Result:
    """Sell for some seconds, then ask for the snapshot over and over."""
    runs: list[Run] = []
    async with (
        bench.databases.template(lambda c: open_events(c, [HOUSE])) as (template, events),
        bench.stage(template) as stage,
    ):
        await bench.load(
            stage, "mix", SELLING_CLIENTS, events, HOUSE.seats,
            warm_seconds=0, seconds=min(SELLING_SECONDS, 4 * bench.pace.seconds),
            expect=(200, 201, 409),
        )  # fmt: skip
        body = await fetch(stage, events[0])
        letters = zlib.decompress(body, wbits=31)
        for _ in range(bench.pace.rounds):
            for what, journey in ((SNAPSHOT, "snapshot"), (EMPTY, "empty_get")):
                samples = await bench.load(stage, journey, CLIENTS, events, HOUSE.seats)
                runs.append(run_of(what, samples, 0, 0, journey))
                bench.say(f"{what}: {runs[-1].per_second:,.0f}/s")
    ratios = [
        one.per_second / other.per_second for one, other in zip(runs[::2], runs[1::2], strict=True)
    ]
    taken = letters.count(b"H") + letters.count(b"S")
    return Result(
        "snapshot",
        "the seats of a stadium of 80,000, half way through its sale",
        [
            Figure("compressed", len(body) / 1000, "kB", BYTES_MAX, higher=False),
            Figure("rate beside an empty GET", median(ratios), "x", 0.7),
            Figure("served a second", middle(runs, SNAPSHOT).per_second, "/s"),
        ],
        runs,
        [f"Of {HOUSE.seats:,} seats {taken:,} were held or sold, here and there."],
    )


async def fetch(stage: Stage, event_id: int) -> bytes:
    """The body of the snapshot, compressed as it is sent."""
    reader, writer = await asyncio.open_connection(LOOPBACK, stage.server.port)
    try:
        async with asyncio.timeout(ANSWER_SECONDS_MAX):
            writer.write(snapshot_request(event_id))
            head = await reader.readuntil(b"\r\n\r\n")
            fields = dict(line.split(b": ", 1) for line in head.lower().split(b"\r\n")[1:-2])
            assert fields[b"content-encoding"] == b"gzip", "it was asked for"
            return await reader.readexactly(int(fields[b"content-length"]))
    finally:
        writer.close()
