"""A sound event with orders of every kind, sold by the product and paid at the test provider.

After `sell`: Ada has bought twice and had one seat refunded; Ben holds; Cleo's payment is under
way; Dan's card was declined and he pays with another, not captured yet; Eve paid too late, her
seats went to Fay and her money goes back; Gus got all of it back and his seat is blocked; Hal
released; Ivy ran out of time; another seat is blocked; one of Fay's tickets was scanned.
"""

from datetime import datetime, timedelta

from msgspec import Struct

from holdfast.checkout.provider import Providers
from holdfast.checkout.test_ledger import Booking, ChargeStatus, TestLedger
from holdfast.checkout.test_provider import TestProvider
from holdfast.database.clock import Clock
from holdfast.database.pool import Database
from holdfast.desk.box_office import BoxOffice
from holdfast.desk.commands import (
    BlockSeats,
    Charge,
    Choice,
    Command,
    ExpireDue,
    Hold,
    Refund,
    Release,
)
from holdfast.desk.order import Order, Payment, PaymentStatus
from holdfast.gate.scan import Scan, scan
from holdfast.ids import new_order_id
from holdfast.outbox import Relay
from tests.cast import CARD, OTHER_CARD, a_payment, a_settle, seats, standing
from tests.house import House, open_house


class ShiftedClock(Clock):
    """The database's clock, moved on by as much as a test says."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def shown(self, now: datetime) -> datetime:
        return now + self.ahead


class Sold(Struct):
    """The orders of the sale by buyer, and the clock that it went by."""

    house: House
    clock: ShiftedClock
    orders: dict[str, Order]

    @property
    def event_id(self) -> int:
        return self.house.event_id


class Seller:
    """Does what a server does, one step at a time."""

    def __init__(self, database: Database, house: House) -> None:
        self.house = house
        self.database = database
        self.clock = ShiftedClock()
        self.office = BoxOffice(database, self.clock, lambda published: None)
        self.ledger = TestLedger(database, self.clock)
        provider = TestProvider(self.ledger, b"secret", slow_seconds=0)
        self.relay = Relay(database, self.clock, Providers(provider))

    async def ask(self, command: Command) -> Order:
        granted = await self.office.submit(self.house.event_id, command)
        assert granted.order is not None
        return granted.order

    async def hold(self, buyer: str, choice: Choice) -> Order:
        order_id = new_order_id(self.house.event_id)
        return await self.ask(Hold(order_id=order_id, session_id=buyer, choice=choice))

    async def begin(self, order: Order, card: bytes | None = CARD) -> Payment | None:
        granted = await self.office.submit(
            self.house.event_id, a_payment(order, card, provider="test")
        )
        return granted.payment

    async def charge(self, payment: Payment, status: ChargeStatus) -> Charge:
        """Let the provider book the charge, and say so."""
        said = {
            ChargeStatus.AUTHORIZED: PaymentStatus.AUTHORIZED,
            ChargeStatus.DECLINED: PaymentStatus.FAILED,
            ChargeStatus.REQUIRES_ACTION: PaymentStatus.PROCESSING,
        }
        await self.ledger.book(
            Booking(payment.payment_id, status, payment.amount, 0, payment.currency)
        )
        return Charge(said[status], payment.amount, payment.currency)

    async def pay(
        self, order: Order, card: bytes = CARD, status: ChargeStatus = ChargeStatus.AUTHORIZED
    ) -> Order:
        payment = await self.begin(order, card)
        assert payment is not None
        return await self.ask(a_settle(payment, await self.charge(payment, status)))

    async def buy(self, buyer: str, choice: Choice) -> Order:
        return await self.pay(await self.hold(buyer, choice))


async def sell(database: Database) -> Sold:
    """Play the sale above. It ends with errands done and errands waiting."""
    house = await open_house(database)
    seller = Seller(database, house)
    orders: dict[str, Order] = {}
    late = await seller.hold("Eve", seats(3, 4))
    late_payment = await seller.begin(late)
    assert late_payment is not None
    await seller.hold("Ivy", seats(9))
    seller.clock.ahead += timedelta(seconds=1_000)
    await seller.office.submit(house.event_id, ExpireDue(limit=100))
    orders["Fay"] = await seller.buy("Fay", seats(4, 5))
    charge = await seller.charge(late_payment, ChargeStatus.AUTHORIZED)
    orders["Eve"] = await seller.ask(a_settle(late_payment, charge))
    orders["Ada"] = await seller.buy("Ada", seats(0, 1, 2))
    orders["Gus"] = await seller.buy("Gus", seats(20))
    while await seller.relay.carry_out_due():
        pass
    orders["Ada"] = await seller.ask(
        Refund(order_id=orders["Ada"].order_id, item_ids=(orders["Ada"].items[0].item_id,))
    )
    orders["Gus"] = await seller.ask(Refund(order_id=orders["Gus"].order_id, block=True))
    while await seller.relay.carry_out_due():
        pass
    orders["Ben"] = await seller.hold("Ben", standing(2))
    await _half_way(seller, orders)
    await seller.office.submit(house.event_id, BlockSeats(seat_ids=(17,)))
    await _let_in(database, seller, orders["Fay"])
    await seller.office.close()
    return Sold(house, seller.clock, orders)


async def _half_way(seller: Seller, orders: dict[str, Order]) -> None:
    """What has not come to its end."""
    cleo = await seller.hold("Cleo", seats(6, 7))
    orders["Cleo"] = await seller.pay(cleo, status=ChargeStatus.REQUIRES_ACTION)
    dan = await seller.pay(await seller.hold("Dan", seats(12)), CARD, ChargeStatus.DECLINED)
    orders["Dan"] = await seller.pay(dan, OTHER_CARD)
    orders["Hal"] = await seller.hold("Hal", seats(13))
    await seller.ask(Release(order_id=orders["Hal"].order_id, session_id="Hal"))
    orders["Ada again"] = await seller.buy("Ada", seats(21, 22))
    refunded = Refund(
        order_id=orders["Ada again"].order_id, item_ids=(orders["Ada again"].items[0].item_id,)
    )
    orders["Ada again"] = await seller.ask(refunded)


async def _let_in(database: Database, seller: Seller, order: Order) -> None:
    async with database.pool.acquire() as connection:
        barcode = await connection.fetchval(
            "SELECT barcode FROM ticket WHERE order_id = $1 ORDER BY seat_id LIMIT 1",
            order.order_id,
        )
        doors = await connection.fetchval(
            "SELECT doors_open FROM event WHERE event_id = $1", seller.house.event_id
        )
        now = await seller.clock.now(connection)
    seller.clock.ahead += doors - now
    answer = await scan(
        database,
        seller.clock,
        Scan(barcode=barcode, event_id=seller.house.event_id, gate="North", device="1"),
    )
    assert answer.result == "ADMITTED"
    seller.clock.ahead -= doors - now
