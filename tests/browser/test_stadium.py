"""A stadium of 80,000 places on a phone: seen whole, come close to, a seat chosen and held."""

import pytest
from playwright.sync_api import expect

from tests.browser.box_office import BoxOffice
from tests.browser.visitor import Invite, whole

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

PLACES = 80_000
# Here only what would be seen as a standstill fails; `make bench-live` measures on a quiet machine.
FRAME_MILLISECONDS_MAX = 250
FRAMES = """async moves => {
    const canvas = document.querySelector('[data-test=map] canvas')
    const {left, top, width, height} = canvas.getBoundingClientRect()
    const [x, y] = [left + width / 2, top + height / 2]
    const point = (type, dx) => canvas.dispatchEvent(new PointerEvent(type, {
        pointerId: 1, pointerType: 'mouse', button: 0, clientX: x + dx, clientY: y, bubbles: true}))
    canvas.setPointerCapture = () => {}
    const next = () => new Promise(requestAnimationFrame)
    const times = []
    point('pointerdown', 0)
    for (let step = 1; step <= moves; step += 1) {
        const start = performance.now()
        point('pointermove', step * 3)
        await next()
        times.push(performance.now() - start)
    }
    point('pointerup', moves * 3)
    return times.sort((one, other) => one - other)
}"""


def test_a_seat_of_a_stadium_is_found_and_held_on_a_phone(
    box_office: BoxOffice, invite: Invite
) -> None:
    stadium = box_office.event(
        box_office.chart("stadium", PLACES), "City Cup Final", "--on-sale", "--color", "#2f6b3a"
    )
    visitor = invite("phone")
    page = visitor.page
    visitor.open_event(stadium)
    marks = "performance.getEntriesByName('holdfast:map').length"
    assert page.locator("canvas[data-version]").count() == 1, "it says which version it shows"
    assert page.evaluate(marks) == 1, "the bench reads from it when the map was there"
    visitor.check("stadium-far")
    chart = box_office.get(f"/events/{stadium}/chart")
    assert chart["areas"][0]["first_seat_id"] + sum(a["capacity"] for a in chart["areas"]) == PLACES
    far = page.evaluate(FRAMES, 20)
    assert far[int(len(far) * 0.95) - 1] < FRAME_MILLISECONDS_MAX, far
    page.get_by_role("button", name="Whole house").tap()
    scale, left, top = whole(chart, visitor.map_size())
    seat = chart["seats"][PLACES // 4]
    visitor.press_map((seat["x"] - left) * scale, (seat["y"] - top) * scale)
    width, height = visitor.map_size()
    for share in (0.5, 0.44, 0.56, 0.38, 0.62):
        visitor.press_map(width * share, height / 2)
        if page.locator("[data-test=hold]").count():
            break
    near = page.evaluate(FRAMES, 20)
    assert near[int(len(near) * 0.95) - 1] < FRAME_MILLISECONDS_MAX, near
    visitor.check("stadium-near")
    visitor.press("[data-test=hold]")
    page.wait_for_selector("[data-test=checkout]")
    expect(page.locator("[data-test=total]")).to_contain_text("€")
