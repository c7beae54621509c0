"""A process that uses the embedded server: `embedded_user.py DATA [BIN]`.

Says `ready SUPERVISOR_PID POSTGRES_PID` or `refused SENTENCE`, then runs every line that it reads
as a statement and says its first value. Ends with its input.
"""

import asyncio
import sys
from pathlib import Path

from holdfast.database.embedded import EmbeddedError, start_embedded_blocking
from holdfast.database.link import connect, disconnect


async def run(arguments: dict[str, str | int], statement: str) -> object:
    link = await connect(arguments, "embedded user")
    try:
        return await link.fetchval(statement)
    finally:
        await disconnect(link, 1.0)


def main() -> None:
    programs = Path(sys.argv[2]) if len(sys.argv) > 2 else None
    try:
        server = start_embedded_blocking(Path(sys.argv[1]), bin_directory=programs)
    except EmbeddedError as error:
        print("refused", error, flush=True)
        return
    status = server.status()
    print("ready", status.supervisor_pid, status.postgres_pid, flush=True)
    for line in sys.stdin:
        print(asyncio.run(run(server.connect_arguments(), line)), flush=True)


main()
