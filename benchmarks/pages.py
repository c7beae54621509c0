"""The storefront in a real browser: headless Chromium on the page of an event, and what it showed.

Chromium is driven by Playwright, which belongs to the tests; without either of them there is a
sentence instead. The page is watched from outside: the map's canvas says which version it shows
(`data-version`) and marks the browser's timeline when it first does (`holdfast:map`).
"""

import importlib.util
import shutil
from array import array
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

from benchmarks.bench import Unsound
from benchmarks.client import LOOPBACK
from benchmarks.sightings import Sighting
from holdfast.api.page_files import WEB_FOLDER

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

WIDTH, HEIGHT = 1440, 900
OPEN_MS_MAX: Final = 30_000.0
SETTLE_SECONDS: Final = 0.6  # a glide and the painting after it
DRAWN: Final = "[data-test=map] canvas[data-version]"
MARGIN_PIXELS: Final = 14  # between the house and the edges of the map
PITCH_PIXELS_MAX: Final = 46

# Runs before any script of the page. A drawn version is written down when the next frame begins:
# its own has been handed over by then. A frame costs from its first callback until the browser has
# done everything on this thread that it needs to show it.
_WATCHING: Final = """(() => {
    const kept = window.bench = {drawn: [], frames: []}
    const ask = window.requestAnimationFrame.bind(window)
    new MutationObserver(changes => {
        const version = Number(changes.at(-1).target.dataset.version)
        ask(() => kept.drawn.push([version, (performance.timeOrigin + performance.now()) / 1000]))
    }).observe(document, {subtree: true, attributes: true, attributeFilter: ['data-version']})
    const after = new MessageChannel()
    let start = null
    after.port1.onmessage = () => {
        kept.frames.push(performance.now() - start)
        start = null
    }
    window.requestAnimationFrame = callback => ask(now => {
        if (start === null) {
            start = performance.now()
            after.port2.postMessage(0)
        }
        callback(now)
    })
})()"""
_FIRST: Final = "performance.getEntriesByName('holdfast:map')[0]?.startTime ?? null"
_TAKE_FRAMES: Final = "window.bench.frames.splice(0)"
_TAKE_DRAWN: Final = "window.bench.drawn.splice(0)"


class EventPage:
    """The page of one event, open in a browser that had never been here."""

    def __init__(self, page: "Page") -> None:
        self._page = page

    async def first_map_seconds(self) -> float:
        """From the navigation until seats were drawn with their states."""
        await self._page.wait_for_selector(DRAWN, timeout=OPEN_MS_MAX)
        found: float | None = await self._page.evaluate(_FIRST)
        if found is None:
            raise Unsound("The map says which version it shows, but not since when.")
        return found / 1000

    async def come_near(self, chart: dict[str, Any], seat_id: int) -> None:
        """Press the map where this seat is, so that it is shown with its neighbours."""
        await self.rest()
        box = await self._box()
        x, y = _on_screen(chart, chart["seats"][seat_id], box["width"], box["height"])
        await self._page.mouse.click(box["x"] + x, box["y"] + y)
        await self.rest()

    async def gestures(self, turns: int) -> list[float]:
        """Drag the map to and fro and turn the wheel both ways; the milliseconds of each frame."""
        await self.rest()
        box = await self._box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        mouse = self._page.mouse
        await self._page.evaluate(_TAKE_FRAMES)
        for turn in range(turns):
            away = 120 if turn % 2 else -120
            await mouse.move(x, y)
            await mouse.down()
            await mouse.move(x + away, y + away / 2, steps=24)
            await mouse.up()
            for _ in range(8):
                await mouse.wheel(0, 24 if turn % 2 else -24)
        await self.rest()
        return await self._page.evaluate(_TAKE_FRAMES)

    async def drawn(self) -> list[Sighting]:
        """The versions that were on the screen, as a watcher's steps from one to the next."""
        taken: list[tuple[int, float]] = await self._page.evaluate(_TAKE_DRAWN)
        steps: list[Sighting] = []
        before = -1
        for version, at in taken:
            if version > before:
                steps.append(Sighting(before, version, array("d", [at]).tobytes()))
                before = version
        return steps

    async def rest(self, seconds: float = SETTLE_SECONDS) -> None:
        """Wait until nothing glides any more."""
        await self._page.wait_for_timeout(1000 * seconds)

    async def _box(self) -> Any:
        box = await self._page.locator("[data-test=map]").bounding_box()
        assert box is not None, "the map is shown"
        return box


@asynccontextmanager
async def chromium() -> AsyncGenerator["Browser"]:
    """Headless Chromium without a GPU. Raises Unsound where something of it is missing."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None or importlib.util.find_spec("playwright") is None:
        raise Unsound("There is no Chromium with Playwright to measure with: run `make tools`.")
    if not (WEB_FOLDER / "index.html").exists():
        raise Unsound("The storefront is not built: run `make storefront`.")
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=program,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser
        await browser.close()


@asynccontextmanager
async def event_page(browser: "Browser", port: int, event_id: int) -> AsyncGenerator[EventPage]:
    """A new visitor with nothing in the cache goes to the event's page."""
    context = await browser.new_context(viewport={"width": WIDTH, "height": HEIGHT})
    try:
        page = await context.new_page()
        await page.add_init_script(_WATCHING)
        await page.goto(f"http://{LOOPBACK}:{port}/events/{event_id}", wait_until="commit")
        yield EventPage(page)
    finally:
        await context.close()


def _on_screen(
    chart: dict[str, Any], seat: dict[str, Any], width: float, height: float
) -> tuple[float, float]:
    """Where a seat is while the whole house is shown, in pixels of the map."""
    scale = min(
        (width - 2 * MARGIN_PIXELS) / chart["width"],
        (height - 2 * MARGIN_PIXELS) / chart["height"],
        PITCH_PIXELS_MAX / chart["seat_pitch"],
    )
    x = (seat["x"] - chart["width"] / 2) * scale + width / 2
    y = (seat["y"] - chart["height"] / 2) * scale + height / 2
    return x, y
