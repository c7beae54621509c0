"""What is still wrong after everything that was cut off had its time.

The audit of `holdfast doctor`, asked in this process again and again: a program for each look would
take longer to start than to look.
"""

import asyncio
from typing import Final

from holdfast.audit import audit
from holdfast.database.clock import Clock
from holdfast.database.embedded import EmbeddedServer
from holdfast.database.pool import open_database

PAUSE_SECONDS: Final = 1.0


async def findings_that_stay(server: EmbeddedServer, seconds_max: float) -> list[str]:
    """Empty as soon as there are none; else those that are there at the end."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds_max
    database = await open_database(server)
    try:
        while True:
            found = [str(finding) for finding in await audit(database, Clock())]
            if not found or loop.time() > deadline:
                return found
            await asyncio.sleep(PAUSE_SECONDS)
    finally:
        await database.close()
