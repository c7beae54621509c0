"""Our books against those of a provider that is another company: both ways, by its list of charges.

The list is read with no transaction open, then our rows. Sales go on meanwhile, so what differs is
looked at once more: only what stands still and differs is told. What the outbox has yet to do is
allowed for, as in ledger.py.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from holdfast.audit.finding import Finding
from holdfast.checkout.provider import Booked, Provider, ask
from holdfast.config import AUDIT_BOOKS_DAYS
from holdfast.database.clock import Clock
from holdfast.database.pool import Connection, Record
from holdfast.desk.commands import Charge
from holdfast.desk.order import PaymentStatus
from holdfast.desk.reading import read_payments
from holdfast.ids import EventId, PaymentId, event_of_order, order_of

SENTENCES = {
    "charge_without_payment": "Every charge in the provider's books belongs to a payment of ours.",
    "charge_state": "The provider's books have every payment of ours in the state in which we have "
    "it.",
    "charge_amount": "A charge in the provider's books has the amount and the currency of its "
    "payment.",
    "money_returned": "Once its refunds are done, what the provider paid back of a payment and "
    "what banks took back is what we have it as.",
}

_PAYMENTS = """
SELECT
    p.event_id, p.order_id, p.payment_id, p.status::text AS status, p.amount, p.currency,
    p.refunded_amount, p.outside_amount, p.provider_reference, p.updated_at,
    (
        SELECT count(*)
        FROM outbox AS b
        WHERE
            b.event_id = p.event_id
            AND b.payment_id = p.payment_id
            AND b.kind = 'REFUND'
            AND b.state <> 'DONE'
    ) AS refunds_to_make,
    (
        SELECT coalesce(sum(i.amount), 0)::bigint
        FROM incident AS i
        WHERE
            i.event_id = p.event_id
            AND i.payment_id = p.payment_id
            AND i.kind = 'DISPUTE'
            AND i.state = 'LOST'
    ) AS lost_amount
FROM payment AS p
WHERE
    p.provider = $1
    AND (
        p.payment_id = ANY($2::text[])
        OR (p.provider_reference IS NOT NULL AND p.created_at >= $3)
    )
"""
_TOOK = frozenset({PaymentStatus.AUTHORIZED, PaymentStatus.SUCCEEDED, PaymentStatus.PROCESSING})
# A payment may be found before or after the step that the outbox is about to make. FAILED is also
# what we make of a charge that was given up.
_FITS: dict[PaymentStatus, frozenset[PaymentStatus]] = {
    PaymentStatus.CREATED: frozenset({*_TOOK, PaymentStatus.FAILED, PaymentStatus.VOIDED}),
    PaymentStatus.PROCESSING: frozenset({*_TOOK, PaymentStatus.FAILED, PaymentStatus.VOIDED}),
    PaymentStatus.AUTHORIZED: frozenset({PaymentStatus.AUTHORIZED}),
    PaymentStatus.CAPTURING: frozenset({PaymentStatus.AUTHORIZED, PaymentStatus.SUCCEEDED}),
    PaymentStatus.SUCCEEDED: frozenset({PaymentStatus.SUCCEEDED}),
    PaymentStatus.FAILED: frozenset({PaymentStatus.FAILED, PaymentStatus.VOIDED}),
    PaymentStatus.VOIDING: frozenset({PaymentStatus.AUTHORIZED, PaymentStatus.VOIDED}),
    PaymentStatus.VOIDED: frozenset({PaymentStatus.VOIDED}),
}


async def compare_books(
    connection: Connection,
    clock: Clock,
    provider: Provider,
    event_ids: Iterable[int] | None = None,
) -> list[Finding]:
    """What differs between our payments of the last AUDIT_BOOKS_DAYS and the provider's books.

    `connection` must not be in a transaction. Raises ProviderUnknown.
    """
    since = await clock.now(connection) - timedelta(days=AUDIT_BOOKS_DAYS)
    booked = {entry.payment_id: entry async for entry in provider.books(since)}
    rows = await _rows(connection, provider, list(booked), since)
    findings: list[Finding] = []
    for payment_id in {*booked, *[PaymentId(name) for name in rows]}:
        row, entry = rows.get(payment_id), booked.get(payment_id)
        found = _differences(row, entry)
        if found and row is not None:
            found = await _once_more(connection, provider, row, entry)
        findings += [_finding(check, payment_id, row, entry) for check in found]
    wanted = None if event_ids is None else set(event_ids)
    told = [f for f in findings if wanted is None or f.event_id in wanted]
    return sorted(told, key=lambda f: (f.event_id or 0, f.check, str(f.row["payment_id"])))


async def _rows(
    connection: Connection, provider: Provider, payment_ids: list[str], since: datetime
) -> dict[str, Record]:
    rows = await connection.fetch(_PAYMENTS, provider.name, payment_ids, since)
    return {row["payment_id"]: row for row in rows}


def _differences(row: Record | None, entry: Booked | None) -> list[str]:
    """The checks that this pair breaks."""
    charge = None if entry is None else entry.charge
    if row is None:
        return ["charge_without_payment"] if charge is not None and charge.status in _TOOK else []
    status = PaymentStatus(row["status"])
    if charge is None:
        unasked = status in (PaymentStatus.CREATED, PaymentStatus.FAILED)
        return [] if unasked else ["charge_state"]
    found: list[str] = []
    if charge.status not in _FITS[status]:
        found.append("charge_state")
    elif status is PaymentStatus.SUCCEEDED and not row["refunds_to_make"] and entry is not None:
        back = min(row["amount"], entry.returned_amount + row["lost_amount"])
        if back != row["refunded_amount"] + row["outside_amount"]:
            found.append("money_returned")
    if (charge.amount, charge.currency) != (row["amount"], row["currency"]):
        found.append("charge_amount")
    return found


async def _once_more(
    connection: Connection, provider: Provider, row: Record, entry: Booked | None
) -> list[str]:
    """The same pair looked at again, one by one; nothing where it is on the move."""
    event_id, order_id = row["event_id"], row["order_id"]
    payments = (await read_payments(connection, event_id, [order_id])).get(order_id, [])
    payment = next(p for p in payments if p.payment_id == row["payment_id"])
    charge: Charge | None = await ask(provider.lookup(payment))
    again = await _rows(connection, provider, [row["payment_id"]], row["updated_at"])
    now = again[row["payment_id"]]
    if now["updated_at"] != row["updated_at"]:
        return []
    returned = 0 if entry is None else entry.returned_amount
    return _differences(now, Booked(payment.payment_id, charge, returned))


def _finding(check: str, payment_id: str, row: Record | None, entry: Booked | None) -> Finding:
    event_id: EventId | None = event_of_order(order_of(payment_id) or "")
    charge = None if entry is None else entry.charge
    return Finding(
        check,
        SENTENCES[check],
        event_id,
        {
            "payment_id": payment_id,
            "payment_status": None if row is None else row["status"],
            "provider_reference": None if charge is None else charge.provider_reference,
            "charge_status": None if charge is None else charge.status.value,
            "amount": None if row is None else row["amount"],
            "charge_amount": None if charge is None else charge.amount,
            "charge_currency": None if charge is None else charge.currency,
            "returned_amount": None if entry is None else entry.returned_amount,
        },
    )
