"""Charts as they are sent: JSON and columns, each with its compressed form, kept for the ones asked
for lately; and the floor plans that say which row and number a seat has.

A chart never changes, so nothing here ever gets old.
"""

import asyncio
import gzip
from collections.abc import Sequence

import msgspec
from msgspec import Struct

from holdfast.config import CHART_SHELF_BYTES_MAX
from holdfast.database.pool import Connection, Database
from holdfast.desk.order import Ticket
from holdfast.refusals import Refusal
from holdfast.tickets.ticket_list import TicketLine
from holdfast.venues.catalogue import chart_of_event
from holdfast.venues.chart import Chart
from holdfast.venues.chart_columns import compressed_columns
from holdfast.venues.chart_picture import chart_picture
from holdfast.venues.chart_store import PLANS_MAX, PlanShelf, chart_body, kept_columns
from holdfast.venues.floor_plan import STANDING, FloorPlan

GZIP_LEVEL = 6  # 80,000 seats: about half a second, once, in a thread


PICTURES_MAX = 16  # drawings kept, about a megabyte each for 80,000 seats
_KNOWN = "SELECT EXISTS (SELECT FROM chart WHERE sha256 = $1)"


class ChartBody(Struct, frozen=True):
    """A chart, its columns, or a drawing of it, as it is sent: as it is, and compressed."""

    plain: bytes
    gzip: bytes


class ChartShelf:
    """Shared by all requests of a process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._bodies: dict[str, ChartBody] = {}
        self._size = 0
        self._pictures: dict[str, ChartBody] = {}
        self.plans = PlanShelf()
        self._plan_of_event: dict[int, FloorPlan] = {}

    async def body(self, sha256: str) -> ChartBody | None:
        """The chart as it is sent, or None where there is none."""
        found = self._bodies.pop(sha256, None)
        if found is not None:
            self._bodies[sha256] = found
            return found
        body = await self._database.read(
            lambda connection: chart_body(connection, sha256), lambda found: found is not None
        )
        if body is None:
            return None
        made = ChartBody(body, await asyncio.to_thread(gzip.compress, body, GZIP_LEVEL, mtime=0))
        if sha256 not in self._bodies:
            self._keep(sha256, made)
        return made

    async def columns(self, sha256: str) -> ChartBody | None:
        """The chart by columns, or None where there is no such chart."""
        name = f"{sha256}.columns"
        found = self._bodies.pop(name, None)
        if found is not None:
            self._bodies[name] = found
            return found
        kept = await self._database.read(
            lambda connection: kept_columns(connection, sha256), lambda found: found is not None
        )
        if kept is None:
            body = await self.body(sha256)
            if body is None:
                return None
            kept = await asyncio.to_thread(_columns, body.plain)
        made = ChartBody(await asyncio.to_thread(gzip.decompress, kept), kept)
        if name not in self._bodies:
            self._keep(name, made)
        return made

    async def picture(self, sha256: str) -> ChartBody | None:
        """The chart as a drawing (SVG), or None where there is none."""
        found = self._pictures.pop(sha256, None)
        if found is None:
            body = await self.body(sha256)
            if body is None:
                return None
            found = await asyncio.to_thread(_draw, body.plain)
        self._pictures[sha256] = found
        while len(self._pictures) > PICTURES_MAX:
            del self._pictures[next(iter(self._pictures))]
        return found

    def plan_at_hand(self, event_id: int) -> FloorPlan | None:
        """The floor plan of an event where it was read before: no connection needed."""
        plan = self._plan_of_event.pop(event_id, None)
        if plan is not None:
            self._plan_of_event[event_id] = plan
        return plan

    async def plan(self, connection: Connection, event_id: int) -> FloorPlan:
        """The floor plan of an event. Refuses not_found."""
        plan = self.plan_at_hand(event_id)
        if plan is None:
            sha256 = await chart_of_event(connection, event_id)
            if sha256 is None:
                raise Refusal("not_found", "There is no such event.")
            plan = await self.plans.plan(connection, sha256)
            self._plan_of_event[event_id] = plan
            while len(self._plan_of_event) > PLANS_MAX:
                del self._plan_of_event[next(iter(self._plan_of_event))]
        return plan

    def ticket_lines(self, event_id: int, tickets: Sequence[Ticket]) -> list[TicketLine] | None:
        """Tickets as their holders see them, in the order given; None where the event's floor plan
        is not at hand."""
        plan = self.plan_at_hand(event_id)
        return None if plan is None else [_line(plan, ticket) for ticket in tickets]

    async def plan_of_chart(self, connection: Connection, sha256: str) -> FloorPlan | None:
        """The floor plan of a chart, or None where there is none."""
        known = await connection.fetchval(_KNOWN, sha256)
        return await self.plans.plan(connection, sha256) if known else None

    def _keep(self, name: str, body: ChartBody) -> None:
        self._size += len(body.plain) + len(body.gzip)
        self._bodies[name] = body
        while self._size > CHART_SHELF_BYTES_MAX and len(self._bodies) > 1:
            oldest = self._bodies.pop(next(iter(self._bodies)))
            self._size -= len(oldest.plain) + len(oldest.gzip)


def _columns(body: bytes) -> bytes:
    return compressed_columns(msgspec.json.decode(body, type=Chart))


def _draw(body: bytes) -> ChartBody:
    picture = chart_picture(msgspec.json.decode(body, type=Chart))
    return ChartBody(picture, gzip.compress(picture, GZIP_LEVEL, mtime=0))


def _line(plan: FloorPlan, ticket: Ticket) -> TicketLine:
    seat_id = ticket.seat_id
    standing = plan.attributes[seat_id] & STANDING
    return TicketLine(
        ticket.ticket_id,
        ticket.order_item_id,
        seat_id,
        plan.section_names[plan.section_of[seat_id] - 1],
        None if standing else plan.row_names[plan.row_of[seat_id]],
        None if standing else plan.seat_numbers[plan.seat_number_of[seat_id]],
        ticket.barcode,
        ticket.is_valid,
        ticket.scanned_at,
    )
