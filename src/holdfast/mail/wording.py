"""What a mail says, before it is a mail: sentences, places and a link, in the buyer's language.

Pure. Every occasion has one function here; how a wording looks is in mail.mjml and mail.txt.
"""

from collections.abc import Sequence

from msgspec import Struct

from holdfast.desk.order import Occasion, Order, OrderStatus
from holdfast.tickets.ticket_list import Evening, TicketLine
from holdfast.words.language import Language

_MONEY = (
    "The money goes back by itself to where it came from. Depending on your bank this takes a few "
    "days; you need to do nothing."
)


class Place(Struct, frozen=True):
    """One place of the order as one says it, and what it costs, all in."""

    name: str
    price: str


class Wording(Struct, frozen=True):
    """One mail. `places` are those that the buyer has; `tickets` those to be attached."""

    subject: str
    paragraphs: tuple[str, ...]
    event: str
    date: str
    times: str
    venue: str
    places: tuple[Place, ...]
    total: str
    total_word: str
    link_word: str
    order_word: str
    foot: str
    language: str
    color: str
    tickets: tuple[TicketLine, ...] = ()


def wording_of(
    occasion: Occasion,
    amount: int,
    order: Order,
    tickets: Sequence[TicketLine],
    evening: Evening,
    language: Language,
) -> Wording | None:
    """The mail about what has happened to this order; `amount` goes back, in minor units.

    None: there is nothing left to tell, since the order has moved on.
    """
    valid = tuple([ticket for ticket in tickets if ticket.is_valid])
    if occasion is Occasion.ORDER_CONFIRMED:
        if order.status is not OrderStatus.CONFIRMED:
            return None
        return _wording(
            language.say("Your tickets for {event}", event=evening.name),
            _confirmed(order, language),
            order,
            valid,
            evening,
            language,
            attached=valid,
        )
    money = language.money(amount, order.currency)
    if occasion is Occasion.ORDER_CANCELLED:
        subject = language.say("Cancelled: {event}", event=evening.name)
        paragraphs = _cancelled(amount, money, order, evening, language)
        return _wording(subject, paragraphs, order, (), evening, language)
    if occasion is Occasion.PAYMENT_RETURNED:
        subject = language.say("Your payment for {event} goes back", event=evening.name)
        paragraphs = [
            language.say(
                "{name}, your payment of {amount} came when the places could no longer be given "
                "to you.",
                name=_name(order),
                amount=money,
            ),
            language.say(_MONEY),
        ]
        return _wording(subject, paragraphs, order, (), evening, language)
    assert occasion is Occasion.ORDER_REFUNDED, "news of a whole event make no mails"
    subject = language.say("Refund for {event}", event=evening.name)
    paragraphs = _refunded(amount, money, order, valid, language)
    return _wording(subject, paragraphs, order, valid, evening, language)


def _confirmed(order: Order, language: Language) -> list[str]:
    return [
        language.say(
            "Thank you for your order, {name}. Your places are paid and yours.", name=_name(order)
        ),
        language.say(
            "Your tickets are attached. Show each code at the gate, on paper or on your phone."
        ),
    ]


def _cancelled(
    amount: int, money: str, order: Order, evening: Evening, language: Language
) -> list[str]:
    sorry = language.say(
        "{name}, we are sorry: {event} on {date} will not take place.",
        name=_name(order),
        event=evening.name,
        date=language.date(evening.start_time, evening.time_zone),
    )
    back = language.say(
        "We are paying back all that you paid and had not had back yet: {amount}.", amount=money
    )
    paid = [back, language.say(_MONEY)] if amount else []
    return [sorry, *paid, language.say("Your tickets no longer admit.")]


def _refunded(
    amount: int, money: str, order: Order, valid: Sequence[TicketLine], language: Language
) -> list[str]:
    name = _name(order)
    if amount:
        opening = [
            language.say(
                "{name}, we are paying back {amount} of your order.", name=name, amount=money
            ),
            language.say(_MONEY),
        ]
    else:
        opening = [language.say("{name}, places of your order were taken back.", name=name)]
    rest = "Tickets that were refunded no longer admit. Those listed here stay valid."
    return [*opening, language.say(rest if valid else "Your tickets no longer admit.")]


def _wording(
    subject: str,
    paragraphs: Sequence[str],
    order: Order,
    places: Sequence[TicketLine],
    evening: Evening,
    language: Language,
    attached: tuple[TicketLine, ...] = (),
) -> Wording:
    zone = evening.time_zone
    prices: dict[str, int] = {item.item_id: item.total for item in order.items}
    doors = language.say("Doors open at {time}", time=language.time(evening.doors_open, zone))
    start = language.say("Starts at {time}", time=language.time(evening.start_time, zone))
    left = order.total_amount - order.refunded_amount
    return Wording(
        subject=" ".join(subject.split()),
        paragraphs=tuple(paragraphs),
        event=evening.name,
        date=language.date(evening.start_time, zone),
        times=f"{doors} · {start}",
        venue=", ".join(part for part in (evening.venue_name, evening.venue_address) if part),
        places=tuple(
            [
                Place(
                    language.place(ticket.section, ticket.row, ticket.seat_number),
                    language.money(prices[ticket.item_id], order.currency),
                )
                for ticket in places
            ]
        ),
        total=language.money(left, order.currency),
        total_word=language.say("Total"),
        link_word=language.say("Open your order"),
        order_word=language.say("Order {number}", number=order.order_id),
        foot=language.say("You get this mail because this address was given with an order."),
        language=language.code,
        color=evening.color,
        tickets=attached,
    )


def _name(order: Order) -> str:
    return order.buyer.name if order.buyer is not None else ""
