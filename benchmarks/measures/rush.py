"""The first second: 2,000 clients want the same 200 seats. Who is told no wants another of them."""

from typing import Final

from benchmarks.bench import Bench
from benchmarks.houses import House, open_events
from benchmarks.journeys import RUSH_SEATS
from benchmarks.result import Figure, Result, Run, run_of
from benchmarks.samples import Samples, median, percentile

HOUSE: Final = House("theatre", 2_000)
CLIENTS: Final = 2_000
SECONDS: Final = 3.0
REFUSED: Final = (409,)


async def measure(bench: Bench) -> Result:
    """All connections are open before the first request is sent; there is no warm-up."""
    rounds: list[Samples] = []
    async with bench.databases.template(lambda c: open_events(c, [HOUSE])) as (template, events):
        for _ in range(bench.pace.rounds):
            async with bench.stage(template) as stage:
                # Somebody has looked before, so that the desk is there and its plan is read.
                await bench.load(
                    stage, "holds", 1, events, 2, first_seat=1_000, warm_seconds=0, seconds=1
                )
                samples = await bench.load(
                    stage,
                    "rush",
                    CLIENTS,
                    events,
                    HOUSE.seats,
                    warm_seconds=0,
                    seconds=SECONDS,
                    expect=(201, *REFUSED),
                )
                rounds.append(samples)
                bench.say(f"rush: all held after {_all_held_seconds(samples):.3f} s")
    refusals = [s.rate("hold", REFUSED) for s in rounds]
    p99s = [1000 * percentile(s.took("hold", REFUSED), 0.99) for s in rounds]
    held = [_all_held_seconds(s) for s in rounds]
    runs: list[Run] = [run_of("rush, refusals", s, 0, 0, "hold", REFUSED) for s in rounds]
    return Result(
        "rush",
        "2,000 clients on the same 200 seats",
        [
            Figure("all held after", median(held), "s", 1, 0.3, higher=False),
            Figure("refusals a second", median(refusals), "/s", 5_000, 12_000),
            Figure("p99 of a refusal", median(p99s), "ms", 500, 100, higher=False),
        ],
        runs,
    )


def _all_held_seconds(samples: Samples) -> float:
    """From the first request to the answer that gave the last of the seats away."""
    granted = samples.finished("hold")
    assert len(granted) == RUSH_SEATS, "every seat is held once, and once only"
    return granted[-1] - samples.begin
