"""A request to an ordinary route: its parts, who asks, and a body that is decoded strictly.

The framework would convert "5" to 5 and ignore members it does not know; this class decodes the
body straight into the type that the handler declares.
"""

from functools import lru_cache
from typing import Any, cast

import msgspec
from litestar import Request
from litestar.handlers import HTTPRouteHandler

from holdfast.accounts.api_key import ApiKey, KeyRole
from holdfast.api import credentials
from holdfast.api.asked import Asked
from holdfast.api.body import decode_body, read_body
from holdfast.api.headers import Headers, pick
from holdfast.api.parts import Parts
from holdfast.config import BODY_BYTES_MAX


class ApiRequest(Asked, Request[Any, Any, Any]):
    """One request. A guard of the route has set `key` where the route needs one."""

    __slots__ = ("_sent", "_whole_body", "key")

    key: ApiKey

    @property
    def parts(self) -> Parts:
        return cast(Parts, self.app.state["parts"])

    @property
    def sent(self) -> Headers:
        try:
            return self._sent
        except AttributeError:
            self._sent: Headers = pick(self.scope["headers"])
            return self._sent

    @property
    def verb(self) -> str:
        return self.scope["method"]

    @property
    def url_scheme(self) -> str:
        return self.scope.get("scheme", "http")

    async def require_key(self, role: KeyRole) -> None:
        """Refuse unless the request carries a key of this role; then `key` is it."""
        self.key = await credentials.key_of(self.parts, self.sent, role)

    async def body(self) -> bytes:
        """The raw body. Refuses body_too_large beyond the limit of the route."""
        try:
            return self._whole_body
        except AttributeError:
            limit = self._handler.resolve_request_max_body_size() or BODY_BYTES_MAX
            self._whole_body: bytes = await read_body(self.receive, self.sent, limit)
            return self._whole_body

    async def json(self) -> Any:
        """The body as the type that the handler declares. Refuses invalid_request."""
        field = self._handler.parsed_data_field
        assert field is not None, "only a handler that declares `data` reads a body"
        return decode_body(_decoder(field.annotation), await self.body(), self.sent)

    @property
    def _handler(self) -> HTTPRouteHandler:
        return self.route_handler


@lru_cache(maxsize=128)
def _decoder(declared: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(declared)
