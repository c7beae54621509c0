"""Where the time of a hold and of a sale goes, in microseconds of processor time.

Two runs each: one plain, which tells what an answer costs the main thread, the server's own threads
and the database; one under the profiler, which tells how the main thread's part is shared out.
"""

import tempfile
from pathlib import Path
from typing import Final

from benchmarks.bench import Bench
from benchmarks.houses import House, open_events
from benchmarks.layers import layers
from benchmarks.result import Figure, Result, Run

HOUSE: Final = House("stadium", 100_000)
CLIENTS: Final = 256
JOURNEYS: Final = ("holds", "sales")
SHOWN_MIN: Final = 0.5  # microseconds


async def measure(bench: Bench) -> Result:
    """Nothing is promised here; the figures explain the others."""
    figures: list[Figure] = []
    runs: list[Run] = []
    async with bench.databases.template(lambda c: open_events(c, [HOUSE])) as (template, events):
        for journey in JOURNEYS:
            async with bench.stage(template) as stage:
                main_before = stage.server.main_thread_seconds
                run = await bench.timed(journey, stage, journey, CLIENTS, events, HOUSE.seats)
                main_us = _per_answer(run, stage.server.main_thread_seconds - main_before)
            shares = await _shares(bench, template, journey, events)
            runs.append(run)
            figures += _figures(journey, run, main_us, shares)
    return Result("profile", "processor time per answer", figures, runs)


async def _shares(
    bench: Bench, template: str, journey: str, events: tuple[int, ...]
) -> dict[str, float]:
    """How the main thread's time is shared out, by layer; the shares add up to 1."""
    with tempfile.TemporaryDirectory(prefix="holdfast-bench-") as folder:
        path = Path(folder, "profile")
        async with bench.stage(template, profile=path) as stage:
            await bench.timed(f"{journey}, profiled", stage, journey, CLIENTS, events, HOUSE.seats)
        seconds = layers(str(path))
    total = sum(seconds.values())
    return {layer: amount / total for layer, amount in seconds.items()}


def _figures(journey: str, run: Run, main_us: float, shares: dict[str, float]) -> list[Figure]:
    inside = [
        Figure(f"{journey}: {layer}", main_us * share, "µs")
        for layer, share in shares.items()
        if main_us * share >= SHOWN_MIN
    ]
    return [
        *inside,
        Figure(f"{journey}: main thread in all", main_us, "µs"),
        Figure(f"{journey}: HTTP server's own threads", run.server_cpu_us - main_us, "µs"),
        Figure(f"{journey}: database", run.database_cpu_us, "µs"),
    ]


def _per_answer(run: Run, seconds: float) -> float:
    """Microseconds per answer; `answered` counts those of the warm-up too."""
    return 1e6 * seconds / max(1, run.answered)
