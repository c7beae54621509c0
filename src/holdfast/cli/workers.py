"""Several serving processes on one port, started, watched and stopped by this one.

The parent answers no requests. It keeps the database running, replaces a worker that died, and
passes the signal to stop on. A worker whose parent is killed dies with it (cli/worker.py).
"""

import asyncio
import os
import signal
import sys
import tempfile
import time
from asyncio.subprocess import Process

import structlog

from holdfast.cli.serving import say_starting, stop_signal
from holdfast.config import STOP_SECONDS_MAX, WORKER_PAUSE_SECONDS, Settings

METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"

log = structlog.get_logger(__name__)


async def serve_with_workers(settings: Settings, host: str, port: int, workers: int) -> None:
    """Serve with this many processes until a signal says to stop."""
    from holdfast.store import open_store

    stop = stop_signal()
    with tempfile.TemporaryDirectory(prefix="holdfast-metrics-") as metrics:
        async with open_store(settings, say_starting):
            environment = {
                **os.environ,
                METRICS_FOLDER: metrics,
                "HOLDFAST_DATA": str(settings.data),
            }
            log.info("server.open", address=f"http://{host}:{port}", workers=workers)
            kept = [
                asyncio.create_task(_keep(number, host, port, environment, stop))
                for number in range(1, workers + 1)
            ]
            await asyncio.gather(*kept)


async def _keep(
    number: int, host: str, port: int, environment: dict[str, str], stop: asyncio.Event
) -> None:
    """One worker and its successors."""
    stopping = asyncio.create_task(stop.wait())
    while not stop.is_set():
        started = time.monotonic()
        worker = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "holdfast.cli.worker", host, str(port), str(os.getpid())),
            env=environment,
        )
        ended = asyncio.create_task(worker.wait())
        await asyncio.wait([ended, stopping], return_when=asyncio.FIRST_COMPLETED)
        if stop.is_set():
            await _stop(worker, ended)
            return
        _forget_gauges(worker.pid, environment[METRICS_FOLDER])
        log.error("worker.died", worker=number, exit_code=worker.returncode)
        if time.monotonic() - started < WORKER_PAUSE_SECONDS:
            # One that dies at once would die at once again: look after the others meanwhile.
            await asyncio.wait([stopping], timeout=WORKER_PAUSE_SECONDS)


async def _stop(worker: Process, ended: "asyncio.Task[int]") -> None:
    if worker.returncode is None:
        worker.send_signal(signal.SIGTERM)
    await asyncio.wait([ended], timeout=STOP_SECONDS_MAX)
    if not ended.done():
        worker.kill()
        await ended


def _forget_gauges(pid: int, folder: str) -> None:
    """What a dead worker had open is no longer open."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(pid, folder)
