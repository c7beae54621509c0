"""The application made of the route table: thin routes outside, the framework inside."""

from collections.abc import Callable, Coroutine, Iterable
from functools import cache
from typing import Any

from litestar import Litestar, Request, Response, Router
from litestar.datastructures import State
from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp
from msgspec.json import encode

from holdfast.api import storefront
from holdfast.api.edge import Edge
from holdfast.api.metrics import Measured, Metrics
from holdfast.api.openapi import describe
from holdfast.api.parts import Parts
from holdfast.api.problems import answer_to
from holdfast.api.quick_seats import QuickSeats
from holdfast.api.request import ApiRequest
from holdfast.api.route import Route
from holdfast.api.routes import ADMIN_ROUTES, BARE_ROUTES, PREFIX, ROUTES
from holdfast.api.thin import ThinRoutes
from holdfast.config import BODY_BYTES_MAX


def make_application(parts: Parts) -> ASGIApp:
    """The whole application, for one process and its parts."""
    pages = [
        HTTPRouteHandler(["/", "/{path:path}"], http_method="GET")(storefront.read_page),
        HTTPRouteHandler("/orders/{order_id:str}", http_method="GET")(storefront.read_order_page),
        HTTPRouteHandler("/docs/refusals", http_method="GET")(storefront.read_refusals),
    ]
    ordinary = [route for route in (*ROUTES, *ADMIN_ROUTES) if not route.thin]
    every = [*((PREFIX, route) for route in (*ROUTES, *ADMIN_ROUTES))]
    every += [("", route) for route in BARE_ROUTES]
    describe_once = cache(lambda: encode(describe(every)))
    metrics = Metrics(parts)
    api = Router(PREFIX, route_handlers=_handlers(ordinary))
    application = Litestar(
        [api, *_handlers(BARE_ROUTES), *pages],
        request_class=ApiRequest,
        request_max_body_size=BODY_BYTES_MAX,
        exception_handlers=_HANDLERS,
        state=State({"parts": parts, "metrics": metrics, "describe": describe_once}),
        openapi_config=None,
        logging_config=None,
    )
    thin = [route.thin_route(PREFIX) for route in ROUTES if route.thin]
    inside = ThinRoutes(thin, parts, metrics.answered, Measured(application, metrics))
    edge = Edge(inside, parts.settings.allowed_origins)
    return QuickSeats(parts, metrics.answered, edge)  # which leaves what has an Origin to the edge


def _handlers(routes: Iterable[Route]) -> list[HTTPRouteHandler]:
    """The handlers of these routes, and for every address one that says which methods it has: the
    framework's own knows only the first. They come first, or the framework makes its own."""
    methods: dict[str, list[str]] = {}
    for route in routes:
        methods.setdefault(route.path, []).append(route.method)
    allow = {path: ", ".join([*sorted(named), "OPTIONS"]) for path, named in methods.items()}
    said = [
        HTTPRouteHandler(path, http_method="OPTIONS", status_code=204)(_says(words))
        for path, words in allow.items()
    ]
    return [*said, *[route.handler() for route in routes]]


def _says(allow: str) -> Callable[[], Coroutine[Any, Any, Response[None]]]:
    async def say_methods() -> Response[None]:
        """Which methods this address has."""
        return Response(None, status_code=204, headers={"Allow": allow})

    return say_methods


def _problem(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    status, headers, body = answer_to(error, f"{request.method} {request.scope['path']}")
    named = {name.decode(): value.decode() for name, value in headers}
    media = named.pop("content-type")
    return Response(body, status_code=status, headers=named, media_type=media)


_HANDLERS: dict[int | type[Exception], Callable[..., Response[bytes]]] = {Exception: _problem}
