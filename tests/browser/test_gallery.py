"""Every page and state once through, looked at by axe and kept as a picture in artefacts/.

In the suite three visitors go round, so that every size, theme and direction of writing is seen;
`make screenshots` sends one for each combination. The evening is dear and the order large: fourteen
places at 1,234.50, in German too.
"""

import os

import pytest
from playwright.sync_api import expect

from tests.browser.box_office import BoxOffice
from tests.browser.visitor import SIZES, Invite, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

PLACES = 14
RIGHT_TO_LEFT = "right-to-left"
FEW = [("phone", False, "de-DE"), ("tablet", False, RIGHT_TO_LEFT), ("desk", True, "en-GB")]
EVERY = [
    (size, dark, writing)
    for size in SIZES
    for dark in (False, True)
    for writing in ("en-GB", "de-DE", RIGHT_TO_LEFT)
]
LOOKS = EVERY if os.environ.get("HOLDFAST_SCREENSHOTS") == "all" else FEW


@pytest.fixture(scope="module")
def gala(box_office: BoxOffice) -> int:
    return box_office.event(
        box_office.chart("theatre", 300),
        "Die Entführung aus dem Serail oder Konstanzes wunderliche Standhaftigkeit",
        "--on-sale", "--default-price", "123450", "--price", "Premium=223450",
        "--price", "Premium:child=111725", "--order-limit", str(PLACES),
        "--venue", "Landestheater Unterfranken-Mittelmaingebiet",
        "--address", "Großherzog-Friedrich-August-Platz 11, Würzburg",
        "--time-zone", "Europe/Berlin", "--color", "#1f6b5c",
    )  # fmt: skip


@pytest.mark.parametrize(("size", "dark", "writing"), LOOKS)
def test_every_page_and_state_is_open_to_everybody(
    size: str, dark: bool, writing: str, gala: int, theatre: int, arena: int, invite: Invite
) -> None:
    turned = writing == RIGHT_TO_LEFT
    visitor = invite(size, dark, "de-DE" if turned else writing)
    visitor.album = f"gallery-{writing}-"
    if turned:
        visitor.from_right_to_left()
    _look_around(visitor, theatre, arena)
    _choose(visitor, gala)
    _hold_and_pay(visitor, gala)
    _what_is_not_there(visitor)


def _look_around(visitor: Visitor, theatre: int, arena: int) -> None:
    visitor.visit("/")
    visitor.page.wait_for_selector(f"a[href='/events/{theatre}']")
    visitor.check("programme")
    visitor.open_event(arena)
    visitor.check("event-far")
    visitor.open_event(theatre)
    visitor.check("event")


def _choose(visitor: Visitor, gala: int) -> None:
    page = visitor.page
    visitor.open_event(gala)
    visitor.press("[data-test=filters]")
    page.select_option("[data-test=filter] select", index=1)
    visitor.check("filter")
    visitor.press("[data-test=filters]")
    visitor.press(".switch button:nth-child(2)")
    page.locator("h3 button").nth(1).click()
    page.wait_for_selector("[data-seat]")
    visitor.press("[data-seat]:not(.taken)")
    visitor.check("list-chosen")


def _hold_and_pay(visitor: Visitor, gala: int) -> None:
    page = visitor.page
    visitor.hold(gala, PLACES)
    visitor.open_event(gala)
    page.wait_for_selector("[data-test=checkout]")
    if visitor.size != "desk":
        visitor.press(".opener")
    visitor.check("held")
    visitor.press(".view")
    page.wait_for_selector("[data-test=view] svg .stage")
    visitor.check("view")
    page.keyboard.press("Escape")
    visitor.press("[data-test=exchange]")
    visitor.check("exchange")
    visitor.press("[data-test=checkout]")
    page.wait_for_selector("[data-test=pay]")
    visitor.press("[data-test=pay]")
    page.wait_for_selector("[aria-invalid=true]")
    visitor.fill_in("Maximiliane Großmann-Łukasiewicz")
    visitor.pay_with("tok_declined")
    page.wait_for_selector("[data-test=declined]")
    visitor.check("checkout-declined", whole=True)
    visitor.pay_with("tok_3ds")
    page.wait_for_selector("[data-test=bank]")
    visitor.check("checkout-bank")
    visitor.press("[data-test=approve]")
    expect(page.locator("[data-test=ticket]")).to_have_count(PLACES)
    for code in page.locator("[data-test=ticket] img").all():
        code.evaluate("image => image.decode()")
    visitor.check("tickets", whole=True)


def _what_is_not_there(visitor: Visitor) -> None:
    page = visitor.page
    for name, path in (
        ("order-missing", "/orders/o_1_nothing"),
        ("event-missing", "/events/99999"),
    ):
        visitor.visit(path)
        page.wait_for_selector("h1")
        visitor.check(name)
    page.route("**/api/v1/events?*", lambda route: route.fulfill(json={"events": [], "next": None}))
    visitor.visit("/")
    page.wait_for_selector(".empty")
    visitor.check("programme-empty")
    page.route("**/api/v1/events?*", lambda route: route.abort())
    visitor.visit("/")
    page.wait_for_selector(".failure")
    visitor.check("programme-failed")
