"""The floor plans of events: which section, row and number a seat has.

A chart never changes, and an event keeps the one it has, so nothing here ever gets old.
"""

from collections.abc import Sequence

from holdfast.database.pool import Connection
from holdfast.desk.order import Ticket
from holdfast.refusals import Refusal
from holdfast.tickets.ticket_list import TicketLine
from holdfast.venues.catalogue import chart_of_event
from holdfast.venues.chart_store import PLANS_MAX, PlanShelf
from holdfast.venues.floor_plan import FloorPlan

_KNOWN = "SELECT EXISTS (SELECT FROM chart WHERE sha256 = $1)"


class EventPlans:
    """Shared by all requests of a process; desks and maps share its `shelf`."""

    def __init__(self) -> None:
        self.shelf = PlanShelf()
        self._plan_of_event: dict[int, FloorPlan] = {}

    def at_hand(self, event_id: int) -> FloorPlan | None:
        """The floor plan of an event where it was read before: no connection needed."""
        plan = self._plan_of_event.pop(event_id, None)
        if plan is not None:
            self._plan_of_event[event_id] = plan
        return plan

    async def read(self, connection: Connection, event_id: int) -> FloorPlan:
        """The floor plan of an event. Refuses not_found."""
        plan = self.at_hand(event_id)
        if plan is None:
            sha256 = await chart_of_event(connection, event_id)
            if sha256 is None:
                raise Refusal("not_found", "There is no such event.")
            plan = await self.shelf.plan(connection, sha256)
            self._plan_of_event[event_id] = plan
            while len(self._plan_of_event) > PLANS_MAX:
                del self._plan_of_event[next(iter(self._plan_of_event))]
        return plan

    async def of_chart(self, connection: Connection, sha256: str) -> FloorPlan | None:
        """The floor plan of a chart, or None where there is none."""
        known = await connection.fetchval(_KNOWN, sha256)
        return await self.shelf.plan(connection, sha256) if known else None

    def ticket_lines(self, event_id: int, tickets: Sequence[Ticket]) -> list[TicketLine] | None:
        """Tickets as their holders see them, in the order given; None where the event's floor plan
        is not at hand."""
        plan = self.at_hand(event_id)
        return None if plan is None else [_line(plan, ticket) for ticket in tickets]


def _line(plan: FloorPlan, ticket: Ticket) -> TicketLine:
    return TicketLine(
        ticket.ticket_id,
        ticket.order_item_id,
        ticket.seat_id,
        *plan.place(ticket.seat_id),
        ticket.barcode,
        ticket.is_valid,
        ticket.scanned_at,
    )
