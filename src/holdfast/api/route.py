"""A route: one line of the table in routes.py, from which come the handler and its description."""

from collections.abc import Callable, Coroutine
from typing import Any, Literal

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from msgspec import Struct

from holdfast.accounts.api_key import KeyRole
from holdfast.api.request import ApiRequest
from holdfast.api.thin import ThinRoute
from holdfast.config import BODY_BYTES_MAX
from holdfast.refusals import Code

Who = Literal["anyone", "buyer", "order", "organiser", "gate"]
"""Who may ask. order: the session that made it, or whoever has its signed link."""

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Handler = Callable[..., Coroutine[Any, Any, Any]]
Connection = ASGIConnection[Any, Any, Any, Any]


class Route(Struct, frozen=True):
    """`function` takes the request, then path parameters, query parameters and `data` by name.

    `answer` is the type of a granted answer's body, `refuses` the codes beside those that every
    route has, `thin` keeps the framework out of the way. `media` is what it answers, `body` what it
    reads where that is no typed JSON, `also` are further statuses of a granted answer.
    """

    method: Method
    path: str
    function: Handler
    answer: Any = None
    status: int = 200
    who: Who = "anyone"
    refuses: tuple[Code, ...] = ()
    thin: bool = False
    body_bytes_max: int = BODY_BYTES_MAX
    media: str = "application/json"
    body: str | None = None
    also: tuple[int, ...] = ()

    def thin_route(self, prefix: str) -> ThinRoute:
        """This route without the framework."""
        assert self.thin, "the table says which routes are thin"
        path, buyers_only = prefix + self.path, self.who == "buyer"
        return ThinRoute(path, self.method, self.function, self.body_bytes_max, buyers_only)

    def handler(self) -> HTTPRouteHandler:
        """The framework's handler for this route."""
        guard = _GUARDS.get(self.who)
        made = HTTPRouteHandler(
            self.path,
            http_method=self.method,
            status_code=self.status,
            guards=[guard] if guard else None,
            request_max_body_size=self.body_bytes_max,
        )
        return made(self.function)


async def _needs_organiser(connection: Connection, _: BaseRouteHandler) -> None:
    await _request(connection).require_key(KeyRole.organiser)


async def _needs_gate(connection: Connection, _: BaseRouteHandler) -> None:
    await _request(connection).require_key(KeyRole.gate)


async def _needs_buyer(connection: Connection, _: BaseRouteHandler) -> None:
    assert _request(connection).buyer, "there is a session, or it was refused"


def _request(connection: Connection) -> ApiRequest:
    assert isinstance(connection, ApiRequest), "routes.py sets the class of requests"
    return connection


_GUARDS = {"organiser": _needs_organiser, "gate": _needs_gate, "buyer": _needs_buyer}
