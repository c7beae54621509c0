"""What a provider says, brought to the desk: by the request, a webhook or the reconciler alike.

Money follows the seats: here it is only asked what has become of a payment, and the desk decides
(desk/rules/paying.py, returning.py). Every way in may be taken any number of times.

How a notice counts once: the command that it causes carries its key, and the desk writes the key
into the inbox in the very commit that writes what the command did, having looked for it under the
event's lock. So two copies of a notice, at two servers and at one time, are one; a crash before
that commit leaves neither, and the provider says it again. A notice that causes nothing (the
payment is settled already) has no commit to share, and is remembered in a statement of its own.
"""

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple

from holdfast.checkout.provider import (
    Notice,
    Provider,
    ProviderRefused,
    Providers,
    ProviderUnknown,
    ask,
)
from holdfast.database.clock import Clock
from holdfast.database.pool import Database
from holdfast.desk.box_office import BoxOffice
from holdfast.desk.commands import Charge, NoteReturns, NoticeKey, Refund, Repeat, Settle
from holdfast.desk.order import COLLECTED_PAYMENTS, Order, Payment
from holdfast.desk.queue import Granted
from holdfast.desk.reading import read_orders, read_payments
from holdfast.desk.write import WRITE_NOTICES
from holdfast.ids import EventId, OrderId, event_of_order, order_of
from holdfast.refusals import Refusal

SEED_BYTES = 32  # from which the barcodes of an order are made

_SEEN = "SELECT 1 FROM inbox WHERE event_id = $1 AND provider = $2 AND notice_id = $3"


class Standing(NamedTuple):
    """How an order and one attempt to pay it stand; `version` 0 where no desk was asked."""

    event_id: EventId
    order: Order
    payment: Payment
    version: int


class Settlement:
    """`ring` is called whenever the outbox has got work."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        box_office: BoxOffice,
        providers: Providers,
        ring: Callable[[], None],
    ) -> None:
        self._database = database
        self._clock = clock
        self._box_office = box_office
        self.providers = providers
        self._ring = ring

    async def now(self) -> datetime:
        """The time, by the database's clock."""
        async with self._database.pool.acquire() as connection:
            return await self._clock.now(connection)

    async def settle(
        self,
        event_id: EventId,
        payment: Payment,
        charge: Charge,
        notice: NoticeKey | None = None,
    ) -> Granted:
        """Bring the order in line with what the provider says. Raises Refusal."""
        settle = Settle(
            order_id=payment.order_id,
            payment_id=payment.payment_id,
            charge=charge,
            seed=secrets.token_bytes(SEED_BYTES),
            notice=notice,
        )
        granted = await self._box_office.submit(event_id, settle)
        self._ring()
        return granted

    async def refund(
        self,
        order_id: str,
        item_ids: tuple[str, ...] = (),
        *,
        block: bool = False,
        force: bool = False,
        repeat: Repeat | None = None,
    ) -> Granted:
        """Pay items back, or all that are left; the money follows by the outbox. Raises Refusal."""
        event_id = event_of_order(order_id)
        if event_id is None:
            raise Refusal("not_found")
        command = Refund(
            order_id=OrderId(order_id), item_ids=item_ids, block=block, force=force, repeat=repeat
        )
        granted = await self._box_office.submit(event_id, command)
        self._ring()
        return granted

    async def follow(self, payment_id: str, notice: NoticeKey | None = None) -> Standing:
        """Ask the provider what has become of a payment, and settle it.

        Raises Refusal: not_found, and outcome_unknown where the provider doesn't answer.
        """
        standing = await self._standing(payment_id)
        payment = standing.payment
        # One that was given up for failed, or is being voided, is looked up too: somebody may have
        # taken the money since.
        provider = self.providers.of(payment)
        if provider is None or payment.status in COLLECTED_PAYMENTS:
            return standing
        try:
            charge = await ask(provider.lookup(payment))
        except (ProviderUnknown, ProviderRefused) as trouble:
            raise Refusal("outcome_unknown") from trouble
        if charge is None:
            return standing
        granted = await self.settle(standing.event_id, payment, charge, notice)
        if granted.order is None or granted.payment is None:
            return await self._standing(payment_id)  # another copy of the notice was quicker
        return Standing(standing.event_id, granted.order, granted.payment, granted.version)

    async def note_returns(self, payment_id: str, notice: NoticeKey | None = None) -> Standing:
        """Ask the provider what went back of a payment without us, and write it down.

        Raises Refusal as `follow`.
        """
        standing = await self._standing(payment_id)
        payment = standing.payment
        provider = self.providers.of(payment)
        if provider is None:
            return standing
        try:
            returns = await ask(provider.returns(payment))
        except (ProviderUnknown, ProviderRefused) as trouble:
            raise Refusal("outcome_unknown") from trouble
        command = NoteReturns(
            order_id=payment.order_id,
            payment_id=payment.payment_id,
            returns=returns,
            notice=notice,
        )
        granted = await self._box_office.submit(standing.event_id, command)
        if granted.order is None or granted.payment is None:
            return await self._standing(payment_id)
        return Standing(standing.event_id, granted.order, granted.payment, granted.version)

    async def notice(self, provider_name: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Take a provider's webhook in; returns once what it is about is settled and committed.

        What it says is only ever a reason to ask the provider. The same notice again, and one about
        a payment of somebody else, change nothing. Header names are lower case. Raises Refusal:
        not_found for an unknown provider, unauthorized, invalid_request, body_too_large, and
        outcome_unknown where the provider should say it again.
        """
        provider = self.providers.named(provider_name)
        if provider is None:
            raise Refusal("not_found")
        notice = await _read(provider, body, headers, await self.now())
        event_id = None if notice is None else event_of_order(order_of(notice.payment_id) or "")
        if notice is None or event_id is None:
            return
        key = NoticeKey(provider_name, notice.notice_id)
        async with self._database.pool.acquire() as connection:
            if await connection.fetchval(_SEEN, event_id, key.provider, key.notice_id):
                return
        try:
            if notice.returns:
                # What became of the charge comes first: nothing goes back of an unsettled one.
                await self.follow(notice.payment_id)
                await self.note_returns(notice.payment_id, key)
            else:
                await self.follow(notice.payment_id, key)
        except Refusal as refusal:
            if refusal.code != "not_found":
                raise
            return
        async with self._database.pool.acquire() as connection:
            now = await self._clock.now(connection)
            await connection.execute(WRITE_NOTICES, event_id, [key.provider], [key.notice_id], now)

    async def _standing(self, payment_id: str) -> Standing:
        """The payment and its order as they are in the database, or Refusal not_found."""
        order_id = order_of(payment_id)
        event_id = event_of_order(order_id or "")
        if order_id is None or event_id is None:
            raise Refusal("not_found")
        async with self._database.pool.acquire() as connection:
            orders = await read_orders(connection, event_id, [order_id])
            payments = await read_payments(connection, event_id, [order_id])
        rows = payments.get(order_id, [])
        payment = next((p for p in rows if p.payment_id == payment_id), None)
        order = orders.get(order_id)
        if order is None or payment is None:
            raise Refusal("not_found")
        return Standing(event_id, order, payment, 0)


async def _read(
    provider: Provider, body: bytes, headers: Mapping[str, str], now: datetime
) -> Notice | None:
    try:
        return await provider.read_notice(body, headers, now)
    except ProviderUnknown as trouble:
        raise Refusal("outcome_unknown") from trouble
