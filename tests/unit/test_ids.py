"""Identifiers lead to their event and their order, and nothing else looks like one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.ids import (
    EVENT_ID_MAX,
    EventId,
    OrderId,
    barcode,
    event_of_barcode,
    event_of_order,
    item_id,
    item_number,
    keyed_order_id,
    new_order_id,
    order_of,
    payment_id,
    ticket_id,
)

events = st.integers(1, EVENT_ID_MAX).map(EventId)


@given(events)
def test_an_order_id_leads_to_its_event(event_id: EventId) -> None:
    assert event_of_order(new_order_id(event_id)) == event_id


@given(events, st.integers(0, 99_999))
def test_parts_lead_to_their_order(event_id: EventId, number: int) -> None:
    order_id = new_order_id(event_id)
    for part in (item_id, payment_id, ticket_id):
        assert order_of(part(order_id, number)) == order_id
        assert item_number(part(order_id, number)) == number


@given(events)
def test_a_barcode_leads_to_its_event(event_id: EventId) -> None:
    assert event_of_barcode(barcode(event_id, bytes(32), "i_1_x_0")) == event_id


def test_the_same_request_makes_the_same_order_and_any_other_another() -> None:
    def made(secret: bytes = b"s", event: int = 1, session: str = "a", key: str = "k") -> OrderId:
        return keyed_order_id(secret, EventId(event), session, key)

    others = [made(secret=b"t"), made(event=2), made(session="b"), made(key="l")]
    assert made() == made()
    assert len({made(), *others}) == 5
    assert event_of_order(made()) == 1


def test_a_barcode_cannot_be_told_from_another_without_the_seed() -> None:
    codes = {barcode(1, bytes([seed]) * 32, f"i_{n}") for seed in range(4) for n in range(4)}
    assert len(codes) == 16


@pytest.mark.parametrize(
    "text",
    [
        "",
        "o_1_",
        "o_0_" + "a" * 26,
        "o_zzzzzzz_" + "a" * 26,
        "o_zzzzzz_" + "a" * 26,
        "o_1_" + "a" * 25,
        "o_1_" + "A" * 26,
        "o_1_" + "a" * 26 + "\n",
        "i_1_" + "a" * 26 + "_0",
        "o_1_" + "a" * 25 + "'",
    ],
)
def test_what_is_no_order_id_leads_nowhere(text: str) -> None:
    assert event_of_order(text) is None


@pytest.mark.parametrize("text", ["", "1-", "1-" + "a" * 26, "0-" + "A" * 26, "ÿ-" + "A" * 26])
def test_what_is_no_barcode_leads_nowhere(text: str) -> None:
    assert event_of_barcode(text) is None


@pytest.mark.parametrize("text", ["", "p_1_" + "a" * 26, "p_1_" + "a" * 26 + "_", "x_1_a_0"])
def test_what_is_no_part_leads_nowhere(text: str) -> None:
    assert order_of(text) is None
