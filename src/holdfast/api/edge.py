"""The outer layer: which other sites may read our answers, and HEAD as a GET without a body.

Public GETs may be read by pages of any origin; everything else by the configured ones only. A
request without an Origin header passes through untouched, so that the hot routes pay nothing.
"""

from typing import cast

from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

EXPOSED = b"Holdfast-Version, Holdfast-Replica-Age, Retry-After, ETag, Idempotency-Replayed"
ALLOWED_HEADERS = (
    b"Authorization, Content-Type, Idempotency-Key, Holdfast-Pass, Holdfast-Version, "
    b"If-None-Match, Last-Event-ID"
)
PREFLIGHT_SECONDS = b"7200"  # what browsers remember at most
API_PATH = "/api/"
ENDLESS = "/stream"
PRIVATE_PATHS = ("/api/v1/orders", "/api/v1/tickets", "/api/v1/admin", "/api/v1/gate")


class Edge:
    """Wraps the application."""

    def __init__(self, app: ASGIApp, allowed_origins: frozenset[str]) -> None:
        self._app = app
        self._allowed = frozenset(origin.encode() for origin in allowed_origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["method"] == "HEAD" and not scope["path"].endswith(ENDLESS):
            # A GET without its body; the server leaves the body out by itself.
            scope = cast(HTTPScope, {**scope, "method": "GET"})
        origin = _header(scope, b"origin")
        if origin is None or not scope["path"].startswith(API_PATH):
            await self._app(scope, receive, send)
            return
        asked = _header(scope, b"access-control-request-method")
        if scope["method"] == "OPTIONS" and asked is not None:
            await self._answer_preflight(scope, send, origin, asked)
            return
        told = self._told(origin, scope["path"], scope["method"].encode())

        async def send_told(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *told]
            await send(message)

        await self._app(scope, receive, send_told)

    async def _answer_preflight(
        self, scope: HTTPScope, send: Send, origin: bytes, asked: bytes
    ) -> None:
        headers = self._told(origin, scope["path"], asked)
        if len(headers) > 1:
            headers += [
                (b"access-control-allow-methods", asked),
                (b"access-control-allow-headers", ALLOWED_HEADERS),
                (b"access-control-max-age", PREFLIGHT_SECONDS),
            ]
        await send({"type": "http.response.start", "status": 204, "headers": headers})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    def _told(self, origin: bytes, path: str, method: bytes) -> list[tuple[bytes, bytes]]:
        """The headers that let this origin read the answer; only Vary where it may not."""
        if origin in self._allowed:
            allowed = origin
        elif method in (b"GET", b"HEAD") and not path.startswith(PRIVATE_PATHS):
            allowed = b"*"
        else:
            return [(b"vary", b"Origin")]
        return [
            (b"vary", b"Origin"),
            (b"access-control-allow-origin", allowed),
            (b"access-control-expose-headers", EXPOSED),
        ]


def _header(scope: HTTPScope, name: bytes) -> bytes | None:
    for key, value in scope["headers"]:
        if key == name:
            return value
    return None
