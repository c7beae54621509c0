"""The box office as one would write it on a napkin: dicts, loops, no cleverness, no speed.

It is written from DESIGN.md section 2 alone and shares no code with the rules. Every method says
what should happen: it changes the dicts, or raises `No` with the code of the refusal. Where a
choice is free (which standing places, which seats side by side) it is told what the rules chose
and judges it.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

HOLD = timedelta(seconds=600)
EXTENSION = timedelta(seconds=300)
ATTEMPTS = 10


class No(Exception):  # noqa: N818 - an answer, not an error
    """What was asked for must be refused with this code."""


@dataclass
class NaiveItem:
    seat: int
    cost: int
    state: str = "ACTIVE"


@dataclass
class NaiveOrder:
    session: str
    deadline: datetime
    cap: datetime
    status: str = "PENDING"
    reason: str | None = None
    items: list[NaiveItem] = field(default_factory=list)
    paying: bool = False
    refunded: int = 0

    @property
    def seats(self) -> list[int]:
        return [item.seat for item in self.items if item.state == "ACTIVE"]


@dataclass
class NaivePayment:
    order: str
    card: bytes
    amount: int
    status: str = "CREATED"
    refunded: int = 0


class NaiveBoxOffice:
    """`costs`: all-in price by seat. `row`: the seats, side by side. `area`: the standing places.
    `fee`: per order."""

    def __init__(
        self, now: datetime, costs: dict[int, int], row: range, area: range, limit: int, fee: int
    ) -> None:
        self.now = now
        self.status = "ON_SALE"
        self.costs = costs
        self.row = row
        self.area = area
        self.limit = limit
        self.fee = fee
        self.letter = dict.fromkeys(costs, "A")
        self.holder: dict[int, str] = {}
        self.orders: dict[str, NaiveOrder] = {}
        self.payments: dict[str, NaivePayment] = {}
        self.tickets: dict[tuple[str, int], str] = {}  # (order, seat): valid, scanned or void

    # What can be asked of it.

    def hold(self, order_id: str, session: str, ask: "Ask", chosen: list[int] | None) -> None:
        self._on_sale()
        self._within_limit(session, ask.places)
        self._take(ask, chosen, ours=[])
        order = NaiveOrder(session, self.now + HOLD, self.now + HOLD + EXTENSION)
        self.orders[order_id] = order
        self._give(order_id, chosen or [])

    def add(self, order_id: str, session: str, ask: "Ask", chosen: list[int] | None) -> None:
        order = self._of(order_id, session)
        self._on_sale()
        self._still_holding(order)
        self._within_limit(order.session, ask.places)
        self._take(ask, chosen, ours=[])
        self._give(order_id, chosen or [])

    def drop(self, order_id: str, session: str, seat: int) -> None:
        order = self._of(order_id, session)
        self._still_holding(order)
        if seat not in order.seats:
            raise No("unknown_item")
        if order.seats == [seat]:
            self._end(order_id, "RELEASED")
        else:
            self._let_go(order, [seat], "RELEASED")

    def swap(
        self, order_id: str, session: str, seats: list[int], ask: "Ask", chosen: list[int] | None
    ) -> None:
        order = self._of(order_id, session)
        self._on_sale()
        self._still_holding(order)
        if not seats or any(seat not in order.seats for seat in seats):
            raise No("unknown_item")
        if ask.places > len(seats):
            self._within_limit(order.session, ask.places - len(seats))
        self._take(ask, chosen, ours=seats)
        self._let_go(order, seats, "RELEASED")
        self._give(order_id, chosen or [])

    def release(self, order_id: str, session: str) -> None:
        order = self._of(order_id, session)
        if order.status == "CANCELLED":
            return
        if order.paying:
            raise No("payment_in_progress")
        if order.status != "PENDING":
            raise No("order_not_pending")
        self._end(order_id, "RELEASED")

    def expire(self) -> None:
        for order_id in self.due():
            self._end(order_id, "EXPIRED")

    def begin_payment(
        self, order_id: str, session: str, card: bytes | None, payment_id: str | None
    ) -> None:
        order = self._of(order_id, session)
        mine = [p for p in self.payments.values() if p.order == order_id]
        if any(p.card == card for p in mine):
            return
        total = self.total(order)
        if card is None and order.status == "CONFIRMED" and total == 0:
            return
        if self.status == "CANCELLED":
            raise No("event_cancelled")
        if order.status == "PENDING" and any(p.status == "SUCCEEDED" for p in mine):
            raise No("payment_in_progress")
        self._still_holding(order)
        if len(mine) >= ATTEMPTS:
            raise No("attempts_exhausted")
        if total == 0 and card is not None:
            raise No("payment_token_unexpected")
        if total == 0:
            self._sell(order_id)
            return
        if card is None:
            raise No("payment_token_required")
        assert payment_id is not None, "an attempt has a payment"
        self.payments[payment_id] = NaivePayment(order_id, card, total)
        order.paying = True
        order.deadline = order.cap

    def settle(self, payment_id: str, said: str, amount: int) -> None:
        payment = self.payments[payment_id]
        order = self.orders[payment.order]
        took = said in ("AUTHORIZED", "SUCCEEDED")
        voided = payment.status in ("VOIDING", "VOIDED") and said == "SUCCEEDED"
        if (payment.status == "FAILED" and took) or voided:
            self._money_back(payment, said, amount)
            return
        if payment.status not in ("CREATED", "PROCESSING"):
            return
        if said == "PROCESSING":
            payment.status = "PROCESSING"
            return
        order.paying = False
        if said == "FAILED":
            payment.status = "FAILED"
        elif amount == payment.amount and self._can_still_have_its_seats(order):
            payment.status = "SUCCEEDED" if said == "SUCCEEDED" else "CAPTURING"
            self._sell(payment.order)
        else:
            self._money_back(payment, said, amount)

    def _money_back(self, payment: NaivePayment, said: str, amount: int) -> None:
        payment.amount = amount
        if said == "SUCCEEDED":
            payment.status, payment.refunded = "SUCCEEDED", amount
        else:
            payment.status = "VOIDING"

    def refund(self, order_id: str, seats: list[int], block: bool, force: bool) -> None:
        order = self.orders[order_id]
        if order.status != "CONFIRMED" or any(seat not in order.seats for seat in seats):
            raise No("order_not_refundable")
        gone = seats or order.seats
        if not force and any(self.tickets[order_id, seat] == "scanned" for seat in gone):
            raise No("ticket_scanned")
        items = [i for i in order.items if i.state == "ACTIVE" and i.seat in gone]
        amount = sum(item.cost for item in items)
        for item in items:
            item.state = "REFUNDED"
            self.letter[item.seat] = "B" if block else "A"
            del self.holder[item.seat]
            self.tickets[order_id, item.seat] = "void"
        if not order.seats:
            order.status = "REFUNDED"
            amount += self.fee
        order.refunded += amount
        for payment in self.payments.values():
            collected = payment.status in ("CAPTURING", "SUCCEEDED")
            if payment.order == order_id and collected and payment.refunded < payment.amount:
                payment.refunded += amount

    def block(self, seats: list[int]) -> None:
        if any(self.letter[s] in "HS" and not self._free(s) for s in seats):
            raise No("seat_not_blockable")
        for seat in seats:
            self._evict(seat)
            self.letter[seat] = "B"

    def unblock(self, seats: list[int]) -> None:
        if any(self.letter[seat] in "HS" for seat in seats):
            raise No("seat_not_blockable")
        for seat in seats:
            self.letter[seat] = "A"

    def cancel_event(self) -> None:
        if self.status == "COMPLETED":
            raise No("wrong_transition")
        self.status = "CANCELLED"

    def complete_event(self) -> None:
        if self.status == "CANCELLED":
            raise No("wrong_transition")
        self.status = "COMPLETED"

    def end_all_holds(self) -> None:
        for order_id, order in self.orders.items():
            if order.status == "PENDING":
                self._end(order_id, "EVENT_CANCELLED")

    # What is asked of it by the comparison.

    def due(self) -> list[str]:
        return [i for i, o in self.orders.items() if o.status == "PENDING" and self._late(o)]

    def places_of(self, session: str) -> int:
        """What the session holds and owns, expired holds that nobody tidied up included."""
        return sum(
            len(order.seats)
            for order in self.orders.values()
            if order.session == session and order.status in ("PENDING", "CONFIRMED")
        )

    def total(self, order: NaiveOrder) -> int:
        return self.fee + sum(item.cost for item in order.items if item.state == "ACTIVE")

    # How.

    def _late(self, order: NaiveOrder) -> bool:
        return order.deadline <= self.now

    def _free(self, seat: int) -> bool:
        """Nobody's, or held by somebody whose time has passed."""
        if self.letter[seat] == "H":
            return self._late(self.orders[self.holder[seat]])
        return self.letter[seat] == "A"

    def _on_sale(self) -> None:
        if self.status == "CANCELLED":
            raise No("event_cancelled")
        if self.status != "ON_SALE":
            raise No("sale_not_open")

    def _of(self, order_id: str, session: str) -> NaiveOrder:
        if self.orders[order_id].session != session:
            raise No("not_found")
        return self.orders[order_id]

    def _still_holding(self, order: NaiveOrder) -> None:
        if order.paying:
            raise No("payment_in_progress")
        if order.reason == "EXPIRED" or (order.status == "PENDING" and self._late(order)):
            raise No("order_expired")
        if order.status != "PENDING":
            raise No("order_not_pending")

    def _within_limit(self, session: str, more: int) -> None:
        late = [self.orders[order_id] for order_id in self.due()]
        lost = sum(len(order.seats) for order in late if order.session == session)
        if self.places_of(session) - lost + more > self.limit:
            raise No("order_limit")

    def _take(self, ask: "Ask", chosen: list[int] | None, ours: list[int]) -> None:
        """Judge the places chosen; holds that are late end where they are in the way, and all of
        them where somebody searched."""
        free = {seat for seat in self.letter if self._free(seat)} | set(ours)
        if any(seat not in free for seat in ask.seats):
            raise No("seat_unavailable")
        if ask.standing > len(free.intersection(self.area)):
            raise No("section_sold_out")
        if ask.best:
            self._side_by_side(ask, free)
        if chosen is None:
            raise AssertionError("refused, but there is room")
        assert len(set(chosen)) == len(chosen) == ask.places
        assert free.issuperset(chosen), "only free places are given"
        found = sorted(seat for seat in chosen if seat not in ask.seats and seat in self.row)
        assert len(found) == ask.best
        assert not found or found[-1] - found[0] == ask.best - 1, "the best are side by side"
        for seat in chosen:
            if seat not in ours:
                self._evict(seat)
        if ask.standing or ask.best:
            self.expire()

    def _side_by_side(self, ask: "Ask", free: set[int]) -> None:
        """Whether the best can be had: so many seats, and without a gap between them."""
        seats = free.intersection(self.row).difference(ask.seats)
        if len(seats) < ask.best:
            raise No("section_sold_out")
        if not any(seats.issuperset(range(first, first + ask.best)) for first in self.row):
            raise No("not_together")

    def _evict(self, seat: int) -> None:
        """A late hold in the way ends, whole."""
        if self.letter[seat] == "H":
            self._end(self.holder[seat], "EXPIRED")

    def _end(self, order_id: str, reason: str) -> None:
        order = self.orders[order_id]
        self._let_go(order, order.seats, "EXPIRED" if reason == "EXPIRED" else "RELEASED")
        order.status, order.reason = "CANCELLED", reason

    def _let_go(self, order: NaiveOrder, seats: list[int], state: str) -> None:
        for item in order.items:
            if item.state == "ACTIVE" and item.seat in seats:
                item.state = state
                self.letter[item.seat] = "A"
                del self.holder[item.seat]

    def _give(self, order_id: str, seats: list[int]) -> None:
        for seat in seats:
            self.orders[order_id].items.append(NaiveItem(seat, self.costs[seat]))
            self.letter[seat] = "H"
            self.holder[seat] = order_id

    def _can_still_have_its_seats(self, order: NaiveOrder) -> bool:
        """The seats are still its own, or can all be had again."""
        if self.status == "CANCELLED":
            return False
        if order.status == "PENDING":
            return True
        if order.reason != "EXPIRED" or self.status != "ON_SALE":
            return False
        return all(self._free(item.seat) for item in order.items if item.state == "EXPIRED")

    def _sell(self, order_id: str) -> None:
        order = self.orders[order_id]
        for item in order.items:
            if item.state == "EXPIRED":
                self._evict(item.seat)
                item.state = "ACTIVE"
        order.status, order.reason, order.paying = "CONFIRMED", None, False
        for seat in order.seats:
            self.letter[seat] = "S"
            self.holder[seat] = order_id
            self.tickets[order_id, seat] = "valid"


@dataclass(frozen=True)
class Ask:
    """What a buyer asks for: seats by number, so many places to stand, so many side by side."""

    seats: tuple[int, ...] = ()
    standing: int = 0
    best: int = 0

    @property
    def places(self) -> int:
        return len(self.seats) + self.standing + self.best
