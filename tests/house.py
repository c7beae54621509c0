"""A house on sale in a real database, and a process that sells it.

`open_house` writes an event of the shared cast (tests/cast.py) or of any chart. `Process` is one
worker's part of a box office: a database of its own and a box office; a test may start several.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta

from msgspec import Struct

from holdfast.database.clock import Clock
from holdfast.database.pool import Database, DatabaseSettings, open_database
from holdfast.desk.box_office import BoxOffice
from holdfast.desk.commands import BeginPayment, Charge, Choice, Hold, Settle
from holdfast.desk.journal import Published
from holdfast.desk.order import EventStatus, Order, Payment, PaymentStatus
from holdfast.desk.queue import Granted
from holdfast.ids import EventId, new_order_id
from holdfast.venues.chart import Chart
from holdfast.venues.chart_store import save_chart
from holdfast.venues.floor_plan import FloorPlan, floor_plan
from holdfast.venues.price import Price, PriceList
from tests.cast import ADA, ADA_BUYS, CARD, PRICES, SEED, the_grand

_VENUE = """
INSERT INTO venue (name, address, time_zone, total_seats, created_at)
VALUES ($1, 'Market Square 1', 'Europe/Vienna', $2, $3)
RETURNING venue_id
"""
_EVENT = """
INSERT INTO event (
    name, venue_id, chart_sha256, event_date, doors_open, start_time, status, total_capacity,
    currency, on_sale_at, hold_seconds, order_limit, order_fee_amount, forbid_single_seats, color,
    created_at
)
VALUES ($1, $2, $3, $4, $5, $5, $6::text::event_status, $7, 'EUR', NULL, $8, $9, $10, FALSE,
    '#a03060', $11)
RETURNING event_id
"""
_SECTION = """
INSERT INTO section (event_id, section_id, venue_id, name, capacity, base_price, available_count)
VALUES ($1, $2, $3, $4, $5, 0, $5)
"""
_PRICE = """
INSERT INTO price (
    event_id, category, price_type, position, amount, fee_fixed, fee_basis_points,
    tax_basis_points, rounding
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
_DESK = """
INSERT INTO desk (event_id, epoch, version, status, last_at) VALUES ($1, 1, 0, 'OPEN', $2)
"""


class House(Struct, frozen=True):
    """An event on sale."""

    event_id: EventId
    plan: FloorPlan


async def open_house(
    database: Database,
    chart: Chart | None = None,
    *,
    status: EventStatus = EventStatus.ON_SALE,
    hold_seconds: int = 600,
    order_limit: int = 6,
    order_fee_amount: int = 150,
) -> House:
    """Put the Grand, or another chart, on sale: every seat free, doors in three days."""
    chart = chart or the_grand()
    plan = floor_plan(chart)
    async with database.pool.acquire() as connection, connection.transaction():
        now = await Clock().now(connection)
        sha256 = await save_chart(connection, chart, now)
        venue_id = await connection.fetchval(_VENUE, chart.name, plan.seat_count, now)
        doors = now + timedelta(days=3)
        event_id = await connection.fetchval(
            _EVENT, "An evening", venue_id, sha256, doors.date(), doors, status, plan.seat_count,
            hold_seconds, order_limit, order_fee_amount, now,
        )  # fmt: skip
        for section_id, name, capacity in zip(
            plan.section_ids, plan.section_names, plan.section_capacities, strict=True
        ):
            await connection.execute(_SECTION, event_id, section_id, venue_id, name, capacity)
        for position, p in enumerate(_prices(plan).prices):
            await connection.execute(
                _PRICE, event_id, p.category, p.price_type, position, p.amount, p.fee_fixed,
                p.fee_basis_points, p.tax_basis_points, p.rounding,
            )  # fmt: skip
        await connection.copy_records_to_table(
            "seat",
            columns=(
                "event_id", "seat_id", "section_id", "row", "seat_number", "category", "status",
            ),
            records=[
                (
                    event_id, seat_id, plan.section_of[seat_id], plan.row_name(seat_id) or None,
                    plan.seat_number(seat_id) or None, plan.category(seat_id), "AVAILABLE",
                )
                for seat_id in range(plan.seat_count)
            ],
        )  # fmt: skip
        await connection.execute(_DESK, event_id, now)
    return House(EventId(event_id), plan)


def _prices(plan: FloorPlan) -> PriceList:
    """The cast's prices where the chart is the cast's; else 50.00 for everything."""
    known = {price.category for price in PRICES.prices}
    if known.issuperset(plan.categories):
        return PRICES
    return PriceList([Price(category, "adult", 5_000) for category in plan.categories])


class Process:
    """One worker's part of the box office: its connections, its desks, what it published."""

    def __init__(self, database: Database, clock: Clock | None = None) -> None:
        self.database = database
        self.published: list[Published] = []
        self.office = BoxOffice(database, clock or Clock(), self.published.append)

    async def hold(
        self, house: House, choice: Choice, session_id: str = ADA, **fields: object
    ) -> Order:
        command = Hold(
            order_id=new_order_id(house.event_id), session_id=session_id, choice=choice, **fields
        )
        return _order(await self.office.submit(house.event_id, command))

    async def begin_payment(self, house: House, order: Order, card: bytes | None = CARD) -> Granted:
        return await self.office.submit(
            house.event_id,
            BeginPayment(
                order_id=order.order_id,
                session_id=order.session_id,
                provider="paper",  # nobody keeps books of it, so that the audit asks for none
                token_fingerprint=card,
                buyer=ADA_BUYS,
                seed=SEED,
            ),
        )

    async def settle(self, house: House, payment: Payment, charge: Charge | None = None) -> Granted:
        charge = charge or Charge(PaymentStatus.AUTHORIZED, payment.amount, payment.currency)
        return await self.office.submit(
            house.event_id,
            Settle(
                order_id=payment.order_id, payment_id=payment.payment_id, charge=charge, seed=SEED
            ),
        )

    async def buy(self, house: House, choice: Choice, session_id: str = ADA) -> Order:
        """Hold, pay, settle: the confirmed order."""
        begun = await self.begin_payment(house, await self.hold(house, choice, session_id))
        assert begun.payment is not None
        return _order(await self.settle(house, begun.payment))


def _order(granted: Granted) -> Order:
    assert granted.order is not None
    return granted.order


@asynccontextmanager
async def process(
    url: str, settings: DatabaseSettings | None = None, clock: Clock | None = None
) -> AsyncGenerator[Process]:
    """A worker at this database address; stopped at the end."""
    database = await open_database(url, settings)
    worker = Process(database, clock)
    try:
        yield worker
    finally:
        await worker.office.close()
        await database.close()
