"""A folded batch written down: a fixed list of single-table statements, in one order.

Each must touch exactly the rows that were decided; if one does not, somebody moved something
without the desk's lock, and the batch is thrown away. Statements whose rows are none are not sent.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from holdfast.database.pool import Connection
from holdfast.database.statements import load
from holdfast.desk.fold import Fold
from holdfast.desk.journal import encode_private, encode_public
from holdfast.desk.order import Item, Order, Payment
from holdfast.desk.seating import HELD, STATUS_OF_LETTER, PublicPart, Seating

INSERT_ORDERS = load("desk/sql/insert_orders.sql")
UPDATE_ORDERS = load("desk/sql/update_orders.sql")
INSERT_ITEMS = load("desk/sql/insert_items.sql")
UPDATE_ITEMS = load("desk/sql/update_items.sql")
MOVE_SEATS = load("desk/sql/move_seats.sql")
COUNT_SECTIONS = load("desk/sql/count_sections.sql")
INSERT_PAYMENTS = load("desk/sql/insert_payments.sql")
UPDATE_PAYMENTS = load("desk/sql/update_payments.sql")
VOID_TICKETS = load("desk/sql/void_tickets.sql")
INSERT_TICKETS = load("desk/sql/insert_tickets.sql")
INSERT_ERRANDS = load("desk/sql/insert_errands.sql")
INSERT_IDEMPOTENCY = load("desk/sql/insert_idempotency.sql")
CHANGE_EVENT_STATUS = load("desk/sql/change_event_status.sql")
WRITE_JOURNAL = load("desk/sql/write_journal.sql")
ADVANCE_DESK = load("desk/sql/advance_desk.sql")


class GuardMismatch(Exception):  # noqa: N818 - what happened, not a kind of error
    """A statement touched other rows than were decided: memory and database disagree."""


async def write_batch(
    connection: Connection,
    seating: Seating,
    fold: Fold,
    public: PublicPart,
    batch_id: UUID,
    now: datetime,
) -> None:
    """Write the whole batch and its journal entry. Raises GuardMismatch; the caller rolls back."""
    event_id = seating.terms.event_id
    await _write_orders(connection, event_id, fold)
    await _write_seats(connection, seating, fold)
    await _write_payments(connection, event_id, fold)
    await _write_tickets(connection, event_id, fold)
    await _write_notes(connection, event_id, fold, now)
    status = fold.event_status
    if status is not None:
        before = fold.status_before
        await _exactly(connection, 1, CHANGE_EVENT_STATUS, event_id, before, status)
    after = seating.version + 1
    parts = encode_public(public), encode_private(fold.private_part())
    await _exactly(connection, 1, WRITE_JOURNAL, event_id, after, batch_id, now, *parts)
    await _exactly(connection, 1, ADVANCE_DESK, event_id, seating.version, after, now, batch_id)


async def _write_orders(connection: Connection, event_id: int, fold: Fold) -> None:
    new = fold.new_orders()
    if new:
        await _exactly(connection, len(new), INSERT_ORDERS, event_id, *_order_columns(new))
    changed = fold.changed_orders()
    if changed:
        before = [pair[0] for pair in changed]
        after = [pair[1] for pair in changed]
        await _exactly(
            connection,
            len(changed),
            UPDATE_ORDERS,
            event_id,
            [o.order_id for o in before],
            [o.status for o in before],
            [o.refunded_amount for o in before],
            [o.status for o in after],
            [o.cancel_reason for o in after],
            [o.total_amount for o in after],
            [o.refunded_amount for o in after],
            [_active_count(o) for o in after],
            [o.payment_count for o in after],
            [o.paying for o in after],
            [_json(o.buyer) for o in after],
            [o.expires_at for o in after],
        )
    await _write_items(connection, event_id, fold)


def _order_columns(orders: list[Order]) -> Sequence[object]:
    return (
        [o.order_id for o in orders],
        [o.session_id for o in orders],
        [o.user_id for o in orders],
        [o.status for o in orders],
        [o.cancel_reason for o in orders],
        [o.total_amount for o in orders],
        [o.order_fee_amount for o in orders],
        [o.refunded_amount for o in orders],
        [o.currency for o in orders],
        [_active_count(o) for o in orders],
        [o.payment_count for o in orders],
        [o.paying for o in orders],
        [_json(o.buyer) for o in orders],
        [o.request_fingerprint for o in orders],
        [o.created_at for o in orders],
        [o.expires_at for o in orders],
        [o.hold_cap_at for o in orders],
    )


async def _write_items(connection: Connection, event_id: int, fold: Fold) -> None:
    new = fold.new_items()
    if new:
        await _exactly(connection, len(new), INSERT_ITEMS, event_id, *_item_columns(new))
    changed = fold.changed_items()
    if changed:
        await _exactly(
            connection,
            len(changed),
            UPDATE_ITEMS,
            event_id,
            [order.order_id for order, _, _ in changed],
            [before.item_id for _, before, _ in changed],
            [before.state for _, before, _ in changed],
            [after.state for _, _, after in changed],
        )


def _item_columns(new: list[tuple[Order, Item]]) -> Sequence[object]:
    return (
        [order.order_id for order, _ in new],
        [item.item_id for _, item in new],
        [item.seat_id for _, item in new],
        [item.price_type for _, item in new],
        [item.price for _, item in new],
        [item.fee_amount for _, item in new],
        [item.tax_amount for _, item in new],
        [item.state for _, item in new],
    )


async def _write_seats(connection: Connection, seating: Seating, fold: Fold) -> None:
    event_id = seating.terms.event_id
    images = fold.seat_images()
    if images:
        holders = [seating.orders[i.order_after or ""] if i.after == HELD else None for i in images]
        await _exactly(
            connection,
            len(images),
            MOVE_SEATS,
            event_id,
            [i.seat_id for i in images],
            [STATUS_OF_LETTER[i.before] for i in images],
            [i.order_before for i in images],
            [STATUS_OF_LETTER[i.after] for i in images],
            [i.order_after for i in images],
            [o.session_id if o else None for o in holders],
            [o.expires_at if o else None for o in holders],
        )
    sections = fold.sections()
    if sections:
        ids, before, after = zip(*sections, strict=True)
        await _exactly(connection, len(sections), COUNT_SECTIONS, event_id, ids, before, after)


async def _write_payments(connection: Connection, event_id: int, fold: Fold) -> None:
    new = fold.new_payments()
    if new:
        await _exactly(connection, len(new), INSERT_PAYMENTS, event_id, *_payment_columns(new))
    changed = fold.changed_payments()
    if changed:
        before = [pair[0] for pair in changed]
        after = [pair[1] for pair in changed]
        await _exactly(
            connection,
            len(changed),
            UPDATE_PAYMENTS,
            event_id,
            [p.order_id for p in before],
            [p.payment_id for p in before],
            [p.status for p in before],
            [p.refunded_amount for p in before],
            [p.status for p in after],
            [p.refunded_amount for p in after],
            [p.provider_reference for p in after],
            [_json(p.next_action) for p in after],
            [p.decline_reason for p in after],
            [p.updated_at for p in after],
        )


def _payment_columns(payments: list[Payment]) -> Sequence[object]:
    return (
        [p.order_id for p in payments],
        [p.payment_id for p in payments],
        [p.provider for p in payments],
        [p.status for p in payments],
        [p.amount for p in payments],
        [p.currency for p in payments],
        [p.refunded_amount for p in payments],
        [p.token_fingerprint for p in payments],
        [p.provider_reference for p in payments],
        [_json(p.next_action) for p in payments],
        [p.decline_reason for p in payments],
        [p.created_at for p in payments],
        [p.updated_at for p in payments],
    )


async def _write_tickets(connection: Connection, event_id: int, fold: Fold) -> None:
    # Voiding comes first: a seat refunded and sold again in one batch has one valid ticket.
    voided = list(fold.voided.values())
    if voided:
        await _exactly(
            connection,
            len(voided),
            VOID_TICKETS,
            event_id,
            [t.order_id for t in voided],
            [t.ticket_id for t in voided],
            [t.scanned_at for t in voided],
        )
    tickets = list(fold.tickets.values())
    if tickets:
        await _exactly(
            connection,
            len(tickets),
            INSERT_TICKETS,
            event_id,
            [t.order_id for t in tickets],
            [t.ticket_id for t in tickets],
            [t.order_item_id for t in tickets],
            [t.seat_id for t in tickets],
            [t.barcode for t in tickets],
            [t.is_valid for t in tickets],
            [t.issued_at for t in tickets],
        )


async def _write_notes(connection: Connection, event_id: int, fold: Fold, now: datetime) -> None:
    errands = list(fold.errands.values())
    if errands:
        await _exactly(
            connection,
            len(errands),
            INSERT_ERRANDS,
            event_id,
            now,
            [e.outbox_id for e in errands],
            [e.kind for e in errands],
            [e.order_id for e in errands],
            [e.payment_id for e in errands],
            [e.amount for e in errands],
        )
    if fold.repeats:
        await _exactly(
            connection,
            len(fold.repeats),
            INSERT_IDEMPOTENCY,
            event_id,
            now,
            [repeat.scope for repeat, _ in fold.repeats],
            [repeat.fingerprint for repeat, _ in fold.repeats],
            [repeat.status_code for repeat, _ in fold.repeats],
            [resource for _, resource in fold.repeats],
        )


async def _exactly(connection: Connection, rows: int, statement: str, *values: object) -> None:
    tag = await connection.execute(statement, *values)
    if int(tag.rsplit(" ", 1)[1]) != rows:
        raise GuardMismatch(f"{tag} where {rows} rows were decided: {statement.splitlines()[0]}")


def _active_count(order: Order) -> int:
    return len(order.active)


def _json(value: object) -> str | None:
    return None if value is None else msgspec.json.encode(value).decode()
