"""Buyers as they are typed: what passes, what is refused, and with which sentence."""

import pytest

from holdfast.checkout.buyer import check_buyer
from holdfast.desk.order import Buyer
from holdfast.refusals import Refusal

GOOD = Buyer("Ada Lovelace", "ada@example.org")


@pytest.mark.parametrize(
    "buyer",
    [
        GOOD,
        Buyer("Ødegård-Müller, Þóra", "a.b+tickets@mail.example.co.uk", "+43 (0)1 234-567", "de"),
        Buyer("李", "li@例子.公司", "0123", "zh-Hant-TW"),
        Buyer("می‌خواهم", "o'neil_x@example.org"),
        Buyer("x" * 200, f"{'l' * 64}@{'d' * 60}.{'d' * 60}.example"),
    ],
)
def test_real_people_pass_as_they_are(buyer: Buyer) -> None:
    assert check_buyer(buyer) == buyer


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "   "),
        ("name", "x" * 201),
        ("name", "Ada\nBcc: everybody@example.org"),
        ("name", "Ada\0"),
        ("name", "Ada\u2028Lovelace"),
        ("email", ""),
        ("email", "ada"),
        ("email", "ada@example"),
        ("email", "@example.org"),
        ("email", "ada@@example.org"),
        ("email", "ada@example..org"),
        ("email", "ada@.example.org"),
        ("email", "ada lovelace@example.org"),
        ("email", "ada@example.org\nBcc: x@example.org"),
        ("email", "ada@example.org,ben@example.org"),
        ("email", "<ada@example.org>"),
        ("email", "a..b@example.org"),
        ("email", f"{'l' * 65}@example.org"),
        ("email", f"ada@{'d.' * 125}org"),
        ("phone", "call me"),
        ("phone", "1" * 33),
        ("phone", "+"),
        ("locale", "../../etc"),
        ("locale", "d"),
        ("locale", "de-" * 20),
    ],
)
def test_what_is_wrong_is_named_with_its_place(field: str, value: str) -> None:
    fields = {"name": GOOD.name, "email": GOOD.email, field: value}
    with pytest.raises(Refusal) as refused:
        check_buyer(Buyer(**fields))
    assert refused.value.code == "invalid_request"
    assert f"$.buyer.{field}" in str(refused.value.detail)


@pytest.mark.timeout(2)
def test_a_long_address_is_refused_quickly() -> None:
    for address in ("a@" + "a." * 5_000, "a" * 100_000, "a@" + "-" * 100_000 + ".org"):
        with pytest.raises(Refusal):
            check_buyer(Buyer("Ada", address))
