"""Whole purchases, as people make them: with a mouse, with a finger, with the keyboard alone."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.box_office import BoxOffice
from tests.browser.visitor import Invite, Visitor, whole

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

ORDER_ADDRESS = re.compile(r"/orders/o_\w+(\?token=.+)?$")


def _free_neighbours(office: BoxOffice, event_id: int, section: str) -> list[dict[str, float]]:
    """Two free seats side by side in a section, as the chart has them."""
    chart = office.get(f"/events/{event_id}/chart")
    letters = office.get(f"/events/{event_id}/seats")["seats"]
    wanted = next(s["section_id"] for s in chart["sections"] if s["name"] == section)
    for one, other in zip(chart["seats"], chart["seats"][1:], strict=False):
        same = one["section_id"] == wanted and one["row"] == other["row"]
        if same and letters[one["seat_id"]] == letters[other["seat_id"]] == "A":
            return [one, other]
    raise AssertionError(f"{section} is sold out")


def _pay_and_see_tickets(visitor: Visitor, count: int) -> None:
    page = visitor.page
    page.wait_for_selector("[data-test=pay]")
    visitor.fill_in()
    visitor.pay_with("tok_ok")
    page.wait_for_selector("[data-test=ticket]")
    expect(page.locator("[data-test=ticket]")).to_have_count(count)
    expect(page.locator("h1")).to_contain_text("See you")
    for code in page.locator("[data-test=ticket] img").all():
        code.evaluate("image => image.decode()")


def test_a_purchase_with_the_mouse_on_the_map(
    box_office: BoxOffice, theatre: int, invite: Invite
) -> None:
    visitor = invite("desk")
    visitor.open_event(theatre)
    chart = box_office.get(f"/events/{theatre}/chart")
    scale, left, top = whole(chart, visitor.map_size())
    for seat in _free_neighbours(box_office, theatre, "Stalls centre"):
        visitor.press_map((seat["x"] - left) * scale, (seat["y"] - top) * scale)
    expect(visitor.page.locator("[data-test=hold]")).to_have_text("Hold 2 places")
    visitor.check("event-chosen")
    visitor.press("[data-test=hold]")
    visitor.page.wait_for_selector("[data-test=checkout]")
    visitor.check("event-held")
    total = visitor.page.locator("[data-test=total]").inner_text()
    visitor.press("[data-test=checkout]")
    visitor.page.wait_for_selector("[data-test=pay]")
    assert visitor.page.locator("[data-test=total]").inner_text() == total
    visitor.check("checkout")
    _pay_and_see_tickets(visitor, 2)
    visitor.check("tickets")
    assert ORDER_ADDRESS.search(visitor.page.url)


def test_a_purchase_with_a_finger_on_a_phone(
    box_office: BoxOffice, theatre: int, invite: Invite
) -> None:
    visitor = invite("phone")
    visitor.visit("/")
    visitor.press(f"a[href='/events/{theatre}']")
    visitor.page.wait_for_selector("[data-test=map]")
    visitor.check("event")
    chart = box_office.get(f"/events/{theatre}/chart")
    scale, left, top = whole(chart, visitor.map_size())
    seat = _free_neighbours(box_office, theatre, "Stalls right")[0]
    x, y = (seat["x"] - left) * scale, (seat["y"] - top) * scale
    visitor.press_map(x, y)  # comes closer, with the section in view
    visitor.page.wait_for_timeout(150)
    width, height = visitor.map_size()
    for share in (0.5, 0.42, 0.58, 0.35, 0.65):
        visitor.press_map(width * share, height * 0.5)
        visitor.page.wait_for_timeout(100)
        if visitor.page.locator("[data-test=hold]").count():
            break
    visitor.shot("event-near")
    visitor.press("[data-test=hold]")
    visitor.page.wait_for_selector("[data-test=checkout]")
    visitor.check("event-held")
    visitor.press("[data-test=checkout]")
    visitor.page.wait_for_selector("[data-test=pay]")
    visitor.check("checkout")
    _pay_and_see_tickets(visitor, 1)
    visitor.check("tickets")


def test_a_purchase_with_the_keyboard_alone(theatre: int, invite: Invite) -> None:
    visitor = invite("desk", dark=True)
    page, keys = visitor.page, visitor.page.keyboard
    visitor.visit("/")
    page.wait_for_selector(f"a[href='/events/{theatre}']")
    visitor.tab_to(f"a[href='/events/{theatre}']")
    keys.press("Enter")
    page.wait_for_selector("[data-test=map]")
    visitor.tab_to(".switch button:nth-child(2)")
    keys.press("Enter")
    visitor.tab_to("h3 button")
    keys.press("Enter")
    visitor.tab_to("[data-seat]")
    for step in ("ArrowRight", "ArrowDown", "End", "Home"):
        keys.press(step)
        assert page.evaluate("document.activeElement.dataset.seat !== undefined"), step
    keys.press("Enter")
    visitor.announced("chosen. Total €")
    assert page.evaluate("document.activeElement.getAttribute('aria-pressed')") == "true"
    visitor.tab_to("[data-test=hold]")
    visitor.check("list-chosen")
    keys.press("Enter")
    visitor.announced("held for you")
    expect(page.locator("[data-test=checkout]")).to_be_focused()
    keys.press("Enter")
    page.wait_for_selector("[data-test=pay]")
    visitor.tab_to("#name")
    keys.type("Ada Lovelace")
    visitor.tab_to("#email")
    keys.type("ada@example.org")
    keys.press("Enter")
    page.wait_for_selector("[data-test=ticket]")
    visitor.announced("Paid")
    visitor.check("tickets")


def test_the_map_itself_obeys_the_keyboard(theatre: int, invite: Invite) -> None:
    visitor = invite("desk")
    visitor.open_event(theatre)
    page, keys = visitor.page, visitor.page.keyboard
    visitor.tab_to("[data-test=map]")
    keys.press("ArrowDown")
    visitor.announced(", free, €")
    keys.press("Enter")
    visitor.announced("chosen. Total €")
    keys.press("ArrowRight")
    keys.press("ArrowDown")
    keys.press("+")
    keys.press("Enter")
    expect(page.locator("[data-test=tray] li")).to_have_count(2)
    visitor.shot("map-cursor")
    keys.press("0")
    visitor.tab_to("[data-test=tray] li .way")
    keys.press("Enter")
    expect(page.locator("[data-test=tray] li")).to_have_count(1)
    expect(page.locator("[data-test=hold]")).to_be_focused()


def test_standing_places_are_bought_by_quantity(
    box_office: BoxOffice, arena: int, invite: Invite
) -> None:
    visitor = invite("desk")
    visitor.open_event(arena)
    more = "[data-test=tray] [data-area] button:last-of-type"
    visitor.press(more)
    visitor.press(more)
    expect(visitor.page.locator("[data-test=hold]")).to_have_text("Hold 2 places")
    visitor.press("[data-test=hold]")
    visitor.page.wait_for_selector("[data-test=checkout]")
    visitor.check("standing-held")
    visitor.press("[data-test=checkout]")
    _pay_and_see_tickets(visitor, 2)
    letters = box_office.get(f"/events/{arena}/seats")["seats"]
    assert letters.count("S") == 2


def test_the_best_places_together_are_one_press(theatre: int, invite: Invite) -> None:
    visitor = invite("phone", dark=True)
    visitor.open_event(theatre)
    visitor.press("[data-test=best]")
    visitor.page.wait_for_selector("[data-test=checkout]")
    visitor.check("best-held")
    visitor.press(".opener")
    rows = visitor.page.locator("[data-test=tray] li b").all_inner_texts()
    assert len(rows) == 2
    assert rows[0].split(",")[0] == rows[1].split(",")[0], "side by side means in one row"
    visitor.shot("best-tray")
    visitor.press("text=Give the place")
    visitor.page.wait_for_selector("[data-test=best]:visible")


def test_a_hold_and_tickets_survive_reload_and_the_back_button(
    theatre: int, invite: Invite
) -> None:
    visitor = invite("tablet")
    page = visitor.page
    visitor.open_event(theatre)
    visitor.press("[data-test=best]")
    page.wait_for_selector("[data-test=checkout]")
    page.reload()
    page.wait_for_selector("[data-test=checkout]")
    visitor.press("[data-test=checkout]")
    page.wait_for_selector("[data-test=pay]")
    page.go_back()
    page.wait_for_selector("[data-test=checkout]")
    page.go_forward()
    _pay_and_see_tickets(visitor, 2)
    page.reload()
    page.wait_for_selector("[data-test=ticket]")
    stranger = invite("phone")
    stranger.page.goto(page.url)
    stranger.page.wait_for_selector("[data-test=ticket]")
    page.go_back()
    page.wait_for_selector("[data-test=best]:visible")
