"""A folded batch written down: a fixed list of single-table statements, in one order.

New rows go in as they are (writing.py); every update must touch exactly the rows that were decided.
If one does not, somebody moved something without the desk's lock, and the batch is thrown away.
Statements whose rows are none are not sent; all others go in one flight. Seats come first: their
statement is quick to send and slow to run, so that the server is at work while the many rows are
made.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from holdfast.database.flight import OtherRows
from holdfast.database.pool import Connection
from holdfast.database.statements import load
from holdfast.desk.commands import Repeat
from holdfast.desk.fold import Fold, SeatImage
from holdfast.desk.journal import encode_private, encode_public
from holdfast.desk.order import Errand, Item, News, Order, OutboxKind, Payment, Ticket
from holdfast.desk.seating import (
    FREE,
    HELD,
    SOLD,
    STATUS_OF_LETTER,
    PublicPart,
    Seating,
)
from holdfast.desk.usual import begins_to_pay, ended_items, is_ended, is_reserved, is_sold
from holdfast.desk.writing import Writing

UPDATE_ORDERS = load("desk/sql/update_orders.sql")
BEGIN_PAYMENTS = load("desk/sql/begin_payments.sql")
CONFIRM_ORDERS = load("desk/sql/confirm_orders.sql")
END_ORDERS = load("desk/sql/end_orders.sql")
UPDATE_ITEMS = load("desk/sql/update_items.sql")
END_ITEMS = load("desk/sql/end_items.sql")
HOLD_SEATS = load("desk/sql/hold_seats.sql")
KEEP_SEATS = load("desk/sql/keep_seats.sql")
SELL_SEATS = load("desk/sql/sell_seats.sql")
FREE_SEATS = load("desk/sql/free_seats.sql")
MOVE_SEATS = load("desk/sql/move_seats.sql")
COUNT_SECTIONS = load("desk/sql/count_sections.sql")
UPDATE_PAYMENTS = load("desk/sql/update_payments.sql")
COLLECT_PAYMENTS = load("desk/sql/collect_payments.sql")
VOID_TICKETS = load("desk/sql/void_tickets.sql")
CHANGE_EVENT_STATUS = load("desk/sql/change_event_status.sql")
WRITE_INCIDENTS = load("desk/sql/write_incidents.sql")
WRITE_NOTICES = load("desk/sql/write_notices.sql")
WRITE_JOURNAL = load("desk/sql/write_journal.sql")
ADVANCE_DESK = load("desk/sql/advance_desk.sql")

ORDER_COLUMNS = (
    "event_id", "order_id", "session_id", "user_id", "status", "cancel_reason", "total_amount",
    "order_fee_amount", "refunded_amount", "currency", "seat_count", "payment_count", "paying",
    "buyer", "request_fingerprint", "created_at", "expires_at", "hold_cap_at",
)  # fmt: skip
ITEM_COLUMNS = (
    "event_id", "order_id", "item_id", "seat_id", "price_type", "price", "fee_amount",
    "tax_amount", "state",
)  # fmt: skip
PAYMENT_COLUMNS = (
    "event_id", "order_id", "payment_id", "provider", "status", "amount", "currency",
    "refunded_amount", "token_fingerprint", "provider_reference", "next_action",
    "outside_amount", "decline_reason", "created_at", "updated_at",
)  # fmt: skip
TICKET_COLUMNS = (
    "event_id", "order_id", "ticket_id", "order_item_id", "seat_id", "barcode", "is_valid",
    "issued_at",
)  # fmt: skip
OUTBOX_COLUMNS = (
    "event_id", "outbox_id", "kind", "order_id", "payment_id", "amount", "occasion", "state",
    "attempts", "due_at", "created_at",
)  # fmt: skip
IDEMPOTENCY_COLUMNS = (
    "event_id", "scope", "fingerprint", "status_code", "resource_id", "created_at",
)  # fmt: skip


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
    writing = Writing()
    _write_seats(writing, seating, fold)
    _write_orders(writing, event_id, fold)
    _write_payments(writing, event_id, fold, now)
    _write_tickets(writing, event_id, fold)
    _write_notes(writing, event_id, fold, now)
    status = fold.event_status
    if status is not None:
        before = fold.status_before
        writing.exactly(1, CHANGE_EVENT_STATUS, event_id, before, status)
    after = seating.version + 1
    parts = encode_public(public), encode_private(fold.private_part())
    writing.exactly(1, WRITE_JOURNAL, event_id, after, batch_id, now, *parts)
    writing.exactly(1, ADVANCE_DESK, event_id, seating.version, after, now, batch_id)
    try:
        await writing.send(connection)
    except OtherRows as error:
        raise GuardMismatch(str(error)) from error


def _write_orders(writing: Writing, event_id: int, fold: Fold) -> None:
    writing.append("orders", ORDER_COLUMNS, fold.new_orders(), lambda o: _order_row(event_id, o))
    begun: list[Order] = []
    sold: list[Order] = []
    ended: list[tuple[Order, Order]] = []
    others: list[tuple[Order, Order]] = []
    for pair in fold.changed_orders():
        if begins_to_pay(*pair):
            begun.append(pair[1])
        elif is_sold(*pair):
            sold.append(pair[1])
        else:
            (ended if is_ended(*pair) else others).append(pair)
    if begun:
        buyers = {o.order_id: o.buyer for o in begun}
        writing.exactly(len(begun), BEGIN_PAYMENTS, event_id, list(buyers), _json(buyers))
    if sold:
        order_ids = [o.order_id for o in sold]
        writing.exactly(len(sold), CONFIRM_ORDERS, event_id, order_ids)
    if ended:
        reasons = {o.order_id: o.cancel_reason for _, o in ended}
        writing.exactly(len(ended), END_ORDERS, event_id, list(reasons), _json(reasons))
    for state, order_ids, items in ended_items(ended):
        writing.exactly(items, END_ITEMS, event_id, order_ids, state)
    _change_orders(writing, event_id, others)
    _write_items(writing, event_id, fold, others)


def _change_orders(writing: Writing, event_id: int, changed: Sequence[tuple[Order, Order]]) -> None:
    if changed:
        before = [pair[0] for pair in changed]
        after = [pair[1] for pair in changed]
        writing.exactly(
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
            [len(o.active) for o in after],
            [o.payment_count for o in after],
            [o.paying for o in after],
            [_json(o.buyer) for o in after],
            [o.expires_at for o in after],
        )


def _order_row(event_id: int, o: Order) -> Sequence[object]:
    return (
        event_id, o.order_id, o.session_id, o.user_id, o.status, o.cancel_reason, o.total_amount,
        o.order_fee_amount, o.refunded_amount, o.currency, len(o.active), o.payment_count,
        o.paying, _json(o.buyer), o.request_fingerprint, o.created_at, o.expires_at, o.hold_cap_at,
    )  # fmt: skip


def _write_items(
    writing: Writing, event_id: int, fold: Fold, others: Sequence[tuple[Order, Order]]
) -> None:
    writing.append(
        "order_item", ITEM_COLUMNS, fold.new_items(), lambda of: _item_row(event_id, *of)
    )
    changed = fold.changed_items(others)
    if changed:
        writing.exactly(
            len(changed),
            UPDATE_ITEMS,
            event_id,
            [order.order_id for order, _, _ in changed],
            [before.item_id for _, before, _ in changed],
            [before.state for _, before, _ in changed],
            [after.state for _, _, after in changed],
        )


def _item_row(event_id: int, order: Order, i: Item) -> Sequence[object]:
    return (
        event_id, order.order_id, i.item_id, i.seat_id, i.price_type, i.price, i.fee_amount,
        i.tax_amount, i.state,
    )  # fmt: skip


def _write_seats(writing: Writing, seating: Seating, fold: Fold) -> None:
    """What mostly happens to seats has lean statements of its own: held, kept, sold, freed."""
    event_id = seating.terms.event_id
    deadline: datetime | None = None  # of the holds made in this batch
    held: list[tuple[int, Order]] = []
    kept: list[SeatImage] = []
    sold: list[SeatImage] = []
    freed: list[SeatImage] = []
    others: list[SeatImage] = []
    for image in fold.seat_images():
        if image.before == FREE and image.after == HELD:
            order = seating.orders[image.order_after or ""]
            deadline = deadline or order.expires_at
            if order.expires_at == deadline:
                held.append((image.seat_id, order))
                continue
        elif image.before == HELD and image.order_before == image.order_after:
            (sold if image.after == SOLD else kept).append(image)
            continue
        (freed if image.before == HELD and image.after == FREE else others).append(image)
    if held:
        owners = {seat_id: order.order_id for seat_id, order in held}
        sessions = {seat_id: order.session_id for seat_id, order in held}
        values = list(owners), _json(owners), _json(sessions), deadline
        writing.exactly(len(held), HOLD_SEATS, event_id, *values)
    if kept:
        owners = {image.seat_id: image.order_after or "" for image in kept}
        deadlines = {seat_id: seating.orders[owner].expires_at for seat_id, owner in owners.items()}
        values = list(owners), _json(owners), _json(deadlines)
        writing.exactly(len(kept), KEEP_SEATS, event_id, *values)
    if sold:
        buyers = {image.seat_id: image.order_after for image in sold}
        writing.exactly(len(sold), SELL_SEATS, event_id, list(buyers), _json(buyers))
    if freed:
        owners = {image.seat_id: image.order_before for image in freed}
        writing.exactly(len(freed), FREE_SEATS, event_id, list(owners), _json(owners))
    _move_seats(writing, seating, others)
    sections = fold.sections()
    if sections:
        before = {section_id: count for section_id, count, _ in sections}
        after = {section_id: count for section_id, _, count in sections}
        values = list(before), _json(before), _json(after)
        writing.exactly(len(sections), COUNT_SECTIONS, event_id, *values)


def _move_seats(writing: Writing, seating: Seating, images: Sequence[SeatImage]) -> None:
    if not images:
        return
    holders = [seating.orders[i.order_after or ""] if i.after == HELD else None for i in images]
    writing.exactly(
        len(images),
        MOVE_SEATS,
        seating.terms.event_id,
        [i.seat_id for i in images],
        [STATUS_OF_LETTER[i.before] for i in images],
        [i.order_before for i in images],
        [STATUS_OF_LETTER[i.after] for i in images],
        [i.order_after for i in images],
        [o.session_id if o else None for o in holders],
        [o.expires_at if o else None for o in holders],
    )


def _write_payments(writing: Writing, event_id: int, fold: Fold, now: datetime) -> None:
    # What failed comes before what is new: an order whose card was declined and that is paid with
    # another one in the same batch has one live charge.
    reserved: list[Payment] = []
    others: list[tuple[Payment, Payment]] = []
    for pair in fold.changed_payments():
        if pair[1].updated_at == now and is_reserved(*pair):
            reserved.append(pair[1])
        else:
            others.append(pair)
    if reserved:
        writing.exactly(
            len(reserved),
            COLLECT_PAYMENTS,
            event_id,
            [p.order_id for p in reserved],
            _json({p.order_id: p.payment_id for p in reserved}),
            _json({p.order_id: p.provider_reference for p in reserved}),
            now,
        )
    if others:
        before = [pair[0] for pair in others]
        after = [pair[1] for pair in others]
        writing.exactly(
            len(others),
            UPDATE_PAYMENTS,
            event_id,
            [p.order_id for p in before],
            [p.payment_id for p in before],
            [p.status for p in before],
            [p.refunded_amount for p in before],
            [p.status for p in after],
            [p.amount for p in after],
            [p.currency for p in after],
            [p.refunded_amount for p in after],
            [p.outside_amount for p in after],
            [p.provider_reference for p in after],
            [_json(p.next_action) for p in after],
            [p.decline_reason for p in after],
            [p.updated_at for p in after],
        )
    new = fold.new_payments()
    writing.append("payment", PAYMENT_COLUMNS, new, lambda p: _payment_row(event_id, p))


def _payment_row(event_id: int, p: Payment) -> Sequence[object]:
    return (
        event_id, p.order_id, p.payment_id, p.provider, p.status, p.amount, p.currency,
        p.refunded_amount, p.token_fingerprint, p.provider_reference, _json(p.next_action),
        p.outside_amount, p.decline_reason, p.created_at, p.updated_at,
    )  # fmt: skip


def _write_tickets(writing: Writing, event_id: int, fold: Fold) -> None:
    # Voiding comes first: a seat refunded and sold again in one batch has one valid ticket.
    voided = list(fold.voided.values())
    if voided:
        writing.exactly(
            len(voided),
            VOID_TICKETS,
            event_id,
            [t.order_id for t in voided],
            [t.ticket_id for t in voided],
            [t.scanned_at for t in voided],
        )
    new = fold.tickets.values()
    writing.append("ticket", TICKET_COLUMNS, new, lambda t: _ticket_row(event_id, t))


def _ticket_row(event_id: int, t: Ticket) -> Sequence[object]:
    return (
        event_id, t.order_id, t.ticket_id, t.order_item_id, t.seat_id, t.barcode, t.is_valid,
        t.issued_at,
    )  # fmt: skip


def _write_notes(writing: Writing, event_id: int, fold: Fold, now: datetime) -> None:
    errands = [*fold.errands.values(), *fold.news.values()]
    writing.append("outbox", OUTBOX_COLUMNS, errands, lambda e: _outbox_row(event_id, e, now))
    writing.append(
        "idempotency", IDEMPOTENCY_COLUMNS, fold.repeats, lambda r: _repeat_row(event_id, *r, now)
    )
    if fold.notices:
        providers = [n.provider for n in fold.notices]
        notice_ids = [n.notice_id for n in fold.notices]
        writing.some(WRITE_NOTICES, event_id, providers, notice_ids, now)
    incidents = list(fold.incidents.values())
    if incidents:
        writing.exactly(
            len(incidents),
            WRITE_INCIDENTS,
            event_id,
            [i.order_id for i in incidents],
            [i.incident_id for i in incidents],
            [i.payment_id for i in incidents],
            [i.kind for i in incidents],
            [i.state for i in incidents],
            [i.amount for i in incidents],
            [i.currency for i in incidents],
            [i.reason for i in incidents],
            [i.created_at for i in incidents],
            [i.updated_at for i in incidents],
        )


def _outbox_row(event_id: int, e: Errand | News, now: datetime) -> Sequence[object]:
    what: tuple[object, ...]
    if isinstance(e, Errand):
        what = e.outbox_id, e.kind, e.order_id, e.payment_id, e.amount, None
    else:
        what = e.news_id, OutboxKind.NEWS, e.order_id, None, e.amount, e.occasion
    return event_id, *what, "WAITING", 0, now, now


def _repeat_row(event_id: int, r: Repeat, resource_id: str, now: datetime) -> Sequence[object]:
    return event_id, r.scope, r.fingerprint, r.status_code, resource_id, now


def _json(value: object) -> str | None:
    return None if value is None else msgspec.json.encode(value).decode()
