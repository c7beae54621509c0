"""The map in an organiser's own page on another site: bought in, dressed, refused to strangers."""

import re
from collections import Counter
from urllib.parse import urlencode

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Frame, FrameLocator, expect

from holdfast.api.storefront import ASKED_FIRST
from tests.browser.box_office import BoxOffice
from tests.browser.organiser import OrganisersSite
from tests.browser.visitor import CHOOSABLE, Invite, Visitor, whole

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

MAP = "holdfast-map iframe"


def _open(visitor: Visitor, origin: str, event_id: int, **wishes: str) -> FrameLocator:
    visitor.known += (origin,)
    visitor.album = "embedded-"
    query = urlencode({"office": visitor.address, "event": event_id, **wishes})
    visitor.page.goto(f"{origin}/?{query}")
    return visitor.page.frame_locator(MAP)


def _frame(visitor: Visitor) -> Frame:
    return next(frame for frame in visitor.page.frames if "/embed/" in frame.url)


def _check(visitor: Visitor, name: str) -> None:
    """Nothing in the frame keeps anybody out, nothing sticks out of it, and all of it is shown."""
    visitor.page.wait_for_timeout(100)  # until the host has given the frame its height
    visitor.check(name, whole=True)
    frame = _frame(visitor)
    faults = Axe().run(frame).response["violations"]  # type: ignore[arg-type]  # it only evaluates
    assert [fault["id"] for fault in faults] == [], faults
    high, wide = frame.evaluate(
        """[document.body.offsetHeight - innerHeight,
            document.documentElement.scrollWidth - innerWidth]"""
    )
    assert high <= 0, f"{name} is {high} pixels higher than its frame"
    assert wide <= 0, f"{name} is {wide} pixels wider than its frame"


def test_two_seats_are_bought_where_the_frame_may_remember_nothing(
    theatre: int, site: OrganisersSite, invite_whole: Invite
) -> None:
    visitor = invite_whole("phone")
    asked: Counter[str] = Counter()
    visitor.page.on("request", lambda request: asked.update([request.url]))
    shown = _open(visitor, site.far, theatre)
    shown.get_by_role("button", name="List", exact=True).tap()
    shown.locator("h3 button", has_text="Stalls right").first.tap()
    first = [f"{visitor.address}/api/v1/events/{theatre}{part}" for part in ASKED_FIRST]
    assert {url: asked[url] for url in first} == dict.fromkeys(first, 1)
    for seat in shown.locator(CHOOSABLE).all()[:2]:
        seat.tap()
    remembers = "(() => { try { return localStorage.length } catch { return 'nothing' } })()"
    assert _frame(visitor).evaluate(remembers) == "nothing", "the test shows too little"
    _check(visitor, "list")
    shown.locator("[data-test=hold]").tap()
    _pay_and_see_two_tickets(visitor, shown, theatre)


def test_a_hold_is_found_again_where_the_frame_may_remember(
    box_office: BoxOffice, theatre: int, site: OrganisersSite, invite: Invite
) -> None:
    visitor = invite("desk")
    shown = _open(visitor, site.near, theatre)
    _choose_on_the_map(visitor, box_office, theatre, shown)
    _check(visitor, "chosen")
    shown.locator("[data-test=hold]").click()
    shown.locator("[data-test=checkout]").wait_for()
    visitor.page.reload()
    shown.locator("[data-test=checkout]").wait_for()
    _pay_and_see_two_tickets(visitor, shown, theatre)


def _pay_and_see_two_tickets(visitor: Visitor, shown: FrameLocator, event_id: int) -> None:
    """From the held places to the tickets; no cookie, and the host heard what it may know."""
    shown.locator("[data-test=checkout]").click()
    shown.locator("[data-test=pay]").wait_for()
    _check(visitor, "checkout")
    shown.locator("#name").fill("Ada Lovelace")
    shown.locator("#email").fill("ada@example.org")
    shown.locator("label:has(input[value=tok_ok])").click()
    shown.locator("[data-test=pay]").click()
    expect(shown.locator("[data-test=ticket]")).to_have_count(2)
    for code in shown.locator("[data-test=ticket] img").all():
        code.evaluate("image => image.decode()")
    _check(visitor, "tickets")
    heard = visitor.page.evaluate("window.heard")
    assert [name for name, _ in heard] == ["holdfast-ready", "holdfast-hold", "holdfast-bought"]
    order = heard[-1][1]
    assert (order["event_id"], order["places"]) == (event_id, 2)
    assert set(order) == {
        "order_id", "event_id", "places", "total_amount", "currency", "expires_at"
    }  # fmt: skip
    assert visitor.context.cookies() == []


def _choose_on_the_map(
    visitor: Visitor, office: BoxOffice, event_id: int, shown: FrameLocator
) -> None:
    chart = office.get(f"/events/{event_id}/chart")
    letters = office.get(f"/events/{event_id}/seats")["seats"]
    shown.locator("[data-test=map]").wait_for()
    visitor.page.wait_for_timeout(200)  # until the frame has its height, and the map is drawn in it
    box = shown.locator("[data-test=map]").bounding_box()
    assert box is not None
    scale, left, top = whole(chart, (box["width"], box["height"]))
    row = next(
        [one, other]
        for one, other in zip(chart["seats"], chart["seats"][1:], strict=False)
        if one["row"] == other["row"]
        and letters[one["seat_id"]] == letters[other["seat_id"]] == "A"
    )
    for seat in row:
        visitor.page.mouse.click(
            box["x"] + (seat["x"] - left) * scale, box["y"] + (seat["y"] - top) * scale
        )


def test_the_map_wears_what_its_host_wears(
    theatre: int, site: OrganisersSite, invite: Invite
) -> None:
    visitor = invite("desk")
    shown = _open(visitor, site.far, theatre, theme="dark", language="de")
    expect(shown.locator("html")).to_have_attribute("lang", re.compile("^de"))
    shown.locator("[data-test=map]").wait_for()
    _check(visitor, "dark")
    paper = "getComputedStyle(document.documentElement).getPropertyValue('--paper')"
    dark = _frame(visitor).evaluate(paper)
    visitor.page.evaluate(
        """() => {
            const map = document.querySelector('holdfast-map')
            map.setAttribute('theme', 'light')
            map.setAttribute('language', 'fr')
        }"""
    )
    expect(shown.locator("html")).to_have_attribute("lang", re.compile("^fr"))
    assert _frame(visitor).evaluate(paper) != dark
    title = visitor.page.locator(MAP).get_attribute("title")
    assert title == "The Cherry Orchard"
    shown.locator(".facts").wait_for()
    assert shown.locator("header").count() == 0, "a page bar within a page"


def test_a_page_that_is_not_allowed_shows_the_way_to_the_box_office(
    theatre: int, site: OrganisersSite, invite: Invite
) -> None:
    visitor = invite("desk")
    visitor.page.clock.install()
    _open(visitor, site.unknown, theatre)
    link = visitor.page.get_by_role("link", name="Open the box office")
    expect(link).to_have_attribute("href", f"{visitor.address}/events/{theatre}")
    visitor.page.wait_for_load_state("load")
    visitor.page.clock.fast_forward(21_000)
    expect(visitor.page.locator("holdfast-map")).to_have_attribute("refused", "")
    expect(visitor.page.get_by_text("cannot be shown on this page")).to_be_visible()
    visitor.check("refused")
    assert any("frame-ancestors" in error for error in visitor.errors), visitor.errors
    visitor.errors.clear()
    assert visitor.page.evaluate("window.heard") == []


def test_the_frame_believes_only_its_host_and_the_host_only_its_frame(
    theatre: int, site: OrganisersSite, invite: Invite
) -> None:
    visitor = invite("desk")
    shown = _open(visitor, site.far, theatre, theme="light")
    shown.locator("[data-test=map]").wait_for()
    height = visitor.page.locator(MAP).evaluate("frame => frame.clientHeight")
    visitor.page.evaluate(
        """() => {
            window.postMessage({holdfast: 'size', height: 5000}, '*')
            window.postMessage({holdfast: 'bought', order: {places: 9}}, '*')
        }"""
    )
    frame = _frame(visitor)
    frame.evaluate("window.postMessage({holdfast: 'wear', theme: 'dark'}, '*')")
    frame.evaluate("window.parent.postMessage({holdfast: 'nonsense', order: {}}, '*')")
    frame.evaluate("window.parent.postMessage(null, '*')")
    visitor.page.wait_for_timeout(100)
    assert visitor.page.locator(MAP).evaluate("frame => frame.clientHeight") == height
    assert [name for name, _ in visitor.page.evaluate("window.heard")] == ["holdfast-ready"]
    assert frame.evaluate("document.documentElement.style.colorScheme") == "light"
