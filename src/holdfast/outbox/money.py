"""Errands at the payment provider: capture, void, refund. Never asked inside a transaction."""

from collections.abc import Sequence
from datetime import datetime

from holdfast.checkout.provider import (
    AlreadyCaptured,
    NothingLeft,
    ProviderRefused,
    ProviderResting,
    Providers,
    ProviderUnknown,
    ask,
)
from holdfast.config import OUTBOX_PASS_SECONDS
from holdfast.database.pool import Connection
from holdfast.desk.order import OutboxKind, PaymentStatus
from holdfast.desk.reading import lock_payments
from holdfast.outbox.errand import (
    ErrandFailed,
    ErrandNeedless,
    ErrandOvertaken,
    ErrandRefused,
    ErrandWaits,
    Taken,
)
from holdfast.outbox.rows import tick_off

_MOVE_PAYMENTS = """
UPDATE payment
SET status = $5::text::payment_status, updated_at = $6
WHERE
    event_id = $1
    AND order_id = ANY($2::text[])
    AND payment_id = ANY($3::text[])
    AND status = $4::text::payment_status
"""
_COLLECTED_AFTER_ALL = """
UPDATE payment
SET status = 'SUCCEEDED', refunded_amount = amount, updated_at = $4
WHERE event_id = $1 AND order_id = $2 AND payment_id = $3 AND status = 'VOIDING'
"""
_REFUND = """
INSERT INTO outbox (
    event_id, outbox_id, kind, order_id, payment_id, amount, state, attempts, due_at, created_at
)
VALUES ($1, $2, 'REFUND', $3, $4, $5, 'WAITING', 0, $6, $6)
ON CONFLICT (event_id, outbox_id) DO NOTHING
"""
_MOVES = {
    OutboxKind.CAPTURE: (PaymentStatus.CAPTURING, PaymentStatus.SUCCEEDED),
    OutboxKind.VOID: (PaymentStatus.VOIDING, PaymentStatus.VOIDED),
}


async def do_at_provider(providers: Providers, errand: Taken) -> None:
    """Ask the provider for it; its key makes twice once.

    Raises as Teller.tell does, and ErrandNeedless or ErrandOvertaken where others were quicker.
    """
    payment = errand.payment
    if payment is None:
        raise ErrandRefused(f"there is no payment {errand.payment_id}")
    if errand.kind is OutboxKind.REFUND and payment.status is PaymentStatus.CAPTURING:
        # Money that is still being collected cannot be paid back yet.
        raise ErrandWaits("waits for the capture", OUTBOX_PASS_SECONDS)
    provider = providers.of(payment)
    if provider is None:
        raise ErrandFailed(f"no provider {payment.provider!r} is set up")
    key, asked_at = errand.outbox_id, errand.created_at
    try:
        if errand.kind is OutboxKind.CAPTURE:
            await ask(provider.capture(payment, key, asked_at))
        elif errand.kind is OutboxKind.VOID:
            await ask(provider.void(payment, key, asked_at))
        else:
            assert errand.kind is OutboxKind.REFUND, "the other kinds move no money"
            await ask(provider.refund(payment, errand.amount, key, asked_at))
    except ProviderResting as resting:
        raise ErrandWaits(str(resting), resting.seconds) from resting
    except ProviderUnknown as unknown:
        raise ErrandFailed(str(unknown)) from unknown
    except AlreadyCaptured as captured:
        raise ErrandOvertaken(str(captured)) from captured
    except NothingLeft as nothing:
        raise ErrandNeedless(str(nothing)) from nothing
    except ProviderRefused as refused:
        raise ErrandRefused(str(refused)) from refused


async def move_payments(
    connection: Connection, event_id: int, errands: Sequence[Taken], now: datetime
) -> None:
    """The payments of captures and voids that were done, where they belong. To be called in a
    transaction."""
    for kind, (before, after) in _MOVES.items():
        order_ids = sorted({e.order_id or "" for e in errands if e.kind is kind})
        payment_ids = sorted({e.payment_id or "" for e in errands if e.kind is kind})
        if payment_ids:
            # In the order in which the desk locks them, so that the two never wait in a ring.
            await lock_payments(connection, event_id, order_ids)
            await connection.execute(
                _MOVE_PAYMENTS, event_id, order_ids, payment_ids, before, after, now
            )


async def refund_instead(
    connection: Connection, errand: Taken, now: datetime, trouble: str
) -> None:
    """Money that was collected before it could be voided is paid back whole: the payment, the void
    ticked off and the refund to be made. To be called in a transaction."""
    tag = await connection.execute(
        _COLLECTED_AFTER_ALL, errand.event_id, errand.order_id, errand.payment_id, now
    )
    if tag == "UPDATE 1":
        await connection.execute(
            _REFUND,
            errand.event_id,
            f"refund_{errand.payment_id}_0",
            errand.order_id,
            errand.payment_id,
            errand.amount,
            now,
        )
    await tick_off(connection, errand.event_id, [errand.outbox_id], now, trouble)
