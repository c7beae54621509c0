"""Choosing with care: filters, the view from a seat, one seat for another, two windows."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.box_office import BoxOffice
from tests.browser.visitor import Invite

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

# A corner of the map before and right after it changed its size: who looks later is told later.
CORNER_AFTER_RESIZE = """() => new Promise(done => {
    const frame = document.querySelector('[data-test=map]')
    const canvas = frame.querySelector('canvas')
    const corner = () => [...canvas.getContext('2d').getImageData(0, 0, 1, 1).data]
    const before = corner()
    const height = frame.clientHeight
    new ResizeObserver(() => {
        if (frame.clientHeight !== height) done([before, corner()])
    }).observe(frame)
    frame.style.height = `${height - 60}px`
})"""


@pytest.fixture(scope="module")
def house(box_office: BoxOffice) -> int:
    return box_office.event(
        box_office.chart("theatre", 300), "A Careful Choice", "--on-sale",
        "--default-price", "3000", "--price", "Premium=9000",
    )  # fmt: skip


def test_a_filter_leaves_what_fits_on_map_and_list(house: int, invite: Invite) -> None:
    visitor = invite("phone")
    page = visitor.page
    visitor.open_event(house)
    visitor.press("[data-test=filters]")
    every = int(page.locator(".found").inner_text().split()[0])
    page.select_option("[data-test=filter] select", label="Up to €30.00")
    fitting = int(page.locator(".found").inner_text().split()[0])
    assert 0 < fitting < every
    visitor.check("filter-map")
    visitor.open_list("Stalls centre")
    expect(page.locator(".legend .out")).to_have_count(1)
    assert page.locator("[data-seat]").first.get_attribute("aria-label").endswith("€30.00")
    visitor.press("text=Wheelchair places only")
    assert int(page.locator(".found").inner_text().split()[0]) < fitting
    visitor.check("filter-list")
    visitor.press("text=Show all places")
    expect(page.locator(".found")).to_contain_text(str(every))


def test_the_best_places_keep_within_the_filter(house: int, invite: Invite) -> None:
    visitor = invite("desk")
    visitor.open_event(house)
    visitor.press("[data-test=filters]")
    visitor.page.select_option("[data-test=filter] select", label="Up to €30.00")
    visitor.press("[data-test=best]")
    visitor.page.wait_for_selector("[data-test=checkout]")
    expect(visitor.page.locator("[data-test=total]")).to_have_text("€60.00")
    visitor.give_back()


def test_a_map_that_changes_its_size_is_painted_before_it_is_seen(
    house: int, invite: Invite
) -> None:
    visitor = invite("phone")
    visitor.open_event(house)
    visitor.page.wait_for_selector("canvas[data-version]")
    corners = visitor.page.evaluate(CORNER_AFTER_RESIZE)
    assert corners[0] == corners[1]
    assert corners[0][:3] != [0, 0, 0]


def test_the_view_from_a_seat_is_drawn_and_gives_the_focus_back(house: int, invite: Invite) -> None:
    visitor = invite("desk", dark=True)
    page = visitor.page
    visitor.open_event(house)
    visitor.open_list("Dress circle")
    visitor.press(f"[data-seat='{visitor.choosable()[0]}']")
    visitor.tab_to(".view")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-test=view] svg .stage")
    assert page.locator("[data-test=view] .back").count() > 20
    visitor.check("view")
    page.keyboard.press("Escape")
    expect(page.locator("[data-test=view]")).to_have_count(0)
    expect(page.locator(".view")).to_be_focused()


def test_a_held_seat_is_changed_for_another_and_the_rest_stays(
    box_office: BoxOffice, house: int, invite: Invite
) -> None:
    visitor = invite("phone")
    page = visitor.page
    visitor.open_event(house)
    others = _held(box_office, house)
    visitor.press("[data-test=best]")
    page.wait_for_selector("[data-test=checkout]")
    visitor.press(".opener")
    before = page.locator("[data-test=tray] li b").all_inner_texts()
    visitor.press("[data-test=exchange]")
    visitor.announced("Choose another place instead of")
    visitor.check("exchange")
    visitor.open_list("Stalls left")
    seat = visitor.choosable()[-1]
    visitor.press(f"[data-seat='{seat}']")
    expect(page.locator("[data-test=exchanging]")).to_have_count(0)
    visitor.press(".foot .opener")
    after = page.locator("[data-test=tray] li b").all_inner_texts()
    assert len(after) == 2
    assert before[1] in after
    held = _held(box_office, house)
    assert seat in held
    assert len(held - others) == 2
    visitor.give_back()


def test_two_windows_show_one_hold(house: int, invite: Invite) -> None:
    visitor = invite("desk")
    first = visitor.page
    visitor.open_event(house)
    second = visitor.context.new_page()
    second.goto(first.url)
    second.wait_for_selector("[data-test=map]")
    visitor.press("[data-test=best]")
    expect(second.locator("[data-test=checkout]")).to_be_visible()
    expect(second.locator("[data-test=tray] li")).to_have_count(2)
    second.locator("[data-test=tray] li .way:last-child").first.click()
    expect(first.locator("[data-test=tray] li")).to_have_count(1)
    expect(first.locator("[data-test=notice]")).to_contain_text("changed in another window")
    second.locator("text=Give the place").click()
    expect(first.locator("[data-test=checkout]")).to_have_count(0)
    expect(first.locator("[data-test=notice]")).to_contain_text("Your hold has ended")


def test_tickets_open_without_a_line_once_they_were_opened(house: int, invite: Invite) -> None:
    visitor = invite("phone")
    page = visitor.page
    visitor.open_event(house)
    visitor.press("[data-test=best]")
    page.wait_for_selector("[data-test=checkout]")
    visitor.press("[data-test=checkout]")
    page.wait_for_selector("[data-test=pay]")
    visitor.context.set_offline(True)
    expect(page.locator("[data-test=offline]")).to_contain_text("Your places stay held")
    visitor.check("checkout-offline")
    visitor.context.set_offline(False)
    expect(page.locator("[data-test=offline]")).to_have_count(0)
    visitor.fill_in()
    visitor.pay_with("tok_ok")
    page.wait_for_selector("[data-test=kept]")
    assert re.search(r"\?token=", page.url)
    visitor.press("[data-test=resend]")
    expect(page.locator("[data-test=told]")).to_contain_text("ada@example.org")
    pdf = page.locator("[data-test=ticket] .pdf").first.get_attribute("href")
    assert page.request.get(visitor.address + str(pdf)).body().startswith(b"%PDF")
    visitor.context.set_offline(True)
    page.reload()
    page.wait_for_selector("[data-test=ticket]")
    for code in page.locator("[data-test=ticket] img").all():
        code.evaluate("image => image.decode()")
    expect(page.locator("[data-test=offline]")).to_contain_text("You are offline")
    visitor.check("tickets-offline")


def _held(box_office: BoxOffice, event_id: int) -> set[int]:
    """The seats that anybody holds."""
    letters = box_office.get(f"/events/{event_id}/seats")["seats"]
    return {seat_id for seat_id, letter in enumerate(letters) if letter == "H"}
