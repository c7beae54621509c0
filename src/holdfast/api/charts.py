"""Seating charts as they are drawn: immutable, sent compressed, cacheable for ever."""

from collections.abc import Sequence
from typing import Any

from litestar import Response
from litestar.enums import MediaType
from litestar.params import FromPath

from holdfast.api.answer import matches
from holdfast.api.chart_shelf import ChartBody
from holdfast.api.events import find_event
from holdfast.api.headers import text
from holdfast.api.paths import sha256_of_chart
from holdfast.api.request import ApiRequest
from holdfast.api.thin import PICTURE, Reply, ThinCall
from holdfast.config import EVENT_MAX_AGE_SECONDS
from holdfast.live.answers import accepts_gzip
from holdfast.refusals import Refusal

BYTES = ((b"content-type", b"application/octet-stream"),)
FOR_EVER = "public, max-age=31536000, immutable"


async def read_chart(request: ApiRequest, sha256: FromPath[str]) -> Response[Any]:
    """The geometry of a chart, by the hash of its bytes. It never changes."""
    sha256 = sha256_of_chart(sha256)
    headers = {"ETag": f'"{sha256}"', "Cache-Control": FOR_EVER, "Vary": "Accept-Encoding"}
    chart = await request.parts.charts.body(sha256)
    if chart is None:
        raise Refusal("not_found", "There is no such chart.")
    if matches(text(request.sent, b"if-none-match"), headers["ETag"]):
        return Response(b"", status_code=304, headers=headers, media_type=MediaType.JSON)
    if accepts_gzip(text(request.sent, b"accept-encoding")):
        headers["Content-Encoding"] = "gzip"
        return Response(chart.gzip, media_type=MediaType.JSON, headers=headers)
    return Response(chart.plain, media_type=MediaType.JSON, headers=headers)


async def draw_chart(call: ThinCall, sha256: str) -> Reply:
    """A drawing of a chart, for pages that have no map."""
    sha256 = sha256_of_chart(sha256)
    picture = await call.parts.charts.picture(sha256)
    return _for_ever(call, picture, f'"{sha256}-svg"', PICTURE)


async def read_columns(call: ThinCall, sha256: str) -> Reply:
    """The geometry of a chart by columns, which maps need not parse. It never changes.

    The bytes are described in docs/chart-format.md; they say what the chart's JSON says.
    """
    sha256 = sha256_of_chart(sha256)
    columns = await call.parts.charts.columns(sha256)
    return _for_ever(call, columns, f'"{sha256}-columns"', BYTES)


def _for_ever(
    call: ThinCall, body: ChartBody | None, etag: str, kind: Sequence[tuple[bytes, bytes]]
) -> Reply:
    if body is None:
        raise Refusal("not_found", "There is no such chart.")
    headers = [
        (b"etag", etag.encode()),
        (b"cache-control", FOR_EVER.encode()),
        (b"vary", b"accept-encoding"),
    ]
    if matches(text(call.sent, b"if-none-match"), etag):
        return Reply(304, b"", headers)
    headers += kind
    if accepts_gzip(text(call.sent, b"accept-encoding")):
        return Reply(200, body.gzip, [*headers, (b"content-encoding", b"gzip")])
    return Reply(200, body.plain, headers)


async def find_chart(request: ApiRequest, event_id: FromPath[int]) -> Response[Any]:
    """Leads to the chart of an event."""
    return await _lead(request, event_id, "")


async def find_columns(request: ApiRequest, event_id: FromPath[int]) -> Response[Any]:
    """Leads to the chart of an event by columns."""
    return await _lead(request, event_id, ".columns")


async def _lead(request: ApiRequest, event_id: int, form: str) -> Response[Any]:
    event = await find_event(request, event_id)
    return Response(
        b"",
        status_code=307,
        media_type=MediaType.TEXT,
        headers={
            "Location": f"/api/v1/charts/{event.chart_sha256}{form}",
            "Cache-Control": f"public, max-age={EVENT_MAX_AGE_SECONDS}",
        },
    )
