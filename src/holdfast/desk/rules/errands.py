"""The errands that rules send after the money: what each is called, and for how much it is.

The name is the key at the provider, so that the same errand made twice is one.
"""

from holdfast.desk.order import Errand, OutboxKind, Payment


def errand(kind: OutboxKind, payment: Payment) -> Errand:
    """To capture or to void a whole reservation."""
    name = f"{kind.value.lower()}_{payment.payment_id}"
    return Errand(name, kind, payment.order_id, payment.payment_id, payment.amount)


def refund_errand(payment: Payment, amount: int) -> Errand:
    """To pay some of a payment back; numbered by what was asked back of it before."""
    name = f"refund_{payment.payment_id}_{payment.refunded_amount}"
    return Errand(name, OutboxKind.REFUND, payment.order_id, payment.payment_id, amount)
