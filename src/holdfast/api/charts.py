"""Seating charts as they are drawn: immutable, sent compressed, cacheable for ever."""

from typing import Any

from litestar import Response
from litestar.enums import MediaType
from litestar.params import FromPath

from holdfast.api.answer import matches
from holdfast.api.events import find_event
from holdfast.api.headers import text
from holdfast.api.paths import sha256_of_chart
from holdfast.api.request import ApiRequest
from holdfast.config import EVENT_MAX_AGE_SECONDS
from holdfast.refusals import Refusal

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
    if accepts_gzip(request):
        headers["Content-Encoding"] = "gzip"
        return Response(chart.gzip, media_type=MediaType.JSON, headers=headers)
    return Response(chart.json, media_type=MediaType.JSON, headers=headers)


async def find_chart(request: ApiRequest, event_id: FromPath[int]) -> Response[Any]:
    """Leads to the chart of an event."""
    event = await find_event(request, event_id)
    return Response(
        b"",
        status_code=307,
        media_type=MediaType.TEXT,
        headers={
            "Location": f"/api/v1/charts/{event.chart_sha256}",
            "Cache-Control": f"public, max-age={EVENT_MAX_AGE_SECONDS}",
        },
    )


def accepts_gzip(request: ApiRequest) -> bool:
    """Whether the caller takes a compressed answer."""
    return "gzip" in text(request.sent, b"accept-encoding")
