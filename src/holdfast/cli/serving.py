"""One process that serves: the parts, the HTTP server around them, and how both end.

On SIGTERM or SIGINT the streams end first, since an open one would keep the server waiting; then
no new connection is taken, requests under way are finished, and the parts are closed.
"""

import asyncio
import gc
import resource
import signal
import socket
import sys
from collections.abc import Coroutine
from typing import Any

import structlog
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server
from litestar.types import ASGIApp

from holdfast.cli.faults import Fault
from holdfast.config import (
    BACKLOG,
    COLLECTOR_OBJECTS,
    CONNECTIONS_MAX,
    DRAIN_SECONDS_MAX,
    FILES_BESIDE_CONNECTIONS,
    HEADER_SECONDS_MAX,
    Settings,
)

log = structlog.get_logger(__name__)


def free_port(host: str, port: int) -> int:
    """The port, known to be free; for 0 one that is. Raises Fault with what to do.

    The server's own socket may be shared by several processes, so that without this look a second
    `holdfast serve` would take half of the first one's requests.
    """
    try:
        address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[
            0
        ]
        with socket.socket(address[0]) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address[4])
            return probe.getsockname()[1]
    except OSError as error:
        raise Fault(
            f"Nothing can listen at {host}, port {port}: {error.strerror}. Choose another --port, "
            "or stop what uses it."
        ) from error


def run_loop(work: Coroutine[Any, Any, None]) -> None:
    """Run a server's event loop: uvloop where it exists.

    Python looks for cycles of garbage more rarely than it would by itself: a sale makes some
    hundred thousand objects that stay and hardly a cycle, and would look at all of them each time.
    """
    gc.set_threshold(COLLECTOR_OBJECTS)
    _allow_connections()
    try:
        import uvloop
    except ImportError:
        asyncio.run(work)
        return
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work)


def _allow_connections() -> None:
    """Have as many files open as connections are taken; many systems begin with 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS_MAX + FILES_BESIDE_CONNECTIONS
    if hard != resource.RLIM_INFINITY and hard < wanted:
        log.warning("server.few_files", allowed=hard, wanted=wanted)
        wanted = hard
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


async def serve_here(settings: Settings, host: str, port: int) -> None:
    """Open everything and serve until a signal says to stop."""
    from holdfast.api.application import make_application
    from holdfast.app import open_parts
    from holdfast.store import open_store

    stop = stop_signal()
    async with (
        open_store(settings, say_starting) as database,
        open_parts(settings, database, address=f"http://{host}:{port}") as parts,
    ):
        server = make_server(make_application(parts), host, port)
        serving = asyncio.create_task(server.serve(), name="http")
        log.info("server.open", address=f"http://{host}:{port}")
        await asyncio.wait(
            [serving, asyncio.create_task(stop.wait())], return_when=asyncio.FIRST_COMPLETED
        )
        log.info("server.stopping")
        await parts.streams.close()
        server.stop()
        await asyncio.wait([serving], timeout=DRAIN_SECONDS_MAX)
        if not serving.done():
            log.warning("server.not_drained", seconds=DRAIN_SECONDS_MAX)
            serving.cancel()


def make_server(application: ASGIApp, host: str, port: int) -> Server:
    """The HTTP server for one process, once everything else of it is open.

    What was made until here stays for good, so Python need not look for garbage in it any more.
    """
    gc.collect()
    gc.freeze()
    return Server(
        application,
        address=host,
        port=port,
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_SECONDS_MAX * 1000),
        websockets=False,
        backlog=BACKLOG,
        backpressure=CONNECTIONS_MAX,
        log_enabled=False,
    )


def stop_signal() -> asyncio.Event:
    """An event that SIGTERM and SIGINT set."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


def say_starting(sentence: str) -> None:
    """What takes long at the start, for whoever waits."""
    print(sentence, file=sys.stderr, flush=True)
