"""What went back without us: refunds made at the provider's own pages, and chargebacks.

Nothing is asked of the provider here; it has happened. What is decided is what it means for the
order. A part that went back is a favour of the organiser: it is written down, the tickets stay.
When all of it has gone back there is no sale any more: the tickets become invalid and the seats
free, but a seat whose holder is inside stays off sale. While a bank decides, tickets stay valid.
"""

from msgspec.structs import replace

from holdfast.desk.commands import Change, Facts, NoteReturns, SeatMove
from holdfast.desk.order import (
    COLLECTED_PAYMENTS,
    Incident,
    IncidentState,
    Order,
    OrderStatus,
    Payment,
)
from holdfast.desk.rules.finding import known_order
from holdfast.desk.rules.incidents import dispute, outside_refund
from holdfast.desk.rules.refunding import news_of_refund, valid_tickets, without_items
from holdfast.desk.seating import BLOCKED, FREE, SOLD, Seating
from holdfast.refusals import Refusal


def note_returns(seating: Seating, facts: Facts, command: NoteReturns) -> Change:
    """Write down what the provider says went back; said again it changes nothing."""
    order = known_order(seating, facts, command.order_id)
    rows = facts.payments.get(command.order_id, ())
    payment = next((p for p in rows if p.payment_id == command.payment_id), None)
    if order is None or payment is None:
        raise Refusal("not_found")
    news = _news(facts, payment, command)
    after = _less_what_went_back(facts, payment, command)
    if after is payment:
        return Change(incidents=news, order=order, payment=payment)
    if order.status is OrderStatus.CONFIRMED and payment.live and not after.live:
        return replace(_no_sale_any_more(seating, facts, order, after), incidents=news)
    return Change(payments=(after,), incidents=news, order=order, payment=after)


def _news(facts: Facts, payment: Payment, command: NoteReturns) -> tuple[Incident, ...]:
    """The incidents that are new, or not as they were written down."""
    known = {i.incident_id: i for i in facts.incidents.get(payment.order_id, ())}
    said = [outside_refund(facts, payment, refund) for refund in command.returns.refunds]
    said += [dispute(facts, payment, contested) for contested in command.returns.disputes]
    news: list[Incident] = []
    for incident in said:
        before = known.get(incident.incident_id)
        if before is None:
            news.append(incident)
        elif (before.state, before.amount) != (incident.state, incident.amount):
            news.append(replace(incident, created_at=before.created_at))
    return tuple(news)


def _less_what_went_back(facts: Facts, payment: Payment, command: NoteReturns) -> Payment:
    """The payment with what went back without us; the same object where that is nothing new.

    What we have asked back ourselves and what went back without us never add up to more than was
    paid: of two refunds of the same money the provider makes one. What went back once stays so.
    """
    if payment.status not in COLLECTED_PAYMENTS:
        return payment
    lost = sum(d.amount for d in command.returns.disputes if d.state is IncidentState.LOST)
    said = lost + sum(r.amount for r in command.returns.refunds)
    outside = min(said, payment.amount - payment.refunded_amount)
    if outside <= payment.outside_amount:
        return payment
    return replace(payment, outside_amount=outside, updated_at=facts.now)


def _no_sale_any_more(seating: Seating, facts: Facts, order: Order, payment: Payment) -> Change:
    """All the money is with the buyer: the items count as refunded, and no errand is needed."""
    items = order.active
    gone = {item.item_id for item in items}
    tickets = valid_tickets(facts, order, gone)
    inside = {t.order_item_id for t in tickets if t.scanned_at is not None}
    after = without_items(order, gone)
    moves = [
        SeatMove(i.seat_id, SOLD, order.order_id, BLOCKED if i.item_id in inside else FREE, None)
        for i in items
    ]
    return Change(
        moves=tuple(moves),
        orders=(after,),
        taken=((order.session_id, -len(items)),),
        payments=(payment,),
        voided=tuple([replace(ticket, is_valid=False) for ticket in tickets]),
        news=(news_of_refund(seating, order, after),),
        order=after,
        payment=payment,
    )
