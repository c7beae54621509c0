"""The journal told from the beginning must end where the tables stand today.

An empty house follows the journal as another desk would, public and private part; afterwards its
letters, counts, holds and sessions are compared with what a desk reads from the tables.
"""

from typing import Final

import msgspec

from holdfast.audit.finding import Finding, Value
from holdfast.config import AUDIT_JOURNAL_PAGE
from holdfast.database.pool import Connection
from holdfast.desk.journal import read_since
from holdfast.desk.load import load_seating
from holdfast.desk.seating import FREE, Seating
from holdfast.venues.chart_store import PlanShelf

SENTENCES: Final = {
    "event_unreadable": "The rows of an event can be read into a desk's memory.",
    "journal_unreadable": "Every entry of the journal can be read.",
    "journal_available": "An entry of the journal says how many places are free after it.",
    "journal_letters": "The journal, told from the beginning, gives today's seats.",
    "journal_orders": "The journal, told from the beginning, gives today's holds.",
    "journal_sessions": "The journal, told from the beginning, gives what each session has.",
    "journal_status": "The last event status in the journal is today's.",
}

_DESK = "SELECT epoch, version FROM desk WHERE event_id = $1"
_EVENT = "SELECT EXISTS (SELECT FROM event WHERE event_id = $1)"


async def replay(connection: Connection, plans: PlanShelf, event_id: int) -> list[Finding]:
    """What the journal of one event says otherwise than its tables. Journals with a gap are left
    to the check that finds gaps, events without a row or a desk to the one that misses them."""
    desk = await connection.fetchrow(_DESK, event_id)
    if desk is None or not await connection.fetchval(_EVENT, event_id):
        return []
    try:
        today = await load_seating(connection, plans, event_id, desk["epoch"], desk["version"])
    except (AssertionError, LookupError, ValueError) as error:
        return [_finding("event_unreadable", event_id, error=repr(error))]
    told = _empty(today)
    findings: list[Finding] = []
    while told.version < today.version:
        try:
            entries = await read_since(connection, event_id, told.version, AUDIT_JOURNAL_PAGE)
        except msgspec.MsgspecError as error:
            after = told.version
            return [_finding("journal_unreadable", event_id, after_version=after, error=str(error))]
        for entry in entries:
            if entry.version != told.version + 1:
                return findings
            told.apply_journal(entry.version, entry.public, entry.private)
            wrong = {s: n for s, n in entry.public.available.items() if told.available.get(s) != n}
            if wrong and not findings:
                section_id, said = next(iter(wrong.items()))
                findings.append(
                    _finding(
                        "journal_available",
                        event_id,
                        version=entry.version,
                        section_id=section_id,
                        said=said,
                        told=told.available.get(section_id),
                    )
                )
        if not entries:
            return findings
    return findings + _differences(event_id, told, today)


def _empty(today: Seating) -> Seating:
    """The house before its first batch. Its status then is not known, so it starts as today."""
    return Seating(
        today.plan,
        today.terms,
        bytearray([FREE]) * today.plan.seat_count,
        (),
        {},
        epoch=today.epoch,
        version=0,
        event_status=today.event_status,
    )


def _differences(event_id: int, told: Seating, today: Seating) -> list[Finding]:
    findings: list[Finding] = []
    seats = [s for s, letter in enumerate(told.letters) if letter != today.letters[s]]
    if seats:
        first = seats[0]
        findings.append(
            _finding(
                "journal_letters",
                event_id,
                seats=len(seats),
                first_seat_id=first,
                journal=chr(told.letters[first]),
                today=chr(today.letters[first]),
            )
        )
    orders = [i for i in {*told.orders, *today.orders} if told.orders.get(i) != today.orders.get(i)]
    if orders:
        findings.append(
            _finding("journal_orders", event_id, orders=len(orders), first_order_id=min(orders))
        )
    sessions = [s for s in {*told.taken, *today.taken} if told.taken.get(s) != today.taken.get(s)]
    if sessions:
        first_session = min(sessions)
        findings.append(
            _finding(
                "journal_sessions",
                event_id,
                sessions=len(sessions),
                first_session_id=first_session,
                journal=told.taken.get(first_session, 0),
                today=today.taken.get(first_session, 0),
            )
        )
    if told.event_status is not today.event_status:
        findings.append(
            _finding(
                "journal_status",
                event_id,
                journal=told.event_status.value,
                today=today.event_status.value,
            )
        )
    return findings


def _finding(check: str, event_id: int, **row: Value) -> Finding:
    return Finding(check, SENTENCES[check], event_id, row)
