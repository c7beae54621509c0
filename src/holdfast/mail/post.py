"""The post: writes to buyers what has happened to their orders.

An errand says what about; everything else is read when the mail is made, with the connection given
back before anything is rendered or sent. Rendering takes some milliseconds of this process, so it
runs in a thread, one mail at a time, and rests longer than it works: a buyer at the desk comes
before a mail.
"""

import asyncio
import time
from email.message import EmailMessage

from msgspec import Struct

from holdfast.accounts.access_link import AccessLinks
from holdfast.config import MAIL_CONCURRENCY, MAIL_REST_FACTOR
from holdfast.database.pool import Database
from holdfast.desk.order import Occasion, Order, OutboxKind
from holdfast.desk.reading import read_orders
from holdfast.mail.carrier import Carrier
from holdfast.mail.message import Sender, message_of
from holdfast.mail.wording import wording_of
from holdfast.outbox.errand import ErrandRefused, Taken
from holdfast.tickets.pdf import tickets_pdf
from holdfast.tickets.ticket_list import Evening, TicketLine, read_evening, ticket_list
from holdfast.words.language import language_of


class Matter(Struct, frozen=True):
    """What a mail is about, as the database has it."""

    order: Order
    tickets: list[TicketLine]
    evening: Evening


class Post:
    """The teller of buyers. `address` is where they reach us, without a slash at the end."""

    kind = OutboxKind.MAIL
    concurrency = MAIL_CONCURRENCY

    def __init__(
        self,
        database: Database,
        links: AccessLinks,
        carrier: Carrier,
        sender: Sender,
        address: str,
    ) -> None:
        self._database = database
        self._links = links
        self._carrier = carrier
        self._sender = sender
        self._address = address
        self._writing = asyncio.Lock()

    async def tell(self, errand: Taken) -> None:
        """Write and hand over one mail. See Teller."""
        matter = await self._read(errand)
        async with self._writing:
            started = time.perf_counter()
            message = await asyncio.to_thread(self._write, errand, matter)
            await asyncio.sleep((time.perf_counter() - started) * MAIL_REST_FACTOR)
        if message is not None:
            await self._carrier.carry(message, errand.outbox_id)

    async def close(self) -> None:
        """Let go of the mail server."""
        await self._carrier.close()

    async def _read(self, errand: Taken) -> Matter:
        order_id = errand.order_id or ""
        async with self._database.pool.acquire() as connection:
            order = (await read_orders(connection, errand.event_id, [order_id])).get(order_id)
            tickets = await ticket_list(connection, order_id)
            evening = await read_evening(connection, errand.event_id)
        if order is None or evening is None:
            raise ErrandRefused(f"there is no order {order_id}")
        return Matter(order, tickets, evening)

    def _write(self, errand: Taken, matter: Matter) -> EmailMessage | None:
        """The mail, or None where there is nothing left to tell. Runs in a thread."""
        order, buyer = matter.order, matter.order.buyer
        if buyer is None:
            raise ErrandRefused(f"nobody left an address with order {order.order_id}")
        occasion = errand.occasion or Occasion.ORDER_CONFIRMED
        language = language_of(buyer.locale)
        wording = wording_of(
            occasion, errand.amount, order, matter.tickets, matter.evening, language
        )
        if wording is None:
            return None
        pdf = None
        if wording.tickets:
            pdf = tickets_pdf(wording.tickets, order.order_id, matter.evening, language)
        token = self._links.token(order.order_id, order.created_at)
        return message_of(
            wording,
            f"{self._address}/orders/{order.order_id}?token={token}",
            pdf,
            mail_id=errand.outbox_id,
            sent_at=errand.created_at,
            sender=self._sender,
            to=(buyer.name, buyer.email),
        )
