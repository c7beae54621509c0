"""Errands at the payment provider: capture, void, refund. Never asked inside a transaction."""

from datetime import datetime

from holdfast.checkout.provider import (
    ProviderRefused,
    ProviderResting,
    Providers,
    ProviderUnknown,
    ask,
)
from holdfast.config import OUTBOX_PASS_SECONDS
from holdfast.database.pool import Connection
from holdfast.desk.order import OutboxKind, PaymentStatus
from holdfast.outbox.errand import ErrandFailed, ErrandRefused, ErrandWaits, Taken

_MOVE_PAYMENT = """
UPDATE payment
SET status = $5::text::payment_status, updated_at = $6
WHERE
    event_id = $1
    AND order_id = $2
    AND payment_id = $3
    AND status = $4::text::payment_status
"""
_MOVES = {
    OutboxKind.CAPTURE: (PaymentStatus.CAPTURING, PaymentStatus.SUCCEEDED),
    OutboxKind.VOID: (PaymentStatus.VOIDING, PaymentStatus.VOIDED),
}


async def do_at_provider(providers: Providers, errand: Taken) -> None:
    """Ask the provider for it; its key makes twice once. Raises as Teller.tell does."""
    payment = errand.payment
    if payment is None:
        raise ErrandRefused(f"there is no payment {errand.payment_id}")
    if errand.kind is OutboxKind.REFUND and payment.status is PaymentStatus.CAPTURING:
        # Money that is still being collected cannot be paid back yet.
        raise ErrandWaits("waits for the capture", OUTBOX_PASS_SECONDS)
    provider = providers.of(payment)
    if provider is None:
        raise ErrandFailed(f"no provider {payment.provider!r} is set up")
    key = errand.outbox_id
    try:
        if errand.kind is OutboxKind.CAPTURE:
            await ask(provider.capture(payment, key))
        elif errand.kind is OutboxKind.VOID:
            await ask(provider.void(payment, key))
        else:
            assert errand.kind is OutboxKind.REFUND, "the other kinds move no money"
            await ask(provider.refund(payment, errand.amount, key))
    except ProviderResting as resting:
        raise ErrandWaits(str(resting), resting.seconds) from resting
    except ProviderUnknown as unknown:
        raise ErrandFailed(str(unknown)) from unknown
    except ProviderRefused as refused:
        raise ErrandRefused(str(refused)) from refused


async def move_payment(connection: Connection, errand: Taken, now: datetime) -> None:
    """The payment of a capture or void that was done, where it belongs."""
    if errand.kind not in _MOVES:
        return
    before, after = _MOVES[errand.kind]
    await connection.execute(
        _MOVE_PAYMENT, errand.event_id, errand.order_id, errand.payment_id, before, after, now
    )
