"""The browser tests' cast: one box office for all of them, a browser, visitors."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.browser.box_office import BoxOffice
from tests.browser.organiser import OrganisersSite
from tests.browser.visitor import Invite, Visitor

WEB = Path(__file__).parents[2] / "src" / "holdfast" / "web" / "index.html"

SHELL = ("chromium-headless-shell", "chromium", "chromium-browser")
"""The first of these that is there. The shell is the same engine without the window around it, and
comes to a page with a third of the work."""
WHOLE = ("chromium", "chromium-browser")
"""What the shell has not: in a private context frames from elsewhere may remember nothing."""


@pytest.fixture(scope="session")
def site() -> Iterator[OrganisersSite]:
    site = OrganisersSite()
    yield site
    site.close()


@pytest.fixture(scope="session")
def box_office(
    tmp_path_factory: pytest.TempPathFactory, site: OrganisersSite
) -> Iterator[BoxOffice]:
    if not WEB.exists():
        pytest.skip("the storefront is not built: make storefront")
    folder = tmp_path_factory.mktemp("box-office")
    # The embedded server steps down from root and must still reach its folder.
    folder.chmod(0o755)
    office = BoxOffice(folder, HOLDFAST_ALLOWED_ORIGINS=f"{site.far},{site.near}")
    yield office
    office.close()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    yield from _launched(playwright, SHELL)


@pytest.fixture(scope="session")
def whole_browser(playwright: Playwright) -> Iterator[Browser]:
    yield from _launched(playwright, WHOLE)


@pytest.fixture
def invite(browser: Browser, box_office: BoxOffice) -> Iterator[Invite]:
    """Lets visitors in; when they leave, none of them may have met a script error."""
    yield from _let_in(browser, box_office)


@pytest.fixture
def invite_whole(whole_browser: Browser, box_office: BoxOffice) -> Iterator[Invite]:
    """The same with the whole of Chromium."""
    yield from _let_in(whole_browser, box_office)


def _launched(playwright: Playwright, programs: tuple[str, ...]) -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, programs)), None)
    if program is None:
        pytest.skip("there is no Chromium: make tools")
    browser = playwright.chromium.launch(
        executable_path=program,
        args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
    )
    yield browser
    browser.close()


def _let_in(browser: Browser, box_office: BoxOffice) -> Iterator[Invite]:
    visitors: list[Visitor] = []

    def invite(size: str = "desk", dark: bool = False, locale: str = "en-GB") -> Visitor:
        visitors.append(Visitor(browser, box_office.address, size, dark, locale))
        return visitors[-1]

    yield invite
    for visitor in visitors:
        visitor.close()


@pytest.fixture(scope="session")
def theatre(box_office: BoxOffice) -> int:
    """An evening in a theatre of 300 seats, with two price types for the stalls."""
    chart = box_office.chart("theatre", 300)
    return box_office.event(
        chart, "The Cherry Orchard", "--on-sale", "--default-price", "4900",
        "--price", "Premium=8900", "--price", "Premium:child=4450",
        "--venue", "The Grand", "--address", "Theatre Square 1, Berlin",
        "--time-zone", "Europe/Berlin", "--color", "#7a2e4d",
    )  # fmt: skip


@pytest.fixture(scope="session")
def arena(box_office: BoxOffice) -> int:
    """An evening in an arena of 2,000 places, some of them standing."""
    chart = box_office.chart("arena", 2_000)
    return box_office.event(
        chart, "Northern Lights Tour", "--on-sale", "--venue", "Harbour Arena",
        "--default-price", "7500", "--color", "#1f5f8b",
    )  # fmt: skip
