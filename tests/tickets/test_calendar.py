"""The evening in a calendar: the right hour in the venue's zone, on any phone."""

from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar, Component, Event
from msgspec.structs import replace

from holdfast.tickets.calendar import ticket_calendar
from holdfast.tickets.ticket_list import Evening, TicketLine

TICKET = TicketLine(
    "t_1_aaaaaaaaaaaaaaaaaaaaaaaaaa_0", "i_1_a_0", 12, "Stalls", "F", "12", "1-A", True, None
)
WINTER = Evening(
    name="Figaro; or, the marriage",
    status="ON_SALE",
    doors_open=datetime(2027, 1, 10, 17, 30, tzinfo=UTC),
    start_time=datetime(2027, 1, 10, 18, 30, tzinfo=UTC),
    created_at=datetime(2026, 11, 1, 9, 0, tzinfo=UTC),
    venue_name="The Grand",
    venue_address="Market Square 1, Vienna",
    time_zone="Europe/Vienna",
)


def at(evening: Evening, start_time: datetime) -> Evening:
    return replace(evening, start_time=start_time, doors_open=start_time - timedelta(hours=1))


def entry(ticket: TicketLine, evening: Evening) -> Event:
    calendar = Calendar.from_ical(ticket_calendar(ticket, evening))
    (event,) = calendar.events
    return event


def test_the_entry_says_what_when_and_where() -> None:
    event = entry(TICKET, WINTER)
    assert event["summary"] == "Figaro; or, the marriage"
    assert event["location"] == "The Grand, Market Square 1, Vienna"
    assert event["description"] == "Stalls, row F, seat 12\nDoors open at 18:30."
    assert event["status"] == "CONFIRMED"
    assert event["dtstart"].params["TZID"] == "Europe/Vienna"
    assert event.start.isoformat() == "2027-01-10T19:30:00+01:00"


# The two nights on which the clock changes, the days around them, and both sides of the equator.
@pytest.mark.parametrize(
    ("zone", "start", "local"),
    [
        ("Europe/Vienna", datetime(2027, 3, 27, 19, 0, tzinfo=UTC), "2027-03-27T20:00:00+01:00"),
        ("Europe/Vienna", datetime(2027, 3, 28, 18, 0, tzinfo=UTC), "2027-03-28T20:00:00+02:00"),
        ("Europe/Vienna", datetime(2027, 10, 31, 19, 0, tzinfo=UTC), "2027-10-31T20:00:00+01:00"),
        ("America/New_York", datetime(2027, 7, 4, 0, 0, tzinfo=UTC), "2027-07-03T20:00:00-04:00"),
        ("Australia/Sydney", datetime(2027, 1, 9, 9, 0, tzinfo=UTC), "2027-01-09T20:00:00+11:00"),
        ("Asia/Kolkata", datetime(2027, 1, 9, 14, 30, tzinfo=UTC), "2027-01-09T20:00:00+05:30"),
        ("Not/A_Zone", datetime(2027, 1, 9, 14, 30, tzinfo=UTC), "2027-01-09T14:30:00+00:00"),
    ],
)
def test_the_hour_is_right_in_the_zone_of_the_venue(zone: str, start: datetime, local: str) -> None:
    evening = at(replace(WINTER, time_zone=zone), start)
    assert entry(TICKET, evening).start.isoformat() == local
    assert offset_by_the_file_alone(evening) == local[-6:]


def offset_by_the_file_alone(evening: Evening) -> str:
    """The offset that a calendar comes to which knows no zones but those in the file."""
    calendar = Calendar.from_ical(ticket_calendar(TICKET, evening))
    if not calendar.timezones:
        return "+00:00"
    (zone,) = calendar.timezones
    start = calendar.events[0]["dtstart"].dt.replace(tzinfo=None)
    onsets = [
        (onset, rule["tzoffsetto"].td)
        for rule in zone.subcomponents
        for onset in (rule["dtstart"].dt, *_repeated(rule))
    ]
    _, offset = max(onset for onset in onsets if onset[0] <= start)
    minutes = int(offset.total_seconds()) // 60
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def _repeated(rule: Component) -> list[datetime]:
    return [again.dt for again in rule["rdate"].dts] if "rdate" in rule else []


def test_a_ticket_that_admits_nobody_is_cancelled_in_the_calendar() -> None:
    assert entry(TICKET, replace(WINTER, status="CANCELLED"))["status"] == "CANCELLED"
    assert entry(replace(TICKET, is_valid=False), WINTER)["status"] == "CANCELLED"


def test_a_second_import_changes_the_first() -> None:
    first, later = ticket_calendar(TICKET, WINTER), ticket_calendar(TICKET, WINTER)
    assert first == later
    moved = at(WINTER, WINTER.start_time + timedelta(hours=1))
    assert entry(TICKET, moved)["uid"] == entry(TICKET, WINTER)["uid"]


def test_a_standing_place_has_neither_row_nor_seat() -> None:
    standing = replace(TICKET, section="Floor", row=None, seat_number=None)
    assert entry(standing, WINTER)["description"].startswith("Floor\n")


def test_lines_end_as_the_standard_wants_and_are_not_too_long() -> None:
    evening = replace(WINTER, name="Ein außerordentlich langer Abend " * 5)
    lines = ticket_calendar(TICKET, evening).split(b"\r\n")
    assert max(len(line) for line in lines) <= 75
    assert not any(b"\n" in line for line in lines)
