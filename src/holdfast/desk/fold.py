"""A batch folded to one net image per row, so that every statement touches each row once.

A seat that was released by one buyer and held by the next in the same batch is one UPDATE; an order
held and released in it is one INSERT. Pure: it is told every change before it is applied.
"""

from collections.abc import Iterable

from msgspec import Struct

from holdfast.desk.commands import Change, Facts, NoticeKey, Repeat
from holdfast.desk.order import (
    Errand,
    EventStatus,
    Incident,
    Item,
    News,
    Order,
    OrderStatus,
    Payment,
    Ticket,
)
from holdfast.desk.seating import BLOCKED, FREE, HELD, SOLD, PrivatePart, PublicPart, Seating

_LETTERS = {FREE: "A", HELD: "H", SOLD: "S", BLOCKED: "B"}


class SeatImage(Struct, gc=False):
    """A seat before the batch and after it."""

    seat_id: int
    before: int
    order_before: str | None
    after: int
    order_after: str | None


class Fold:
    """Collects the changes of a batch on one seating."""

    def __init__(self, seating: Seating, facts: Facts) -> None:
        self._seating = seating
        self._facts = facts
        self._available = dict(seating.available)
        self._status = seating.event_status
        self.seats: dict[int, SeatImage] = {}
        self.orders_before: dict[str, Order | None] = {}
        self.orders: dict[str, Order] = {}
        self.payments_before: dict[str, Payment | None] = {}
        self.payments: dict[str, Payment] = {}
        self.tickets: dict[str, Ticket] = {}
        self.voided: dict[str, Ticket] = {}
        self.errands: dict[str, Errand] = {}
        self.news: dict[str, News] = {}
        self.incidents: dict[tuple[str, str], Incident] = {}
        self.repeats: list[tuple[Repeat, str]] = []
        self.notices: list[NoticeKey] = []
        self._sessions: set[str] = set()

    def add(self, change: Change) -> None:
        """Take a change in; to be called before it is applied to the seating."""
        for move in change.moves:
            image = self.seats.get(move.seat_id)
            if image is None:
                self.seats[move.seat_id] = SeatImage(
                    move.seat_id, move.before, move.order_before, move.after, move.order_after
                )
            else:
                assert image.after == move.before, "a seat moves on from where it stands"
                image.after, image.order_after = move.after, move.order_after
        for order in change.orders:
            order_id = order.order_id
            if order_id not in self.orders_before:
                before = self._seating.orders.get(order_id) or self._facts.orders.get(order_id)
                self.orders_before[order_id] = before
            self.orders[order_id] = order
        for payment in change.payments:
            self._add_payment(payment)
        for ticket in change.tickets:
            self.tickets[ticket.ticket_id] = ticket
        for ticket in change.voided:
            made_here = ticket.ticket_id in self.tickets
            (self.tickets if made_here else self.voided)[ticket.ticket_id] = ticket
        for errand in change.errands:
            self.errands[errand.outbox_id] = errand
        for news in change.news:
            self.news[news.news_id] = news
        for incident in change.incidents:
            self.incidents[incident.order_id, incident.incident_id] = incident
        self._sessions.update([session_id for session_id, _ in change.taken])

    def record(self, repeat: Repeat, change: Change) -> None:
        """Remember that a request with an Idempotency-Key was granted."""
        self.repeats.append((repeat, change.order.order_id if change.order else ""))

    def notice(self, notice: NoticeKey) -> None:
        """Remember that a webhook's notice was dealt with."""
        self.notices.append(notice)

    def _add_payment(self, payment: Payment) -> None:
        if payment.payment_id not in self.payments_before:
            rows = self._facts.payments.get(payment.order_id, ())
            before = next((p for p in rows if p.payment_id == payment.payment_id), None)
            self.payments_before[payment.payment_id] = before
        self.payments[payment.payment_id] = payment

    @property
    def empty(self) -> bool:
        """Nothing to write: refusals, replays and changes that changed nothing."""
        return not (
            self.seats
            or self.orders
            or self.payments
            or self.repeats
            or self.notices
            or self.incidents
            or self.voided
            or self.event_status is not None
        )

    @property
    def event_status(self) -> EventStatus | None:
        """The event's new status, or None where it stays."""
        now = self._seating.event_status
        return None if now is self._status else now

    @property
    def status_before(self) -> EventStatus:
        return self._status

    def seat_images(self) -> list[SeatImage]:
        """The seats to write: those that ended where they began are left out, but a seat still held
        is written, since its deadline may have moved."""
        return [
            image
            for image in self.seats.values()
            if image.after == HELD
            or image.before != image.after
            or image.order_before != image.order_after
        ]

    def sections(self) -> list[tuple[int, int, int]]:
        """(section_id, free places before, after) of the sections whose count changed."""
        after = self._seating.available
        return [(s, n, after[s]) for s, n in self._available.items() if after[s] != n]

    def new_orders(self) -> list[Order]:
        return [o for i, o in self.orders.items() if self.orders_before[i] is None]

    def changed_orders(self) -> list[tuple[Order, Order]]:
        """(before, after) of the orders that were there already."""
        pairs: list[tuple[Order, Order]] = []
        for order_id, before in self.orders_before.items():
            after = self.orders[order_id]
            if before is not None and before != after:
                pairs.append((before, after))
        return pairs

    def new_items(self) -> list[tuple[Order, Item]]:
        found: list[tuple[Order, Item]] = []
        for order_id, order in self.orders.items():
            before = self.orders_before[order_id]
            known = 0 if before is None else len(before.items)
            found += [(order, item) for item in order.items[known:]]
        return found

    def changed_items(self, pairs: Iterable[tuple[Order, Order]]) -> list[tuple[Order, Item, Item]]:
        """(order, item before, item after) of the items of these orders whose state changed."""
        found: list[tuple[Order, Item, Item]] = []
        for before, after in pairs:
            # On the surface this looks wrong: the lists differ in length. Items only ever grow,
            # and those beyond the shorter list are new ones.
            items = zip(before.items, after.items, strict=False)
            found += [(after, b, a) for b, a in items if b.state is not a.state]
        return found

    def new_payments(self) -> list[Payment]:
        return [p for i, p in self.payments.items() if self.payments_before[i] is None]

    def changed_payments(self) -> list[tuple[Payment, Payment]]:
        pairs: list[tuple[Payment, Payment]] = []
        for payment_id, before in self.payments_before.items():
            if before is not None:
                pairs.append((before, self.payments[payment_id]))
        return pairs

    def public_part(self) -> PublicPart:
        """What everybody may know: seats whose letter changed, counts of their sections."""
        changes: dict[str, list[int]] = {}
        for image in self.seats.values():
            if image.before != image.after:
                changes.setdefault(_LETTERS[image.after], []).append(image.seat_id)
        available = {section_id: after for section_id, _, after in self.sections()}
        return PublicPart(changes, available, self.event_status)

    def private_part(self) -> PrivatePart:
        """What another desk needs beside the public part."""
        return PrivatePart(
            pending=tuple(self._with_status(OrderStatus.PENDING)),
            ended=tuple([i for i, o in self.orders.items() if o.status is not OrderStatus.PENDING]),
            taken={s: self._seating.taken.get(s, 0) for s in self._sessions},
        )

    def _with_status(self, status: OrderStatus) -> Iterable[Order]:
        return [order for order in self.orders.values() if order.status is status]
