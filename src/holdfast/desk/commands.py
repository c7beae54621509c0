"""What can be asked of a desk. Every command is a value; the rules that answer it are in rules/.

`session_id` None means that the caller was let in otherwise: by a signed link or a staff key.
"""

from datetime import datetime
from typing import NamedTuple

from msgspec import Struct, field

from holdfast.desk.order import (
    Buyer,
    Errand,
    EventStatus,
    Incident,
    IncidentState,
    News,
    Order,
    Payment,
    PaymentStatus,
    Ticket,
)
from holdfast.ids import OrderId, PaymentId


class Best(Struct, gc=False, frozen=True):
    """`quantity` places side by side, the best there are. Empty filters choose from everything."""

    quantity: int
    section_ids: frozenset[int] = frozenset()
    categories: frozenset[str] = frozenset()
    max_price: int | None = None
    accessible: bool = False
    price_type: str | None = None


class Choice(Struct, gc=False, frozen=True):
    """Which places: seats by number, standing places by area and quantity, or the best."""

    seats: tuple[tuple[int, str | None], ...] = ()
    areas: tuple[tuple[int, int, str | None], ...] = ()
    best: Best | None = None

    @property
    def quantity(self) -> int:
        """How many places."""
        if not self.areas and self.best is None:
            return len(self.seats)
        standing = sum(quantity for _, quantity, _ in self.areas)
        return len(self.seats) + standing + (self.best.quantity if self.best else 0)


class Repeat(Struct, gc=False, frozen=True):
    """An Idempotency-Key: `scope` is the hash of credential, method, path and key."""

    scope: bytes
    fingerprint: bytes
    status_code: int


class NoticeKey(NamedTuple):
    """A provider's notice, as the inbox knows it."""

    provider: str
    notice_id: str


class Command(Struct, gc=False, frozen=True, kw_only=True):
    """`repeat` makes the second of two equal requests a replay of the first; `notice` names the
    webhook that brought the command, so that its repeat changes nothing."""

    repeat: Repeat | None = None
    notice: NoticeKey | None = None


class OrderCommand(Command, frozen=True, kw_only=True):
    """A command about one existing order."""

    order_id: OrderId
    session_id: str | None


class Hold(Command, frozen=True, kw_only=True):
    """Hold places under a new order. A keyed request brings the same order_id every time."""

    order_id: OrderId
    session_id: str
    choice: Choice
    user_id: str | None = None
    request_fingerprint: bytes | None = None


class AddItems(OrderCommand, frozen=True, kw_only=True):
    """Hold more places under the same order and deadline."""

    choice: Choice


class RemoveItem(OrderCommand, frozen=True, kw_only=True):
    """Give one place back; giving the last one back releases the order."""

    item_id: str


class Swap(OrderCommand, frozen=True, kw_only=True):
    """Exchange some held items for other places, all or nothing."""

    item_ids: tuple[str, ...]
    choice: Choice


class Release(OrderCommand, frozen=True, kw_only=True):
    """Give the whole hold back."""


class ExpireDue(Command, frozen=True, kw_only=True):
    """End holds whose time has passed, the oldest first, `limit` orders at most."""

    limit: int


class BeginPayment(OrderCommand, frozen=True, kw_only=True):
    """Write down an attempt to pay before the provider is asked.

    `token_fingerprint` None: nothing to pay, confirm at once. `seed` makes the barcodes then.
    `token_known` False: the provider has no such tokens, so nothing is written down. Nor is it
    where `provider_rests` says for how many seconds the provider is not asked: it didn't answer.
    """

    provider: str
    token_fingerprint: bytes | None
    buyer: Buyer
    seed: bytes
    token_known: bool = True
    provider_rests: int = 0


class Charge(Struct, gc=False, frozen=True):
    """What the provider says of a payment. `status` is one of PROCESSING, AUTHORIZED, SUCCEEDED,
    FAILED and VOIDED; amounts in minor units."""

    status: PaymentStatus
    amount: int
    currency: str
    provider_reference: str | None = None
    next_action: dict[str, str] | None = None
    decline_reason: str | None = None


class OutsideRefund(Struct, gc=False, frozen=True):
    """A refund made at the provider's own pages. `reference` is the provider's name for it."""

    reference: str
    amount: int


class Dispute(Struct, gc=False, frozen=True):
    """A charge that the buyer's bank contests: OPEN, WON or LOST."""

    reference: str
    state: IncidentState
    amount: int
    reason: str | None = None


class Returns(Struct, gc=False, frozen=True):
    """All that went back of a charge without us, or is contested; minor units of the charge."""

    refunds: tuple[OutsideRefund, ...] = ()
    disputes: tuple[Dispute, ...] = ()


class NoteReturns(Command, frozen=True, kw_only=True):
    """Write down what went back of a payment without us. Said any number of times."""

    order_id: OrderId
    payment_id: PaymentId
    returns: Returns


class Settle(Command, frozen=True, kw_only=True):
    """Bring an order in line with what the provider says of its payment.

    Said by the request, the webhook and the reconciler alike, any number of times.
    `seed`: 32 random bytes from which the barcodes are made.
    """

    order_id: OrderId
    payment_id: PaymentId
    charge: Charge
    seed: bytes


class Refund(Command, frozen=True, kw_only=True):
    """Pay items back. No item_ids: all that is left. `block` keeps the seats off sale,
    `force` refunds what was already scanned at the gate."""

    order_id: OrderId
    item_ids: tuple[str, ...] = ()
    block: bool = False
    force: bool = False


class BlockSeats(Command, frozen=True, kw_only=True):
    """Keep free seats off sale, all or none of them."""

    seat_ids: tuple[int, ...]


class UnblockSeats(Command, frozen=True, kw_only=True):
    """Put blocked seats on sale again, all or none of them."""

    seat_ids: tuple[int, ...]


class ChangeStatus(Command, frozen=True, kw_only=True):
    """Open, cancel or complete the event."""

    status: EventStatus


class CancelPending(Command, frozen=True, kw_only=True):
    """End the holds of a cancelled event, `limit` orders at most."""

    limit: int


class SeatMove(Struct, gc=False, frozen=True):
    """One seat from one state to another; letters as in the snapshot (A H S B)."""

    seat_id: int
    before: int
    order_before: OrderId | None
    after: int
    order_after: OrderId | None


class Change(Struct, gc=False, frozen=True, kw_only=True):
    """What a rule decided. Orders and payments are whole images; `taken` adds to what a session
    holds and owns; `order` and what follows is the answer to whoever asked."""

    moves: tuple[SeatMove, ...] = ()
    orders: tuple[Order, ...] = ()
    taken: tuple[tuple[str, int], ...] = ()
    payments: tuple[Payment, ...] = ()
    tickets: tuple[Ticket, ...] = ()
    voided: tuple[Ticket, ...] = ()
    errands: tuple[Errand, ...] = ()
    news: tuple[News, ...] = ()
    incidents: tuple[Incident, ...] = ()
    event_status: EventStatus | None = None
    order: Order | None = None
    payment: Payment | None = None
    more: bool = False
    replayed: bool = False


class Recorded(Struct, gc=False, frozen=True):
    """A granted request with an Idempotency-Key, as the database remembers it."""

    fingerprint: bytes
    status_code: int
    resource_id: str


class Facts(Struct):
    """Rows that a batch names and memory does not hold, read under the lock; then kept up to date
    with what the batch decides."""

    now: datetime
    orders: dict[str, Order]
    payments: dict[str, list[Payment]]
    tickets: dict[str, list[Ticket]]
    recorded: dict[bytes, Recorded]
    incidents: dict[str, list[Incident]] = field(default_factory=dict[str, list[Incident]])
    noticed: set[NoticeKey] = field(default_factory=set[NoticeKey])

    def absorb(self, change: Change) -> None:
        """Let later commands of the batch see what this one decided."""
        for order in change.orders:
            self.orders[order.order_id] = order
        for payment in change.payments:
            rows = self.payments.setdefault(payment.order_id, [])
            rows[:] = [p for p in rows if p.payment_id != payment.payment_id] + [payment]
        for ticket in (*change.voided, *change.tickets):
            rows = self.tickets.setdefault(ticket.order_id, [])
            rows[:] = [t for t in rows if t.ticket_id != ticket.ticket_id] + [ticket]
        for incident in change.incidents:
            found = self.incidents.setdefault(incident.order_id, [])
            found[:] = [i for i in found if i.incident_id != incident.incident_id] + [incident]

    def record(self, repeat: Repeat, change: Change) -> None:
        """Let an equal request later in the batch find that this one was granted."""
        resource_id = change.order.order_id if change.order else ""
        self.recorded[repeat.scope] = Recorded(repeat.fingerprint, repeat.status_code, resource_id)
