"""Every address of the API on one screen: who does what there, what it answers and refuses."""

from typing import Any

from holdfast.accounts.api_key import ApiKey
from holdfast.api import (
    admin_errands,
    admin_events,
    admin_keys,
    admin_orders,
    admin_seats,
    admin_venues,
    admin_webhooks,
    changes,
    charts,
    events,
    gate,
    health,
    holds,
    metrics,
    orders,
    payments,
    schema,
    seats,
    sessions,
    tickets,
)
from holdfast.api.admin_events import OrganisersEvent
from holdfast.api.admin_seats import DeskAnswer
from holdfast.api.order_answer import OrderAnswer
from holdfast.api.organisers_order import OrganisersOrder
from holdfast.api.route import Handler, Method, Route
from holdfast.config import BODY_BYTES_MAX, CHART_BYTES_MAX, PRICES_BYTES_MAX
from holdfast.desk.cancellation import Cancellation
from holdfast.live.live_map import Changes
from holdfast.refusals import Code
from holdfast.venues.chart import Chart
from holdfast.venues.chart_file import ChartSummary

PREFIX = "/api/v1"
EVENT, ORDER = "/events/{event_id:int}", "/orders/{order_id:str}"
TICKET, WEBHOOK = "/tickets/{ticket_id:str}", "/webhooks/{webhook_id:str}"


def _staff(
    method: Method,
    path: str,
    function: Handler,
    answer: Any,
    status: int = 200,
    refuses: tuple[Code, ...] = (),
    body_bytes_max: int = BODY_BYTES_MAX,
    body: str | None = None,
) -> Route:
    """A route for organisers."""
    return Route(
        method, f"/admin{path}", function, answer, status, "organiser", refuses,
        body_bytes_max=body_bytes_max, body=body,
    )  # fmt: skip


_REPEAT: tuple[Code, ...] = ("idempotency_mismatch",)
_CHART: tuple[Code, ...] = ("invalid_chart",)
_STATUS: tuple[Code, ...] = ("not_found", "sale_closed", "wrong_transition", "busy")
_BLOCK: tuple[Code, ...] = (
    "not_found", "sale_closed", "unknown_seat", "duplicate_seat", "seat_not_blockable", "busy",
)  # fmt: skip
_REFUND: tuple[Code, ...] = (
    "not_found", "sale_closed", "unknown_item", "order_not_refundable", "order_disputed",
    "ticket_scanned", "idempotency_mismatch",
)  # fmt: skip
_SAME = (304,)
_NONE: tuple[Code, ...] = ("not_found",)
_PLACES: tuple[Code, ...] = (
    "order_limit", "unknown_seat", "duplicate_seat", "unknown_price_type", "seat_unavailable",
    "section_sold_out", "not_together", "leaves_single_seat", "idempotency_mismatch",
)  # fmt: skip
_SALE: tuple[Code, ...] = ("not_found", "event_cancelled", "sale_not_open", "sale_closed", "busy")
_EDIT: tuple[Code, ...] = ("payment_in_progress", "order_expired", "order_not_pending")
_PAY: tuple[Code, ...] = (
    "attempts_exhausted", "payment_token_required", "payment_token_unexpected",
    "unknown_payment_token", "provider_unreachable", "payment_failed", "outcome_unknown",
    "idempotency_mismatch",
)  # fmt: skip

ROUTES: tuple[Route, ...] = (
    Route("POST", "/sessions", sessions.open_session, sessions.SessionAnswer, 201),
    Route("GET", "/events", events.list_events, events.EventList, also=_SAME),
    Route("GET", EVENT, events.read_event, events.EventAnswer, refuses=_NONE, also=_SAME),
    Route("GET", f"{EVENT}/prices", events.read_prices, events.PricesAnswer, refuses=_NONE,
          also=_SAME),
    Route("GET", f"{EVENT}/availability", seats.read_availability, seats.AvailabilityAnswer,
          refuses=_NONE, also=_SAME),
    Route("GET", f"{EVENT}/chart", charts.find_chart, status=307, refuses=_NONE),
    Route("GET", f"{EVENT}/chart.columns", charts.find_columns, status=307, refuses=_NONE),
    Route("GET", f"{EVENT}/seats", seats.read_seats, seats.SeatsAnswer | Changes, refuses=_NONE,
          thin=True, also=_SAME),
    Route("GET", f"{EVENT}/stream", seats.stream_seats, media="text/event-stream", refuses=_NONE,
          thin=True),
    Route("GET", f"{EVENT}/changes", changes.list_changes, changes.BatchList, refuses=_NONE,
          also=_SAME),
    Route("GET", "/charts/{sha256:str}", charts.read_chart, Chart, refuses=_NONE, also=_SAME),
    Route("GET", "/charts/{sha256:str}.columns", charts.read_columns,
          media="application/octet-stream", refuses=_NONE, thin=True, also=_SAME),
    Route("GET", "/charts/{sha256:str}.svg", charts.draw_chart, media="image/svg+xml",
          refuses=_NONE, thin=True, also=_SAME),
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
          _SALE + _EDIT + _PAY, thin=True, also=(202,)),
    Route("POST", f"{ORDER}/resend", orders.resend, orders.Resent, 202, "order",
          ("not_found", "rate_limited", "order_not_confirmed")),
    Route("GET", f"{ORDER}/tickets", tickets.list_tickets, tickets.TicketList, who="order",
          refuses=_NONE),
    Route("GET", f"{TICKET}.svg", tickets.draw_code, media="image/svg+xml", who="order",
          refuses=_NONE, thin=True),
    Route("GET", f"{TICKET}.pdf", tickets.print_ticket, media="application/pdf", who="order",
          refuses=_NONE, thin=True),
    Route("GET", f"{TICKET}.ics", tickets.write_calendar, media="text/calendar", who="order",
          refuses=_NONE, thin=True),
    Route("POST", "/gate/scans", gate.scan_ticket, gate.ScanShown, 200, "gate",
          ("not_found", "idempotency_mismatch")),
    Route("GET", "/payments/form", payments.read_payment_form, payments.PaymentForm),
    Route("POST", "/payments/webhooks/{provider:str}", payments.take_notice, payments.Taken,
          refuses=("unauthorized", "not_found", "outcome_unknown"), body="application/json"),
    Route("POST", "/payments/test/{payment_id:str}/complete", payments.complete_test_payment,
          OrderAnswer, refuses=("not_found", "payment_failed", "order_expired", "event_cancelled")),
)  # fmt: skip
_CHANGE: tuple[Code, ...] = ("not_found", "terms_fixed")
ADMIN_ROUTES: tuple[Route, ...] = (
    _staff("GET", "/venues", admin_venues.list_venues, admin_venues.VenueList),
    _staff("POST", "/venues", admin_venues.create_venue, events.VenueAnswer, 201, _REPEAT),
    _staff("POST", "/charts", admin_venues.save, admin_venues.ChartSaved, 201, _CHART,
           CHART_BYTES_MAX, "application/json"),
    _staff("POST", "/charts/check", admin_venues.check, ChartSummary, 200, _CHART,
           CHART_BYTES_MAX, "application/json"),
    _staff("GET", "/events", admin_events.list_events, admin_events.OrganisersEventList),
    _staff("POST", "/events", admin_events.create, OrganisersEvent, 201, _REPEAT,
           PRICES_BYTES_MAX),
    _staff("GET", EVENT, admin_events.read, OrganisersEvent, refuses=_NONE),
    _staff("PATCH", EVENT, admin_events.change, OrganisersEvent, refuses=_CHANGE),
    _staff("PUT", f"{EVENT}/prices", admin_events.replace_price_list, events.PricesAnswer,
           refuses=_CHANGE, body_bytes_max=PRICES_BYTES_MAX),
    _staff("POST", f"{EVENT}/status", admin_seats.change_status, DeskAnswer, refuses=_STATUS),
    _staff("POST", f"{EVENT}/cancel", admin_seats.cancel, DeskAnswer, refuses=_STATUS),
    _staff("GET", f"{EVENT}/cancellation", admin_seats.read_progress, Cancellation,
           refuses=_NONE),
    _staff("POST", f"{EVENT}/seats/block", admin_seats.block, DeskAnswer, refuses=_BLOCK),
    _staff("POST", f"{EVENT}/seats/unblock", admin_seats.unblock, DeskAnswer, refuses=_BLOCK),
    _staff("GET", "/orders", admin_orders.list_orders, admin_orders.OrderList),
    _staff("GET", f"{EVENT}/errands", admin_errands.list_parked, admin_errands.ErrandList),
    _staff("POST", f"{EVENT}/errands/again", admin_errands.take_up, admin_errands.TakenUp),
    _staff("GET", ORDER, admin_orders.read_order, OrganisersOrder, refuses=_NONE),
    _staff("POST", f"{ORDER}/refunds", admin_orders.refund, OrganisersOrder, 201, _REFUND),
    _staff("POST", f"{ORDER}/incidents/{{incident_id:str}}/seen", admin_orders.see_incident,
           OrganisersOrder, refuses=_NONE),
    _staff("GET", "/keys", admin_keys.list_keys, admin_keys.KeyList),
    _staff("POST", "/keys", admin_keys.create, admin_keys.KeyMade, 201, _REPEAT),
    _staff("DELETE", "/keys/{key_id:str}", admin_keys.revoke, ApiKey, refuses=_NONE),
    _staff("GET", "/webhooks", admin_webhooks.list_all, admin_webhooks.WebhookList),
    _staff("POST", "/webhooks", admin_webhooks.register, admin_webhooks.WebhookMade, 201, _REPEAT),
    _staff("GET", WEBHOOK, admin_webhooks.read, admin_webhooks.WebhookAnswer, refuses=_NONE),
    _staff("DELETE", WEBHOOK, admin_webhooks.remove, admin_webhooks.WebhookAnswer,
           refuses=_NONE),
    _staff("POST", f"{WEBHOOK}/rotate", admin_webhooks.rotate, admin_webhooks.WebhookMade,
           refuses=_NONE),
    _staff("POST", f"{WEBHOOK}/test", admin_webhooks.try_out, admin_webhooks.Tested, refuses=_NONE),
    _staff("GET", f"{WEBHOOK}/deliveries", admin_webhooks.deliveries, admin_webhooks.DeliveryList,
           refuses=_NONE),
    _staff("POST", f"{WEBHOOK}/replay", admin_webhooks.replay_calls, admin_webhooks.Replayed,
           refuses=_NONE),
)  # fmt: skip
BARE_ROUTES: tuple[Route, ...] = (
    Route("GET", "/health", health.read_health, health.Health),
    Route("GET", "/metrics", metrics.read_metrics, media="text/plain"),
    Route("GET", "/schema/openapi.json", schema.read_schema),
)
