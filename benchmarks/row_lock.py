"""The obvious design, to compare with: a transaction for each buyer, who locks the seats' own rows.

Same schema, server, driver and HTTP; only what stands behind the handlers differs. Everything that
may be cheap is: terms, prices and plan stay in memory, statements are prepared, seats are locked in
one order so that no two buyers deadlock, counters come last so that their rows are locked shortly.
It keeps no journal, checks no order_limit, and leaves expired holds to a cleaning job that nobody
wrote: all to its advantage. LOCK_SEATS without its last line is the control of a race test.
"""

from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from holdfast.config import HOLD_CAP_SECONDS
from holdfast.database.pool import Connection, Database, Record
from holdfast.desk.commands import Command, Hold
from holdfast.desk.load import load_prices
from holdfast.desk.order import Item, Order, OrderStatus
from holdfast.desk.queue import Granted
from holdfast.ids import item_id
from holdfast.refusals import Refusal
from holdfast.venues.price import PriceList

LOCK_SEATS: Final = """
SELECT seat_id, section_id, category, status::text AS status, clock_timestamp() AS now
FROM seat
WHERE event_id = $1 AND seat_id = ANY($2::integer[])
ORDER BY seat_id
FOR UPDATE
"""
_EVENT = """
SELECT status::text AS status, currency, hold_seconds, order_fee_amount, order_limit
FROM event
WHERE event_id = $1
"""
_INSERT_ORDER = """
INSERT INTO orders (
    event_id, order_id, session_id, user_id, status, total_amount, order_fee_amount,
    refunded_amount, currency, seat_count, payment_count, paying, created_at, expires_at,
    hold_cap_at
)
VALUES ($1, $2, $3, NULL, 'PENDING', $4, $5, 0, $6, $7, 0, FALSE, $8, $9, $10)
"""
_INSERT_ITEMS = """
INSERT INTO order_item (
    event_id, order_id, item_id, seat_id, price_type, price, fee_amount, tax_amount, state
)
SELECT $1, $2, u.item_id, u.seat_id, u.price_type, u.price, u.fee_amount, u.tax_amount, 'ACTIVE'
FROM unnest($3::text[], $4::integer[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[])
    AS u (item_id, seat_id, price_type, price, fee_amount, tax_amount)
"""
_HOLD_SEATS = """
UPDATE seat
SET status = 'HELD', order_id = $3, held_by_session_id = $4, held_until = $5
WHERE event_id = $1 AND seat_id = ANY($2::integer[])
"""
_COUNT = """
UPDATE section
SET available_count = available_count - $3
WHERE event_id = $1 AND section_id = $2
"""


class SaleTerms(Struct, frozen=True):
    """What a hold has to know of its event; read once and then kept."""

    currency: str
    hold_seconds: int
    order_fee_amount: int
    prices: PriceList


class RowLockOffice:
    """Answers holds of numbered seats as `BoxOffice` does, one transaction each."""

    def __init__(self, database: Database, lock_seats: str = LOCK_SEATS) -> None:
        self._database = database
        self._lock_seats = lock_seats
        self._terms: dict[int, SaleTerms] = {}

    @property
    def count(self) -> int:
        """Desks that are open: it has none."""
        return 0

    async def submit(self, event_id: int, command: Command) -> Granted:
        """Hold seats by number.

        Raises Refusal: not_found, seat_unavailable, and invalid_request for all else.
        """
        if not isinstance(command, Hold) or not command.choice.seats:
            raise Refusal("invalid_request", "The row-lock design holds numbered seats only.")
        async with self._database.pool.acquire() as connection:
            terms = self._terms.get(event_id) or await self._read_terms(connection, event_id)
            await connection.execute("BEGIN")
            try:
                order = await self._hold(connection, event_id, terms, command)
            except Refusal:
                await connection.execute("ROLLBACK")
                raise
            await connection.execute("COMMIT")
        return Granted(0, order, None, (), False, False)

    async def close(self) -> None:
        """Nothing is kept that has to end."""

    async def _hold(
        self, connection: Connection, event_id: int, terms: SaleTerms, command: Hold
    ) -> Order:
        price_types = dict(command.choice.seats)
        wanted = list(price_types)
        rows = await connection.fetch(self._lock_seats, event_id, wanted)
        if len(rows) != len(command.choice.seats):
            raise Refusal("unknown_seat", seat_ids=wanted)
        taken = [row["seat_id"] for row in rows if row["status"] != "AVAILABLE"]
        if taken:
            raise Refusal("seat_unavailable", seat_ids=taken)
        order = _new_order(terms, command, rows, price_types, rows[0]["now"])
        await self._insert(connection, event_id, order)
        await connection.execute(
            _HOLD_SEATS, event_id, wanted, order.order_id, order.session_id, order.expires_at
        )
        sections = [row["section_id"] for row in rows]
        for section_id in sorted(set(sections)):
            await connection.execute(_COUNT, event_id, section_id, sections.count(section_id))
        return order

    async def _insert(self, connection: Connection, event_id: int, order: Order) -> None:
        await connection.execute(
            _INSERT_ORDER,
            event_id,
            order.order_id,
            order.session_id,
            order.total_amount,
            order.order_fee_amount,
            order.currency,
            len(order.items),
            order.created_at,
            order.expires_at,
            order.hold_cap_at,
        )
        await connection.execute(
            _INSERT_ITEMS,
            event_id,
            order.order_id,
            [item.item_id for item in order.items],
            [item.seat_id for item in order.items],
            [item.price_type for item in order.items],
            [item.price for item in order.items],
            [item.fee_amount for item in order.items],
            [item.tax_amount for item in order.items],
        )

    async def _read_terms(self, connection: Connection, event_id: int) -> SaleTerms:
        row = await connection.fetchrow(_EVENT, event_id)
        if row is None:
            raise Refusal("not_found")
        if row["status"] != "ON_SALE":
            raise Refusal("sale_not_open")
        prices = await load_prices(connection, event_id)
        terms = SaleTerms(row["currency"], row["hold_seconds"], row["order_fee_amount"], prices)
        self._terms[event_id] = terms
        return terms


def _new_order(
    terms: SaleTerms,
    command: Hold,
    rows: list[Record],
    price_types: dict[int, str | None],
    now: datetime,
) -> Order:
    expires_at = now + timedelta(seconds=terms.hold_seconds)
    items = tuple(
        [_item(terms, command, number, row, price_types) for number, row in enumerate(rows)]
    )
    return Order(
        order_id=command.order_id,
        session_id=command.session_id,
        user_id=None,
        status=OrderStatus.PENDING,
        cancel_reason=None,
        items=items,
        total_amount=terms.order_fee_amount + sum([item.total for item in items]),
        order_fee_amount=terms.order_fee_amount,
        refunded_amount=0,
        currency=terms.currency,
        created_at=now,
        expires_at=expires_at,
        hold_cap_at=expires_at + timedelta(seconds=HOLD_CAP_SECONDS),
    )


def _item(
    terms: SaleTerms, command: Hold, number: int, row: Record, price_types: dict[int, str | None]
) -> Item:
    quote = terms.prices.quote(row["category"], price_types[row["seat_id"]])
    if quote is None:
        raise Refusal("unknown_price_type", seat_ids=[row["seat_id"]])
    return Item(
        item_id(command.order_id, number),
        row["seat_id"],
        quote.price_type,
        quote.price,
        quote.fee_amount,
        quote.tax_amount,
    )
