"""From what a buyer asked for to the very places: seats by number, standing places, the best.

Refuses what is malformed, not priced or not free, in the order of refusals.py. Holds whose time has
passed count as free: the change returned ends them first.
"""

from collections.abc import Iterable

from msgspec import Struct

from holdfast.config import EXPIRE_ORDERS_MAX
from holdfast.desk.best_seats import best_seats
from holdfast.desk.commands import Choice, Facts, SeatMove
from holdfast.desk.order import Item, Order
from holdfast.desk.rules.ending import EndedHold, end_expired
from holdfast.desk.seating import FREE, HELD, Seating
from holdfast.desk.single_seats import left_single
from holdfast.ids import OrderId, item_id
from holdfast.refusals import Refusal
from holdfast.venues.price import Quote


class Chosen(Struct, gc=False, frozen=True):
    """Places with their prices, and the expired holds that have to end for them."""

    places: tuple[tuple[int, Quote], ...]
    ended: tuple[EndedHold, ...]

    def moves(self, order_id: OrderId) -> tuple[SeatMove, ...]:
        """Every chosen place from free to held by the order."""
        return tuple([SeatMove(seat_id, FREE, None, HELD, order_id) for seat_id, _ in self.places])

    def items(self, order_id: OrderId, first_number: int) -> tuple[Item, ...]:
        """The items of the order for these places, numbered from `first_number`."""
        return tuple(
            [
                Item(
                    item_id(order_id, number),
                    seat_id,
                    quote.price_type,
                    quote.price,
                    quote.fee_amount,
                    quote.tax_amount,
                )
                for number, (seat_id, quote) in enumerate(self.places, first_number)
            ]
        )


def require_places(choice: Choice) -> None:
    """Refuse a choice without a place, or with a part that is none."""
    if (
        choice.quantity < 1
        or (choice.areas and min([quantity for _, quantity, _ in choice.areas]) < 1)
        or (choice.best is not None and choice.best.quantity < 1)
    ):
        raise Refusal("invalid_request", "Choose at least one place.")


def choose(
    seating: Seating, facts: Facts, choice: Choice, giving_back: frozenset[int] = frozenset()
) -> Chosen:
    """Find every place of the choice or refuse it whole.

    `giving_back`: seats that the same command frees first, so that they count as free.
    """
    named = _check_numbers(seating, choice)
    quotes = _check_prices(seating, choice)
    ended = _expired_owners(seating, facts, named)
    freed = _freed(ended, giving_back)
    letters = seating.letters
    taken = [seat_id for seat_id in named if letters[seat_id] != FREE and seat_id not in freed]
    if taken:
        raise Refusal("seat_unavailable", seat_ids=taken)
    places = list(zip(named, quotes, strict=True))
    if choice.areas or choice.best:
        ended += _make_room(seating, facts, ended)
        freed = _freed(ended, giving_back)
        places += _standing(seating, choice, freed)
        places += _best(seating, choice, freed, set(named))
    if seating.terms.forbid_single_seats:
        chosen = {seat_id for seat_id, _ in places}
        single = left_single(seating, chosen, freed)
        if single:
            raise Refusal("leaves_single_seat", seat_ids=single)
    return Chosen(tuple(places), tuple(ended))


def _freed(ended: Iterable[EndedHold], giving_back: frozenset[int]) -> set[int]:
    return {seat_id for hold in ended for seat_id in hold.seat_ids} | giving_back


def _check_numbers(seating: Seating, choice: Choice) -> list[int]:
    named = [seat_id for seat_id, _ in choice.seats]
    if named and not (min(named) >= 0 and max(named) < seating.plan.seat_count):
        outside = [seat_id for seat_id in named if not 0 <= seat_id < seating.plan.seat_count]
        raise Refusal("unknown_seat", seat_ids=outside)
    if choice.areas:
        areas = {area.area_id for area in seating.plan.areas}
        unknown = [area_id for area_id, _, _ in choice.areas if area_id not in areas]
        if unknown:
            raise Refusal(
                "unknown_seat",
                "This event has no such standing area; the numbers in area_ids are not on its map.",
                area_ids=unknown,
            )
    if len(set(named)) != len(named):
        raise Refusal("duplicate_seat", seat_ids=sorted({s for s in named if named.count(s) > 1}))
    return named


def _check_prices(seating: Seating, choice: Choice) -> list[Quote]:
    """The prices of the seats named; the rest is only checked to have some."""
    if choice.areas:
        first_seats = {area.area_id: area.first_seat_id for area in seating.plan.areas}
        for area_id, _, price_type in choice.areas:
            quote(seating, first_seats[area_id], price_type)
    if choice.best is not None and choice.best.price_type is not None:
        wanted = choice.best.price_type
        if not any(price.price_type == wanted for price in seating.terms.prices.prices):
            raise Refusal("unknown_price_type")
    return [quote(seating, seat_id, price_type) for seat_id, price_type in choice.seats]


def quote(seating: Seating, seat_id: int, price_type: str | None) -> Quote:
    """What the place costs, or a refusal where the event has no such price."""
    plan = seating.plan
    category = plan.categories[plan.category_of[seat_id]]
    found = seating.terms.prices.quote(category, price_type)
    if found is None:
        raise Refusal("unknown_price_type", seat_ids=[seat_id])
    return found


def _expired_owners(seating: Seating, facts: Facts, seat_ids: Iterable[int]) -> list[EndedHold]:
    """The holds on these seats whose time has passed; each ends whole."""
    owners: dict[str, Order] = {}
    letters = seating.letters
    for seat_id in seat_ids:
        if letters[seat_id] == HELD:
            owner = seating.owner[seat_id]
            assert owner is not None, "a held seat has an order"
            if owner.expires_at <= facts.now:
                owners[owner.order_id] = owner
    return [end_expired(owner) for owner in owners.values()]


def _make_room(seating: Seating, facts: Facts, ended: list[EndedHold]) -> list[EndedHold]:
    """Ends what is due, where a search follows: an untidied hold must not make a house full."""
    already = {hold.order.order_id for hold in ended}
    due = seating.due(facts.now, EXPIRE_ORDERS_MAX)
    return [end_expired(order) for order in due if order.order_id not in already]


def _standing(seating: Seating, choice: Choice, freed: set[int]) -> list[tuple[int, Quote]]:
    places: list[tuple[int, Quote]] = []
    used: set[int] = set()
    areas = {area.area_id: area for area in seating.plan.areas}
    for area_id, quantity, price_type in choice.areas:
        area = areas[area_id]
        found = _free_places(
            seating, area.first_seat_id, area.first_seat_id + area.capacity, quantity, freed, used
        )
        if len(found) < quantity:
            raise Refusal("section_sold_out", section_ids=[area.section_id])
        used.update(found)
        places += [(seat_id, quote(seating, seat_id, price_type)) for seat_id in found]
    return places


def _free_places(
    seating: Seating, start: int, end: int, quantity: int, freed: set[int], used: set[int]
) -> list[int]:
    found = [s for s in sorted(freed) if start <= s < end and s not in used][:quantity]
    seat_id = start - 1
    while len(found) < quantity:
        seat_id = seating.letters.find(FREE, seat_id + 1, end)
        if seat_id < 0:
            break
        if seat_id not in used:
            found.append(seat_id)
    return found


def _best(
    seating: Seating, choice: Choice, freed: set[int], named: set[int]
) -> list[tuple[int, Quote]]:
    if choice.best is None:
        return []
    found = best_seats(seating, choice.best, freed, named)
    return [(seat_id, quote(seating, seat_id, choice.best.price_type)) for seat_id in found]
