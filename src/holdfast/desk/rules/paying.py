"""Begin to pay, and settle: the money follows the seats, never the other way round.

`begin_payment` writes down the attempt before the provider is asked. `settle` is the one rule for
whatever the provider says, said by anybody and any number of times: seats still ours -> confirm;
all free again, on sale and at the same price -> take them again and confirm; else the money goes
back by itself: a reservation is voided, what was collected already is refunded whole. Another
amount or currency than agreed never buys a ticket.
"""

from msgspec.structs import replace

from holdfast.config import PAYMENT_ATTEMPTS_MAX
from holdfast.desk.commands import BeginPayment, Change, Charge, Facts, SeatMove, Settle
from holdfast.desk.order import (
    ABANDONED,
    UNSETTLED_PAYMENTS,
    CancelReason,
    Errand,
    EventStatus,
    Item,
    ItemState,
    News,
    Occasion,
    Order,
    OrderStatus,
    OutboxKind,
    Payment,
    PaymentStatus,
    Ticket,
)
from holdfast.desk.rules.ending import EndedHold, end_expired
from holdfast.desk.rules.errands import errand, refund_errand
from holdfast.desk.rules.finding import (
    find_order,
    known_order,
    require_holding,
    require_no_payment,
)
from holdfast.desk.rules.incidents import wrong_amount
from holdfast.desk.seating import FREE, HELD, SOLD, Seating
from holdfast.ids import barcode, item_number, payment_id, ticket_id
from holdfast.refusals import Refusal

_PAID = (PaymentStatus.AUTHORIZED, PaymentStatus.SUCCEEDED)
_VOIDED = (PaymentStatus.VOIDING, PaymentStatus.VOIDED)


def begin_payment(seating: Seating, facts: Facts, command: BeginPayment) -> Change:
    """Write down an attempt to pay and extend the hold once, up to its cap.

    The same token again is answered with the attempt that it made. Free orders are confirmed here.
    """
    order = find_order(seating, facts, command)
    earlier = _attempt_with(facts, order, command.token_fingerprint)
    if earlier is not None:
        return Change(order=order, payment=earlier, replayed=True)
    if command.token_fingerprint is None and _confirmed_free(order):
        return Change(order=order, replayed=True)
    if seating.event_status is EventStatus.CANCELLED:
        raise Refusal("event_cancelled")
    _require_no_live_charge(facts, order)
    require_holding(order, facts)
    if order.payment_count >= PAYMENT_ATTEMPTS_MAX:
        raise Refusal("attempts_exhausted")
    if order.total_amount == 0:
        if command.token_fingerprint is not None:
            raise Refusal("payment_token_unexpected")
        return _confirm(seating, facts, replace(order, buyer=command.buyer), None, command.seed)
    if command.token_fingerprint is None:
        raise Refusal("payment_token_required")
    if not command.token_known:
        raise Refusal("unknown_payment_token")
    if command.provider_rests:
        raise Refusal("provider_unreachable", retry_after=command.provider_rests)
    return _attempt(facts, order, command, command.token_fingerprint)


def _require_no_live_charge(facts: Facts, order: Order) -> None:
    """Refuse a second charge beside a first that is alive, or whose money is on its way back."""
    require_no_payment(order)
    rows = facts.payments.get(order.order_id, ())
    if order.status is OrderStatus.PENDING and any(_took_money(p) for p in rows):
        raise Refusal("payment_in_progress")


def _took_money(payment: Payment) -> bool:
    return payment.live or payment.status is PaymentStatus.SUCCEEDED


def _confirmed_free(order: Order) -> bool:
    return order.status is OrderStatus.CONFIRMED and order.total_amount == 0


def _attempt(facts: Facts, order: Order, command: BeginPayment, fingerprint: bytes) -> Change:
    number = order.payment_count + 1
    payment = Payment(
        payment_id=payment_id(order.order_id, number),
        order_id=order.order_id,
        provider=command.provider,
        status=PaymentStatus.CREATED,
        amount=order.total_amount,
        currency=order.currency,
        token_fingerprint=fingerprint,
        created_at=facts.now,
        updated_at=facts.now,
    )
    after = replace(
        order,
        payment_count=number,
        paying=True,
        buyer=command.buyer,
        expires_at=order.hold_cap_at,
    )
    return Change(
        moves=tuple(
            [SeatMove(i.seat_id, HELD, order.order_id, HELD, order.order_id) for i in order.active]
        ),
        orders=(after,),
        payments=(payment,),
        order=after,
        payment=payment,
    )


def _attempt_with(facts: Facts, order: Order, fingerprint: bytes | None) -> Payment | None:
    """The attempt made with this token, unless it was closed without having reached the provider:
    then the same card may be used for a new one."""
    for payment in facts.payments.get(order.order_id, ()):
        abandoned = payment.status is PaymentStatus.FAILED and payment.decline_reason == ABANDONED
        if payment.token_fingerprint == fingerprint and not abandoned:
            return payment
    return None


def settle(seating: Seating, facts: Facts, command: Settle) -> Change:
    """Bring the order in line with what the provider says of its payment."""
    order = known_order(seating, facts, command.order_id)
    rows = facts.payments.get(command.order_id, ())
    payment = next((p for p in rows if p.payment_id == command.payment_id), None)
    if order is None or payment is None:
        raise Refusal("not_found")
    charge = command.charge
    if _came_too_late(payment, charge):
        return _give_back_late(facts, order, payment, charge)
    if payment.status not in UNSETTLED_PAYMENTS:
        return Change(order=order, payment=payment)
    payment = replace(
        payment,
        updated_at=facts.now,
        provider_reference=charge.provider_reference or payment.provider_reference,
        next_action=charge.next_action,
        decline_reason=charge.decline_reason,
    )
    if charge.status is PaymentStatus.PROCESSING:
        payment = replace(payment, status=PaymentStatus.PROCESSING)
        return Change(payments=(payment,), order=order, payment=payment)
    if charge.status not in _PAID:
        return _declined(order, replace(payment, status=PaymentStatus.FAILED))
    if _differs(payment, charge):
        alarm = wrong_amount(facts, payment, charge)
        return replace(_give_back(order, payment, charge), incidents=(alarm,))
    if seating.event_status is EventStatus.CANCELLED:
        return _give_back(order, payment, charge, Occasion.ORDER_CANCELLED)
    if order.status is OrderStatus.PENDING:
        return _confirm(seating, facts, order, _taken_in(payment, charge), command.seed)
    return _rescue(seating, facts, order, payment, command)


def _declined(order: Order, payment: Payment) -> Change:
    after = replace(order, paying=False)
    return Change(orders=(after,), payments=(payment,), order=after, payment=payment)


def _came_too_late(payment: Payment, charge: Charge) -> bool:
    """Whether money was taken by an attempt that was given up: one that was taken for failed, or
    one whose reservation was being voided when somebody collected it."""
    if payment.status is PaymentStatus.FAILED:
        return charge.status in _PAID
    return payment.status in _VOIDED and charge.status is PaymentStatus.SUCCEEDED


def _give_back_late(facts: Facts, order: Order, payment: Payment, charge: Charge) -> Change:
    """The money goes back. The order is not touched; it may have been paid otherwise since."""
    # Of a reservation that was being voided the buyer has been told already.
    untold = payment.status is PaymentStatus.FAILED
    payment = replace(
        payment,
        updated_at=facts.now,
        provider_reference=charge.provider_reference or payment.provider_reference,
    )
    payment, back = _money_back(payment, charge)
    news = _news_of_return(order, payment, Occasion.PAYMENT_RETURNED)
    return Change(
        payments=(payment,),
        errands=(back,),
        news=(news,) if untold else (),
        order=order,
        payment=payment,
    )


def _news_of_return(order: Order, payment: Payment, occasion: Occasion) -> News:
    return News(f"news_returned_{payment.payment_id}", occasion, order.order_id, payment.amount)


def _differs(payment: Payment, charge: Charge) -> bool:
    return (charge.amount, charge.currency) != (payment.amount, payment.currency)


def _taken_in(payment: Payment, charge: Charge) -> Payment:
    """The payment of a sale: to be captured, or collected already."""
    captured = charge.status is PaymentStatus.SUCCEEDED
    status = PaymentStatus.SUCCEEDED if captured else PaymentStatus.CAPTURING
    return replace(payment, status=status, next_action=None)


def _give_back(
    order: Order,
    payment: Payment,
    charge: Charge,
    occasion: Occasion = Occasion.PAYMENT_RETURNED,
) -> Change:
    """The seats are lost, or the money was not as agreed: all of it goes back."""
    payment, back = _money_back(payment, charge)
    after = replace(order, paying=False)
    news = _news_of_return(order, payment, occasion)
    return Change(
        orders=(after,),
        payments=(payment,),
        errands=(back,),
        news=(news,),
        order=after,
        payment=payment,
    )


def _money_back(payment: Payment, charge: Charge) -> tuple[Payment, Errand]:
    """A reservation is voided, money already collected is refunded whole: what the provider has
    taken, be it as agreed or not. So the payment says from now on what that was."""
    if _differs(payment, charge):
        payment = replace(payment, amount=charge.amount, currency=charge.currency)
    if charge.status is PaymentStatus.AUTHORIZED:
        payment = replace(payment, status=PaymentStatus.VOIDING)
        return payment, errand(OutboxKind.VOID, payment)
    back = refund_errand(payment, payment.amount)
    collected = PaymentStatus.SUCCEEDED
    return replace(payment, status=collected, refunded_amount=payment.amount), back


def _rescue(
    seating: Seating, facts: Facts, order: Order, payment: Payment, command: Settle
) -> Change:
    """Paid too late: take the seats again if every one of them is free, else pay back."""
    charge = command.charge
    again = _seats_again(seating, facts, order)
    if again is None:
        return _give_back(order, payment, charge)
    ended, items = again
    retaken = replace(order, items=items, cancel_reason=None)
    change = _confirm(seating, facts, retaken, _taken_in(payment, charge), command.seed, FREE)
    return replace(
        change,
        moves=(*[move for hold in ended for move in hold.moves()], *change.moves),
        orders=(*[hold.order for hold in ended], *change.orders),
        taken=(
            *[hold.taken() for hold in ended],
            (order.session_id, sum(1 for i in items if i.state is ItemState.ACTIVE)),
        ),
    )


def _seats_again(
    seating: Seating, facts: Facts, order: Order
) -> tuple[list[EndedHold], tuple[Item, ...]] | None:
    """The items as they were when the hold expired, if all their seats can be had again."""
    if order.status is not OrderStatus.CANCELLED:
        return None
    if order.cancel_reason is not CancelReason.EXPIRED:
        return None
    if not _on_sale(seating, facts):
        return None
    expired = [item for item in order.items if item.state is ItemState.EXPIRED]
    ended: dict[str, EndedHold] = {}
    for item in expired:
        letter = seating.letters[item.seat_id]
        owner = seating.owner[item.seat_id]
        if letter == HELD and owner is not None and owner.expires_at <= facts.now:
            ended[owner.order_id] = end_expired(owner)
        elif letter != FREE:
            return None
        if not _same_price(seating, item):
            return None
    items = tuple(
        [
            replace(i, state=ItemState.ACTIVE) if i.state is ItemState.EXPIRED else i
            for i in order.items
        ]
    )
    return list(ended.values()), items


def _on_sale(seating: Seating, facts: Facts) -> bool:
    on_sale_at = seating.terms.on_sale_at
    open_now = seating.event_status in (EventStatus.ON_SALE, EventStatus.SOLD_OUT)
    return open_now and (on_sale_at is None or on_sale_at <= facts.now)


def _same_price(seating: Seating, item: Item) -> bool:
    """Whether the seat costs today what was agreed and paid."""
    category = seating.plan.category(item.seat_id)
    today = seating.terms.prices.quote(category, item.price_type)
    agreed = (item.price, item.fee_amount, item.tax_amount)
    return today is not None and (today.price, today.fee_amount, today.tax_amount) == agreed


def _confirm(
    seating: Seating,
    facts: Facts,
    order: Order,
    payment: Payment | None,
    seed: bytes,
    seats_are: int = HELD,
) -> Change:
    """Seats sold, order confirmed, tickets issued, money sent for: one change."""
    before = order.order_id if seats_are == HELD else None
    after = replace(order, status=OrderStatus.CONFIRMED, cancel_reason=None, paying=False)
    errands = ()
    if payment is not None and payment.status is PaymentStatus.CAPTURING:
        errands = (errand(OutboxKind.CAPTURE, payment),)
    news = News(
        f"news_confirmed_{order.order_id}",
        Occasion.ORDER_CONFIRMED,
        order.order_id,
        order.total_amount,
    )
    return Change(
        moves=tuple(
            [SeatMove(i.seat_id, seats_are, before, SOLD, order.order_id) for i in order.active]
        ),
        orders=(after,),
        payments=(payment,) if payment else (),
        tickets=tuple([_ticket(seating, facts, order, item, seed) for item in order.active]),
        errands=errands,
        news=(news,),
        order=after,
        payment=payment,
    )


def _ticket(seating: Seating, facts: Facts, order: Order, item: Item, seed: bytes) -> Ticket:
    number = item_number(item.item_id)
    return Ticket(
        ticket_id=ticket_id(order.order_id, number),
        order_id=order.order_id,
        order_item_id=item.item_id,
        seat_id=item.seat_id,
        barcode=barcode(seating.terms.event_id, seed, item.item_id),
        is_valid=True,
        issued_at=facts.now,
    )
