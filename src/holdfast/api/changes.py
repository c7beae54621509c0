"""The public part of an event's journal by pages: what each batch changed, and when.

From an empty house (every place free, version 0) it leads to the map of today. It holds what
everybody could have read from the stream while it happened, and nothing else.
"""

import gzip
from datetime import datetime
from typing import Any

from litestar import Response
from litestar.params import FromPath
from msgspec import Struct

from holdfast.api.answer import cacheable
from holdfast.api.demand import read_at_least
from holdfast.api.events import find_event
from holdfast.api.headers import text
from holdfast.api.paging import Cursor, Limit, after, cursor_of
from holdfast.api.request import ApiRequest
from holdfast.config import (
    CHANGES_MAX_AGE_SECONDS,
    CHANGES_PAGE_PLACES_MAX,
    EVENT_MAX_AGE_SECONDS,
    LIST_LIMIT_DEFAULT,
)
from holdfast.database.pool import Connection
from holdfast.desk.journal import Published, read_public_since
from holdfast.desk.order import EventStatus
from holdfast.live.answers import accepts_gzip

GZIP_LEVEL = 1  # numbers that rise: 3 ms for the largest page, and a third of its size
VERSION_MAX = 2**63 - 1


class BatchAnswer(Struct, omit_defaults=True):
    """One batch of the journal: seat_ids by the letter they have from then on. `event_status` only
    where it changed."""

    version: int
    at: datetime
    changes: dict[str, list[int]]
    event_status: EventStatus | None = None


class BatchList(Struct):
    """A page of the journal, in order; before the first batch every place was free."""

    changes: list[BatchAnswer]
    next: str | None


async def list_changes(
    request: ApiRequest,
    event_id: FromPath[int],
    cursor: Cursor = "",
    limit: Limit = LIST_LIMIT_DEFAULT,
) -> Response[Any]:
    """The sale as it went: every change of the map, with its time.

    A page holds fewer entries than `limit` where many places moved.
    """
    (version,) = after(cursor, tuple[int], (0,))
    since = min(max(version, 0), VERSION_MAX)

    async def reading(connection: Connection, event_id: int) -> list[Published]:
        return await read_public_since(connection, event_id, since, limit + 1)

    event = await find_event(request, event_id)
    found = await read_at_least(request, event.event_id, reading)
    page = _page(found[:limit])
    more = len(found) > len(page)
    listed = BatchList(page, cursor_of(page[-1].version) if more else None)
    # A page that is followed by another is of the past, which does not change.
    answer = cacheable(request, listed, CHANGES_MAX_AGE_SECONDS if more else EVENT_MAX_AGE_SECONDS)
    answer.headers["Vary"] = "Accept-Encoding"
    if answer.status_code != 304 and accepts_gzip(text(request.sent, b"accept-encoding")):
        answer.headers["ETag"] = f"W/{answer.headers['ETag']}"
        answer.headers["Content-Encoding"] = "gzip"
        answer.content = gzip.compress(answer.content, GZIP_LEVEL, mtime=0)
    return answer


def _page(found: list[Published]) -> list[BatchAnswer]:
    """As many entries as there is room for, one at least."""
    page: list[BatchAnswer] = []
    places = 0
    for batch in found:
        places += sum(map(len, batch.public.changes.values()))
        if page and places > CHANGES_PAGE_PLACES_MAX:
            break
        moved = {letter: ids for letter, ids in batch.public.changes.items() if ids}
        page.append(BatchAnswer(batch.version, batch.at, moved, batch.public.event_status))
    return page
