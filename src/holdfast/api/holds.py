"""POST /events/{event_id}/holds: the hottest write of all."""

import msgspec

from holdfast.api.asked import Asked
from holdfast.api.choice import HoldRequest
from holdfast.api.idempotency import fingerprint_of, key_of
from holdfast.api.order_answer import OrderSheet, order_answer, read_sheet
from holdfast.api.paths import event_number
from holdfast.api.thin import JSON_TYPE, Reply, ThinCall
from holdfast.desk.commands import Hold
from holdfast.ids import EventId, keyed_order_id
from holdfast.venues.floor_plan import FloorPlan

_encode = msgspec.json.Encoder().encode
NO_STORE = (b"cache-control", b"no-store")


async def hold(call: ThinCall, event_id: int, data: HoldRequest) -> Reply:
    """Hold places for as long as the event says: all of them or none."""
    event = event_number(event_id)
    command = _command(call, event, data)
    granted = await call.parts.box_office.submit(event, command)
    order = granted.order
    assert order is not None, "a granted hold has an order"
    if granted.replayed:
        sheet = await read_sheet(call, event, order.order_id)
        assert sheet is not None, "orders are never deleted"
    else:
        # It was made this instant, so that its creation is the time of the answer.
        sheet = OrderSheet(event, order, None, (), granted.version, order.created_at)
    headers = order_headers(sheet.version, replayed=granted.replayed)
    headers.append((b"location", f"/api/v1/orders/{order.order_id}".encode()))
    plan = await plan_of(call, event)
    return Reply(201, _encode(order_answer(call, plan, sheet)), headers)


def order_headers(version: int, *, replayed: bool) -> list[tuple[bytes, bytes]]:
    """The headers of an order as the answer; `version` is the journal's that it shows."""
    headers = [JSON_TYPE, NO_STORE, (b"holdfast-version", b"%d" % version)]
    if replayed:
        headers.append((b"idempotency-replayed", b"true"))
    return headers


async def plan_of(asked: Asked, event_id: EventId) -> FloorPlan:
    """The floor plan of an event, mostly without asking the database."""
    plans = asked.parts.plans
    plan = plans.at_hand(event_id)
    if plan is None:
        async with asked.parts.database.pool.acquire() as connection:
            plan = await plans.read(connection, event_id)
    return plan


def _command(call: ThinCall, event_id: EventId, data: HoldRequest) -> Hold:
    """A keyed request always makes the same order id, so that the desk knows it again."""
    session_id = call.buyer.session_id
    key = key_of(call)
    if key is None:
        order_id = call.parts.order_ids.new(event_id)
        return Hold(order_id=order_id, session_id=session_id, choice=data.choice())
    return Hold(
        order_id=keyed_order_id(call.parts.order_key, event_id, session_id, key),
        session_id=session_id,
        choice=data.choice(),
        request_fingerprint=fingerprint_of(data),
    )
