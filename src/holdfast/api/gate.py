"""The gate: a barcode was read, who is let in."""

import hashlib
from datetime import datetime
from typing import Annotated, Any

from litestar import Response
from litestar.params import JSONBody
from msgspec import Meta, Struct

from holdfast.api.answer import answer
from holdfast.api.idempotency import key_of
from holdfast.api.paths import Number
from holdfast.api.request import ApiRequest
from holdfast.config import GATE_TEXT_CHARACTERS_MAX
from holdfast.gate.scan import Direction, Scan, ScanResult, scan
from holdfast.refusals import Refusal
from holdfast.tickets.ticket_list import TicketLine

Text = Annotated[str, Meta(min_length=1, max_length=GATE_TEXT_CHARACTERS_MAX)]


class ScanRequest(Struct, forbid_unknown_fields=True):
    """What a device read. `scan_id` is the device's own number of this scan: the same again is the
    same scan. `scanned_at` only where the device was offline then."""

    barcode: Text
    event_id: Number
    gate: Text
    device: Text
    direction: Direction = Direction.IN
    scanned_at: Annotated[datetime, Meta(tz=True)] | None = None
    scan_id: Text | None = None


class ScanShown(Struct):
    """What the gate is told; `ticket` is null where the barcode is no ticket of this event."""

    result: ScanResult
    ticket: TicketLine | None
    scan_id: str
    scanned_at: datetime


async def scan_ticket(request: ApiRequest, data: JSONBody[ScanRequest]) -> Response[Any]:
    """Admit, let out, or say why not; a ticket is admitted once."""
    if not request.key.opens(data.event_id):
        raise Refusal("forbidden", "This key is for another event.")
    own_id = _scan_id(request)
    asked = Scan(
        barcode=data.barcode,
        event_id=data.event_id,
        gate=data.gate,
        device=data.device,
        direction=data.direction,
        scanned_at=data.scanned_at,
        scan_id=data.scan_id or own_id,
    )
    told = await scan(request.parts.database, request.parts.clock, asked)
    shown = ScanShown(told.result, told.ticket, told.scan_id, told.scanned_at)
    return answer(shown, replayed=told.replayed)


def _scan_id(request: ApiRequest) -> str | None:
    """A device without numbers of its own may use an Idempotency-Key instead."""
    key = key_of(request)
    if key is None:
        return None
    return "k_" + hashlib.sha256(f"{request.key.key_id}\0{key}".encode()).hexdigest()[:40]
