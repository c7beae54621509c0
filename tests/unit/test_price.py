"""Prices: all in, in minor units, rounded half up, and never a fraction of a cent off."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from holdfast.venues.price import Price, PriceList

amounts = st.integers(0, 10_000_000)
shares = st.integers(0, 10_000)


def half_up(exact: Fraction) -> int:
    """What a bookkeeper does with a pencil."""
    return int(exact + Fraction(1, 2))


@given(amounts, amounts, shares, shares, st.sampled_from([1, 5, 10, 50, 100]))
def test_fee_and_tax_are_exact_and_rounded_half_up(
    amount: int, fixed: int, fee_share: int, tax_share: int, rounding: int
) -> None:
    price = Price("any", "adult", amount, fixed, fee_share, tax_share, rounding)
    fee = Fraction(amount * fee_share, 10_000)
    assert price.fee_amount == fixed + half_up(fee / rounding) * rounding
    tax = Fraction((amount + price.fee_amount) * tax_share, 10_000)
    assert price.tax_amount == half_up(tax)
    assert price.total == amount + price.fee_amount + price.tax_amount


def test_half_a_cent_goes_up() -> None:
    assert Price("any", "adult", 50, fee_basis_points=100).fee_amount == 1
    assert Price("any", "adult", 49, fee_basis_points=100).fee_amount == 0


def test_a_quote_is_what_the_price_says() -> None:
    price = Price("Stalls", "adult", 5_000, 200, 0, 1_000)
    quote = PriceList([price]).quote("Stalls", None)
    assert quote is not None
    assert (quote.price, quote.fee_amount, quote.tax_amount) == (5_000, 200, 520)
    assert quote.total == price.total == 5_720


def test_the_first_price_of_a_category_is_its_default() -> None:
    prices = PriceList(
        [Price("A", "child", 1), Price("A", "adult", 2), Price("B", "adult", 3)],
    )
    found = [prices.quote(*ask) for ask in (("A", None), ("A", "adult"), ("B", None))]
    assert [quote.price for quote in found if quote] == [1, 2, 3]


def test_what_has_no_price_has_no_quote() -> None:
    prices = PriceList([Price("A", "adult", 2)])
    assert prices.quote("A", "child") is None
    assert prices.quote("B", None) is None
    assert prices.lowest_total("B") is None


def test_the_lowest_price_is_the_lowest_total() -> None:
    prices = PriceList([Price("A", "adult", 100, fee_fixed=50), Price("A", "member", 120)])
    assert prices.lowest_total("A") == 120
