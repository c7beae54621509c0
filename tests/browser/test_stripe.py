"""Paying with Stripe's form: a real server, localstripe behind it, a stand-in for Stripe.js."""

import urllib.request
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, FrameLocator, expect

from tests.browser.box_office import BoxOffice
from tests.browser.conftest import WEB
from tests.browser.visitor import Visitor
from tests.stripe.conftest import localstripe_address  # noqa: F401
from tests.stripe.front import Front, front_beside
from tests.stripe.till import ASKS, DECLINED, GOOD

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

WEBHOOK_SECRET = "whsec_browser"
Enter = Callable[..., Visitor]


@pytest.fixture(scope="module")
def stripe(localstripe_address: str) -> Iterator[Front]:  # noqa: F811
    with front_beside(localstripe_address) as front:
        yield front


@pytest.fixture(scope="module")
def office(stripe: Front, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BoxOffice]:
    if not WEB.exists():
        pytest.skip("the storefront is not built: make storefront")
    folder = tmp_path_factory.mktemp("stripe-office")
    folder.chmod(0o755)
    office = BoxOffice(
        folder,
        HOLDFAST_STRIPE_KEY="sk_test_12345",
        HOLDFAST_STRIPE_PUBLISHABLE_KEY="pk_test_12345",
        HOLDFAST_STRIPE_WEBHOOK_SECRET=WEBHOOK_SECRET,
        HOLDFAST_STRIPE_URL=stripe.address,
        HOLDFAST_STRIPE_SCRIPT_URL=f"{stripe.address}/stand-in/stripe.js",
        HOLDFAST_PUBLIC_URL="{address}",
    )
    yield office
    office.close()


@pytest.fixture(scope="module")
def evening(office: BoxOffice) -> int:
    return office.event(
        office.chart("theatre", 300), "The Seagull", "--on-sale", "--default-price", "4900",
        "--venue", "The Grand", "--time-zone", "Europe/Berlin", "--color", "#1f5f8b",
    )  # fmt: skip


@pytest.fixture
def enter(browser: Browser, office: BoxOffice, stripe: Front, evening: int) -> Iterator[Enter]:
    """Visitors who hold two places and go to the checkout; `before` is done just before that."""
    visitors: list[Visitor] = []

    def enter(
        size: str = "desk",
        dark: bool = False,
        locale: str = "en-GB",
        before: Callable[[Visitor], None] = lambda _: None,
    ) -> Visitor:
        visitor = Visitor(browser, office.address, size, dark, locale)
        visitors.append(visitor)
        visitor.album = "stripe-"
        visitor.open_event(evening)
        visitor.press("[data-test=best]")
        visitor.page.wait_for_selector("[data-test=checkout]")
        assert visitor.foreign == [], "nothing from elsewhere but at the checkout"
        visitor.known += (stripe.address,)
        before(visitor)
        visitor.press("[data-test=checkout]")
        visitor.page.wait_for_selector("[data-test=pay]")
        return visitor

    yield enter
    for visitor in visitors:
        visitor.close()


def form(visitor: Visitor) -> FrameLocator:
    return visitor.page.frame_locator("[data-test=stripe-form] iframe")


def bank(visitor: Visitor) -> FrameLocator:
    return visitor.page.frame_locator("iframe[title='The bank asks']")


def pay(visitor: Visitor, card: str, elsewhere: bool = False) -> None:
    if visitor.page.input_value("#name") == "":
        visitor.fill_in()
    form(visitor).locator("#number").fill(card)
    if elsewhere:
        form(visitor).locator("#elsewhere").check()
    visitor.press("[data-test=pay]")


def see_tickets(visitor: Visitor) -> None:
    expect(visitor.page.locator("[data-test=ticket]")).to_have_count(2)


def test_two_seats_are_paid_by_card(enter: Enter) -> None:
    visitor = enter()
    expect(form(visitor).locator("#number")).to_be_visible()
    visitor.check("form", whole=True)
    visitor.fill_in()
    visitor.press("[data-test=pay]")
    expect(form(visitor).locator("#missing")).to_contain_text("incomplete")
    expect(visitor.page.locator("[data-test=pay]")).to_have_attribute("aria-disabled", "false")
    pay(visitor, GOOD)
    see_tickets(visitor)
    visitor.announced("Paid")


def test_a_declined_card_is_told_kindly_in_ones_language_and_another_pays(enter: Enter) -> None:
    visitor = enter("phone", dark=True, locale="de-AT")
    expect(form(visitor).locator("label").first).to_have_text("Kartennummer")
    pay(visitor, DECLINED)
    visitor.page.wait_for_selector("[data-test=declined]")
    visitor.announced("Ihre Bank hat abgelehnt. Die Karte wurde abgelehnt.")
    visitor.check("declined", whole=True)
    pay(visitor, GOOD)
    see_tickets(visitor)


def test_the_banks_question_opens_over_the_page_and_a_no_leaves_the_form(enter: Enter) -> None:
    visitor = enter("phone")
    pay(visitor, ASKS)
    bank(visitor).locator("#no").click()
    visitor.page.wait_for_selector("[data-test=declined]")
    expect(visitor.page.locator("[data-test=declined]")).to_contain_text("that it was you")
    pay(visitor, ASKS)
    bank(visitor).locator("#yes").click()
    see_tickets(visitor)


def test_a_page_closed_at_the_bank_takes_the_question_up_again(enter: Enter) -> None:
    visitor = enter("phone", dark=True)
    pay(visitor, ASKS)
    expect(bank(visitor).locator("#yes")).to_be_visible()
    visitor.page.reload()
    visitor.page.wait_for_selector("[data-test=bank-go]")
    visitor.check("bank", whole=True)
    visitor.press("[data-test=bank-go]")
    bank(visitor).locator("#yes").click()
    see_tickets(visitor)


def test_a_banks_own_page_leads_back_and_the_order_settles_itself(enter: Enter) -> None:
    visitor = enter()
    pay(visitor, ASKS, elsewhere=True)
    visitor.page.wait_for_url("**/bank.html*")
    visitor.page.click("#no")
    visitor.page.wait_for_selector("[data-test=declined]")
    assert "payment_intent" not in visitor.page.url, "the bank's traces are nobody's"
    pay(visitor, ASKS, elsewhere=True)
    visitor.page.wait_for_url("**/bank.html*")
    visitor.page.click("#yes")
    see_tickets(visitor)
    assert "payment_intent" not in visitor.page.url


def test_who_comes_back_from_a_banks_own_page_pays_with_another_card(enter: Enter) -> None:
    visitor = enter("phone")
    pay(visitor, ASKS, elsewhere=True)
    visitor.page.wait_for_url("**/bank.html*")
    visitor.page.go_back()
    visitor.press("[data-test=another-way]")
    visitor.check("turned-back", whole=True)
    pay(visitor, GOOD)
    see_tickets(visitor)


def test_a_form_that_is_kept_out_is_said_and_comes_when_it_can(enter: Enter) -> None:
    script = "**/stand-in/stripe.js"
    visitor = enter("phone", before=lambda v: v.context.route(script, lambda r: r.abort()))
    missing = visitor.page.locator("[data-test=form-missing]")
    visitor.announced("The payment form did not come")
    visitor.check("form-missing", whole=True)
    visitor.fill_in()
    visitor.press("[data-test=pay]")
    visitor.announced("not there yet")
    visitor.context.set_offline(True)
    expect(missing).to_contain_text("You are offline")
    visitor.context.set_offline(False)
    expect(missing).to_contain_text("Something in this browser")
    visitor.context.unroute(script)
    visitor.press("[data-test=form-missing] button")
    expect(form(visitor).locator("#number")).to_be_visible()
    visitor.context.route(script, lambda r: r.abort())
    visitor.page.reload()
    missing.wait_for()
    visitor.context.set_offline(True)
    expect(missing).to_contain_text("You are offline")
    visitor.context.unroute(script)
    visitor.context.set_offline(False)
    pay(visitor, GOOD)
    see_tickets(visitor)


def test_only_an_orders_page_may_load_the_form(office: BoxOffice, stripe: Front) -> None:
    def page(path: str) -> tuple[str, str]:
        asked = urllib.request.Request(office.address + path, headers={"Accept": "text/html"})
        with urllib.request.urlopen(asked, timeout=10) as answer:
            return answer.headers["Content-Security-Policy"], answer.headers["ETag"]

    (narrow, tag), (wide, other) = page("/events/1"), page("/orders/o_1_x")
    assert stripe.address not in narrow
    assert f"script-src 'self' {stripe.address};" in wide
    assert tag != other, "a browser keeps the policy of the page that it has"
