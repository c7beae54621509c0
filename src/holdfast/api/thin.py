"""The way in for the hottest routes: bare ASGI, with none of the framework between.

It knows what `Route` says of a function: credentials first, then the body decoded strictly into the
type that the function declares, then the function, then its reply as bytes. Framework overhead is
most of the cost of a hold; everything that is not hot uses the framework (DESIGN.md, section 4).
"""

import inspect
import re
import time
from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import Any, get_args, get_type_hints
from urllib.parse import parse_qsl

import msgspec
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send
from msgspec import Struct

from holdfast.accounts.session import Session
from holdfast.api.asked import Asked
from holdfast.api.body import decode_body, not_valid, read_body
from holdfast.api.headers import Headers, pick
from holdfast.api.parts import Parts
from holdfast.api.problems import answer_to
from holdfast.refusals import Refusal

JSON_TYPE = (b"content-type", b"application/json")
# A picture that is opened by itself must not run or load anything.
PICTURE = (
    (b"content-type", b"image/svg+xml"),
    (b"content-security-policy", b"default-src 'none'"),
    (b"x-content-type-options", b"nosniff"),
)
_PARAMETER = re.compile(r"{(\w+):(int|str)}")
_WORDS = {"int": "[0-9]{1,10}", "str": "[A-Za-z0-9_-]{1,100}"}


class ThinCall(Asked):
    """One request to a thin route, with the ASGI interface for what answers by itself."""

    __slots__ = ("_buyer", "_parts", "_sent", "named", "receive", "scope", "send")

    def __init__(
        self,
        parts: Parts,
        scope: HTTPScope,
        receive: Receive,
        send: Send,
        named: dict[str, int | str],
    ) -> None:
        self.scope = scope
        self.receive = receive
        self.send = send
        self.named = named
        self._parts = parts
        self._buyer: Session | None = None
        self._sent: Headers = pick(scope["headers"])

    @property
    def parts(self) -> Parts:
        return self._parts

    @property
    def sent(self) -> Headers:
        return self._sent

    @property
    def verb(self) -> str:
        return self.scope["method"]

    @property
    def buyer(self) -> Session:
        """The buyer, looked up once. Refuses as `Asked.buyer` does."""
        if self._buyer is None:
            self._buyer = super().buyer
        return self._buyer

    @property
    def url_scheme(self) -> str:
        return self.scope.get("scheme", "http")


class Reply(Struct, gc=False):
    """An answer, encoded."""

    status: int
    body: bytes
    headers: Sequence[tuple[bytes, bytes]]


Answered = Callable[[str, int, float], None]
"""Is told the route, the status and the seconds of every answer."""

ThinFunction = Callable[..., Coroutine[Any, Any, Reply | None]]
"""Returns None where it has answered by itself, as a stream does."""


class ThinRoute:
    """A thin route: which addresses are its, and how it answers them."""

    def __init__(
        self, path: str, method: str, function: ThinFunction, bytes_max: int, needs_buyer: bool
    ) -> None:
        kinds = dict(_PARAMETER.findall(path))
        self.names = tuple(kinds)
        self.numbers = {name for name, kind in kinds.items() if kind == "int"}
        pattern = path.replace(".", r"\.")
        for name, kind in kinds.items():
            pattern = pattern.replace(f"{{{name}:{kind}}}", f"(?P<{name}>{_WORDS[kind]})")
        self.matches = re.compile(pattern).fullmatch
        self.path = path
        self.name = f"{method} {path.replace(':int', '').replace(':str', '')}"
        self._method = method
        self._reading = _Reading(path, function, bytes_max, needs_buyer)
        self._allow = ((b"allow", f"{method}, OPTIONS".encode()),)

    async def answer(self, call: ThinCall) -> Reply | None:
        """Answer a request to this route's address, whatever its method."""
        if call.verb == self._method:
            return await self._reading.answer(call)
        if call.verb == "OPTIONS":
            return Reply(204, b"", self._allow)
        status, headers, body = answer_to(Refusal("method_not_allowed"), self.path)
        return Reply(status, body, (*headers, *self._allow))


class ThinRoutes:
    """Answers the thin routes; every other request goes on to the application inside.

    The framework has handlers of its own for this, but in its version 2.25 those with a parameter
    in their path fail; and this way it costs the hot routes nothing at all.
    """

    def __init__(
        self, routes: Iterable[ThinRoute], parts: Parts, answered: Answered, inside: ASGIApp
    ) -> None:
        self._routes = _by_last_word(routes)
        self._parts = parts
        self._answered = answered
        self._inside = inside

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            path = scope["path"]
            for route in self._routes.get(path[path.rfind("/") + 1 :], self._routes[""]):
                match = route.matches(path)
                if match is not None:
                    named = {
                        name: int(value) if name in route.numbers else value
                        for name, value in zip(route.names, match.groups(), strict=True)
                    }
                    call = ThinCall(self._parts, scope, receive, send, named)
                    started = time.perf_counter()
                    reply = await route.answer(call)
                    await _send(send, reply)
                    status = 200 if reply is None else reply.status
                    self._answered(route.name, status, time.perf_counter() - started)
                    return
        await self._inside(scope, receive, send)


def _by_last_word(routes: Iterable[ThinRoute]) -> dict[str, list[ThinRoute]]:
    """The routes by the last word of their path; those that end with a parameter under ""."""
    found: dict[str, list[ThinRoute]] = {"": []}
    for route in routes:
        last = route.path.rpartition("/")[2]
        found.setdefault("" if "{" in last else last, []).append(route)
    return found


async def _send(send: Send, reply: Reply | None) -> None:
    if reply is None:
        return
    headers = [*reply.headers, (b"content-length", b"%d" % len(reply.body))]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body, "more_body": False})


class _Reading:
    """Reads the arguments of one function from a request."""

    def __init__(
        self, path: str, function: ThinFunction, bytes_max: int, needs_buyer: bool
    ) -> None:
        hints = get_type_hints(function, include_extras=True)
        names = list(inspect.signature(function).parameters)[1:]
        self._path = path
        self._function = function
        self._bytes_max = bytes_max
        self._needs_buyer = needs_buyer
        self._decoder = msgspec.json.Decoder(hints["data"]) if "data" in names else None
        asked = [n for n in names if n != "data" and f"{{{n}:" not in path]
        self._query = {name: _said(hints[name]) for name in asked}

    async def answer(self, call: ThinCall) -> Reply | None:
        """The function's reply, or the problem that stands in its way."""
        scope = call.scope
        try:
            if self._needs_buyer:
                _ = call.buyer
            arguments: dict[str, Any] = dict(call.named)
            if self._decoder is not None:
                body = await read_body(call.receive, call.sent, self._bytes_max)
                arguments["data"] = decode_body(self._decoder, body, call.sent)
            if self._query and scope["query_string"]:
                arguments |= self._asked(scope["query_string"])
            return await self._function(call, **arguments)
        except Exception as error:
            status, headers, body = answer_to(error, f"{scope['method']} {scope['path']}")
            return Reply(status, body, headers)

    def _asked(self, query: bytes) -> dict[str, Any]:
        """The query parameters that the function has, converted; others are ignored."""
        found: dict[str, Any] = {}
        for name, value in parse_qsl(query.decode("latin-1"), keep_blank_values=True):
            if name in self._query:
                try:
                    found[name] = msgspec.convert(value, self._query[name], strict=False)
                except msgspec.ValidationError as error:
                    raise not_valid(error, name) from None
        return found


def _said(declared: Any) -> Any:
    """The type of a parameter that is there: the word "null" is a word."""
    members = [member for member in get_args(declared) if member is not type(None)]
    return members[0] if len(members) == 1 and type(None) in get_args(declared) else declared
