"""Tickets as PDF, one page each, with the code large.

Set by typst from ticket.typ, with the fonts that its wheel brings along: nothing depends on the
host, and the same tickets give the same bytes. A ticket that no longer admits says so in place of
its code. It takes some milliseconds and lets other threads run, so that callers hand it to one.
"""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import msgspec
import typst

from holdfast.tickets.code import code_svg
from holdfast.tickets.ticket_list import Evening, TicketLine
from holdfast.words.language import Language


def tickets_pdf(
    tickets: Sequence[TicketLine], order_id: str, evening: Evening, language: Language
) -> bytes:
    """These tickets of one order as a PDF document, in the order in which they are given."""
    zone = evening.time_zone
    doors = language.say("Doors open at {time}", time=language.time(evening.doors_open, zone))
    start = language.say("Starts at {time}", time=language.time(evening.start_time, zone))
    admits = evening.status != "CANCELLED"
    sheet = {
        "title": language.say("Your tickets for {event}", event=evening.name),
        "language": language.code,
        "color": evening.color,
        "name": evening.name,
        "date": language.date(evening.start_time, zone),
        "times": f"{doors} · {start}",
        "venue": evening.venue_name,
        "address": evening.venue_address,
        "rule": language.say(
            "The code admits one person once. Keep it to yourself until you are at the gate."
        ),
        "order": language.say("Order {number}", number=order_id),
        "tickets": [
            {
                "place": language.place(ticket.section, ticket.row, ticket.seat_number),
                "valid": ticket.is_valid and admits,
                "notice": language.say("This ticket is no longer valid"),
                "barcode": ticket.barcode,
                "code": code_svg(ticket.barcode).decode(),
                "number": language.say(
                    "Ticket {number} of {count}", number=number, count=len(tickets)
                ),
            }
            for number, ticket in enumerate(tickets, 1)
        ],
    }
    made = typst.compile(
        _source(),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"sheet": msgspec.json.encode(sheet).decode()},
        timestamp=int(evening.created_at.timestamp()),
    )
    assert isinstance(made, bytes), "a PDF is one document"
    return made


@cache
def _source() -> bytes:
    return files("holdfast.tickets").joinpath("ticket.typ").read_bytes()


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)
