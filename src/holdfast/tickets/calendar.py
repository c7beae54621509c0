"""The evening of a ticket as a calendar file (RFC 5545), in the venue's own time zone.

The file carries the rules of that zone (VTIMEZONE), so that it is right in calendars that don't
know it, and on phones that travel. Pure: the same ticket and evening give the same bytes.
"""

from datetime import timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from icalendar import Calendar, Event, vDuration, vText

from holdfast.tickets.ticket_list import Evening, TicketLine

EVENING = timedelta(hours=3)  # nobody says when an event ends; this blocks an evening
RULES_AROUND = timedelta(days=366)  # the changes of the clock that the file knows, each way
PRODUCER = "-//Holdfast//Box office//EN"


def ticket_calendar(ticket: TicketLine, evening: Evening) -> bytes:
    """A calendar with one entry; the same UID each time, so that a second import changes the first.

    A ticket that no longer admits, or an event that was cancelled, is STATUS:CANCELLED.
    """
    zone = _zone(evening.time_zone)
    doors = evening.doors_open.astimezone(zone)
    start = evening.start_time.astimezone(zone)
    entry = Event()
    entry.add("uid", f"{ticket.ticket_id}@holdfast")
    entry.add("dtstamp", evening.created_at)
    entry.add("dtstart", start)
    entry.add("duration", vDuration(EVENING))
    entry.add("summary", vText(evening.name))
    entry.add("location", vText(_location(evening)))
    entry.add("description", vText(f"{ticket.place}\nDoors open at {doors:%H:%M}."))
    entry.add("status", _status(ticket, evening))
    calendar = Calendar()
    calendar.add("prodid", PRODUCER)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(entry)
    calendar.add_missing_timezones(start.date() - RULES_AROUND, start.date() + RULES_AROUND)
    return calendar.to_ical()


def _zone(name: str) -> ZoneInfo:
    """The venue's zone. One that this machine does not know is shown in UTC, which is right too."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def _location(evening: Evening) -> str:
    return ", ".join(part for part in (evening.venue_name, evening.venue_address) if part)


def _status(ticket: TicketLine, evening: Evening) -> str:
    admits = ticket.is_valid and evening.status != "CANCELLED"
    return "CONFIRMED" if admits else "CANCELLED"
