"""The pages in the visitor's language, and written from right to left."""

import pytest
from playwright.sync_api import expect

from tests.browser.visitor import Invite

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


def test_the_pages_speak_the_browsers_language_and_write_its_prices(
    theatre: int, invite: Invite
) -> None:
    visitor = invite("phone", locale="de-AT")
    page = visitor.page
    visitor.open_event(theatre)
    assert page.evaluate("document.documentElement.lang") == "de-AT"
    expect(page.locator("[data-test=best]:visible")).to_have_text("Beste 2 finden")
    expect(page.locator(".legend")).to_contain_text("€\u00a089,00")
    visitor.press("[data-test=best]")
    visitor.announced("2 Plätze sind für Sie reserviert")
    visitor.press("[data-test=checkout]")
    visitor.fill_in("Jürgen Großmann-Łukasiewicz")
    page.get_by_role("button", name="bezahlen").tap()
    expect(page.locator("h1")).to_contain_text("Bis ")


def test_a_language_is_chosen_without_losing_anything_and_remembered(
    theatre: int, invite: Invite
) -> None:
    visitor = invite("desk", locale="pl-PL")
    page = visitor.page
    visitor.open_event(theatre)
    expect(page.locator("[data-test=best]:visible")).to_have_text("Find the best 2")
    visitor.open_list("Stalls centre")
    visitor.press(f"[data-seat='{visitor.choosable()[0]}']")
    for language, said in (("fr", "Réserver 1 place"), ("es", "Reservar 1 localidad")):
        page.select_option("[data-test=language]", language)
        expect(page.locator("[data-test=hold]")).to_have_text(said)
        expect(page.locator("[data-seat].yours")).to_have_count(1)
    page.reload()
    page.wait_for_selector("[data-test=map]")
    expect(page.locator("[data-test=best]:visible")).to_have_text("Buscar las 2 mejores")
    visitor.visit("/")
    expect(page.locator("h1")).to_have_text("Programación")


def test_a_language_that_cannot_be_had_leaves_the_page_as_it_is(
    theatre: int, invite: Invite
) -> None:
    visitor = invite("desk")
    visitor.open_event(theatre)
    visitor.context.route("**/assets/fr-*.js", lambda route: route.abort())
    visitor.page.select_option("[data-test=language]", "fr")
    expect(visitor.page.locator("[data-test=language]")).to_have_value("en")
    expect(visitor.page.locator("[data-test=best]:visible")).to_have_text("Find the best 2")


def test_where_writing_goes_from_right_to_left_the_pages_turn_and_the_house_does_not(
    theatre: int, invite: Invite
) -> None:
    visitor = invite("desk", locale="de-DE")
    page = visitor.page
    visitor.from_right_to_left()
    visitor.open_event(theatre)
    left = "s => document.querySelector(s).getBoundingClientRect().left"
    assert page.evaluate(left, "[data-test=tray]") == 0
    assert page.evaluate(left, "[data-test=language]") < page.evaluate(left, "header .name")
    page.get_by_role("button", name="Liste", exact=True).click()
    page.locator("h3 button", has_text="Stalls centre").click()
    page.wait_for_selector("[data-seat]")
    row = page.locator(".row").nth(2).locator("[data-seat]")
    first, second = row.evaluate_all("all => [all[0].dataset.seat, all.at(-1).dataset.seat]")
    seat = "[data-seat='{}']".format
    assert page.evaluate(left, seat(first)) < page.evaluate(left, seat(second)), "as in the house"
    page.focus(seat(first))
    page.keyboard.press("ArrowRight")
    assert page.evaluate(
        "s => document.activeElement.getBoundingClientRect().left"
        " > document.querySelector(s).getBoundingClientRect().left",
        seat(first),
    )
