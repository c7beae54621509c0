"""The rows that a batch names and memory does not hold: one array query per table, under the lock.

Orders that hold seats are in memory already; what has ended, was paid or was recorded is read here.
"""

from collections.abc import Iterable
from datetime import datetime

from holdfast.database.pool import Connection
from holdfast.desk import commands
from holdfast.desk.commands import Command, Facts
from holdfast.desk.reading import (
    lock_payments,
    lock_tickets,
    read_incidents,
    read_noticed,
    read_orders,
    read_payments,
    read_recorded,
)
from holdfast.desk.seating import Seating


async def gather(
    connection: Connection, seating: Seating, batch: Iterable[Command], now: datetime
) -> Facts:
    """Read what these commands need to be decided."""
    batch = list(batch)
    event_id = seating.terms.event_id
    facts = Facts(now, {}, {}, {}, {})
    scopes = [c.repeat.scope for c in batch if c.repeat is not None]
    if scopes:
        facts.recorded = await read_recorded(connection, event_id, scopes)
    named = {i for c in batch if (i := _order_named(c)) is not None}
    named.update([recorded.resource_id for recorded in facts.recorded.values()])
    absent = sorted(i for i in named if i not in seating.orders)
    if absent:
        facts.orders = await read_orders(connection, event_id, absent)
    paid = sorted({i for c in batch if (i := _payments_named(c, seating, facts)) is not None})
    if paid:
        facts.payments = await read_payments(connection, event_id, paid)
    # The relay and the gate write these rows without the desk's lock: hold them till the end.
    refunded: list[str] = sorted(
        {c.order_id for c in batch if isinstance(c, (commands.Refund, commands.NoteReturns))}
    )
    if refunded:
        facts.payments |= await lock_payments(connection, event_id, refunded)
        facts.tickets = await lock_tickets(connection, event_id, refunded)
        facts.incidents = await read_incidents(connection, event_id, refunded)
    notices = [c.notice for c in batch if c.notice is not None]
    if notices:
        facts.noticed = await read_noticed(connection, event_id, notices)
    return facts


def _order_named(command: Command) -> str | None:
    if isinstance(command, commands.Hold):
        return command.order_id if command.request_fingerprint is not None else None
    named = commands.OrderCommand, commands.Settle, commands.Refund, commands.NoteReturns
    if isinstance(command, named):
        return command.order_id
    return None


def _payments_named(command: Command, seating: Seating, facts: Facts) -> str | None:
    if isinstance(command, commands.Settle):
        return command.order_id
    if isinstance(command, commands.BeginPayment):
        order = seating.orders.get(command.order_id) or facts.orders.get(command.order_id)
        return order.order_id if order is not None and order.payment_count > 0 else None
    return None
