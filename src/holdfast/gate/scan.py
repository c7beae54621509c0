"""A ticket at the gate: who is let in, and what the others are told.

Every answer is written down in the transaction that gives it, so that a device that never heard it
may ask again under the same scan_id. Whether the key fits the event is for the caller to check.
"""

import secrets
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from holdfast.config import (
    GATE_EARLY_SECONDS,
    GATE_OFFLINE_HOURS_MAX,
    GATE_TEXT_CHARACTERS_MAX,
)
from holdfast.database.clock import Clock
from holdfast.database.pool import Connection, Database, Record
from holdfast.database.statements import load
from holdfast.ids import event_of_barcode
from holdfast.refusals import Refusal
from holdfast.tickets.ticket_list import TicketLine, line_of_row

ADMIT = load("gate/admit.sql")
LET_OUT = load("gate/let_out.sql")

_EVENT = "SELECT status::text AS status, doors_open FROM event WHERE event_id = $1"
_TICKET = """
SELECT
    t.ticket_id, t.order_item_id AS item_id, t.seat_id, c.name AS section, s."row", s.seat_number,
    t.barcode, t.is_valid, t.scanned_at
FROM ticket AS t
JOIN seat AS s ON s.event_id = $1 AND s.seat_id = t.seat_id
JOIN section AS c ON c.event_id = $1 AND c.section_id = s.section_id
WHERE t.event_id = $1 AND t.barcode = $2
"""
_EARLIER = """
SELECT ticket_id, result::text AS result, direction, scanned_at
FROM gate_scan
WHERE event_id = $1 AND scan_id = $2
"""
_WRITE_DOWN = """
INSERT INTO gate_scan (
    event_id, scan_id, ticket_id, result, direction, gate, device, scanned_at
)
VALUES ($1, $2, $3, $4::text::scan_result, $5, $6, $7, $8)
ON CONFLICT (event_id, scan_id) DO NOTHING
"""
_WRITTEN = "INSERT 0 1"


class Direction(StrEnum):
    IN = "IN"
    OUT = "OUT"


class ScanResult(StrEnum):
    """What a gate is told, in the order in which it is checked."""

    INVALID = "INVALID"
    WRONG_EVENT = "WRONG_EVENT"
    EXITED = "EXITED"
    NOT_INSIDE = "NOT_INSIDE"
    EVENT_CANCELLED = "EVENT_CANCELLED"
    REFUNDED = "REFUNDED"
    TOO_EARLY = "TOO_EARLY"
    ALREADY_SCANNED = "ALREADY_SCANNED"
    ADMITTED = "ADMITTED"


class Scan(Struct, frozen=True, kw_only=True):
    """A barcode that was read at one event's gate. `scanned_at`: when, if it was some time ago;
    `scan_id`: the device's own number for this scan."""

    barcode: str
    event_id: int
    gate: str
    device: str
    direction: Direction = Direction.IN
    scanned_at: datetime | None = None
    scan_id: str | None = None


class ScanAnswer(Struct, frozen=True):
    """What the gate is told. `ticket`: None where the barcode is no ticket of this event; its
    scanned_at is the time it was let in first. `replayed`: this very scan was answered before."""

    result: ScanResult
    ticket: TicketLine | None
    scan_id: str
    scanned_at: datetime
    replayed: bool = False


class _AnsweredBefore(Exception):  # noqa: N818 - what happened, not a kind of error
    """An equal request was quicker: what this one did is undone."""


async def scan(database: Database, clock: Clock, request: Scan) -> ScanAnswer:
    """Admit, let out, or say why not. The same scan_id again is answered the same.

    Raises Refusal: invalid_request, not_found for an unknown event, idempotency_mismatch where the
    scan_id was used for another ticket or direction.
    """
    _check_texts(request)
    scan_id = request.scan_id or f"s_{secrets.token_hex(16)}"
    async with database.pool.acquire() as connection:
        try:
            async with connection.transaction():
                return await _answer(connection, clock, request, scan_id)
        except _AnsweredBefore:
            earlier = await _earlier(connection, request, scan_id)
            assert earlier is not None, "the scan that was quicker is written down"
            return earlier


async def _answer(connection: Connection, clock: Clock, request: Scan, scan_id: str) -> ScanAnswer:
    now = await clock.now(connection)
    at = _time_of_scan(request, now)
    earlier = await _earlier(connection, request, scan_id)
    if earlier is not None:
        return earlier
    event = await connection.fetchrow(_EVENT, request.event_id)
    if event is None:
        raise Refusal("not_found")
    ticket = await _ticket(connection, request)
    result = await _decide(connection, request, event, ticket, at)
    tag = await connection.execute(
        _WRITE_DOWN,
        request.event_id,
        scan_id,
        ticket.ticket_id if ticket is not None else None,
        result,
        request.direction,
        request.gate,
        request.device,
        at,
    )
    if tag != _WRITTEN:
        raise _AnsweredBefore
    if result in (ScanResult.ADMITTED, ScanResult.EXITED, ScanResult.ALREADY_SCANNED):
        ticket = await _ticket(connection, request)
    return ScanAnswer(result, ticket, scan_id, at)


async def _decide(
    connection: Connection, request: Scan, event: Record, ticket: TicketLine | None, at: datetime
) -> ScanResult:
    if ticket is None:
        return await _unknown(connection, request)
    if request.direction is Direction.OUT:
        gone = await connection.fetchrow(LET_OUT, request.event_id, ticket.barcode)
        return ScanResult.NOT_INSIDE if gone is None else ScanResult.EXITED
    if event["status"] == "CANCELLED":
        return ScanResult.EVENT_CANCELLED
    if not ticket.is_valid:
        return ScanResult.REFUNDED
    if at < event["doors_open"] - timedelta(seconds=GATE_EARLY_SECONDS):
        return ScanResult.TOO_EARLY
    admitted = await connection.fetchrow(ADMIT, request.event_id, ticket.barcode, at)
    if admitted is not None:
        return ScanResult.ADMITTED
    now_is = await _ticket(connection, request)
    assert now_is is not None, "tickets are never deleted"
    return ScanResult.ALREADY_SCANNED if now_is.is_valid else ScanResult.REFUNDED


async def _unknown(connection: Connection, request: Scan) -> ScanResult:
    """A barcode that this event doesn't have: another event's, or nobody's."""
    other_id = event_of_barcode(_barcode(request))
    if other_id is None or other_id == request.event_id:
        return ScanResult.INVALID
    other = await connection.fetchrow(_TICKET, other_id, _barcode(request))
    return ScanResult.INVALID if other is None else ScanResult.WRONG_EVENT


async def _earlier(connection: Connection, request: Scan, scan_id: str) -> ScanAnswer | None:
    """What this very scan was answered before, with the ticket as it is now."""
    if request.scan_id is None:
        return None
    row = await connection.fetchrow(_EARLIER, request.event_id, scan_id)
    if row is None:
        return None
    ticket = await _ticket(connection, request)
    ticket_id = ticket.ticket_id if ticket is not None else None
    if (row["ticket_id"], row["direction"]) != (ticket_id, request.direction):
        # Letting somebody in on another one's answer is worse than stopping at a device's mistake.
        raise Refusal("idempotency_mismatch", "This scan_id was used for another scan.")
    return ScanAnswer(ScanResult(row["result"]), ticket, scan_id, row["scanned_at"], replayed=True)


async def _ticket(connection: Connection, request: Scan) -> TicketLine | None:
    row = await connection.fetchrow(_TICKET, request.event_id, _barcode(request))
    return None if row is None else line_of_row(row)


def _barcode(request: Scan) -> str:
    """As it was printed, however it was typed."""
    return request.barcode.strip().upper()


def _check_texts(request: Scan) -> None:
    for name in ("barcode", "gate", "device", "scan_id"):
        value = getattr(request, name)
        if value is None:
            continue
        if not 0 < len(value) <= GATE_TEXT_CHARACTERS_MAX or "\0" in value:
            raise Refusal(
                "invalid_request", f"{name} takes 1 to {GATE_TEXT_CHARACTERS_MAX} characters."
            )


def _time_of_scan(request: Scan, now: datetime) -> datetime:
    """When the barcode was read: by the database's clock, or as a device says that was offline."""
    if request.scanned_at is None:
        return now
    if request.scanned_at.tzinfo is None:
        raise Refusal("invalid_request", "scanned_at needs a time zone, as 2027-03-01T19:30:00Z.")
    if request.scanned_at < now - timedelta(hours=GATE_OFFLINE_HOURS_MAX):
        raise Refusal(
            "invalid_request", f"scanned_at is more than {GATE_OFFLINE_HOURS_MAX} hours ago."
        )
    return min(request.scanned_at, now)
