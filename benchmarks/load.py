"""The load process: `python -m benchmarks.load FILE` does what stdin says and writes what it saw.

A process of its own, so that its work is not the server's. `run_load` starts it and waits for it.
"""

import asyncio
import gc
import sys
import tempfile
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from benchmarks.buyers import Buyers, Market
from benchmarks.client import CONNECT_SECONDS_MAX, DRAIN_SECONDS_MAX, drive
from benchmarks.journeys import JOURNEYS
from benchmarks.processes import end, environment_for, module_command
from benchmarks.samples import Samples

PREPARE_SECONDS_MAX: Final = 60.0  # signing a hundred thousand sessions takes some seconds


class Load(Struct, frozen=True):
    """`clients` connections at this port, each on the journey of this name.

    `sessions`: how many buyers to sign in ahead; more are signed in when they come.
    """

    port: int
    journey: str
    clients: int
    market: Market
    warm_seconds: float
    seconds: float
    sessions: int = 0


class LoadFailed(Exception):  # noqa: N818 (it reads as what it says)
    """The load process broke off; the text is what it said."""


async def run_load(load: Load) -> Samples:
    """Run a load process to its end. Raises LoadFailed."""
    allowed = load.warm_seconds + load.seconds + DRAIN_SECONDS_MAX
    with tempfile.TemporaryDirectory(prefix="holdfast-bench-") as folder:
        # What it saw is megabytes: a file takes them whole, whatever becomes of the pipes.
        seen = Path(folder, "samples")
        process = await asyncio.create_subprocess_exec(
            *module_command("benchmarks.load", str(seen)),
            env=environment_for(),
            stdin=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(allowed + CONNECT_SECONDS_MAX + PREPARE_SECONDS_MAX):
                _, trouble = await process.communicate(msgspec.msgpack.encode(load))
        finally:
            await end(process)
        if process.returncode != 0:
            raise LoadFailed(trouble.decode(errors="replace")[-2000:])
        return msgspec.msgpack.decode(await asyncio.to_thread(seen.read_bytes), type=Samples)


def main(seen: Path) -> None:
    """Do what stdin says, and write what was seen into this file."""
    import uvloop

    load = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Load)
    buyers = Buyers(load.market)
    buyers.prepare(load.sessions)
    journeys = [JOURNEYS[load.journey](buyers) for _ in range(load.clients)]
    gc.collect()
    gc.freeze()
    gc.disable()  # a pause of the collector would look like a slow answer; the run is short
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        samples = runner.run(drive(load.port, journeys, load.warm_seconds, load.seconds))
    seen.write_bytes(msgspec.msgpack.encode(samples))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
