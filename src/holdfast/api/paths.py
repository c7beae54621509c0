"""What stands in an address, checked before the database is asked. What cannot be is not_found."""

import re
from typing import Annotated

from msgspec import Meta

from holdfast.ids import EVENT_ID_MAX, EventId, OrderId, event_of_order, order_of
from holdfast.refusals import Refusal

_SHA256 = re.compile(r"[0-9a-f]{64}")

Number = Annotated[int, Meta(ge=1, le=EVENT_ID_MAX)]
"""A positive 31-bit integer, in a body or a query."""


def event_number(number: int) -> EventId:
    """The event_id of an address."""
    if not 0 < number <= EVENT_ID_MAX:
        raise Refusal("not_found", "There is no such event.")
    return EventId(number)


def order_event(order_id: str) -> EventId:
    """The event of an order's address."""
    event_id = event_of_order(order_id)
    if event_id is None:
        raise Refusal("not_found", "There is no such order.")
    return event_id


def order_of_part(part_id: str, what: str) -> OrderId:
    """The order of a ticket's or payment's address; `what` is named in the refusal."""
    order_id = order_of(part_id)
    if order_id is None or event_of_order(order_id) is None:
        raise Refusal("not_found", f"There is no such {what}.")
    return order_id


def sha256_of_chart(text: str) -> str:
    """The hash of a chart's address."""
    if not _SHA256.fullmatch(text):
        raise Refusal("not_found", "There is no such chart.")
    return text
