"""The snapshot of an event, to whoever has asked for it before at this version: two messages that
are ready to be sent.

On the first second of a sale everybody asks for the same bytes. Whoever asks in any other way (a
version, a section, an ETag, from another origin, without compression) goes on to the thin route,
which also makes what is kept here; it leaves with the version (`LiveMap.encoded`).
"""

import time
from typing import Any, Final, cast

from litestar.types import ASGIApp, Receive, Scope, Send

from holdfast.api.parts import Parts
from holdfast.api.thin import Answered
from holdfast.live.answers import Answer, accepts_gzip
from holdfast.live.live_map import LiveMap

KEY: Final = ("quick",)
ROUTE: Final = "GET /api/v1/events/{event_id}/seats"
_BEFORE, _AFTER = "/api/v1/events/", "/seats"
_DIGITS_MAX: Final = 9
_READ_ELSEWHERE: Final = frozenset((b"holdfast-version", b"if-none-match", b"origin"))


class QuickSeats:
    """Answers what it has at hand; everything else goes on to the application inside."""

    def __init__(self, parts: Parts, answered: Answered, inside: ASGIApp) -> None:
        self._live = parts.live
        self._answered = answered
        self._inside = inside
        self._is_used = not parts.database.replicas.named  # with them an answer tells its age

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._is_used and scope["type"] == "http" and scope["path"].endswith(_AFTER):
            started = time.perf_counter()
            messages = self._at_hand(scope)
            if messages is not None:
                await send(messages[0])
                await send(messages[1])
                self._answered(ROUTE, 200, time.perf_counter() - started)
                return
        await self._inside(scope, receive, send)

    def _at_hand(self, scope: Any) -> Any:
        path: str = scope["path"]
        number = path[len(_BEFORE) : -len(_AFTER)]
        if (
            scope["query_string"]
            or scope["method"] != "GET"
            or not path.startswith(_BEFORE)
            or not (number.isascii() and number.isdigit() and len(number) <= _DIGITS_MAX)
        ):
            return None
        live_map = self._live.at_hand(int(number))
        messages = None if live_map is None else live_map.encoded.get(KEY)
        if messages is None:
            return None
        takes_gzip = False
        for name, value in scope["headers"]:
            if name in _READ_ELSEWHERE:
                return None
            if name == b"accept-encoding":
                takes_gzip = accepts_gzip(value.decode("latin-1"))
        return messages if takes_gzip else None


def keep(live_map: LiveMap, answer: Answer) -> None:
    """Have a compressed snapshot at hand until the map moves on."""
    if answer.status == 200 and (b"content-encoding", b"gzip") in answer.headers:
        headers = [*answer.headers, (b"content-length", b"%d" % len(answer.body))]
        start = {"type": "http.response.start", "status": 200, "headers": headers}
        body = {"type": "http.response.body", "body": answer.body, "more_body": False}
        live_map.encoded[KEY] = cast(Any, (start, body))
