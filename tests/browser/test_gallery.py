"""Every page and state once through, looked at by axe and kept as a picture in artefacts/.

In the suite three visitors go round, so that every size, theme and direction of writing is seen;
`make screenshots` sends one for each combination. The evening is dear and the order large: fourteen
places at 1,234.50, in German too.
"""

import os
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Route, expect

from tests.browser.box_office import BoxOffice
from tests.browser.visitor import SIZES, Invite, Json, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

PLACES = 14
RIGHT_TO_LEFT = "right-to-left"
SEEN_ONCE = ("phone", True, "de-DE")
FEW = [("phone", False, "de-DE"), ("tablet", False, RIGHT_TO_LEFT), ("desk", True, "en-GB")]
EVERY = [
    (size, dark, writing)
    for size in SIZES
    for dark in (False, True)
    for writing in ("en-GB", "de-DE", RIGHT_TO_LEFT)
]
# What the button of the checkout says at the moment at which the page says that the bank said no.
PAY_BUTTON_WHEN_DECLINED = """() => new MutationObserver((_, observer) => {
    if (!document.querySelector('[data-test=declined]')) return
    observer.disconnect()
    window.whenDeclined = document.querySelector('[data-test=pay]').innerText
}).observe(document.body, {childList: true, subtree: true})"""
ON_TOP = """part => {
    const box = part.getBoundingClientRect()
    const seen = document.elementFromPoint(box.left + 5, (box.top + box.bottom) / 2)
    return part.contains(seen)
}"""
# How far the words of a ticket's foot begin from the ticket's edge, whichever way one reads.
LINE_STARTS = """ticket => {
    const turned = getComputedStyle(ticket).direction === 'rtl'
    const card = ticket.getBoundingClientRect()
    return [...ticket.querySelectorAll('bdi, .foot .muted')].map(line => {
        const range = document.createRange()
        range.selectNodeContents(line)
        const boxes = [...range.getClientRects()]
        return turned
            ? card.right - Math.max(...boxes.map(box => box.right))
            : Math.min(...boxes.map(box => box.left)) - card.left
    })
}"""
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
    visitor = _enter(invite, size, dark, writing)
    visitor.album = f"gallery-{writing}-"
    _look_around(visitor, theatre, arena)
    _choose(visitor, gala)
    _hold_and_pay(visitor, gala)
    _what_is_not_there(visitor)


@pytest.mark.parametrize(("size", "dark", "writing"), EVERY if LOOKS is EVERY else [SEEN_ONCE])
def test_what_is_rarely_seen_is_no_afterthought(
    size: str, dark: bool, writing: str, theatre: int, invite: Invite
) -> None:
    visitor = _enter(invite, size, dark, writing)
    visitor.album = f"rare-{writing}-"
    _season(visitor, theatre)
    _evenings_that_are_not_sold(visitor, theatre)
    _orders_that_ended(visitor, theatre)


def _enter(invite: Invite, size: str, dark: bool, writing: str) -> Visitor:
    """Somebody with this screen; from right to left German is read, since none of ours runs so."""
    if writing != RIGHT_TO_LEFT:
        return invite(size, dark, writing)
    visitor = invite(size, dark, "de-DE")
    visitor.from_right_to_left()
    return visitor


def _season(visitor: Visitor, event_id: int) -> None:
    """A programme of a dozen evenings, and a search in it."""
    page = visitor.page
    visitor.visit("/")
    model = page.evaluate("id => fetch(`/api/v1/events/${id}`).then(a => a.json())", event_id)
    half, few = model["total_capacity"] // 2, 7
    kinds: list[Json] = [
        {"name": "Nathan der Weise", "available_count": few},
        {"name": "Die Bergbahn", "available_count": 1},
        {"name": "Così fan tutte", "available_count": half},
        {"name": "Peer Gynt", "available_count": 0, "status": "SOLD_OUT"},
        {"name": "Woyzeck", "status": "CANCELLED"},
        {"name": "Der Sturm", "on_sale_at": _in_days(12)},
        {"name": "Maß für Maß", "status": "DRAFT"},
        {"name": "Medea", "on_sale_at": _in_days(400), "start_time": _in_days(460)},
    ]
    season = [
        {
            **model,
            "event_id": 9000 + at,
            "start_time": _in_days(9 * at + 2),
            "doors_open": None,
            **kind,
        }
        for at, kind in enumerate(kinds)
    ]
    answer = {"events": season, "next": None}
    page.route("**/api/v1/events?*", lambda route: route.fulfill(json=answer))
    visitor.visit("/")
    expect(page.locator("main li")).to_have_count(len(kinds) - 1)
    visitor.check("season", whole=True)
    page.fill("[type=search]", "qqq")
    expect(page.locator("main li")).to_have_count(0)
    visitor.check("season-not-found")


def _evenings_that_are_not_sold(visitor: Visitor, event_id: int) -> None:
    page = visitor.page
    for name, what in (
        ("over", {"status": "COMPLETED"}),
        ("cancelled", {"status": "CANCELLED"}),
        ("later", {"on_sale_at": _in_days(1)}),
        ("draft", {"status": "DRAFT"}),
    ):
        _answers(visitor, f"/events/{event_id}", what)
        visitor.visit(f"/events/{event_id}")
        page.wait_for_selector("[data-test=sale-notice]")
        visitor.check(f"event-{name}")
    page.unroute(f"**/api/v1/events/{event_id}")
    visitor.open_event(event_id)
    visitor.press("[data-test=filters]")
    for box in page.locator("[data-test=filter] [type=checkbox]").all():
        box.check()
    visitor.check("filter-narrow")
    visitor.page.set_viewport_size({"width": 320, "height": 568})
    if visitor.touch:
        _apart(visitor, ".hint", ".zoom")
    found = visitor.page.locator(".found")
    found.scroll_into_view_if_needed()
    assert found.evaluate(ON_TOP), "the filter ends below the tray"
    visitor.check("filter-smallest")


def _apart(visitor: Visitor, one: str, other: str) -> None:
    """Two things that are both to be seen do not lie over each other."""
    first, second = (visitor.page.locator(found).bounding_box() for found in (one, other))
    assert first is not None
    assert second is not None
    beside = (
        first["x"] + first["width"] <= second["x"] or second["x"] + second["width"] <= first["x"]
    )
    below = (
        first["y"] + first["height"] <= second["y"] or second["y"] + second["height"] <= first["y"]
    )
    assert beside or below, f"{one} lies over {other}"


def _orders_that_ended(visitor: Visitor, event_id: int) -> None:
    page = visitor.page
    visitor.hold(event_id, 1)
    order_id = page.evaluate("id => localStorage.getItem(`holdfast.order.${id}`)", event_id)
    visitor.visit(f"/orders/{order_id}")
    page.wait_for_selector("[data-test=pay]")
    visitor.check("checkout-one")
    visitor.press(".form > .plain")
    page.wait_for_selector("[data-test=ended]")
    visitor.check("order-given-back")
    for name, what in (
        ("refunded", {"status": "REFUNDED", "refunded_amount": 8900}),
        ("too-late", {"cancel_reason": "EXPIRED", "payment": {"status": "VOIDED"}}),
        ("evening-cancelled", {"cancel_reason": "EVENT_CANCELLED"}),
    ):
        _answers(visitor, f"/orders/{order_id}", what)
        visitor.visit(f"/orders/{order_id}")
        page.wait_for_selector("[data-test=ended]")
        visitor.check(f"order-{name}")


def _answers(visitor: Visitor, path: str, what: Json) -> None:
    """From now on the box office answers otherwise in these fields."""

    def answer(route: Route) -> None:
        told = route.fetch()
        route.fulfill(response=told, json={**told.json(), **what})

    visitor.page.route(f"**/api/v1{path}", answer)


def _in_days(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).replace(microsecond=0).isoformat()


def _look_around(visitor: Visitor, theatre: int, arena: int) -> None:
    visitor.visit("/")
    visitor.page.wait_for_selector(f"a[href='/events/{theatre}']")
    visitor.check("programme")
    visitor.open_event(arena)
    visitor.check("event-far")
    visitor.open_event(theatre)
    expect(visitor.page.locator(".hint")).to_have_count(1 if visitor.touch else 0)
    visitor.check("event")


def _choose(visitor: Visitor, gala: int) -> None:
    page = visitor.page
    visitor.open_event(gala)
    visitor.press("[data-test=filters]")
    page.select_option("[data-test=filter] select", index=1)
    visitor.check("filter")
    visitor.press("[data-test=filters]")
    visitor.press(".switch button:nth-child(2)")
    page.locator("h3 button").last.click()
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
    page.evaluate(PAY_BUTTON_WHEN_DECLINED)
    visitor.pay_with("tok_declined")
    page.wait_for_selector("[data-test=declined]")
    assert "." in page.evaluate("window.whenDeclined"), "it says no and asks the bank at once"
    visitor.check("checkout-declined", whole=True)
    visitor.pay_with("tok_3ds")
    page.wait_for_selector("[data-test=bank]")
    visitor.check("checkout-bank")
    approve = page.locator("[data-test=approve]").bounding_box()
    assert approve is not None
    assert approve["height"] < 80, "the bank's question is as tall as the order beside it"
    visitor.press("[data-test=approve]")
    expect(page.locator("[data-test=ticket]")).to_have_count(PLACES)
    for code in page.locator("[data-test=ticket] img").all():
        code.evaluate("image => image.decode()")
    starts = page.locator("[data-test=ticket]").first.evaluate(LINE_STARTS)
    assert max(starts) - min(starts) < 2, (
        f"a ticket's lines do not begin below each other: {starts}"
    )
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
    expect(page.locator("main a")).to_have_count(0)
    visitor.check("programme-failed")
