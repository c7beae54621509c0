"""Run in a network of its own (`unshare --net`): what happens when a cable is pulled.

Prints three numbers: after how many seconds the server gave the lock of the unplugged session back,
after how many a client noticed that waited for an answer, and one that sent a question.
"""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from holdfast.database.embedded import EmbeddedServer, start_embedded
from holdfast.database.errors import Trouble, classify
from holdfast.database.folder import ServerFolder
from holdfast.database.migrate import migrate
from holdfast.database.pool import Database, open_database


def run(command: str) -> None:
    subprocess.run(command.split(), check=True)


async def listen_on_tcp(server: EmbeddedServer) -> str:
    """Let the embedded server listen on the loopback of this network; returns its address."""
    cluster = ServerFolder.of(server.data).cluster
    with (cluster / "postgresql.conf").open("a") as configuration:
        configuration.write("listen_addresses = '127.0.0.1'\n")
    first = server.status().postgres_pid
    os.kill(first, signal.SIGINT)
    while server.status().postgres_pid == first:
        await asyncio.sleep(0.02)
    await server.wait_until_ready()
    password = server.connect_arguments()["password"]
    return f"postgresql://holdfast:{password}@127.0.0.1:5432/holdfast"


async def notices(database: Database, start: asyncio.Event, statement: str, first: str) -> float:
    """Seconds from the statement until a client of the desk sees that its link is lost."""
    async with database.desk_pool.acquire() as connection:
        await connection.execute(first)
        await start.wait()
        began = time.monotonic()
        try:
            await connection.fetchval(statement)
        except Exception as error:
            if classify(error) is not Trouble.LINK_LOST:
                raise
            return time.monotonic() - began
    raise AssertionError("nobody noticed")


async def main() -> None:
    run("ip link set lo up")
    server = await start_embedded(Path(sys.argv[1]))
    far = await open_database(await listen_on_tcp(server))
    near = await open_database(server)
    async with near.dedicated() as connection:
        await migrate(connection)
        await connection.execute("CREATE TABLE one AS SELECT 1 AS number")
    soon, pulled = asyncio.Event(), asyncio.Event()
    # Without this limit only the link can free the lock: that is what is measured.
    lock = "SET idle_in_transaction_session_timeout = 0; BEGIN; SELECT * FROM one FOR UPDATE"
    wait = "SET statement_timeout = 0"
    asking = asyncio.create_task(notices(far, pulled, "SELECT 1", lock))
    waiting = asyncio.create_task(notices(far, soon, "SELECT pg_sleep(60)", wait))
    async with near.dedicated() as connection:
        locked = "SELECT count(*) FROM pg_locks WHERE relation = 'one'::regclass"
        while not await connection.fetchval(locked):
            await asyncio.sleep(0.02)
        soon.set()
        asleep = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
        while not await connection.fetchval(asleep):
            await asyncio.sleep(0.02)
        run("tc qdisc add dev lo root blackhole")
        pulled.set()
        began = time.monotonic()
        await connection.execute("UPDATE one SET number = 2")
        freed = time.monotonic() - began
    print(round(freed, 1), round(await waiting, 1), round(await asking, 1))


asyncio.run(main())
