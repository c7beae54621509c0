"""Background loops of a process: started together, kept alive, stopped together."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import structlog

from holdfast.config import LOOP_PAUSE_SECONDS

Loop = Callable[[], Awaitable[None]]
Start = Callable[[str, Loop], None]

log = structlog.get_logger(__name__)


@asynccontextmanager
async def running_loops() -> AsyncGenerator[Start]:
    """Lends a function that starts a background loop; all of them are stopped at the end."""
    tasks: list[asyncio.Task[None]] = []

    def start(name: str, loop: Loop) -> None:
        tasks.append(asyncio.create_task(_keep(name, loop), name=name))

    try:
        yield start
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _keep(name: str, loop: Loop) -> None:
    """Run a loop; one that fails is a bug, is reported, and starts again after a pause."""
    while True:
        try:
            await loop()
        except Exception as error:
            log.error("loop.failed", loop=name, exc_info=error)
        await asyncio.sleep(LOOP_PAUSE_SECONDS)
