"""What a person should know of a payment, as the rules write it down.

An incident is called after what it is about, so that the same thing said again is the same one.
"""

from holdfast.desk.commands import Charge, Dispute, Facts, OutsideRefund
from holdfast.desk.order import Incident, IncidentKind, IncidentState, Payment


def wrong_amount(facts: Facts, payment: Payment, charge: Charge) -> Incident:
    """The alarm for a charge that was not as agreed: somebody has tampered, or there is a bug."""
    return Incident(
        incident_id=f"wrong_amount_{payment.payment_id}",
        order_id=payment.order_id,
        payment_id=payment.payment_id,
        kind=IncidentKind.WRONG_AMOUNT,
        state=IncidentState.DONE,
        amount=charge.amount,
        currency=charge.currency,
        created_at=facts.now,
        updated_at=facts.now,
        reason=f"{payment.amount} {payment.currency} agreed",
    )


def outside_refund(facts: Facts, payment: Payment, refund: OutsideRefund) -> Incident:
    """Money that was paid back at the provider's own pages."""
    return Incident(
        incident_id=f"outside_refund_{refund.reference}",
        order_id=payment.order_id,
        payment_id=payment.payment_id,
        kind=IncidentKind.OUTSIDE_REFUND,
        state=IncidentState.DONE,
        amount=refund.amount,
        currency=payment.currency,
        created_at=facts.now,
        updated_at=facts.now,
    )


def dispute(facts: Facts, payment: Payment, said: Dispute) -> Incident:
    """A charge that the buyer's bank contests."""
    return Incident(
        incident_id=f"dispute_{said.reference}",
        order_id=payment.order_id,
        payment_id=payment.payment_id,
        kind=IncidentKind.DISPUTE,
        state=said.state,
        amount=said.amount,
        currency=payment.currency,
        created_at=facts.now,
        updated_at=facts.now,
        reason=said.reason,
    )
