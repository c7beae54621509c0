"""The shared cast of the tests: a small house, its prices, its buyers, and a desk on paper.

The Grand has 28 seats and 8 standing places. Rows run from the stage back:

    Stalls (section 1)   row A   0..9     10 seats side by side
                         row B  10..13 | 14..17   an aisle in the middle; 10 and 11 are for a
                                                  wheelchair and its companion
    Circle (section 2)   row A  18..27    10 seats side by side
    Standing (section 3) area 1  28..35   8 places, neither row nor number

`PaperDesk` is the desk without a database: it decides, applies and remembers, command by command.
"""

from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from holdfast.desk.commands import (
    AddItems,
    BeginPayment,
    Change,
    Charge,
    Choice,
    Command,
    Facts,
    Hold,
    Refund,
    Release,
    Repeat,
    Settle,
)
from holdfast.desk.order import (
    Buyer,
    EventStatus,
    Order,
    OrderStatus,
    Payment,
    PaymentStatus,
    Ticket,
)
from holdfast.desk.rules import decide
from holdfast.desk.rules.organising import status_by_seats
from holdfast.desk.seating import FREE, Seating, Terms
from holdfast.ids import OrderId
from holdfast.refusals import Refusal
from holdfast.venues.chart import Area, Attribute, Category, Chart, Point, Row, Seat, Section
from holdfast.venues.floor_plan import FloorPlan, floor_plan
from holdfast.venues.price import Price, PriceList

NOON = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)
HOLD_SECONDS = 600

ADA, BEN, CLEO = "session-of-ada", "session-of-ben", "session-of-cleo"
ADA_BUYS = Buyer(name="Ada Lovelace", email="ada@example.org")
CARD, OTHER_CARD, THIRD_CARD = b"a card", b"another card", b"a third card"
SEED = bytes(32)

STALLS, CIRCLE, STANDING = 1, 2, 3
ROW_A = tuple(range(10))
ROW_B_LEFT, ROW_B_RIGHT = (10, 11, 12, 13), (14, 15, 16, 17)
CIRCLE_ROW = tuple(range(18, 28))
STANDING_PLACES = tuple(range(28, 36))
STANDING_AREA = 1
WHEELCHAIR, COMPANION_SEAT = 10, 11
PLACES = 36

PRICES = PriceList(
    [
        Price("Stalls", "adult", 5_000, fee_fixed=200, tax_basis_points=1_000),
        Price("Stalls", "child", 2_500, fee_fixed=100, tax_basis_points=1_000),
        Price("Circle", "adult", 8_000, fee_basis_points=250, rounding=50),
        Price("Standing", "adult", 3_000),
        Price("Standing", "free", 0),
    ]
)


def the_grand() -> Chart:
    """The chart of the house above; one unit is a metre, the stage is at the top."""
    seats: list[Seat] = []
    rows: list[Row] = []

    def row(section_id: int, name: str, category: str, y: float, places: list[float]) -> None:
        rows.append(Row(len(rows) + 1, section_id, name, "row", len(seats), len(places)))
        for number, x in enumerate(places, 1):
            seats.append(
                Seat(len(seats), section_id, name, str(number), x, y, category, _kept(len(seats)))
            )

    row(STALLS, "A", "Stalls", 3.0, [float(x) for x in range(10)])
    row(STALLS, "B", "Stalls", 4.0, [0.0, 1.0, 2.0, 3.0, 6.0, 7.0, 8.0, 9.0])
    row(CIRCLE, "A", "Circle", 8.0, [float(x) for x in range(10)])
    floor = ((0.0, 10.0), (9.0, 10.0), (9.0, 12.0), (0.0, 12.0))
    return Chart(
        name="The Grand",
        width=10.0,
        height=12.0,
        focal_point=Point(4.5, 0.0),
        seat_pitch=1.0,
        categories=(
            Category("Stalls", "#582493"),
            Category("Circle", "#c23d5d"),
            Category("Standing", "#177f8e"),
        ),
        sections=(
            Section(STALLS, "Stalls", (), Point(4.5, 3.5)),
            Section(CIRCLE, "Circle", (), Point(4.5, 8.0)),
            Section(STANDING, "Standing", floor, Point(4.5, 11.0)),
        ),
        rows=tuple(rows),
        seats=tuple(seats),
        areas=(Area(STANDING_AREA, STANDING, "Floor", 8, floor, "Standing", len(seats)),),
        shapes=(),
    )


def _kept(seat_id: int) -> tuple[Attribute, ...]:
    if seat_id == WHEELCHAIR:
        return ("accessible",)
    return ("companion",) if seat_id == COMPANION_SEAT else ()


GRAND: FloorPlan = floor_plan(the_grand())

TERMS = Terms(
    event_id=1,
    currency="EUR",
    hold_seconds=HOLD_SECONDS,
    order_limit=6,
    order_fee_amount=150,
    forbid_single_seats=False,
    on_sale_at=None,
    prices=PRICES,
)


def empty_house(status: EventStatus = EventStatus.ON_SALE, **terms: object) -> Seating:
    """The Grand with every place free; `terms` are fields of Terms that differ."""
    return Seating(
        GRAND,
        replace(TERMS, **terms),
        bytearray([FREE]) * GRAND.seat_count,
        (),
        {},
        epoch=1,
        version=0,
        event_status=status,
    )


def order_number(number: int) -> OrderId:
    """A well-formed order id of event 1 that reads as its number."""
    return OrderId(f"o_1_{str(number).translate(_LETTERS).rjust(26, 'a')}")


_LETTERS = str.maketrans("0123456789", "abcdefghij")


def seats(*seat_ids: int, price_type: str | None = None) -> Choice:
    return Choice(seats=tuple((seat_id, price_type) for seat_id in seat_ids))


def standing(quantity: int, price_type: str | None = None) -> Choice:
    return Choice(areas=((STANDING_AREA, quantity, price_type),))


def authorized(payment: Payment) -> Charge:
    """What the provider says of a card that was accepted and has yet to be captured."""
    return Charge(PaymentStatus.AUTHORIZED, payment.amount, payment.currency, "charge-1")


def collected(payment: Payment) -> Charge:
    return Charge(PaymentStatus.SUCCEEDED, payment.amount, payment.currency, "charge-1")


def declined(payment: Payment) -> Charge:
    return Charge(
        PaymentStatus.FAILED, payment.amount, payment.currency, decline_reason="card_declined"
    )


def one_more_with_a_key(order: Order, choice: Choice) -> AddItems:
    """The same edit however often it is sent."""
    return AddItems(
        order_id=order.order_id,
        session_id=order.session_id,
        choice=choice,
        repeat=Repeat(b"a scope", b"a fingerprint", 200),
    )


class PaperDesk:
    """One event's desk without a database. `now` is moved by the test; money is never real."""

    def __init__(self, seating: Seating | None = None) -> None:
        self.seating = seating or empty_house()
        self.facts = Facts(now=NOON, orders={}, payments={}, tickets={}, recorded={})
        self._orders_made = 0

    @property
    def now(self) -> datetime:
        return self.facts.now

    def wait(self, seconds: float) -> None:
        """Let time pass; nobody sweeps."""
        self.facts.now += timedelta(seconds=seconds)

    def do(self, command: Command) -> Change:
        """Decide, then apply and remember, or raise the Refusal."""
        change = decide(self.seating, self.facts, command)
        self.seating.apply(change)
        self.facts.absorb(change)
        self.seating.event_status = status_by_seats(self.seating)
        return change

    def refusal(self, command: Command) -> Refusal:
        """The Refusal of a command that must get one, and must leave everything as it was."""
        before = self.picture()
        try:
            change = self.do(command)
        except Refusal as refusal:
            assert self.picture() == before, "a refusal changes nothing"
            return refusal
        raise AssertionError(f"granted: {change}")

    def picture(self) -> object:
        """Everything that a command may change, to be compared."""
        seating = self.seating
        return (
            bytes(seating.letters),
            dict(seating.orders),
            dict(seating.taken),
            dict(seating.available),
            seating.event_status,
            dict(self.facts.orders),
            {order_id: list(rows) for order_id, rows in self.facts.payments.items()},
            {order_id: list(rows) for order_id, rows in self.facts.tickets.items()},
        )

    def order(self, order_id: str) -> Order:
        return self.facts.orders[order_id]

    def payment(self, order_id: str) -> Payment:
        """The newest attempt to pay the order."""
        return self.facts.payments[order_id][-1]

    def tickets(self, order_id: str) -> list[Ticket]:
        return self.facts.tickets.get(order_id, [])

    def letters(self, *seat_ids: int) -> str:
        return "".join(chr(self.seating.letters[seat_id]) for seat_id in seat_ids)

    # What buyers do, with the dull parts filled in.

    def hold(self, choice: Choice, session_id: str = ADA) -> Order:
        change = self.do(self.a_hold(choice, session_id))
        assert change.order is not None
        return change.order

    def a_hold(self, choice: Choice, session_id: str = ADA) -> Hold:
        self._orders_made += 1
        return Hold(order_id=order_number(self._orders_made), session_id=session_id, choice=choice)

    def pay(self, order: Order, card: bytes | None = CARD) -> Order:
        """Begin to pay; the order as it is then."""
        change = self.do(a_payment(order, card))
        assert change.order is not None
        return change.order

    def settle(self, order: Order, charge: Charge | None = None) -> Order:
        """Let the provider accept the newest attempt, or say what `charge` says."""
        payment = self.payment(order.order_id)
        change = self.do(a_settle(payment, charge or authorized(payment)))
        assert change.order is not None
        return change.order

    def buy(self, choice: Choice, session_id: str = ADA) -> Order:
        """Hold and pay; the confirmed order."""
        order = self.pay(self.hold(choice, session_id))
        order = self.settle(order)
        assert order.status is OrderStatus.CONFIRMED
        return order


def a_payment(
    order: Order,
    card: bytes | None = CARD,
    session_id: str | None = None,
    provider: str = "paper",
) -> BeginPayment:
    """Nobody keeps books of the provider `paper`, so that the audit asks for none."""
    return BeginPayment(
        order_id=order.order_id,
        session_id=session_id or order.session_id,
        provider=provider,
        token_fingerprint=card,
        buyer=ADA_BUYS,
        seed=SEED,
    )


def a_settle(payment: Payment, charge: Charge) -> Settle:
    return Settle(
        order_id=payment.order_id, payment_id=payment.payment_id, charge=charge, seed=SEED
    )


def a_release(order: Order, session_id: str | None = None) -> Release:
    return Release(order_id=order.order_id, session_id=session_id or order.session_id)


def an_addition(order: Order, choice: Choice, session_id: str | None = None) -> AddItems:
    return AddItems(
        order_id=order.order_id, session_id=session_id or order.session_id, choice=choice
    )


def a_refund(order: Order, *item_ids: str, block: bool = False, force: bool = False) -> Refund:
    return Refund(order_id=order.order_id, item_ids=item_ids, block=block, force=force)
