"""What the figures were measured on, and what else ran there meanwhile."""

import os
import platform
import tempfile
import time
from pathlib import Path
from typing import Final

from msgspec import Struct

from benchmarks.samples import median
from holdfast.database.connection import Connection

_SERVER: Final = """
SELECT
    current_setting('server_version') AS version,
    current_setting('fsync') AS fsync,
    current_setting('synchronous_commit') AS synchronous_commit,
    current_setting('full_page_writes') AS full_page_writes,
    current_setting('shared_buffers') AS shared_buffers
"""
FLUSHES: Final = 50
OTHERS_SECONDS: Final = 1.0


class Machine(Struct):
    """`flush_ms`: the median time to write 8 kB and have it on disk. `others_cores`: processor
    cores that were busy before anything of the bench ran."""

    processor: str
    cores: int
    memory_gb: float
    system: str
    python: str
    postgresql: str
    fsync: str
    synchronous_commit: str
    full_page_writes: str
    shared_buffers: str
    flush_ms: float
    others_cores: float
    load_average: float


async def describe(connection: Connection, folder: Path | None) -> Machine:
    """Look at the machine; takes about a second. `folder`: where the database is."""
    row = await connection.fetchrow(_SERVER)
    assert row is not None, "settings always have a row"
    return Machine(
        processor=_processor(),
        cores=os.cpu_count() or 1,
        memory_gb=round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        system=f"{platform.system()} {platform.release()}",
        python=platform.python_version(),
        postgresql=row["version"].split()[0],
        fsync=row["fsync"],
        synchronous_commit=row["synchronous_commit"],
        full_page_writes=row["full_page_writes"],
        shared_buffers=row["shared_buffers"],
        flush_ms=round(1000 * _flush_seconds(folder), 2),
        others_cores=round(_busy_cores(), 2),
        load_average=round(os.getloadavg()[0], 2),
    )


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _flush_seconds(folder: Path | None) -> float:
    times: list[float] = []
    with tempfile.TemporaryFile(dir=folder) as file:
        for _ in range(FLUSHES):
            file.write(bytes(8192))
            file.flush()
            begin = time.perf_counter()
            os.fdatasync(file.fileno())
            times.append(time.perf_counter() - begin)
    return median(times)


def _busy_cores() -> float:
    """How many cores everything on this machine keeps busy just now."""
    before = _busy_ticks()
    time.sleep(OTHERS_SECONDS)
    return (_busy_ticks() - before) / os.sysconf("SC_CLK_TCK") / OTHERS_SECONDS


def _busy_ticks() -> int:
    fields = [int(field) for field in Path("/proc/stat").read_text().splitlines()[0].split()[1:]]
    idle = fields[3] + fields[4]
    return sum(fields[:8]) - idle
