"""The stage of the interleavings, and everything that may happen on it.

The Grand with its buyers half-way through: Ada holds 0 and 1, Cleo's payment for 8 is under way,
Ben has bought 4 and 5 and has gone in with the second ticket, 7 is blocked. The money for Ben's
seats is yet to be collected. Every work is one thing that a server does; most of them meet.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from holdfast.checkout.provider import Booked, Notice, Providers
from holdfast.checkout.reconcile import Reconciler
from holdfast.checkout.settlement import Settlement
from holdfast.database.clock import Clock
from holdfast.database.pool import Database
from holdfast.desk.commands import (
    AddItems,
    BlockSeats,
    CancelPending,
    ChangeStatus,
    Charge,
    Command,
    ExpireDue,
    Refund,
    Release,
    RemoveItem,
    Returns,
    Swap,
    UnblockSeats,
)
from holdfast.desk.order import (
    Buyer,
    EventStatus,
    Order,
    OutboxKind,
    Payment,
    PaymentStatus,
    Ticket,
)
from holdfast.desk.reading import read_tickets
from holdfast.gate.scan import Direction, Scan, ScanAnswer, ScanResult, scan
from holdfast.outbox import MONEY, Relay
from tests.cast import ADA, BEN, CLEO, authorized, seats
from tests.house import House, Process, open_house

_OPEN_DOORS = "UPDATE event SET doors_open = created_at WHERE event_id = $1"
_STRIKE = (
    "UPDATE outbox SET state = 'DONE', done_at = created_at WHERE state = 'WAITING'",
    "UPDATE payment SET status = 'FAILED' WHERE status IN ('CREATED', 'PROCESSING')",
)


class Stage(Struct):
    """The house with its buyers half-way through. `ticket` is outside, `inside` was let in."""

    house: House
    held: Order
    paying: Payment
    sold: Order
    ticket: Ticket
    inside: Ticket


class LateClock(Clock):
    """The database's clock, and from a word on so many seconds ahead of it.

    Not before: a desk that knew already that its holds have run out would tidy up by itself.
    """

    def __init__(self) -> None:
        self.ahead_seconds = 0

    def shown(self, now: datetime) -> datetime:
        return now + timedelta(seconds=self.ahead_seconds)


AHEAD_SECONDS = {
    "expire": 1_000,  # every hold of the stage has run out
    "take_over": 1_000,
    "reconcile": 40,  # Cleo's payment has been unsettled for too long
}


class PaperProvider:
    """A provider that says yes to everything, and that Cleo's card was accepted."""

    name = "paper"

    def __init__(self, payment: Payment) -> None:
        self._payment = payment

    def knows(self, token: str) -> bool:
        return True

    async def charge(self, payment: Payment, token: str, buyer: Buyer) -> Charge:
        return authorized(payment)

    async def lookup(self, payment: Payment) -> Charge | None:
        return authorized(payment)

    async def abandon(self, payment: Payment) -> Charge:
        return authorized(payment)

    async def capture(self, payment: Payment, key: str, asked_at: datetime) -> None:
        assert payment.status is PaymentStatus.CAPTURING

    async def void(self, payment: Payment, key: str, asked_at: datetime) -> None:
        assert payment.status is PaymentStatus.VOIDING

    async def refund(self, payment: Payment, amount: int, key: str, asked_at: datetime) -> None:
        assert amount > 0

    async def returns(self, payment: Payment) -> Returns:
        return Returns()

    async def read_notice(
        self, body: bytes, headers: Mapping[str, str], now: datetime
    ) -> Notice | None:
        return Notice("the first notice", self._payment.payment_id)

    async def books(self, since: datetime) -> AsyncIterator[Booked]:
        for booked in ():
            yield booked

    async def close(self) -> None:
        pass


async def set_stage(database: Database) -> Stage:
    """Strike what stood before and build the house anew, under a new event."""
    async with database.pool.acquire() as connection:
        for statement in _STRIKE:
            await connection.execute(statement)
    director = Process(database)
    house = await open_house(database, hold_seconds=600)
    held = await director.hold(house, seats(0, 1), ADA)
    paying = (
        await director.begin_payment(house, await director.hold(house, seats(8), CLEO))
    ).payment
    assert paying is not None
    sold = await director.buy(house, seats(4, 5), BEN)
    await director.office.submit(house.event_id, BlockSeats(seat_ids=(7,)))
    async with database.pool.acquire() as connection:
        await connection.execute(_OPEN_DOORS, house.event_id)
        tickets = (await read_tickets(connection, house.event_id, [sold.order_id]))[sold.order_id]
    await director.office.close()
    outside, inside = sorted(tickets, key=lambda ticket: ticket.seat_id)
    await scan(database, Clock(), a_scan(house, inside))
    return Stage(house, held, paying, sold, outside, inside)


def a_scan(house: House, ticket: Ticket, direction: Direction = Direction.IN) -> Scan:
    return Scan(
        barcode=ticket.barcode,
        event_id=house.event_id,
        gate="North",
        device="1",
        direction=direction,
    )


Work = Callable[[Process, Database, Stage], Awaitable[object]]


async def hold(process: Process, database: Database, stage: Stage) -> object:
    return await process.hold(stage.house, seats(2, 3), "dora")


async def hold_beside(process: Process, database: Database, stage: Stage) -> object:
    return await process.hold(stage.house, seats(3, 6), "emil")


async def hold_blocked(process: Process, database: Database, stage: Stage) -> object:
    return await process.hold(stage.house, seats(7, 9), "fay")


async def take_over(process: Process, database: Database, stage: Stage) -> object:
    return await process.hold(stage.house, seats(1, 2), "gus")


async def pay(process: Process, database: Database, stage: Stage) -> object:
    return await process.begin_payment(stage.house, stage.held)


async def settle(process: Process, database: Database, stage: Stage) -> object:
    return await process.settle(stage.house, stage.paying)


async def admit(process: Process, database: Database, stage: Stage) -> object:
    return await scan(database, Clock(), a_scan(stage.house, stage.ticket))


async def let_out(process: Process, database: Database, stage: Stage) -> object:
    return await scan(database, Clock(), a_scan(stage.house, stage.inside, Direction.OUT))


async def relay_money(process: Process, database: Database, stage: Stage) -> object:
    return await a_relay(database, stage).carry_out_due(*MONEY)


async def relay_news(process: Process, database: Database, stage: Stage) -> object:
    return await a_relay(database, stage).carry_out_due(OutboxKind.NEWS)


def a_relay(database: Database, stage: Stage) -> Relay:
    return Relay(database, Clock(), Providers(PaperProvider(stage.paying)))


async def reconcile(process: Process, database: Database, stage: Stage) -> object:
    clock = LateClock()
    clock.ahead_seconds = AHEAD_SECONDS["reconcile"]
    return await Reconciler(database, clock, settlement(process, database, stage)).reconcile()


async def notice(process: Process, database: Database, stage: Stage) -> object:
    return await settlement(process, database, stage).notice("paper", b"", {})


def settlement(process: Process, database: Database, stage: Stage) -> Settlement:
    providers = Providers(PaperProvider(stage.paying))
    return Settlement(database, Clock(), process.office, providers, lambda: None)


def asked(make: Callable[[Stage], Command]) -> Work:
    """The work of one command at the desk."""

    async def work(process: Process, database: Database, stage: Stage) -> object:
        return await process.office.submit(stage.house.event_id, make(stage))

    return work


WORKS: dict[str, Work] = {
    "hold": hold,
    "hold_beside": hold_beside,
    "hold_blocked": hold_blocked,
    "take_over": take_over,
    "edit": asked(lambda s: AddItems(order_id=s.held.order_id, session_id=ADA, choice=seats(2))),
    "remove": asked(
        lambda s: RemoveItem(
            order_id=s.held.order_id, session_id=ADA, item_id=s.held.items[0].item_id
        )
    ),
    "swap": asked(
        lambda s: Swap(
            order_id=s.held.order_id,
            session_id=ADA,
            item_ids=(s.held.items[0].item_id,),
            choice=seats(3),
        )
    ),
    "release": asked(lambda s: Release(order_id=s.held.order_id, session_id=ADA)),
    "expire": asked(lambda _: ExpireDue(limit=10)),
    "end_holds": asked(lambda _: CancelPending(limit=10)),
    "pay": pay,
    "settle": settle,
    "refund": asked(lambda s: Refund(order_id=s.sold.order_id, item_ids=(s.ticket.order_item_id,))),
    "refund_all": asked(lambda s: Refund(order_id=s.sold.order_id, force=True)),
    "block": asked(lambda _: BlockSeats(seat_ids=(2, 3))),
    "unblock": asked(lambda _: UnblockSeats(seat_ids=(7,))),
    "cancel": asked(lambda _: ChangeStatus(status=EventStatus.CANCELLED)),
    "admit": admit,
    "let_out": let_out,
    "relay_money": relay_money,
    "relay_news": relay_news,
    "reconcile": reconcile,
    "notice": notice,
}

TAKES: dict[str, frozenset[object]] = {
    "hold": frozenset({2, 3}),
    "hold_beside": frozenset({3, 6}),
    "take_over": frozenset({"Ada's second seat"}),  # the rest may have run out for others
    "edit": frozenset({2}),
    "remove": frozenset({"Ada's first item"}),
    "swap": frozenset({3, "Ada's first item"}),
    "refund": frozenset({"Ben's first ticket"}),
    "admit": frozenset({"Ben's first ticket"}),
    "let_out": frozenset({"Ben's second ticket"}),
    "block": frozenset({2, 3}),
}
"""What a work has for itself once it is granted: nothing of it can be granted to two."""


def at_odds(names: tuple[str, str], results: Sequence[object]) -> list[str]:
    """What was granted to both, and cannot have been. To block twice is to block."""
    both = TAKES.get(names[0], frozenset()) & TAKES.get(names[1], frozenset())
    if names == ("block", "block") or not both or not all(_granted(r) for r in results):
        return []
    return [f"{names[0]} and {names[1]} both got {', '.join(map(str, both))}"]


def _granted(result: object) -> bool:
    if isinstance(result, ScanAnswer):
        return result.result in (ScanResult.ADMITTED, ScanResult.EXITED)
    return result is not None
