"""The choice of places in a request body, and what it becomes for the desk."""

from typing import Annotated

from msgspec import Meta, Struct, field

from holdfast.api.paths import Number
from holdfast.config import REQUEST_PARTS_MAX, REQUEST_PLACES_MAX
from holdfast.desk.commands import Best, Choice

SeatNumber = Annotated[int, Meta(ge=0, le=2**31 - 1)]
Quantity = Annotated[int, Meta(ge=1, le=REQUEST_PLACES_MAX)]
PriceType = Annotated[str, Meta(min_length=1, max_length=60)]
Money = Annotated[int, Meta(ge=0, le=2**53)]


class SeatChoice(Struct, gc=False, forbid_unknown_fields=True, frozen=True):
    """One seat. Without a price_type it costs what the category's first type costs."""

    seat_id: SeatNumber
    price_type: PriceType | None = None


class AreaChoice(Struct, gc=False, forbid_unknown_fields=True, frozen=True):
    """Standing places: any `quantity` of the area."""

    area_id: Number
    quantity: Quantity
    price_type: PriceType | None = None


class BestChoice(Struct, gc=False, forbid_unknown_fields=True, frozen=True):
    """`quantity` seats side by side, the best there are within these filters; no filter means
    anywhere. `max_price` is the most that one place may cost in all, minor units."""

    quantity: Quantity
    section_ids: Annotated[list[Number], Meta(max_length=REQUEST_PARTS_MAX)] = field(
        default_factory=list[int]
    )
    categories: Annotated[
        list[Annotated[str, Meta(max_length=200)]], Meta(max_length=REQUEST_PARTS_MAX)
    ] = field(default_factory=list[str])
    max_price: Money | None = None
    accessible: bool = False
    price_type: PriceType | None = None


class HoldRequest(Struct, gc=False, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Which places: seats by seat_id, seats with their price types, standing places, the best.
    What is named together is held together, or nothing is."""

    seat_ids: Annotated[list[SeatNumber], Meta(max_length=REQUEST_PLACES_MAX)] = field(
        default_factory=list[int]
    )
    items: Annotated[list[SeatChoice], Meta(max_length=REQUEST_PLACES_MAX)] = field(
        default_factory=list[SeatChoice]
    )
    areas: Annotated[list[AreaChoice], Meta(max_length=REQUEST_PARTS_MAX)] = field(
        default_factory=list[AreaChoice]
    )
    best_available: BestChoice | None = None

    def choice(self) -> Choice:
        """The same for the desk, which refuses what is not there or named twice."""
        best = self.best_available
        return Choice(
            seats=(
                *[(seat_id, None) for seat_id in self.seat_ids],
                *[(item.seat_id, item.price_type) for item in self.items],
            ),
            areas=tuple([(area.area_id, area.quantity, area.price_type) for area in self.areas]),
            best=None
            if best is None
            else Best(
                quantity=best.quantity,
                section_ids=frozenset(best.section_ids),
                categories=frozenset(best.categories),
                max_price=best.max_price,
                accessible=best.accessible,
                price_type=best.price_type,
            ),
        )


ItemId = Annotated[str, Meta(min_length=1, max_length=60)]


class SwapRequest(HoldRequest, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Which items to give back, and which places to have instead."""

    item_ids: Annotated[list[ItemId], Meta(min_length=1, max_length=REQUEST_PLACES_MAX)]
