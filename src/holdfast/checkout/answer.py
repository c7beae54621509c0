"""What a buyer is told of a payment: the one meaning of an order and its payment taken together.

Pure. The same order and payment give the same answer, whoever asks and how often.
"""

from enum import StrEnum
from typing import Literal

from msgspec import Struct

from holdfast.desk.order import (
    ABANDONED,
    COLLECTED_PAYMENTS,
    UNSETTLED_PAYMENTS,
    CancelReason,
    Order,
    OrderStatus,
    Payment,
    PaymentStatus,
)
from holdfast.refusals import Refusal
from holdfast.tickets.ticket_list import TicketLine

_SOLD = (OrderStatus.CONFIRMED, OrderStatus.REFUNDED)


class Outcome(StrEnum):
    """CONFIRMED: 200, the tickets are there. NEXT_ACTION: 202, the buyer has to do what
    payment.next_action says. PROCESSING: 202, not known yet, ask for the order again. DECLINED: 402
    payment_failed with payment.decline_reason; the seats are still held."""

    CONFIRMED = "CONFIRMED"
    NEXT_ACTION = "NEXT_ACTION"
    PROCESSING = "PROCESSING"
    DECLINED = "DECLINED"


class PaymentAnswer(Struct, gc=False, frozen=True):
    """How an attempt to pay stands. `payment` None: there was nothing to pay."""

    outcome: Outcome
    order: Order
    payment: Payment | None
    tickets: tuple[TicketLine, ...]
    version: int
    replayed: bool = False


def outcome_of(order: Order, payment: Payment | None, *, event_cancelled: bool = False) -> Outcome:
    """What to tell the buyer of this attempt.

    Raises Refusal order_expired or event_cancelled where the seats were lost: the money is on its
    way back by itself.
    """
    if payment is None or payment.status in COLLECTED_PAYMENTS:
        if order.status in _SOLD:
            return Outcome.CONFIRMED
        raise _money_back(order)
    if payment.status in UNSETTLED_PAYMENTS:
        waits = payment.status is PaymentStatus.PROCESSING and payment.next_action is not None
        return Outcome.NEXT_ACTION if waits else Outcome.PROCESSING
    lost = order.status is OrderStatus.CANCELLED or event_cancelled
    if lost and payment.status is not PaymentStatus.FAILED:
        raise _money_back(order)
    if lost and payment.decline_reason == ABANDONED:
        raise Refusal(_why_lost(order))
    return Outcome.DECLINED


def _money_back(order: Order) -> Refusal:
    code = _why_lost(order)
    if code == "event_cancelled":
        return Refusal(code)
    return Refusal(
        code,
        "The seats were gone before the payment came through. The money goes back by itself; "
        "choose other seats if you like.",
    )


def _why_lost(order: Order) -> Literal["order_expired", "event_cancelled"]:
    """A hold with a payment on its way ends by its deadline, or with its event."""
    return "order_expired" if order.cancel_reason is CancelReason.EXPIRED else "event_cancelled"
