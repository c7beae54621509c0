"""Prices: what one place costs for one kind of buyer, all in.

Money is integer minor units. The fee is a fixed part and a percentage of the amount, rounded half
up to `rounding`; tax is a percentage of amount and fee, rounded half up. People see the total.
"""

from collections.abc import Iterable

from msgspec import Struct

DEFAULT_PRICE_TYPE = "adult"


class Price(Struct, frozen=True):
    """One row of an event's price list; percentages in basis points (hundredths of a percent)."""

    category: str
    price_type: str
    amount: int
    fee_fixed: int = 0
    fee_basis_points: int = 0
    tax_basis_points: int = 0
    rounding: int = 1

    @property
    def fee_amount(self) -> int:
        share = _half_up(self.amount * self.fee_basis_points, 10_000 * self.rounding)
        return self.fee_fixed + share * self.rounding

    @property
    def tax_amount(self) -> int:
        return _half_up((self.amount + self.fee_amount) * self.tax_basis_points, 10_000)

    @property
    def total(self) -> int:
        return self.amount + self.fee_amount + self.tax_amount


class Quote(Struct, frozen=True):
    """What one place costs, as it is copied into an order."""

    price_type: str
    price: int
    fee_amount: int
    tax_amount: int

    @property
    def total(self) -> int:
        return self.price + self.fee_amount + self.tax_amount


class PriceList:
    """The prices of one event, in the organiser's order; a category's first is its default."""

    __slots__ = ("_first", "_quotes", "prices")

    def __init__(self, prices: Iterable[Price]) -> None:
        self.prices = tuple(prices)
        self._quotes: dict[tuple[str, str], Quote] = {}
        self._first: dict[str, Quote] = {}
        for price in self.prices:
            quote = Quote(price.price_type, price.amount, price.fee_amount, price.tax_amount)
            self._quotes[price.category, price.price_type] = quote
            self._first.setdefault(price.category, quote)

    def quote(self, category: str, price_type: str | None) -> Quote | None:
        """The price of a place, or None where the category has no such type."""
        if price_type is None:
            return self._first.get(category)
        return self._quotes.get((category, price_type))

    def lowest_total(self, category: str) -> int | None:
        """The all-in price from which the category is sold, or None where it has no price."""
        totals = [p.total for p in self.prices if p.category == category]
        return min(totals) if totals else None


def _half_up(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)
