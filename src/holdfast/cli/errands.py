"""`holdfast errands list|again`: what the relay could not do, and another try."""

from datetime import datetime
from typing import Annotated

from cyclopts import Parameter

from holdfast.cli.store import Data, print_json, run_on_store, say
from holdfast.database.pool import Connection

LIST_MAX = 500
OneEvent = Annotated[int | None, Parameter(help="Only this event's.")]


def list_(*, event: OneEvent = None, data: Data = None) -> None:
    """List the errands that wait for a person, as JSON: what each is for and what stopped it.

    holdfast errands list --event 3
    """
    from holdfast.outbox.rows import parked_errands

    async def work(connection: Connection, now: datetime) -> object:
        del now
        return {"errands": await parked_errands(connection, event, (0, ""), LIST_MAX)}

    print_json(run_on_store(data, work))


def again(*outbox_ids: str, event: int, data: Data = None) -> None:
    """Let parked errands of an event be tried again, once what stopped them is mended.

    A running server does them within a second or two.

    ```
    holdfast errands again --event 3
    holdfast errands again --event 3 capture_p_3_abc_1
    ```

    Parameters
    ----------
    outbox_ids:
        As `holdfast errands list` shows them; none named: all of the event.
    event:
        The event whose errands they are.
    """
    from holdfast.outbox.rows import take_up_again

    async def work(connection: Connection, now: datetime) -> int:
        return await take_up_again(connection, event, outbox_ids, now)

    count = run_on_store(data, work)
    print_json({"taken_up": count})
    if count == 0:
        say("Nothing waits under these names. `holdfast errands list` shows what does.")
