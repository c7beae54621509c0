"""What mails say: every occasion, in every language, with nothing of a buyer's run as code."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from babel.messages.pofile import read_po

from holdfast.desk.order import Occasion, Order
from holdfast.mail.look import as_html, as_text
from holdfast.mail.message import Sender, message_of, sender_of
from holdfast.mail.wording import Wording, wording_of
from holdfast.tickets.ticket_list import Evening, TicketLine
from holdfast.words.language import LANGUAGES, language_of
from tests.cast import PaperDesk, a_refund, seats
from tests.repository.files import PACKAGE, product, strings, text

LINK = "https://tickets.example/orders/o_1?token=hl_1"
NOW = datetime(2027, 3, 1, 18, 30, tzinfo=UTC)
EVENING = Evening(
    name="Don Giovanni <i>&</i>", status="ON_SALE", doors_open=NOW,
    start_time=NOW + timedelta(hours=1), created_at=NOW, venue_name="The Grand",
    venue_address="Market Square 1", time_zone="Europe/Vienna", color="#a03060",
)  # fmt: skip


def bought(*refund: int) -> tuple[Order, list[TicketLine]]:
    """Ada's order of two seats, some of which were refunded."""
    desk = PaperDesk()
    order = desk.buy(seats(0, 1))
    if refund:
        items = [order.items[number].item_id for number in refund]
        desk.do(a_refund(order, *items))
    order = desk.order(order.order_id)
    lines = [
        TicketLine(
            t.ticket_id, t.order_item_id, t.seat_id, "Stalls", "A", str(t.seat_id + 1), t.barcode,
            t.is_valid, None,
        )
        for t in desk.tickets(order.order_id)
    ]  # fmt: skip
    return order, lines


def write(occasion: Occasion, amount: int, *refund: int, locale: str | None = None) -> Wording:
    order, lines = bought(*refund)
    found = wording_of(occasion, amount, order, lines, EVENING, language_of(locale))
    assert found is not None
    return found


def test_a_confirmation_names_places_prices_and_total_and_brings_the_tickets() -> None:
    wording = write(Occasion.ORDER_CONFIRMED, 0)
    assert wording.subject == "Your tickets for Don Giovanni <i>&</i>"
    shown = as_text(wording, LINK)
    for words in ("Ada Lovelace", "Stalls, row A, seat 1: €57.20", "Total: €115.90", LINK):
        assert words in shown
    assert "Monday, 1 March 2027" in shown
    assert "Doors open at 19:30" in shown
    assert [ticket.seat_id for ticket in wording.tickets] == [0, 1]


def test_a_confirmation_that_comes_after_everything_was_refunded_is_not_sent() -> None:
    order, lines = bought(0, 1)
    told = wording_of(Occasion.ORDER_CONFIRMED, 0, order, lines, EVENING, language_of(None))
    assert told is None


def test_a_refund_names_the_money_and_what_stays() -> None:
    shown = as_text(write(Occasion.ORDER_REFUNDED, 5_720, 0), LINK)
    assert "we are paying back €57.20" in shown
    assert "seat 2" in shown
    assert "seat 1:" not in shown
    assert "Those listed here stay valid" in shown
    free = as_text(write(Occasion.ORDER_REFUNDED, 0, 0, 1), LINK)
    assert "were taken back" in free
    assert "Your tickets no longer admit." in free


def test_a_cancelled_event_is_told_with_the_money_where_there_was_any() -> None:
    paid = as_text(write(Occasion.ORDER_CANCELLED, 11_590, 0, 1), LINK)
    assert "will not take place" in paid
    assert "€115.90" in paid
    free = as_text(write(Occasion.ORDER_CANCELLED, 0, 0, 1), LINK)
    assert "paying back" not in free


def test_a_late_payment_is_told_that_it_goes_back() -> None:
    wording = write(Occasion.PAYMENT_RETURNED, 11_590)
    assert wording.subject.startswith("Your payment for")
    assert "€115.90 came when the places could no longer be given to you" in as_text(wording, LINK)


def test_names_are_shown_in_html_and_never_run() -> None:
    page = as_html(write(Occasion.ORDER_CONFIRMED, 0), LINK)
    assert "Don Giovanni &lt;i&gt;&amp;&lt;/i&gt;" in page
    assert "<i>" not in page
    assert f'href="{LINK}"' in page
    assert "mj-" not in re.sub(r"mj-(column|outlook)[\w-]*", "", page)
    assert "[[" not in page


def test_a_mail_has_the_colour_of_its_event_and_no_price_breaks() -> None:
    page = as_html(write(Occasion.ORDER_CONFIRMED, 0), LINK)
    assert "background-color:#a03060" in page
    prices = re.findall(r"<td[^>]*>(?=[^<]*€)", page)
    assert prices
    assert all("white-space:nowrap" in cell for cell in prices)


@pytest.mark.parametrize("occasion", [o for o in Occasion if o is not Occasion.EVENT_CANCELLED])
@pytest.mark.parametrize("locale", ["de-AT", "es", "fr_CA"])
def test_every_letter_is_there_in_every_language(locale: str, occasion: Occasion) -> None:
    english = write(occasion, 5_720, 0)
    other = write(occasion, 5_720, 0, locale=locale)
    assert other.language == locale[:2]
    pairs = [
        (english.subject, other.subject),
        (english.link_word, other.link_word),
        (english.foot, other.foot),
        *zip(english.paragraphs, other.paragraphs, strict=True),
    ]
    assert [one for one, two in pairs if one == two] == []


def test_money_and_dates_are_those_of_the_buyer() -> None:
    assert write(Occasion.ORDER_CONFIRMED, 0, locale="de").total == "115,90\u00a0€"
    assert language_of("en-US").time(NOW, "Europe/Vienna") == "7:30\u202fPM"
    assert (
        language_of("tlh").code == language_of("nonsense!").code == language_of(None).code == "en"
    )
    assert language_of(None).money(1_500, "JPY") == "JP¥1,500"


def said() -> set[str]:
    """The sentences in the code that are looked up in the catalogues."""
    files = [p for p in product() if "language.say(" in text(p) or "self.say(" in text(p)]
    known = {s for path in files for s in strings(path)}
    catalogue = (PACKAGE / "words" / "de.po").open("rb")
    return {str(m.id) for m in read_po(catalogue) if m.id} & known


@pytest.mark.parametrize("code", [code for code in LANGUAGES if code != "en"])
def test_a_catalogue_says_every_sentence_with_the_same_values(code: str) -> None:
    with (PACKAGE / "words" / f"{code}.po").open("rb") as file:
        found = {str(m.id): str(m.string) for m in read_po(file) if m.id}
    assert said() == set(found), "every sentence is used, and every one that is used is there"
    for sentence, other in found.items():
        values = [sorted(re.findall(r"{(\w+)}", words)) for words in (sentence, other)]
        assert values[0] == values[1], sentence


def test_a_message_has_text_page_and_tickets_and_the_same_id_each_time() -> None:
    def made() -> str:
        message = message_of(
            write(Occasion.ORDER_CONFIRMED, 0), LINK, b"%PDF-", mail_id="mail_confirmed_o_1",
            sent_at=NOW, sender=Sender("Opera\nHouse", "tickets@opera.example"),
            to=("Ada, the \"first\"\r\nBcc: x@y.z", "ada@example.org"),
        )  # fmt: skip
        parts = [part.get_content_type() for part in message.walk()]
        assert parts == [
            "multipart/mixed", "multipart/alternative", "text/plain", "text/html",
            "application/pdf",
        ]  # fmt: skip
        assert message["Bcc"] is None
        assert message["To"].addresses[0].addr_spec == "ada@example.org"
        return str(message["Message-ID"])

    assert made() == made() == "<mail_confirmed_o_1@opera.example>"
    assert sender_of("").address == "tickets@localhost"
    assert sender_of("Opera House <a@b.example>") == Sender("Opera House", "a@b.example")
