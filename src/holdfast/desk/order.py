"""What is sold, as values: order, item, payment, ticket. No rules and no I/O.

The enums equal those of the schema (a test compares them). Times are aware UTC, money is integer
minor units. The structs are written into the journal as arrays: add fields only at the end.
None of them can be part of a cycle, so Python's collector leaves them out (gc=False).
"""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from holdfast.ids import ItemId, OrderId, PaymentId, TicketId


class EventStatus(StrEnum):
    DRAFT = "DRAFT"
    ON_SALE = "ON_SALE"
    SOLD_OUT = "SOLD_OUT"
    CANCELLED = "CANCELLED"
    COMPLETED = "COMPLETED"


class OrderStatus(StrEnum):
    PENDING = "PENDING"
    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"
    REFUNDED = "REFUNDED"


class CancelReason(StrEnum):
    RELEASED = "RELEASED"
    EXPIRED = "EXPIRED"
    EVENT_CANCELLED = "EVENT_CANCELLED"


class ItemState(StrEnum):
    ACTIVE = "ACTIVE"
    RELEASED = "RELEASED"
    EXPIRED = "EXPIRED"
    REFUNDED = "REFUNDED"


class PaymentStatus(StrEnum):
    CREATED = "CREATED"
    PROCESSING = "PROCESSING"
    AUTHORIZED = "AUTHORIZED"
    CAPTURING = "CAPTURING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    VOIDING = "VOIDING"
    VOIDED = "VOIDED"


UNSETTLED_PAYMENTS = frozenset(
    {PaymentStatus.CREATED, PaymentStatus.PROCESSING, PaymentStatus.AUTHORIZED}
)
COLLECTED_PAYMENTS = frozenset({PaymentStatus.CAPTURING, PaymentStatus.SUCCEEDED})

ABANDONED = "abandoned"
"""The decline_reason of an attempt that was closed at the provider before it got there."""


class IncidentKind(StrEnum):
    WRONG_AMOUNT = "WRONG_AMOUNT"
    OUTSIDE_REFUND = "OUTSIDE_REFUND"
    DISPUTE = "DISPUTE"


class IncidentState(StrEnum):
    OPEN = "OPEN"
    WON = "WON"
    LOST = "LOST"
    DONE = "DONE"


class OutboxKind(StrEnum):
    CAPTURE = "CAPTURE"
    VOID = "VOID"
    REFUND = "REFUND"
    NEWS = "NEWS"
    MAIL = "MAIL"
    WEBHOOK = "WEBHOOK"


class Occasion(StrEnum):
    ORDER_CONFIRMED = "ORDER_CONFIRMED"
    ORDER_REFUNDED = "ORDER_REFUNDED"
    ORDER_CANCELLED = "ORDER_CANCELLED"
    PAYMENT_RETURNED = "PAYMENT_RETURNED"
    EVENT_CANCELLED = "EVENT_CANCELLED"


class Item(Struct, gc=False, frozen=True, array_like=True):
    """One place in an order, at the price agreed when it was held."""

    item_id: ItemId
    seat_id: int
    price_type: str
    price: int
    fee_amount: int
    tax_amount: int
    state: ItemState = ItemState.ACTIVE

    @property
    def total(self) -> int:
        return self.price + self.fee_amount + self.tax_amount


class Buyer(Struct, gc=False, frozen=True, omit_defaults=True):
    """Who pays, as typed at the checkout."""

    name: str
    email: str
    phone: str | None = None
    locale: str | None = None


class Order(Struct, gc=False, frozen=True, array_like=True):
    """What one buyer holds or bought together. `items` only ever grows."""

    order_id: OrderId
    session_id: str
    user_id: str | None
    status: OrderStatus
    cancel_reason: CancelReason | None
    items: tuple[Item, ...]
    total_amount: int
    order_fee_amount: int
    refunded_amount: int
    currency: str
    created_at: datetime
    expires_at: datetime
    hold_cap_at: datetime
    payment_count: int = 0
    paying: bool = False
    buyer: Buyer | None = None
    request_fingerprint: bytes | None = None

    @property
    def active(self) -> tuple[Item, ...]:
        """The items that hold or own a seat."""
        return tuple([i for i in self.items if i.state is ItemState.ACTIVE])


class Payment(Struct, gc=False, frozen=True):
    """One attempt to pay an order; `payment_id` is the key at the provider."""

    payment_id: PaymentId
    order_id: OrderId
    provider: str
    status: PaymentStatus
    amount: int
    currency: str
    token_fingerprint: bytes
    created_at: datetime
    updated_at: datetime
    refunded_amount: int = 0
    provider_reference: str | None = None
    next_action: dict[str, str] | None = None
    decline_reason: str | None = None
    outside_amount: int = 0

    @property
    def left(self) -> int:
        """What has not gone back, by us or without us; minor units."""
        return self.amount - self.refunded_amount - self.outside_amount

    @property
    def live(self) -> bool:
        """Whether it takes or has the buyer's money. An order has one such payment at most."""
        if self.status is PaymentStatus.SUCCEEDED:
            return self.left > 0
        return self.status in UNSETTLED_PAYMENTS or self.status is PaymentStatus.CAPTURING


class Ticket(Struct, gc=False, frozen=True):
    """The right to one place, shown at the gate as a barcode."""

    ticket_id: TicketId
    order_id: OrderId
    order_item_id: ItemId
    seat_id: int
    barcode: str
    is_valid: bool
    issued_at: datetime
    scanned_at: datetime | None = None


class Errand(Struct, gc=False, frozen=True):
    """Something to be done at the provider after the commit: one row of the outbox."""

    outbox_id: str
    kind: OutboxKind
    order_id: OrderId
    payment_id: PaymentId
    amount: int


class News(Struct, gc=False, frozen=True):
    """What has happened and buyer and organiser are to be told: one row of the outbox. `order_id`
    None: it is about the whole event. `amount` is what was paid or goes back, minor units."""

    news_id: str
    occasion: Occasion
    order_id: OrderId | None
    amount: int


class Incident(Struct, gc=False, frozen=True):
    """What a person should know of a payment; `amount` in minor units of `currency`."""

    incident_id: str
    order_id: OrderId
    payment_id: PaymentId
    kind: IncidentKind
    state: IncidentState
    amount: int
    currency: str
    created_at: datetime
    updated_at: datetime
    reason: str | None = None
    seen_at: datetime | None = None
