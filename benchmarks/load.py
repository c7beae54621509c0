"""The load process: `python -m benchmarks.load` reads what to do on stdin and writes what it saw.

A process of its own, so that its work is not the server's. `run_load` starts it and waits for it.
"""

import asyncio
import gc
import sys
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
    process = await asyncio.create_subprocess_exec(
        *module_command("benchmarks.load"),
        env=environment_for(),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    allowed = load.warm_seconds + load.seconds + DRAIN_SECONDS_MAX
    try:
        async with asyncio.timeout(allowed + CONNECT_SECONDS_MAX + PREPARE_SECONDS_MAX):
            said, trouble = await process.communicate(msgspec.msgpack.encode(load))
    finally:
        await end(process)
    if process.returncode != 0:
        raise LoadFailed(trouble.decode(errors="replace")[-2000:])
    return msgspec.msgpack.decode(said, type=Samples)


def main() -> None:
    """Do what stdin says."""
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
    sys.stdout.buffer.write(msgspec.msgpack.encode(samples))


if __name__ == "__main__":
    main()
