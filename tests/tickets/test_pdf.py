"""Tickets on paper: one page each, a code that scans, the same bytes each time."""

from datetime import UTC, datetime, timedelta

import pypdfium2
import zxingcpp

from holdfast.tickets.pdf import tickets_pdf
from holdfast.tickets.ticket_list import Evening, TicketLine
from holdfast.words.language import language_of

DOORS = datetime(2027, 3, 1, 18, 30, tzinfo=UTC)
EVENING = Evening(
    name='Die Zauberflöte #1 "live" \\ $x$',
    status="ON_SALE",
    doors_open=DOORS,
    start_time=DOORS + timedelta(hours=1),
    created_at=DOORS - timedelta(days=90),
    venue_name="The Grand",
    venue_address="Market Square 1",
    time_zone="Europe/Vienna",
    color="#a03060",
)
CODES = ["1-ABCDEFGHIJKLMNOPQRSTUVWXYZ", "1-ZYXWVUTSRQPONMLKJIHGFEDCBA"]
TICKETS = [
    TicketLine("t_1_a_1", "i1", 0, "Stalls", "F", "12", CODES[0], True, None),
    TicketLine("t_1_a_2", "i2", 30, "Standing", None, None, CODES[1], True, None),
]


def pages(pdf: bytes) -> list[tuple[str, list[str]]]:
    """The words of every page, and what a scanner reads from it."""
    found: list[tuple[str, list[str]]] = []
    for page in pypdfium2.PdfDocument(pdf):
        picture = page.render(scale=3, grayscale=True)
        lines = memoryview(picture.buffer).cast("B")
        width, height, stride = picture.width, picture.height, picture.stride
        dots = b"".join(bytes(lines[y * stride : y * stride + width]) for y in range(height))
        read = zxingcpp.read_barcodes(memoryview(dots).cast("B", (height, width)))
        words = " ".join(page.get_textpage().get_text_range().split())
        found.append((words, [code.text for code in read]))
    return found


def test_every_ticket_has_a_page_whose_code_scans() -> None:
    (first, one), (second, two) = pages(tickets_pdf(TICKETS, "o_1_a", EVENING, language_of("de")))
    assert (one, two) == ([CODES[0]], [CODES[1]])
    for words in ('Die Zauberflöte #1 "live" \\ $x$', "Montag, 1. März 2027", "Einlass ab 19:30"):
        assert words in first
    for words in ("Beginn 20:30", "The Grand", "Stalls, Reihe F, Platz 12", "Karte 1 von 2"):
        assert words in first
    assert "Standing" in second
    assert "Reihe" not in second


def test_a_ticket_that_no_longer_admits_shows_no_code() -> None:
    refunded = [TicketLine("t_1_a_1", "i1", 0, "Stalls", "F", "12", CODES[0], False, None)]
    ((words, codes),) = pages(tickets_pdf(refunded, "o_1_a", EVENING, language_of(None)))
    assert codes == []
    assert "This ticket is no longer valid" in words
    assert CODES[0] not in words


def test_the_same_tickets_are_the_same_bytes() -> None:
    one = tickets_pdf(TICKETS, "o_1_a", EVENING, language_of("fr"))
    assert one == tickets_pdf(TICKETS, "o_1_a", EVENING, language_of("fr"))
    assert one != tickets_pdf(TICKETS, "o_1_a", EVENING, language_of("es"))
