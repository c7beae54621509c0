"""The rows that a batch names and memory does not hold: one array query per table, under the lock.

Orders that hold seats are in memory already; what has ended, was paid or was recorded is read here.
What stands in the queue is known before the lock is: its rows are asked for in the same flight, and
read when the lock is had. Only what came meanwhile, or hangs on what was read, is asked for again.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import Struct, field

from holdfast.database.connection import Row
from holdfast.database.flight import Answer, Call
from holdfast.database.pool import Connection
from holdfast.desk import commands
from holdfast.desk.commands import Command, Facts, NoticeKey
from holdfast.desk.order import Order
from holdfast.desk.reading import (
    NOTICED,
    ORDERS,
    PAYMENTS,
    RECORDED,
    lock_payments,
    lock_tickets,
    noticed_in,
    orders_in,
    payments_in,
    read_incidents,
    read_items,
    recorded_in,
)
from holdfast.desk.seating import Seating


class Wanted(Struct):
    """The keys of rows that commands name."""

    scopes: set[bytes] = field(default_factory=set[bytes])
    order_ids: set[str] = field(default_factory=set[str])
    paid: set[str] = field(default_factory=set[str])  # order_ids whose payments are wanted
    notices: set[NoticeKey] = field(default_factory=set[NoticeKey])

    @classmethod
    def of(cls, seating: Seating, batch: Iterable[Command]) -> "Wanted":
        """What these commands name and this memory does not hold."""
        wanted = cls()
        known = seating.orders
        for command in batch:
            if command.repeat is not None:
                wanted.scopes.add(command.repeat.scope)
            if command.notice is not None:
                wanted.notices.add(command.notice)
            order_id = _order_named(command)
            if order_id is None:
                continue
            order = known.get(order_id)
            if order is None:
                wanted.order_ids.add(order_id)
            if _needs_payments(command, order):
                wanted.paid.add(order_id)
        return wanted

    def beyond(self, other: "Wanted") -> "Wanted":
        """What the other does not have."""
        return Wanted(
            self.scopes - other.scopes,
            self.order_ids - other.order_ids,
            self.paid - other.paid,
            self.notices - other.notices,
        )

    def calls(self, event_id: int) -> list[Call]:
        """The queries; of what is not wanted there is none."""
        calls: list[Call] = []
        if self.scopes:
            calls.append(Call(RECORDED, (event_id, list(self.scopes))))
        if self.order_ids:
            calls.append(Call(ORDERS, (event_id, sorted(self.order_ids))))
        if self.paid:
            calls.append(Call(PAYMENTS, (event_id, sorted(self.paid))))
        if self.notices:
            providers = sorted({notice.provider for notice in self.notices})
            notice_ids = [notice.notice_id for notice in self.notices]
            calls.append(Call(NOTICED, (event_id, providers, notice_ids)))
        return calls


class Rows(Struct):
    """What was read, and of which keys."""

    asked: Wanted = field(default_factory=Wanted)
    answers: dict[str, list[Row]] = field(default_factory=dict[str, list[Row]])

    def take(self, wanted: Wanted, calls: Sequence[Call], answers: Sequence[Answer]) -> None:
        """What came of the wanted's calls."""
        self.asked.scopes |= wanted.scopes
        self.asked.order_ids |= wanted.order_ids
        self.asked.paid |= wanted.paid
        self.asked.notices |= wanted.notices
        for call, answer in zip(calls, answers, strict=True):
            self.answers.setdefault(call.statement, []).extend(answer.rows)

    def of(self, statement: str) -> list[Row]:
        return self.answers.get(statement, [])


async def gather(
    connection: Connection, seating: Seating, batch: Sequence[Command], now: datetime, rows: Rows
) -> Facts:
    """What these commands need to be decided. `rows`: those that were read with the lock."""
    event_id = seating.terms.event_id
    await _read(connection, event_id, Wanted.of(seating, batch).beyond(rows.asked), rows)
    facts = Facts(now, {}, {}, {}, {})
    facts.recorded = recorded_in(rows.of(RECORDED))
    # What a repeated request made is told again, whatever has become of it.
    made = {r.resource_id for r in facts.recorded.values() if r.resource_id not in seating.orders}
    await _read(connection, event_id, Wanted(order_ids=made - rows.asked.order_ids), rows)
    found = [row["order_id"] for row in rows.of(ORDERS)]
    items = await read_items(connection, event_id, found) if found else {}
    facts.orders = orders_in(rows.of(ORDERS), items)
    facts.payments = payments_in(rows.of(PAYMENTS))
    facts.noticed = noticed_in(rows.of(NOTICED)).intersection(rows.asked.notices)
    # The relay and the gate write these rows without the desk's lock: hold them till the end.
    refunded: list[str] = sorted(
        {c.order_id for c in batch if isinstance(c, (commands.Refund, commands.NoteReturns))}
    )
    if refunded:
        facts.payments |= await lock_payments(connection, event_id, refunded)
        facts.tickets = await lock_tickets(connection, event_id, refunded)
        facts.incidents = await read_incidents(connection, event_id, refunded)
    return facts


async def _read(connection: Connection, event_id: int, wanted: Wanted, rows: Rows) -> None:
    calls = wanted.calls(event_id)
    if calls:
        rows.take(wanted, calls, await connection.fly(calls))


def _order_named(command: Command) -> str | None:
    if isinstance(command, commands.Hold):
        return command.order_id if command.request_fingerprint is not None else None
    named = commands.OrderCommand, commands.Settle, commands.Refund, commands.NoteReturns
    if isinstance(command, named):
        return command.order_id
    return None


def _needs_payments(command: Command, order: Order | None) -> bool:
    """Whether the order's payments decide; an order that nobody tried to pay has none."""
    if isinstance(command, commands.Settle):
        return True
    return isinstance(command, commands.BeginPayment) and (order is None or order.payment_count > 0)
