"""Calls organisers' webhooks: a lane for each, so that one that is dead or slow delays no other.

At least once: a call that was made and not ticked off is made again under the same name. One that
fails is tried for a day, less and less often, and then parked for a person. A webhook that answers
nobody is left alone for longer and longer, and one call tries it again. 410 Gone closes it.
"""

import asyncio
import random
import secrets
import time
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from msgspec import Struct

from holdfast.config import (
    OUTBOX_PASS_SECONDS,
    WEBHOOK_BATCH_MAX,
    WEBHOOK_BATCHES_MAX,
    WEBHOOK_CONCURRENCY,
    WEBHOOK_TRY_HOURS,
    WEBHOOKS_AT_ONCE_MAX,
    WEBHOOKS_MAX,
)
from holdfast.database.clock import Clock
from holdfast.database.pool import Connection, Database
from holdfast.desk.order import OutboxKind
from holdfast.outbox import Taken
from holdfast.outbox.calls import calls_due, claim_calls, park_old, put_off
from holdfast.outbox.relay import backoff_seconds
from holdfast.outbox.rows import park, put_back, tick_off
from holdfast.webhooks.attempts import Attempt, record
from holdfast.webhooks.line import Line, Outcome
from holdfast.webhooks.message import Secrets, body_of, trial_body
from holdfast.webhooks.rest import Rest
from holdfast.webhooks.webhook import Webhook, close, read_webhook

_DUE_MAX = 100 * WEBHOOKS_MAX  # pairs of webhook and event looked at in one pass
_TRY_FOR = timedelta(hours=WEBHOOK_TRY_HOURS)
_GONE = "it answered 410 Gone"

log = structlog.get_logger(__name__)


class Made(Struct, frozen=True):
    """One attempt."""

    errand: Taken
    at: datetime
    outcome: Outcome


class Batch(Struct):
    """Calls of one webhook about one event that were claimed together."""

    webhook: Webhook
    event_id: int
    claimed_at: datetime
    made: list[Made]
    left: list[Taken]


class Caller:
    """Owned by one task: `run`, until it is cancelled. What that cuts off falls due again."""

    kind = OutboxKind.WEBHOOK

    def __init__(self, database: Database, clock: Clock, secrets: Secrets, line: Line) -> None:
        self._database = database
        self._clock = clock
        self.secrets = secrets
        self.line = line
        self._bell = asyncio.Event()
        self._busy: set[str] = set()
        self._rests: dict[str, Rest] = {}

    def ring(self) -> None:
        """There are new calls to make."""
        self._bell.set()

    def wake(self, webhook_id: str) -> None:
        """Somebody says that it answers again: don't wait for the end of its rest."""
        self._rests.pop(webhook_id, None)
        self._bell.set()

    async def run(self) -> None:
        """Make calls as they fall due, for ever; every webhook for itself."""
        async with asyncio.TaskGroup() as group:
            while True:
                self._bell.clear()
                for webhook_id, event_ids in await self._due():
                    if len(self._busy) >= WEBHOOKS_AT_ONCE_MAX:
                        break
                    self._busy.add(webhook_id)
                    group.create_task(self._serve(webhook_id, event_ids))
                await self._wait()

    async def carry_out_due(self) -> bool:
        """One pass over every webhook that has something due. True: there may be more."""
        due = (await self._due())[:WEBHOOKS_AT_ONCE_MAX]
        self._busy.update([webhook_id for webhook_id, _ in due])
        return any(await asyncio.gather(*[self._serve(*each) for each in due]))

    async def call_as_test(self, webhook: Webhook) -> Outcome:
        """Call it once, now, with a message that is about nothing. The attempt is written down."""
        async with self._database.pool.acquire() as connection:
            now = await self._clock.now(connection)
        message_id = f"{webhook.webhook_id}_test_{secrets.token_hex(8)}"
        body = trial_body(message_id, now)
        headers = self.secrets.headers(webhook, message_id, body, now)
        outcome = await self.line.call(webhook.url, body, headers)
        if outcome.done:
            self.wake(webhook.webhook_id)
        attempt = Attempt(
            now, message_id, outcome.status_code, outcome.milliseconds, outcome.answer
        )
        async with self._database.pool.acquire() as connection:
            await record(connection, webhook.webhook_id, None, [attempt])
        return outcome

    async def close(self) -> None:
        """Let go of the connections."""
        await self.line.close()

    async def _due(self) -> list[tuple[str, list[int]]]:
        """Webhooks that have something due and neither rest nor are being called, in any order, so
        that none is always the last."""
        try:
            async with self._database.pool.acquire() as connection:
                now = await self._clock.now(connection)
                due = await calls_due(connection, now, _DUE_MAX)
        except Exception as error:
            log.warning("webhooks.trouble", trouble=repr(error))
            return []
        free = [
            (webhook_id, event_ids)
            for webhook_id, event_ids in due.items()
            if webhook_id not in self._busy and not self._rest(webhook_id).left
        ]
        random.shuffle(free)
        return free

    async def _serve(self, webhook_id: str, event_ids: Sequence[int]) -> bool:
        """Batches of one webhook until nothing is due. True: there may be more."""
        more = False
        try:
            for event_id in event_ids:
                for _ in range(WEBHOOK_BATCHES_MAX):
                    more = await self._one_batch(webhook_id, event_id)
                    if not more:
                        break
                if self._rest(webhook_id).left:
                    return False
        except Exception as error:
            log.warning("webhooks.trouble", webhook_id=webhook_id, trouble=repr(error))
            return False
        finally:
            self._busy.discard(webhook_id)
            if more:
                self._bell.set()
        return more

    async def _one_batch(self, webhook_id: str, event_id: int) -> bool:
        """Claim, call, write down. True: there may be more."""
        rest = self._rest(webhook_id)
        limit = 1 if rest.trying else WEBHOOK_BATCH_MAX
        async with self._database.pool.acquire() as connection:
            now = await self._clock.now(connection)
            webhook = await read_webhook(connection, webhook_id)
            taken = await claim_calls(connection, event_id, webhook_id, now, limit)
            if webhook.closed_at is not None:
                ids = [errand.outbox_id for errand in taken]
                await tick_off(connection, event_id, ids, now, "the webhook was removed")
                return len(taken) == limit
        batch = Batch(webhook, event_id, now, [], taken[::-1])
        started = time.monotonic()
        several = min(WEBHOOK_CONCURRENCY, len(taken))
        await asyncio.gather(*[self._call_on(batch, rest, started) for _ in range(several)])
        await self._write_down(batch, rest)
        return len(taken) == limit and not rest.left

    async def _call_on(self, batch: Batch, rest: Rest, started: float) -> None:
        """One call after the other until none is left, or it makes no sense to go on."""
        while batch.left and not rest.left:
            errand = batch.left.pop()
            webhook = batch.webhook
            at = batch.claimed_at + timedelta(seconds=time.monotonic() - started)
            body = body_of(errand)
            headers = self.secrets.headers(webhook, errand.outbox_id, body, at)
            outcome = await self.line.call(webhook.url, body, headers)
            batch.made.append(Made(errand, at, outcome))
            if outcome.gone:
                return
            if outcome.down:
                rest.failed(outcome.retry_after)
            else:
                rest.answered()

    async def _write_down(self, batch: Batch, rest: Rest) -> None:
        """What came of a batch, in one commit."""
        webhook_id, event_id = batch.webhook.webhook_id, batch.event_id
        done = sorted([m.errand.outbox_id for m in batch.made if m.outcome.done])
        async with self._database.pool.acquire() as connection:
            now = await self._clock.now(connection)
            until = now + timedelta(seconds=rest.left)
            async with connection.transaction():
                await tick_off(connection, event_id, done, now)
                for made in batch.made:
                    if not made.outcome.done:
                        await self._failed(connection, made, now)
                for errand in batch.left:
                    trouble = "not called: there was no answer lately"
                    await put_back(connection, errand, until, trouble, errand.attempts - 1)
                if rest.left:
                    await self._leave_alone(connection, batch, now, until)
                if any(made.outcome.gone for made in batch.made):
                    await close(connection, webhook_id, now, _GONE)
                attempts = [_attempt(made) for made in batch.made]
                await record(connection, webhook_id, event_id, attempts)

    async def _failed(self, connection: Connection, made: Made, now: datetime) -> None:
        """Again later, or never by itself."""
        errand, trouble = made.errand, made.outcome.words
        since = errand.tried_from or errand.created_at
        if made.outcome.gone or now - since >= _TRY_FOR:
            log.error("webhooks.parked", outbox_id=errand.outbox_id, trouble=trouble)
            await park(connection, errand, trouble)
            return
        seconds = backoff_seconds(errand.attempts) * random.uniform(0.75, 1.25)  # noqa: S311
        seconds = max(seconds, made.outcome.retry_after)
        due_at = now + timedelta(seconds=seconds)
        await put_back(connection, errand, due_at, trouble, errand.attempts)

    async def _leave_alone(
        self, connection: Connection, batch: Batch, now: datetime, until: datetime
    ) -> None:
        """Nothing is due at a webhook that rests; what it did not take for a day is parked."""
        webhook_id, event_id = batch.webhook.webhook_id, batch.event_id
        trouble = batch.made[-1].outcome.words
        log.warning("webhooks.rests", webhook_id=webhook_id, until=until, trouble=trouble)
        await park_old(connection, event_id, webhook_id, now - _TRY_FOR, trouble)
        await put_off(connection, event_id, webhook_id, now, until, trouble)

    def _rest(self, webhook_id: str) -> Rest:
        """Kept while it is called; forgotten with the others where there are far too many."""
        if len(self._rests) > 10 * WEBHOOKS_MAX:
            self._rests.clear()
        return self._rests.setdefault(webhook_id, Rest())

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(OUTBOX_PASS_SECONDS):
                await self._bell.wait()
        except TimeoutError:
            return


def _attempt(made: Made) -> Attempt:
    outcome = made.outcome
    return Attempt(
        made.at, made.errand.outbox_id, outcome.status_code, outcome.milliseconds, outcome.answer
    )
