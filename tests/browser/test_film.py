"""The film of a sale, played to its end on the map."""

import pytest
from playwright.sync_api import expect

from tests.browser.box_office import BoxOffice
from tests.browser.visitor import Invite, Visitor

SALE = """async (event) => {
    const headers = {'Holdfast-Storefront': '1', 'Content-Type': 'application/json'}
    const post = async (path, body) => {
        const answer = await fetch(`/api/v1${path}`,
            {method: 'POST', headers, body: JSON.stringify(body)})
        if (!answer.ok) throw new Error(await answer.text())
        return answer.json()
    }
    await post('/sessions', {})
    const {total_capacity} = await (await fetch(`/api/v1/events/${event}`)).json()
    const buyer = {name: 'Ada Lovelace', email: 'ada@example.org'}
    for (const [from, to] of [[0, 4], [4, 10], [10, total_capacity]]) {
        const seat_ids = Array.from({length: to - from}, (_, index) => from + index)
        const order = await post(`/events/${event}/holds`, {seat_ids})
        if (from === 4) continue
        await post(`/orders/${order.order_id}/payment`, {payment_token: 'tok_ok', buyer})
    }
}"""

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


@pytest.fixture(scope="session")
def small_hall(box_office: BoxOffice) -> int:
    chart = box_office.chart("theatre", 120)
    return box_office.event(
        chart, "Chamber Music", "--on-sale", "--order-limit", "200", "--color", "#1d5c4a"
    )


def _text(count: int) -> str:
    return f"{count:,}"


def test_a_sale_is_played_to_its_end_and_the_map_is_that_of_today(
    box_office: BoxOffice, small_hall: int, invite: Invite
) -> None:
    buyer = invite("desk")
    buyer.open_event(small_hall)
    buyer.page.evaluate(SALE, small_hall)
    # Nothing is left, so the event's own page leads to the film.
    buyer.visit(f"/events/{small_hall}")
    buyer.press(f"a[href='/events/{small_hall}/film']")
    page = buyer.page
    page.wait_for_selector("[data-test=film-play]")
    letters = box_office.get(f"/events/{small_hall}/seats")["seats"]
    held, sold, free = (_text(letters.count(letter)) for letter in "HSA")
    counts = {"film-held": held, "film-sold": sold, "film-free": free}
    _shows(buyer, counts)
    buyer.check("film-end")
    page.focus("[data-test=film-scrubber]")
    page.keyboard.press("Home")
    nothing = {"film-held": "0", "film-sold": "0", "film-free": _text(len(letters))}
    _shows(buyer, nothing)
    page.keyboard.press(".")
    _shows(buyer, {"film-held": "4", "film-sold": "0"})
    buyer.announced("0 sold")
    page.keyboard.press(".")
    _shows(buyer, {"film-held": "0", "film-sold": "4"})
    page.keyboard.press(",")
    _shows(buyer, {"film-held": "4", "film-sold": "0"})
    page.select_option("[data-test=film-speed]", "1000")
    page.focus("[data-test=film-scrubber]")
    page.keyboard.press(" ")
    buyer.announced("The sale is over")
    _shows(buyer, counts)
    expect(page.locator("[data-test=film-play]")).to_have_text("Play")


def _shows(buyer: Visitor, counts: dict[str, str]) -> None:
    for place, count in counts.items():
        expect(buyer.page.locator(f"[data-test={place}]")).to_have_text(count)


@pytest.mark.parametrize("locale", ["de-DE", "es-ES", "fr-FR"])
def test_the_film_on_a_phone_in_the_dark(
    small_hall: int, invite: Invite, box_office: BoxOffice, locale: str
) -> None:
    visitor = invite("phone", dark=True, locale=locale)
    visitor.album = f"{locale[:2]}-"
    visitor.visit("/")
    visitor.visit(f"/events/{small_hall}/film")
    visitor.page.wait_for_selector("[data-test=film-play], main [role=status]")
    visitor.check("film")
