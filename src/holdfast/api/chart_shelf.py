"""Charts as they are sent: JSON and columns, each with its compressed form, kept for the ones asked
for lately.

A chart never changes, so nothing here ever gets old.
"""

import asyncio
import gzip

import msgspec
from msgspec import Struct

from holdfast.config import CHART_SHELF_BYTES_MAX
from holdfast.database.pool import Database
from holdfast.venues.chart import Chart
from holdfast.venues.chart_columns import compressed_columns
from holdfast.venues.chart_picture import chart_picture
from holdfast.venues.chart_store import chart_body, kept_columns

GZIP_LEVEL = 6  # 80,000 seats: about half a second, once, in a thread
PICTURES_MAX = 16  # drawings kept, about a megabyte each for 80,000 seats


class ChartBody(Struct, frozen=True):
    """A chart, its columns, or a drawing of it, as it is sent: as it is, and compressed."""

    plain: bytes
    gzip: bytes


class ChartShelf:
    """Shared by all requests of a process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._bodies: dict[str, ChartBody] = {}
        self._size = 0
        self._pictures: dict[str, ChartBody] = {}

    async def body(self, sha256: str) -> ChartBody | None:
        """The chart as it is sent, or None where there is none."""
        found = self._kept(sha256)
        if found is not None:
            return found
        body = await self._database.read(
            lambda connection: chart_body(connection, sha256), lambda found: found is not None
        )
        if body is None:
            return None
        made = ChartBody(body, await asyncio.to_thread(gzip.compress, body, GZIP_LEVEL, mtime=0))
        if sha256 not in self._bodies:
            self._keep(sha256, made)
        return made

    async def columns(self, sha256: str) -> ChartBody | None:
        """The chart by columns, or None where there is no such chart."""
        name = f"{sha256}.columns"
        found = self._kept(name)
        if found is not None:
            return found
        kept = await self._database.read(
            lambda connection: kept_columns(connection, sha256), lambda found: found is not None
        )
        if kept is None:
            body = await self.body(sha256)
            if body is None:
                return None
            kept = await asyncio.to_thread(_columns, body.plain)
        made = ChartBody(await asyncio.to_thread(gzip.decompress, kept), kept)
        if name not in self._bodies:
            self._keep(name, made)
        return made

    async def picture(self, sha256: str) -> ChartBody | None:
        """The chart as a drawing (SVG), or None where there is none."""
        found = self._pictures.pop(sha256, None)
        if found is None:
            body = await self.body(sha256)
            if body is None:
                return None
            found = await asyncio.to_thread(_draw, body.plain)
        self._pictures[sha256] = found
        while len(self._pictures) > PICTURES_MAX:
            del self._pictures[next(iter(self._pictures))]
        return found

    def _kept(self, name: str) -> ChartBody | None:
        """What is kept under this name, which is then the last to go."""
        found = self._bodies.pop(name, None)
        if found is not None:
            self._bodies[name] = found
        return found

    def _keep(self, name: str, body: ChartBody) -> None:
        self._size += len(body.plain) + len(body.gzip)
        self._bodies[name] = body
        while self._size > CHART_SHELF_BYTES_MAX and len(self._bodies) > 1:
            oldest = self._bodies.pop(next(iter(self._bodies)))
            self._size -= len(oldest.plain) + len(oldest.gzip)


def _columns(body: bytes) -> bytes:
    return compressed_columns(msgspec.json.decode(body, type=Chart))


def _draw(body: bytes) -> ChartBody:
    picture = chart_picture(msgspec.json.decode(body, type=Chart))
    return ChartBody(picture, gzip.compress(picture, GZIP_LEVEL, mtime=0))
