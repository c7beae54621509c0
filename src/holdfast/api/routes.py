"""Every address of the API on one screen, and the application made of them."""

from collections.abc import Callable
from typing import Any

from litestar import Litestar, Request, Response, Router
from litestar.datastructures import State
from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp

from holdfast.api import (
    charts,
    events,
    gate,
    health,
    holds,
    orders,
    payments,
    seats,
    sessions,
    storefront,
    tickets,
)
from holdfast.api.edge import Edge
from holdfast.api.order_answer import OrderAnswer
from holdfast.api.parts import Parts
from holdfast.api.problems import answer_to
from holdfast.api.request import ApiRequest
from holdfast.api.route import Route
from holdfast.api.thin import ThinRoutes
from holdfast.config import BODY_BYTES_MAX
from holdfast.refusals import Code
from holdfast.venues.chart import Chart

PREFIX = "/api/v1"
EVENT, ORDER = "/events/{event_id:int}", "/orders/{order_id:str}"
TICKET = "/tickets/{ticket_id:str}"

_NONE: tuple[Code, ...] = ("not_found",)
_PLACES: tuple[Code, ...] = (
    "order_limit", "unknown_seat", "duplicate_seat", "unknown_price_type", "seat_unavailable",
    "section_sold_out", "not_together", "leaves_single_seat", "idempotency_mismatch",
)  # fmt: skip
_SALE: tuple[Code, ...] = ("not_found", "event_cancelled", "sale_not_open", "sale_closed", "busy")
_EDIT: tuple[Code, ...] = ("payment_in_progress", "order_expired", "order_not_pending")
_PAY: tuple[Code, ...] = (
    "attempts_exhausted", "payment_token_required", "payment_token_unexpected",
    "unknown_payment_token", "payment_failed", "outcome_unknown", "idempotency_mismatch",
)  # fmt: skip

ROUTES: tuple[Route, ...] = (
    Route("POST", "/sessions", sessions.open_session, sessions.SessionAnswer, 201),
    Route("GET", "/events", events.list_events, events.EventList),
    Route("GET", EVENT, events.read_event, events.EventAnswer, refuses=_NONE),
    Route("GET", f"{EVENT}/prices", events.read_prices, events.PricesAnswer, refuses=_NONE),
    Route("GET", f"{EVENT}/availability", seats.read_availability, seats.AvailabilityAnswer,
          refuses=_NONE),
    Route("GET", f"{EVENT}/chart", charts.find_chart, status=307, refuses=_NONE),
    Route("GET", f"{EVENT}/seats", seats.read_seats, seats.SeatsAnswer, refuses=_NONE, thin=True),
    Route("GET", f"{EVENT}/stream", seats.stream_seats, media="text/event-stream", refuses=_NONE,
          thin=True),
    Route("GET", "/charts/{sha256:str}", charts.read_chart, Chart, refuses=_NONE),
    Route("POST", f"{EVENT}/holds", holds.hold, OrderAnswer, 201, "buyer", _SALE + _PLACES,
          thin=True),
    Route("GET", ORDER, orders.read_order, OrderAnswer, who="order", refuses=_NONE),
    Route("POST", f"{ORDER}/items", orders.add_items, OrderAnswer, 200, "buyer",
          _SALE + _EDIT + _PLACES),
    Route("DELETE", f"{ORDER}/items/{{item_id:str}}", orders.remove_item, OrderAnswer, 200, "buyer",
          (*_SALE, *_EDIT, "unknown_item")),
    Route("POST", f"{ORDER}/swap", orders.swap, OrderAnswer, 200, "buyer",
          (*_SALE, *_EDIT, "unknown_item", *_PLACES)),
    Route("DELETE", ORDER, orders.release, None, 204, "buyer",
          ("not_found", "payment_in_progress", "order_not_pending", "busy")),
    Route("POST", f"{ORDER}/payment", payments.pay, OrderAnswer, 200, "buyer",
          _SALE + _EDIT + _PAY),
    Route("GET", f"{ORDER}/tickets", tickets.list_tickets, tickets.TicketList, who="order",
          refuses=_NONE),
    Route("GET", f"{TICKET}.svg", tickets.draw_code, media="image/svg+xml", who="order",
          refuses=_NONE, thin=True),
    Route("GET", f"{TICKET}.ics", tickets.write_calendar, media="text/calendar", who="order",
          refuses=_NONE, thin=True),
    Route("POST", "/gate/scans", gate.scan_ticket, gate.ScanShown, 200, "gate",
          ("not_found", "idempotency_mismatch")),
    Route("POST", "/payments/webhooks/{provider:str}", payments.take_notice, payments.Taken,
          refuses=("not_found", "outcome_unknown")),
    Route("POST", "/payments/test/{payment_id:str}/complete", payments.complete_test_payment,
          OrderAnswer, refuses=("not_found", "payment_failed", "order_expired", "event_cancelled")),
)  # fmt: skip
BARE_ROUTES: tuple[Route, ...] = (Route("GET", "/health", health.read_health, health.Health),)


def make_application(parts: Parts) -> ASGIApp:
    """The whole application, for one process and its parts."""
    pages = HTTPRouteHandler(["/", "/{path:path}"], http_method="GET")(storefront.read_page)
    ordinary = [route.handler() for route in ROUTES if not route.thin]
    api = Router(PREFIX, route_handlers=ordinary)
    application = Litestar(
        [api, *[route.handler() for route in BARE_ROUTES], pages],
        request_class=ApiRequest,
        request_max_body_size=BODY_BYTES_MAX,
        exception_handlers=_HANDLERS,
        state=State({"parts": parts}),
        openapi_config=None,
        logging_config=None,
    )
    thin = [route.thin_route(PREFIX) for route in ROUTES if route.thin]
    inside = ThinRoutes(thin, parts, application)
    return Edge(inside, parts.settings.allowed_origins)


def _problem(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    status, headers, body = answer_to(error, f"{request.method} {request.scope['path']}")
    named = {name.decode(): value.decode() for name, value in headers}
    media = named.pop("content-type")
    return Response(body, status_code=status, headers=named, media_type=media)


_HANDLERS: dict[int | type[Exception], Callable[..., Response[bytes]]] = {Exception: _problem}
