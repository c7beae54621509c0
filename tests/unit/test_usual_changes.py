"""What is written by the lean statements is told apart from everything else, field by field."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from holdfast.desk.order import (
    Buyer,
    CancelReason,
    Item,
    ItemState,
    Order,
    OrderStatus,
    Payment,
    PaymentStatus,
)
from holdfast.desk.usual import begins_to_pay, ended_items, is_ended, is_reserved, is_sold
from holdfast.ids import EventId, PaymentId, new_order_id

NOW = datetime(2027, 5, 1, 20, tzinfo=UTC)
ADA = Buyer("Ada", "ada@example.org")
ORDER_ID = new_order_id(EventId(1))
ITEM = Item(f"{ORDER_ID}_1", 7, "standard", 4500, 300, 0)  # type: ignore[arg-type]

HELD = Order(
    order_id=ORDER_ID,
    session_id="session",
    user_id=None,
    status=OrderStatus.PENDING,
    cancel_reason=None,
    items=(ITEM,),
    total_amount=4800,
    order_fee_amount=0,
    refunded_amount=0,
    currency="EUR",
    created_at=NOW,
    expires_at=NOW + timedelta(minutes=10),
    hold_cap_at=NOW + timedelta(minutes=15),
)
PAYING = replace(HELD, payment_count=1, paying=True, buyer=ADA, expires_at=HELD.hold_cap_at)
SOLD = replace(PAYING, status=OrderStatus.CONFIRMED, paying=False)

CREATED = Payment(
    payment_id=PaymentId("p_1"),
    order_id=ORDER_ID,
    provider="test",
    status=PaymentStatus.CREATED,
    amount=4800,
    currency="EUR",
    token_fingerprint=b"f",
    created_at=NOW,
    updated_at=NOW,
)
RESERVED = replace(CREATED, status=PaymentStatus.CAPTURING, provider_reference="pi_1")

ITEM_GONE = (replace(ITEM, state=ItemState.RELEASED),)
ITEM_EXPIRED = (replace(ITEM, state=ItemState.EXPIRED),)

RELEASED = replace(
    HELD, status=OrderStatus.CANCELLED, cancel_reason=CancelReason.RELEASED, items=ITEM_GONE
)
EXPIRED = replace(RELEASED, cancel_reason=CancelReason.EXPIRED, items=ITEM_EXPIRED)


def test_the_usual_way_of_an_order_is_known() -> None:
    assert begins_to_pay(HELD, PAYING)
    assert is_sold(PAYING, SOLD)
    assert is_reserved(CREATED, RESERVED)
    assert not begins_to_pay(PAYING, SOLD)
    assert not is_sold(HELD, PAYING)


@pytest.mark.parametrize(
    "other",
    [
        {"status": OrderStatus.CONFIRMED},
        {"paying": False},
        {"payment_count": 2},
        {"expires_at": NOW + timedelta(minutes=12)},
        {"items": ITEM_GONE},
        {"total_amount": 1},
        {"refunded_amount": 1},
        {"cancel_reason": CancelReason.EXPIRED},
    ],
)
def test_a_beginning_with_anything_else_is_not_usual(other: dict[str, Any]) -> None:
    assert not begins_to_pay(HELD, replace(PAYING, **other))


@pytest.mark.parametrize(
    "other",
    [
        {"status": OrderStatus.REFUNDED},
        {"paying": True},
        {"payment_count": 2},
        {"expires_at": NOW},
        {"buyer": Buyer("Ben", "ben@example.org")},
        {"items": ITEM_GONE},
        {"total_amount": 1},
        {"refunded_amount": 1},
        {"cancel_reason": CancelReason.EXPIRED},
    ],
)
def test_a_sale_with_anything_else_is_not_usual(other: dict[str, Any]) -> None:
    assert not is_sold(PAYING, replace(SOLD, **other))


@pytest.mark.parametrize(
    "other",
    [
        {"status": PaymentStatus.SUCCEEDED},
        {"provider_reference": None},
        {"amount": 1},
        {"currency": "USD"},
        {"refunded_amount": 1},
        {"outside_amount": 1},
        {"next_action": {"type": "redirect"}},
        {"decline_reason": "card_declined"},
    ],
)
def test_a_reservation_with_anything_else_is_not_usual(other: dict[str, Any]) -> None:
    assert not is_reserved(CREATED, replace(RESERVED, **other))


def test_a_hold_that_ends_whichever_way_is_usual() -> None:
    called_off = replace(RELEASED, cancel_reason=CancelReason.EVENT_CANCELLED)
    dropped = replace(HELD, items=ITEM_GONE + HELD.items)
    assert is_ended(HELD, RELEASED)
    assert is_ended(HELD, EXPIRED)
    assert is_ended(HELD, called_off)
    assert is_ended(dropped, replace(EXPIRED, items=ITEM_GONE + ITEM_EXPIRED))
    assert is_ended(PAYING, replace(PAYING, **_ending(EXPIRED))), "its payment is settled later"


def _ending(order: Order) -> dict[str, Any]:
    return {
        "status": order.status,
        "cancel_reason": order.cancel_reason,
        "items": order.items,
    }


@pytest.mark.parametrize(
    "other",
    [
        {"status": OrderStatus.PENDING},
        {"status": OrderStatus.CONFIRMED},
        {"items": HELD.items},
        {"items": ITEM_GONE},
        {"items": ITEM_EXPIRED * 2},
        {"total_amount": 1},
        {"refunded_amount": 1},
        {"payment_count": 1},
        {"paying": True},
        {"expires_at": NOW},
        {"buyer": ADA},
    ],
)
def test_an_end_with_anything_else_is_not_usual(other: dict[str, Any]) -> None:
    assert not is_ended(HELD, replace(EXPIRED, **other))
    assert not is_ended(SOLD, EXPIRED)


def test_a_place_that_was_dropped_before_does_not_expire() -> None:
    dropped = replace(HELD, items=ITEM_GONE + HELD.items)
    assert not is_ended(dropped, replace(EXPIRED, items=ITEM_EXPIRED * 2))


def test_items_end_as_their_order_did_and_only_the_active_ones_count() -> None:
    dropped = replace(HELD, items=ITEM_GONE + HELD.items)
    pairs = [(HELD, EXPIRED), (HELD, RELEASED), (dropped, EXPIRED)]
    assert ended_items(pairs) == [
        (ItemState.EXPIRED, [ORDER_ID, ORDER_ID], 2),
        (ItemState.RELEASED, [ORDER_ID], 1),
    ]
