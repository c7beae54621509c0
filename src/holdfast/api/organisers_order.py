"""An order as the organiser sees it: every attempt to pay it, and what a person should know."""

from datetime import datetime

import msgspec
from msgspec import Struct

from holdfast.api.asked import Asked
from holdfast.api.order_answer import OrderAnswer, OrderSheet, order_answer, payment_number
from holdfast.desk.order import IncidentKind, IncidentState, PaymentStatus
from holdfast.desk.reading import read_incidents, read_payments
from holdfast.venues.floor_plan import FloorPlan


class PaymentDetail(Struct):
    """One attempt to pay. `refunded_amount` is what we asked back, `outside_amount` what went back
    without us; minor units. `provider_reference` is what the provider calls it."""

    payment_id: str
    provider: str
    provider_reference: str | None
    status: PaymentStatus
    amount: int
    currency: str
    refunded_amount: int
    outside_amount: int
    decline_reason: str | None
    created_at: datetime
    updated_at: datetime


class IncidentDetail(Struct):
    """What a person should know: a wrong amount, a refund made at the provider's pages, a dispute.
    `seen_at` null: nobody has taken note of it since it last changed."""

    incident_id: str
    payment_id: str
    kind: IncidentKind
    state: IncidentState
    amount: int
    currency: str
    reason: str | None
    created_at: datetime
    updated_at: datetime
    seen_at: datetime | None


class OrganisersOrder(OrderAnswer):
    """The order, every attempt to pay it (the oldest first), and its incidents."""

    payments: list[PaymentDetail]
    incidents: list[IncidentDetail]


async def organisers_order(asked: Asked, plan: FloorPlan, sheet: OrderSheet) -> OrganisersOrder:
    """The sheet as JSON, with the payments and incidents of this moment."""
    event_id, order_id = sheet.event_id, sheet.order.order_id
    async with asked.parts.database.pool.acquire() as connection:
        payments = (await read_payments(connection, event_id, [order_id])).get(order_id, [])
        incidents = (await read_incidents(connection, event_id, [order_id])).get(order_id, [])
    shown = order_answer(asked, plan, sheet)
    return OrganisersOrder(
        **{name: getattr(shown, name) for name in OrderAnswer.__struct_fields__},
        payments=[
            msgspec.convert(payment, PaymentDetail, from_attributes=True)
            for payment in sorted(payments, key=payment_number)
        ],
        incidents=[
            msgspec.convert(incident, IncidentDetail, from_attributes=True)
            for incident in incidents
        ],
    )
