"""Somebody at the box office with a browser: what they see, press and read."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

SIZES = {"phone": (390, 844), "tablet": (834, 1112), "desk": (1440, 900)}
ARTEFACTS = Path(__file__).parents[2] / "artefacts"
TABS_MAX = 120
CHOOSABLE = "[data-seat]:not(.taken):not(.yours)"
# What a thumb presses is 44 pixels high; links within a sentence are as high as it is.
SMALL_TARGETS = """() => [...document.querySelectorAll('main a, header a, button, input, select')]
    .filter(target => target.offsetParent !== null && getComputedStyle(target).display !== 'inline')
    .map(target => target.closest('label') ?? target)
    .filter(target => target.getBoundingClientRect().height < 43.5)
    .map(target => target.outerHTML.slice(0, 120))"""
Json = dict[str, Any]


class Visitor:
    """One browser context: its own cookies, size and theme. Every script error fails the test."""

    def __init__(
        self,
        browser: Browser,
        address: str,
        size: str = "desk",
        dark: bool = False,
        locale: str = "en-GB",
    ):
        width, height = SIZES[size]
        self.size, self.theme = size, "dark" if dark else "light"
        self.touch = size == "phone"
        self.address = address
        self.known: tuple[str, ...] = (address, "blob:", "data:")
        self.context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            has_touch=self.touch,
            is_mobile=self.touch,
            reduced_motion="reduce",
            locale=locale,
        )
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.album = ""
        self.errors: list[str] = []
        self.foreign: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._listen)
        self.page.on("request", lambda request: self._watch(request.url))

    def _listen(self, message: Any) -> None:
        # Refusals are answers; the browser prints their status as an error all the same.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.errors.append(message.text)

    def _watch(self, url: str) -> None:
        if not url.startswith(self.known):
            self.foreign.append(url)

    def visit(self, path: str) -> None:
        self.page.goto(self.address + path)

    def open_event(self, event_id: int) -> None:
        self.visit(f"/events/{event_id}")
        self.page.wait_for_selector("[data-test=map]")

    def press(self, selector: str) -> None:
        """Presses what a selector finds, with a finger or a mouse as the visitor has."""
        target = self.page.locator(selector).locator("visible=true").first
        if self.touch:
            target.tap()
        else:
            target.click()

    def press_map(self, x: float, y: float) -> None:
        """Presses a point of the map, in its own pixels."""
        box = self.page.locator("[data-test=map]").bounding_box()
        assert box is not None
        if self.touch:
            self.page.touchscreen.tap(box["x"] + x, box["y"] + y)
        else:
            self.page.mouse.click(box["x"] + x, box["y"] + y)

    def give_back(self) -> None:
        """Gives back what is held, and waits until it is."""
        self.press("text=Give the place")
        expect(self.page.locator("[data-test=checkout]")).to_have_count(0)

    def map_size(self) -> tuple[float, float]:
        box = self.page.locator("[data-test=map]").bounding_box()
        assert box is not None
        return box["width"], box["height"]

    def open_list(self, section: str) -> None:
        self.page.get_by_role("button", name="List", exact=True).click()
        self.page.locator("h3 button", has_text=section).click()
        self.page.wait_for_selector(CHOOSABLE)

    def choosable(self) -> list[int]:
        """The free seats of the unfolded section."""
        seats = self.page.locator(CHOOSABLE)
        return [int(seat) for seat in seats.evaluate_all("all => all.map(s => s.dataset.seat)")]

    def from_right_to_left(self) -> None:
        """From now on German is written as Arabic is: one word of its catalogue is another."""

        def turn(route: Route) -> None:
            answer = route.fetch()
            turned, times = re.subn(r"direction:(.)ltr\1", r"direction:\1rtl\1", answer.text())
            assert times == 1, "the catalogue says no direction"
            route.fulfill(response=answer, body=turned)

        self.context.route(re.compile(r"/assets/de-[^/]*\.js$"), turn)

    def fill_in(self, name: str = "Ada Lovelace", email: str = "ada@example.org") -> None:
        self.page.fill("#name", name)
        self.page.fill("#email", email)

    def pay_with(self, card: str) -> None:
        self.press(f"label:has(input[value={card}])")
        self.press("[data-test=pay]")

    def tab_to(self, found: str) -> None:
        """Presses the tab key until what has the focus matches; nothing else is touched."""
        for _ in range(TABS_MAX):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("s => document.activeElement?.matches(s) ?? false", found):
                return
        raise AssertionError(f"{found} cannot be reached with the tab key")

    def announced(self, text: str) -> None:
        """Waits until a screen reader would have said so."""
        expect(self.page.locator("[data-test=announcer]")).to_contain_text(text)

    def hold(self, event_id: int, places: int, first: int = 0) -> None:
        """Holds the first free seats of a house from one on, as this browser would remember it."""
        held = self.page.evaluate(
            """async ([event, places, first]) => {
                const headers = {'Holdfast-Storefront': '1', 'Content-Type': 'application/json'}
                await fetch('/api/v1/sessions', {method: 'POST', headers})
                const path = `/api/v1/events/${event}`
                const {seats} = await (await fetch(`${path}/seats`)).json()
                const free = [...seats].flatMap((letter, id) =>
                    letter === 'A' && id >= first ? [id] : [])
                const body = JSON.stringify({seat_ids: free.slice(0, places)})
                const answer = await fetch(`${path}/holds`, {method: 'POST', headers, body})
                const order = await answer.json()
                localStorage.setItem(`holdfast.order.${event}`, order.order_id)
                return answer.status
            }""",
            [event_id, places, first],
        )
        assert held == 201

    def be_declined(self, event_id: int) -> None:
        """Offers a card that is declined for what is held: the sale moves on, and no seat does."""
        answered = self.page.evaluate(
            """async event => {
                const order = localStorage.getItem(`holdfast.order.${event}`)
                const headers = {'Holdfast-Storefront': '1', 'Content-Type': 'application/json'}
                const buyer = {name: 'Ada Lovelace', email: 'ada@example.org'}
                const body = JSON.stringify({payment_token: 'tok_declined', buyer})
                const path = `/api/v1/orders/${order}/payment`
                return (await fetch(path, {method: 'POST', headers, body})).status
            }""",
            event_id,
        )
        assert answered == 402

    def shot(self, name: str, whole: bool = False) -> None:
        """Keeps what is seen now, or the whole page, to be looked at."""
        ARTEFACTS.mkdir(exist_ok=True)
        path = ARTEFACTS / f"{self.album}{name}-{self.size}-{self.theme}.png"
        if whole:
            # What sticks to the top of the screen would lie over the middle of a long page.
            self.page.evaluate("scrollTo(0, 0)")
        self.page.screenshot(path=path, animations="disabled", full_page=whole)

    def check(self, name: str, whole: bool = False) -> None:
        """Nothing on this page keeps anybody out, and nothing sticks out of it."""
        self.shot(name, whole)
        results = Axe().run(self.page)
        faults = [
            f"{fault['id']}: {fault['nodes'][0]['html'][:160]}"
            for fault in results.response["violations"]
        ]
        assert faults == [], f"{name}: {faults}"
        wide = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{name} is {wide} pixels too wide"
        small = self.page.evaluate(SMALL_TARGETS) if self.touch else []
        assert small == [], f"{name}: too small for a thumb: {small}"

    def close(self) -> None:
        self.context.close()
        assert self.errors == [], self.errors
        assert self.foreign == [], f"requests to elsewhere: {self.foreign}"


Invite = Callable[..., Visitor]


def fitting(
    house: Json, box: tuple[float, float, float, float], size: tuple[float, float], scale_max: float
) -> tuple[float, float, float]:
    """(scale, left, top) of the view that shows a part of the house whole, as the map takes it: on
    a phone above the line of its buttons."""
    left, top, right, bottom = box
    foot = min(48, size[1] / 8) if size[0] < 700 else 0
    across, down = (size[0] - 28) / (right - left), (size[1] - foot - 28) / (bottom - top)
    scale = min(across, down, scale_max)
    x = (left + right) / 2
    y = (top + bottom) / 2 + foot / 2 / scale
    x = min(house["width"], max(0, x))
    y = min(house["height"], max(0, y))
    return scale, x - size[0] / 2 / scale, y - size[1] / 2 / scale


def whole(house: Json, size: tuple[float, float]) -> tuple[float, float, float]:
    """The view that the map begins with."""
    box = (0.0, 0.0, house["width"], house["height"])
    return fitting(house, box, size, 46 / house["seat_pitch"])
