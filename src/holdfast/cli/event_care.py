"""`holdfast event list|status|cancel|reopen`: looking after events from the command line.

What moves a seat goes through a desk of this process, as a server's would: the lock of the event is
in the database, so that both may run at the same time.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, Literal, TypeVar

import msgspec
from cyclopts import Parameter
from msgspec import Struct

from holdfast.cli.faults import Fault
from holdfast.cli.store import (
    Data,
    open_for_command,
    print_json,
    progress_bar,
    run_on_store,
    say,
    settings_for,
)
from holdfast.database.pool import Connection, Database

T = TypeVar("T")

LIST_MAX = 500
FOLLOW_SECONDS = 0.5
EventNumber = Annotated[int, Parameter(help="The event_id, as `holdfast event list` shows it.")]
OptionalEvent = Annotated[int | None, Parameter(help="The event_id.")]
Wanted = Literal["ON_SALE", "CANCELLED", "COMPLETED"]

_DESK = """
SELECT version, status::text AS status, closed_reason
FROM desk
WHERE event_id = $1
"""
_SEATS = """
SELECT status::text AS status, count(*) AS places
FROM seat
WHERE event_id = $1
GROUP BY status
"""


class Standing(Struct):
    """How an event stands: its seats by status, and its desk."""

    event_id: int
    name: str
    status: str
    seats: dict[str, int]
    version: int
    desk: str
    closed_reason: str | None


def list_(*, data: Data = None) -> None:
    """List the events as JSON, by start time.

    holdfast event list
    """
    from holdfast.desk.order import EventStatus
    from holdfast.venues.catalogue import list_events

    async def work(connection: Connection, now: datetime) -> object:
        del now
        first = (datetime(1970, 1, 1, tzinfo=UTC), 0)
        return {"events": await list_events(connection, first, tuple(EventStatus), LIST_MAX)}

    print_json(run_on_store(data, work))


def status(event: EventNumber, to: Wanted | None = None, *, data: Data = None) -> None:
    """Show how an event stands, or bring it into another status.

    ```
    holdfast event status 3
    holdfast event status 3 ON_SALE
    ```

    Parameters
    ----------
    to:
        ON_SALE opens a draft, CANCELLED refunds everybody, COMPLETED ends the sale.
    """
    if to is not None:
        _bring(data, event, to)
    print_json(_standing(data, event))


def cancel(event: EventNumber, *, data: Data = None) -> None:
    """Cancel an event: nothing more is sold, tickets are refused at the gate, refunds follow.

    holdfast event cancel 3
    """
    _bring(data, event, "CANCELLED")
    say("Cancelled. A running server refunds the orders; see `holdfast event cancellation`.")
    print_json(_standing(data, event))


def cancellation(
    event: EventNumber,
    *,
    follow: Annotated[bool, Parameter(negative="")] = False,
    data: Data = None,
) -> None:
    """Show how far the refunds of a cancelled event have come, and the mails that tell of them.

    ```
    holdfast event cancellation 3 --follow
    ```

    Parameters
    ----------
    follow:
        Wait until nothing is left, with a bar meanwhile. A server must run to do it.
    """
    from holdfast.desk.cancellation import Cancellation, read_cancellation

    async def look() -> Cancellation:
        with progress_bar() as bar:
            task = bar.add_task("Paying back", total=None)
            async with open_for_command(settings_for(data)) as connection:
                while True:
                    found = await read_cancellation(connection, event)
                    if found is None:
                        raise _no_event(event)
                    if not follow or found.finished or found.status != "CANCELLED":
                        return found
                    left = found.orders_left + found.money_waiting + found.tellings_waiting
                    words = f"{found.orders_left} orders, {found.money_waiting} payments"
                    words += f", {found.tellings_waiting} mails and calls left"
                    done = found.orders_refunded
                    bar.update(task, description=words, completed=done, total=done + left)
                    await asyncio.sleep(FOLLOW_SECONDS)

    print_json(asyncio.run(look()))


def reopen(
    event: OptionalEvent = None,
    /,
    *,
    every: Annotated[bool, Parameter(name="--all", negative="")] = False,
    data: Data = None,
) -> None:
    """Open the sale of an event again that was closed for a check, if nothing is wrong with it.

    After a failover or a restore every sale is closed: --all looks at each of them.

    ```
    holdfast event reopen 3
    holdfast event reopen --all
    ```
    """
    from holdfast.audit.run import audit
    from holdfast.database.clock import Clock
    from holdfast.desk.reopening import closed_events, reopen_desk

    if (event is None) is not every:
        raise Fault("Name one event, or say --all for every sale that is closed.")

    async def work(database: Database) -> list[int]:
        async with database.pool.acquire() as connection:
            wanted = [event] if event is not None else await closed_events(connection)
        findings = await audit(database, Clock(), wanted)
        others = [finding for finding in findings if finding.check != "desk_closed"]
        wrong = {finding.event_id for finding in others}
        async with database.pool.acquire() as connection:
            for event_id in wanted:
                if not wrong & {event_id, None}:
                    await reopen_desk(connection, event_id)
        for finding in others:
            say(str(finding))
        if others:
            stay = ", ".join(str(event_id) for event_id in wanted if wrong & {event_id, None})
            raise Fault(f"Event {stay} stays closed: {len(others)} rows are not as they should be.")
        return wanted

    wanted = asyncio.run(_with_database(data, work))
    print_json(_standing(data, event) if event is not None else {"reopened": wanted})


def _bring(data: Data, event: int, to: Wanted) -> None:
    from holdfast.database.clock import Clock
    from holdfast.desk.box_office import BoxOffice
    from holdfast.desk.commands import ChangeStatus
    from holdfast.desk.order import EventStatus

    async def work(database: Database) -> None:
        box_office = BoxOffice(database, Clock(), lambda _: None)
        try:
            await box_office.submit(event, ChangeStatus(status=EventStatus(to)))
        finally:
            await box_office.close()

    asyncio.run(_with_database(data, work))


async def _with_database(data: Data, work: Callable[[Database], Awaitable[T]]) -> T:
    from holdfast.store import open_store

    async with open_store(settings_for(data), say) as database:
        return await work(database)


def _no_event(event: int) -> Fault:
    return Fault(f"There is no event {event}. `holdfast event list` shows which there are.")


def _standing(data: Data, event: int) -> object:
    from holdfast.venues.catalogue import read_event

    async def work(connection: Connection, now: datetime) -> object:
        del now
        found = await read_event(connection, event)
        desk = await connection.fetchrow(_DESK, event)
        if found is None or desk is None:
            raise _no_event(event)
        seats = {row["status"]: row["places"] for row in await connection.fetch(_SEATS, event)}
        return msgspec.to_builtins(
            Standing(
                event,
                found.name,
                found.status.value,
                seats,
                desk["version"],
                desk["status"],
                desk["closed_reason"],
            )
        )

    return run_on_store(data, work)
