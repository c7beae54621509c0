"""The tables that a desk writes, as dicts, with the guards that the statements have.

A batch folded by the product is written here row by row; a row that is not as the fold says it was
is the GuardMismatch of the real desk. `seating` reads a desk's memory anew, as a restart would.
"""

from dataclasses import dataclass, field

from holdfast.desk.fold import Fold
from holdfast.desk.order import Item, ItemState, Order, OrderStatus, Payment, Ticket
from holdfast.desk.seating import FREE, Seating


@dataclass
class PaperTables:
    seats: dict[int, tuple[int, str | None]]
    sections: dict[int, int]
    orders: dict[str, Order] = field(default_factory=dict)
    items: dict[str, Item] = field(default_factory=dict)
    payments: dict[str, Payment] = field(default_factory=dict)
    tickets: dict[str, Ticket] = field(default_factory=dict)
    outbox: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, seating: Seating) -> "PaperTables":
        """The tables of an event of which nothing was sold yet."""
        return cls(
            seats={seat_id: (letter, None) for seat_id, letter in enumerate(seating.letters)},
            sections=dict(seating.available),
        )

    def write(self, fold: Fold) -> None:
        """Write the batch; every row must be as the fold found it."""
        self._write_orders(fold)
        for image in fold.seat_images():
            assert self.seats[image.seat_id] == (image.before, image.order_before)
            self.seats[image.seat_id] = (image.after, image.order_after)
        for section_id, before, after in fold.sections():
            assert self.sections[section_id] == before
            self.sections[section_id] = after
        for before, after in fold.changed_payments():
            assert self.payments[before.payment_id] == before
            self.payments[after.payment_id] = after
        for payment in fold.new_payments():
            assert payment.payment_id not in self.payments
            self.payments[payment.payment_id] = payment
        for ticket in fold.voided.values():
            assert self.tickets[ticket.ticket_id].is_valid
            self.tickets[ticket.ticket_id] = ticket
        for ticket in fold.tickets.values():
            assert ticket.ticket_id not in self.tickets
            self.tickets[ticket.ticket_id] = ticket
        for outbox_id in fold.errands:
            assert outbox_id not in self.outbox, "an errand's key is used once"
            self.outbox.add(outbox_id)

    def _write_orders(self, fold: Fold) -> None:
        for order in fold.new_orders():
            assert order.order_id not in self.orders
            self.orders[order.order_id] = order
        for before, after in fold.changed_orders():
            assert self.orders[before.order_id] == before
            self.orders[after.order_id] = after
        for _, item in fold.new_items():
            assert item.item_id not in self.items
            self.items[item.item_id] = item
        for _, before, after in fold.changed_items(fold.changed_orders()):
            assert self.items[before.item_id] == before
            self.items[after.item_id] = after

    def seating(self, like: Seating) -> Seating:
        """A desk's memory, read from these tables alone."""
        taken: dict[str, int] = {}
        for order in self.orders.values():
            if order.status in (OrderStatus.PENDING, OrderStatus.CONFIRMED):
                taken[order.session_id] = taken.get(order.session_id, 0) + len(order.active)
        return Seating(
            like.plan,
            like.terms,
            bytearray(self.seats[seat_id][0] for seat_id in range(len(self.seats))),
            [order for order in self.orders.values() if order.status is OrderStatus.PENDING],
            taken,
            epoch=like.epoch,
            version=like.version,
            event_status=like.event_status,
        )

    def check(self, seating: Seating) -> None:
        """What `doctor` asks of the real tables, as far as these have it."""
        for order in self.orders.values():
            assert order.items == tuple(self.items[item.item_id] for item in order.items)
        owners: dict[int, str] = {}
        for order in self.orders.values():
            for item in order.active:
                assert item.seat_id not in owners, "no seat in two orders"
                owners[item.seat_id] = order.order_id
        valid = [t for t in self.tickets.values() if t.is_valid]
        assert len({t.seat_id for t in valid}) == len(valid), "one valid ticket per seat"
        for seat_id, (letter, owner) in self.seats.items():
            assert owners.get(seat_id) == owner
            if letter == FREE:
                assert owner is None
        assert all(self.items[t.order_item_id].state is ItemState.ACTIVE for t in valid), (
            "a valid ticket is for an item that is owned"
        )
        assert self.sections == seating.available
