"""A whole sale at random: the rules beside a naive model, folded, journalled and reloaded.

Every step is decided by the product and judged by tests/sim/naive.py. Now and then the batch is
committed: it must fit the tables row by row, another desk that reads only the journal must stand
where this one stands, and so must one that reads the tables anew.
"""

from collections.abc import Callable

from hypothesis import event, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from msgspec.structs import replace

from holdfast.desk.commands import (
    Best,
    BlockSeats,
    CancelPending,
    Change,
    ChangeStatus,
    Charge,
    Choice,
    Command,
    ExpireDue,
    Hold,
    RemoveItem,
    Swap,
    UnblockSeats,
)
from holdfast.desk.fold import Fold
from holdfast.desk.journal import decode_private, decode_public, encode_private, encode_public
from holdfast.desk.order import EventStatus, Order, Payment, PaymentStatus
from holdfast.desk.rules import decide
from holdfast.desk.rules.organising import status_by_seats
from holdfast.refusals import Refusal
from tests.cast import (
    GRAND,
    NOON,
    PRICES,
    STANDING_AREA,
    PaperDesk,
    a_payment,
    a_refund,
    a_release,
    a_settle,
    an_addition,
    empty_house,
    order_number,
)
from tests.sim.alike import assert_equal_seatings
from tests.sim.naive import Ask, NaiveBoxOffice, No
from tests.sim.paper_tables import PaperTables
from tests.sim.steps import AREA, BUYERS, OPEN_SEATS, Step, asks, buyers, steps

KEPT_BACK = tuple(s for s in range(36) if s not in OPEN_SEATS and s not in AREA)
LIMIT, FEE = 5, 150


def choice_of(ask: Ask) -> Choice:
    standing = ((STANDING_AREA, ask.standing, None),) if ask.standing else ()
    best = Best(ask.best) if ask.best else None
    return Choice(seats=tuple((seat, None) for seat in ask.seats), areas=standing, best=best)


def cost_of(seat_id: int) -> int:
    quote = PRICES.quote(GRAND.category(seat_id), None)
    assert quote is not None
    return quote.total


class Sale(RuleBasedStateMachine):
    @initialize(first=st.lists(st.tuples(buyers, asks), min_size=2, max_size=4))
    def open_the_house(self, first: list[tuple[str, Ask]]) -> None:
        self.desk = PaperDesk(empty_house(order_limit=LIMIT, order_fee_amount=FEE))
        self.desk.do(BlockSeats(seat_ids=KEPT_BACK))
        seating = self.desk.seating
        costs = {seat: cost_of(seat) for seat in (*OPEN_SEATS, *AREA)}
        self.naive = NaiveBoxOffice(NOON, costs, OPEN_SEATS, AREA, LIMIT, FEE)
        self.tables = PaperTables.of(seating)
        self.other_desk = self.tables.seating(seating)
        self.fold = Fold(seating, self.desk.facts)
        self.made = 0
        for session, ask in first:
            self.hold(session, ask)

    @rule(step=steps(ending=False))
    def step(self, step: Step) -> None:
        getattr(self, step.name)(**step.arguments)

    @precondition(lambda self: self.made > 12)
    @rule(step=steps(ending=True))
    def last_step(self, step: Step) -> None:
        getattr(self, step.name)(**step.arguments)

    def some_order(self, number: int) -> Order:
        """One of the orders there are; 0 is the newest."""
        orders = list(self.desk.facts.orders.values())
        return orders[-1 - number % len(orders)]

    def some_payment(self, number: int) -> Payment | None:
        """One of the payments there are; 0 is the newest."""
        payments = [p for rows in self.desk.facts.payments.values() for p in rows]
        return payments[-1 - number % len(payments)] if payments else None

    # Deciding: the product first, then the model's judgement.

    def decided(self, command: Command) -> Change | str:
        """The change, taken into the fold and applied; or the code of the refusal."""
        desk = self.desk
        try:
            change = decide(desk.seating, desk.facts, command)
        except Refusal as refusal:
            return refusal.code
        self.fold.add(change)
        desk.seating.apply(change)
        desk.facts.absorb(change)
        return change

    def chosen(self, change: Change | str, known: int = 0) -> list[int] | None:
        """The places that the rules chose, beyond the first `known` items."""
        if isinstance(change, str):
            return None
        assert change.order is not None
        return [item.seat_id for item in change.order.items[known:]]

    def agreed(self, change: Change | str, judgement: Callable[[], None]) -> None:
        """The model must come to the same answer, refusals included."""
        said = change if isinstance(change, str) else "granted"
        try:
            judgement()
            judged = "granted"
        except No as no:
            judged = str(no)
        assert said == judged
        event(said)

    # Buyers.

    def hold(self, session: str, ask: Ask) -> None:
        self.made += 1
        order_id = order_number(self.made)
        change = self.decided(Hold(order_id=order_id, session_id=session, choice=choice_of(ask)))
        chosen = self.chosen(change)
        self.agreed(change, lambda: self.naive.hold(order_id, session, ask, chosen))

    def add(self, number: int, ask: Ask) -> None:
        order = self.some_order(number)
        change = self.decided(an_addition(order, choice_of(ask)))
        chosen = self.chosen(change, len(order.items))
        self.agreed(change, lambda: self.naive.add(order.order_id, order.session_id, ask, chosen))

    def drop(self, number: int, seat: int) -> None:
        order = self.some_order(number)
        item_id = next((i.item_id for i in order.active if i.seat_id == seat), "none")
        change = self.decided(
            RemoveItem(order_id=order.order_id, session_id=order.session_id, item_id=item_id)
        )
        self.agreed(change, lambda: self.naive.drop(order.order_id, order.session_id, seat))

    def swap(self, number: int, ask: Ask, items: int) -> None:
        order = self.some_order(number)
        given = [item for place, item in enumerate(order.active) if items >> place & 1]
        change = self.decided(
            Swap(
                order_id=order.order_id,
                session_id=order.session_id,
                item_ids=tuple(item.item_id for item in given),
                choice=choice_of(ask),
            )
        )
        chosen = self.chosen(change, len(order.items))
        seats = [item.seat_id for item in given]
        self.agreed(
            change, lambda: self.naive.swap(order.order_id, order.session_id, seats, ask, chosen)
        )

    def release(self, number: int, session: str | None) -> None:
        order = self.some_order(number)
        session = session or order.session_id
        change = self.decided(a_release(order, session))
        self.agreed(change, lambda: self.naive.release(order.order_id, session))

    def begin_payment(self, number: int, card: bytes | None) -> None:
        order = self.some_order(number)
        change = self.decided(a_payment(order, card))
        made = change.payment if isinstance(change, Change) and not change.replayed else None
        payment_id = made.payment_id if made else None
        self.agreed(
            change,
            lambda: self.naive.begin_payment(order.order_id, order.session_id, card, payment_id),
        )

    # The provider, as late and as often as it likes.

    def settle(self, number: int, said: str, right: bool) -> None:
        payment = self.some_payment(number)
        if payment is not None:
            self.settled(payment, said, payment.amount if right else payment.amount + 1)

    def settled(self, payment: Payment, said: str, amount: int) -> None:
        change = self.decided(
            a_settle(payment, Charge(PaymentStatus(said), amount, payment.currency))
        )
        self.agreed(change, lambda: self.naive.settle(payment.payment_id, said, amount))

    def settle_too_late(self, number: int, swept: bool, rival: Ask | None, said: str) -> None:
        """A card that is answered after the deadline, when somebody may have the seats already."""
        order_id = self.some_order(number).order_id
        self.begin_payment(number, b"a slow card")
        self.time_passes(901)
        if swept:
            self.sweep()
        if rival is not None:
            self.hold("session-of-a-rival", rival)
        payments = self.desk.facts.payments.get(order_id, [])
        if payments:
            self.settled(payments[-1], said, payments[-1].amount)

    def relay(self, number: int) -> None:
        """The relay does its errand, between two batches and without the desk."""
        self.commit()
        done = {
            PaymentStatus.CAPTURING: PaymentStatus.SUCCEEDED,
            PaymentStatus.VOIDING: PaymentStatus.VOIDED,
        }
        payment = self.some_payment(number)
        if payment is not None and payment.status in done:
            after = replace(payment, status=done[payment.status])
            rows = self.desk.facts.payments[payment.order_id]
            rows[rows.index(payment)] = after
            self.tables.payments[after.payment_id] = after
            self.naive.payments[after.payment_id].status = after.status.value

    # The house.

    def refund(self, number: int, items: int, block: bool, force: bool) -> None:
        order = self.some_order(number)
        named = [item for place, item in enumerate(order.items) if items >> place & 1]
        change = self.decided(
            a_refund(order, *[item.item_id for item in named], block=block, force=force)
        )
        gone = [item.seat_id if item in order.active else -1 for item in named]
        self.agreed(change, lambda: self.naive.refund(order.order_id, gone, block, force))

    def scan(self, number: int, place: int) -> None:
        """A ticket is used at the gate, between two batches and without the desk."""
        self.commit()
        order_id = self.some_order(number).order_id
        valid = [t for t in self.desk.tickets(order_id) if t.is_valid]
        if place < len(valid):
            used = replace(valid[place], scanned_at=self.desk.now)
            rows = self.desk.facts.tickets[order_id]
            rows[rows.index(valid[place])] = used
            self.tables.tickets[used.ticket_id] = used
            self.naive.tickets[order_id, used.seat_id] = "scanned"

    def block(self, seats: list[int]) -> None:
        change = self.decided(BlockSeats(seat_ids=tuple(seats)))
        self.agreed(change, lambda: self.naive.block(seats))

    def unblock(self, seats: list[int]) -> None:
        change = self.decided(UnblockSeats(seat_ids=tuple(seats)))
        self.agreed(change, lambda: self.naive.unblock(seats))

    def sweep(self) -> None:
        change = self.decided(ExpireDue(limit=100))
        self.agreed(change, self.naive.expire)

    def time_passes(self, seconds: float) -> None:
        self.commit()  # within a batch the time stands still
        self.desk.wait(seconds)
        self.naive.now = self.desk.now

    def end_of_the_event(self, status: EventStatus) -> None:
        change = self.decided(ChangeStatus(status=status))
        naive = self.naive
        cancelled = status is EventStatus.CANCELLED
        self.agreed(change, naive.cancel_event if cancelled else naive.complete_event)
        if naive.status == "CANCELLED":
            assert isinstance(self.decided(CancelPending(limit=100)), Change)
            naive.end_all_holds()

    # Committing.

    def commit(self) -> None:
        """The batch is written and journalled; others catch up."""
        seating = self.desk.seating
        seating.event_status = status_by_seats(seating)
        if not self.fold.empty:
            self.tables.write(self.fold)
            public = decode_public(encode_public(self.fold.public_part()))
            private = decode_private(encode_private(self.fold.private_part()))
            for letter, seat_ids in public.changes.items():
                assert all(self.other_desk.letters[s] != ord(letter) for s in seat_ids), "news only"
            seating.version += 1
            self.other_desk.apply_journal(seating.version, public, private)
        self.fold = Fold(seating, self.desk.facts)
        self.tables.check(seating)
        assert_equal_seatings(self.other_desk, seating)
        assert_equal_seatings(self.tables.seating(seating), seating)
        self.check_status()

    def check_status(self) -> None:
        letters = set(self.naive.letter.values())
        sold_out = "S" in letters and letters <= {"S", "B"}
        expected = "SOLD_OUT" if sold_out else "ON_SALE"
        if self.naive.status == "ON_SALE":
            assert self.desk.seating.event_status == expected
        else:
            assert self.desk.seating.event_status == self.naive.status

    # After every step.

    @invariant()
    def seats_are_as_the_model_says(self) -> None:
        seating, naive = self.desk.seating, self.naive
        for seat, letter in naive.letter.items():
            assert chr(seating.letters[seat]) == letter, seat
            owner = seating.owner[seat]
            holder = naive.holder.get(seat) if letter == "H" else None
            assert (owner.order_id if owner else None) == holder
        assert all(chr(seating.letters[seat]) == "B" for seat in KEPT_BACK)

    @invariant()
    def counts_are_right(self) -> None:
        seating, naive = self.desk.seating, self.naive
        letters = bytes(seating.letters)
        assert seating.counts == {letter: letters.count(letter) for letter in b"AHSB"}
        free = dict.fromkeys(GRAND.section_ids, 0)
        for seat, letter in enumerate(letters):
            free[GRAND.section_of[seat]] += letter == ord("A")
        assert seating.available == free
        assert seating.taken == {
            s: n for s in (*BUYERS, "session-of-a-rival") if (n := naive.places_of(s))
        }

    @invariant()
    def orders_are_as_the_model_says(self) -> None:
        desk, naive = self.desk, self.naive
        assert set(desk.facts.orders) == set(naive.orders)
        for order_id, model in naive.orders.items():
            order = desk.order(order_id)
            assert (order.status, order.cancel_reason) == (model.status, model.reason)
            assert [(i.seat_id, i.state) for i in order.items] == [
                (i.seat, i.state) for i in model.items
            ]
            assert (order.expires_at, order.hold_cap_at) == (model.deadline, model.cap)
            assert (order.paying, order.refunded_amount) == (model.paying, model.refunded)
            if model.status == "PENDING":
                assert order.total_amount == naive.total(model)

    @invariant()
    def money_is_as_the_model_says(self) -> None:
        live = ("CREATED", "PROCESSING", "CAPTURING")
        charged: set[str] = set()
        for payment_id, model in self.naive.payments.items():
            payment = self.payment(payment_id)
            assert (payment.status, payment.refunded_amount) == (model.status, model.refunded)
            assert payment.amount == model.amount
            # What was collected late, by an attempt that had been given up, is live until it went
            # back: that is one commit, as the index payment_one_live asks for.
            kept = payment.status == "SUCCEEDED" and payment.refunded_amount < payment.amount
            if payment.status in live or kept:
                assert payment.order_id not in charged, "one live charge per order"
                charged.add(payment.order_id)

    @invariant()
    def tickets_are_as_the_model_says(self) -> None:
        naive = self.naive
        seen = {
            (ticket.order_id, ticket.seat_id): ticket
            for rows in self.desk.facts.tickets.values()
            for ticket in rows
        }
        assert set(seen) == set(naive.tickets)
        for key, ticket in seen.items():
            state = "void" if not ticket.is_valid else "scanned" if ticket.scanned_at else "valid"
            assert state == naive.tickets[key]

    def payment(self, payment_id: str) -> Payment:
        rows = [row for rows in self.desk.facts.payments.values() for row in rows]
        return next(row for row in rows if row.payment_id == payment_id)

    def teardown(self) -> None:
        if hasattr(self, "desk"):
            self.commit()


TestSale = Sale.TestCase
TestSale.settings = settings(max_examples=100, stateful_step_count=60, deadline=None)
