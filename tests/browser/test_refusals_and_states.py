"""What goes otherwise: seats lost to others, cards refused, time over, nothing to sell, no line."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.box_office import BoxOffice
from tests.browser.visitor import Invite

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def small_house(box_office: BoxOffice) -> int:
    return box_office.event(box_office.chart("theatre", 300), "A Small Evening", "--on-sale")


def test_a_seat_taken_by_another_buyer_is_said_with_the_nearest_free_one(
    small_house: int, invite: Invite
) -> None:
    ada, ben = invite("desk"), invite("phone")
    for visitor in (ada, ben):
        visitor.open_event(small_house)
        visitor.open_list("Stalls centre")
    seat = ada.choosable()[4]
    ada.press(f"[data-seat='{seat}']")
    ben.press(f"[data-seat='{seat}']")
    ben.press("[data-test=hold]")
    ben.page.wait_for_selector("[data-test=checkout]")
    ada.page.wait_for_selector("[data-test=notice]")
    ada.announced("was taken a moment ago")
    expect(ada.page.locator(f"[data-seat='{seat}']")).to_have_attribute("aria-pressed", "false")
    ada.check("seat-taken")
    ada.press("[data-test=notice] .strong")
    expect(ada.page.locator("[data-seat].yours")).to_have_count(1)
    ada.press("[data-test=hold]")
    ada.page.wait_for_selector("[data-test=checkout]")


def test_a_choice_that_leaves_a_seat_alone_is_moved_by_one(
    box_office: BoxOffice, invite: Invite
) -> None:
    chart = box_office.chart("theatre", 120)
    event = box_office.event(chart, "No Gaps", "--on-sale", "--forbid-single-seats")
    visitor = invite("desk")
    visitor.open_event(event)
    visitor.open_list("Stalls")
    first, second, third = visitor.choosable()[:3]
    visitor.press(f"[data-seat='{second}']")
    visitor.press(f"[data-seat='{third}']")
    visitor.press("[data-test=hold]")
    visitor.page.wait_for_selector("[data-test=notice]")
    visitor.announced("would be left alone")
    visitor.check("single-seat")
    visitor.press("[data-test=notice] .strong")
    expect(visitor.page.locator("[data-seat].yours")).to_have_count(2)
    expect(visitor.page.locator(f"[data-seat='{first}']")).to_have_attribute("aria-pressed", "true")
    visitor.press("[data-test=hold]")
    visitor.page.wait_for_selector("[data-test=checkout]")


def test_a_hold_is_edited_seat_by_seat(
    box_office: BoxOffice, small_house: int, invite: Invite
) -> None:
    visitor = invite("desk")
    visitor.open_event(small_house)
    visitor.open_list("Stalls left")
    first, second = visitor.choosable()[:2]
    visitor.press(f"[data-seat='{first}']")
    visitor.press("[data-test=hold]")
    visitor.page.wait_for_selector("[data-test=checkout]")
    visitor.press(f"[data-seat='{second}']")
    expect(visitor.page.locator("[data-test=tray] li")).to_have_count(2)
    visitor.press(f"[data-seat='{first}']")
    expect(visitor.page.locator("[data-test=tray] li")).to_have_count(1)
    letters = box_office.get(f"/events/{small_house}/seats")["seats"]
    assert (letters[first], letters[second]) == ("A", "H")
    visitor.give_back()


def test_a_refused_card_and_a_bank_that_asks_lead_on(small_house: int, invite: Invite) -> None:
    visitor = invite("phone")
    page = visitor.page
    visitor.open_event(small_house)
    visitor.press("[data-test=best]")
    page.wait_for_selector("[data-test=checkout]")
    visitor.press("[data-test=checkout]")
    page.wait_for_selector("[data-test=pay]")
    visitor.press("[data-test=pay]")
    expect(page.locator("#name")).to_be_focused()
    visitor.check("checkout-missing")
    visitor.fill_in("Jürgen Großmann-Łukasiewicz")
    visitor.pay_with("tok_insufficient_funds")
    page.wait_for_selector("[data-test=declined]")
    visitor.announced("not enough money")
    visitor.check("checkout-declined")
    visitor.pay_with("tok_3ds")
    page.wait_for_selector("[data-test=bank]")
    visitor.check("checkout-bank")
    page.reload()
    page.wait_for_selector("[data-test=bank]")
    visitor.press("text=Refuse")
    page.wait_for_selector("[data-test=pay]")
    visitor.fill_in()
    visitor.pay_with("tok_3ds")
    page.wait_for_selector("[data-test=bank]")
    visitor.press("[data-test=approve]")
    page.wait_for_selector("[data-test=ticket]")


def test_who_turns_back_at_the_bank_pays_another_way(small_house: int, invite: Invite) -> None:
    visitor = invite("phone", dark=True)
    page = visitor.page
    visitor.open_event(small_house)
    visitor.press("[data-test=best]")
    page.wait_for_selector("[data-test=checkout]")
    visitor.press("[data-test=checkout]")
    page.wait_for_selector("[data-test=pay]")
    visitor.fill_in()
    visitor.pay_with("tok_3ds")
    visitor.press("[data-test=another-way]")
    expect(page.locator("[data-test=turned-back]")).to_be_focused()
    visitor.check("checkout-turned-back", whole=True)
    visitor.press("[data-test=return-to-bank]")
    visitor.press("[data-test=another-way]")
    visitor.pay_with("tok_3ds")
    page.wait_for_selector("[data-test=bank]")
    visitor.press("[data-test=another-way]")
    visitor.pay_with("tok_ok")
    page.wait_for_selector("[data-test=ticket]")
    visitor.announced("Paid")


def test_a_slow_bank_is_waited_for(small_house: int, invite: Invite) -> None:
    visitor = invite("desk")
    visitor.open_event(small_house)
    visitor.press("[data-test=best]")
    visitor.page.wait_for_selector("[data-test=checkout]")
    visitor.press("[data-test=checkout]")
    visitor.page.wait_for_selector("[data-test=pay]")
    visitor.fill_in()
    visitor.pay_with("tok_slow")
    visitor.page.wait_for_selector("text=Asking your bank")
    visitor.shot("checkout-paying")
    visitor.page.wait_for_selector("[data-test=ticket]", timeout=60_000)


def test_an_ended_hold_says_so_and_can_be_had_again(box_office: BoxOffice, invite: Invite) -> None:
    chart = box_office.chart("theatre", 120)
    brief = box_office.event(chart, "Brief", "--on-sale", "--hold-seconds", "4")
    visitor, payer = invite("desk"), invite("phone", dark=True)
    for person in (visitor, payer):
        person.open_event(brief)
        person.press("[data-test=best]")
        person.page.wait_for_selector("[data-test=checkout]")
    payer.press("[data-test=checkout]")
    visitor.page.wait_for_selector("text=The time to pay ran out")
    visitor.check("hold-expired")
    payer.page.wait_for_selector("[data-test=ended]")
    payer.check("checkout-expired")
    visitor.press("text=Hold them again")
    visitor.page.wait_for_selector("[data-test=checkout]")


def test_an_event_that_is_not_on_sale_says_when_and_one_that_is_cancelled_why(
    box_office: BoxOffice, invite: Invite
) -> None:
    chart = box_office.chart("theatre", 120)
    later = box_office.event(
        chart, "Later", "--on-sale", "--on-sale-at", "2031-05-01T10:00",
        "--starts-at", "2031-06-01T20:00", "--time-zone", "Europe/Berlin",
    )  # fmt: skip
    visitor = invite("phone")
    visitor.open_event(later)
    expect(visitor.page.locator("[data-test=sale-notice]")).to_contain_text("1 May 2031, 10:00")
    expect(visitor.page.locator("[data-test=tray]")).to_have_count(0)
    visitor.check("event-later")
    gone = box_office.event(chart, "Night Bus to Trieste", "--on-sale")
    box_office.cancel(gone)
    visitor.visit(f"/events/{gone}")
    expect(visitor.page.locator("[data-test=sale-notice]")).to_contain_text("will not take place")
    visitor.check("event-cancelled")


def test_a_sold_out_house_says_so_and_sells_what_comes_back(
    box_office: BoxOffice, invite: Invite
) -> None:
    tiny = box_office.event(box_office.chart("theatre", 60), "Tiny", "--on-sale",
                            "--order-limit", "100")  # fmt: skip
    buyer, waiting = invite("desk"), invite("desk", dark=True)
    buyer.open_event(tiny)
    all_seats = list(range(60))
    status = buyer.page.evaluate(
        """async ([event, seats]) => {
            const headers = {'Holdfast-Storefront': '1', 'Content-Type': 'application/json'}
            await fetch('/api/v1/sessions', {method: 'POST', headers})
            const body = JSON.stringify({seat_ids: seats})
            const path = `/api/v1/events/${event}/holds`
            const held = await fetch(path, {method: 'POST', headers, body})
            window.order = await held.json()
            return held.status
        }""",
        [tiny, all_seats],
    )
    assert status == 201
    waiting.open_event(tiny)
    expect(waiting.page.locator("[data-test=sale-notice]")).to_contain_text("Every place is taken")
    waiting.check("event-sold-out")
    buyer.page.evaluate(
        """() => fetch(`/api/v1/orders/${window.order.order_id}`,
                       {method: 'DELETE', headers: {'Holdfast-Storefront': '1'}})"""
    )
    waiting.page.wait_for_selector("[data-test=best]:visible")
    waiting.press("[data-test=best]")
    waiting.page.wait_for_selector("[data-test=checkout]")


def test_a_lost_line_is_said_and_the_map_catches_up_by_itself(
    small_house: int, invite: Invite
) -> None:
    ada, ben = invite("phone"), invite("desk")
    for visitor in (ada, ben):
        visitor.open_event(small_house)
        visitor.open_list("Dress circle")
    ada.context.set_offline(True)
    ada.page.wait_for_selector("text=You are offline")
    ada.check("offline")
    seat = ben.choosable()[0]
    ben.press(f"[data-seat='{seat}']")
    ben.press("[data-test=hold]")
    ben.page.wait_for_selector("[data-test=checkout]")
    expect(ada.page.locator(f"[data-seat='{seat}']")).not_to_have_class(re.compile(r"\btaken\b"))
    ada.context.set_offline(False)
    ada.page.wait_for_selector(f"[data-seat='{seat}'].taken", timeout=30_000)
    expect(ada.page.locator("text=You are offline")).to_have_count(0)
