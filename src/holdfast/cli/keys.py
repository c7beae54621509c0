"""`holdfast key`: make, list and revoke the keys of organisers and gate devices."""

import sys
from datetime import datetime
from typing import Annotated, Literal

from cyclopts import Parameter

from holdfast.cli.faults import Fault
from holdfast.cli.store import Data, print_json, run_on_store, say
from holdfast.database.pool import Connection

KEYS_SHOWN_MAX = 500
Role = Literal["organiser", "gate"]


def create(
    *,
    role: Role,
    event: Annotated[int | None, Parameter(help="The only event that it opens; else all.")] = None,
    data: Data = None,
) -> None:
    """Make an API key and print it. It is shown this once; only its hash is kept.

    ```
    holdfast key create --role organiser
    holdfast key create --role gate --event 3
    ```

    Parameters
    ----------
    role:
        organiser: everything under /admin, and the gate. gate: scanning tickets.
    """
    from holdfast.accounts.api_key import KeyRole, create_key
    from holdfast.venues.catalogue import read_event

    async def work(connection: Connection, now: datetime) -> tuple[str, str]:
        if event is not None and await read_event(connection, event) is None:
            raise Fault(f"There is no event {event}. `holdfast event list` shows which there are.")
        key, text = await create_key(connection, KeyRole(role), event, now)
        return key.key_id, text

    key_id, text = run_on_store(data, work)
    sys.stdout.write(text + "\n")
    say(f"This is key {key_id}, with the role {role}. Keep it well: it is not shown again.")


def list_(*, data: Data = None) -> None:
    """List the keys as JSON, without their text: it is not kept."""
    from holdfast.accounts.api_key import list_keys

    async def work(connection: Connection, now: datetime) -> object:
        del now
        return {"keys": await list_keys(connection, "", KEYS_SHOWN_MAX)}

    print_json(run_on_store(data, work))


def revoke(key_id: str, *, data: Data = None) -> None:
    """Close a key for good. Servers notice within seconds.

    holdfast key revoke k_0123456789abcdef
    """
    from holdfast.accounts.api_key import revoke_key
    from holdfast.refusals import Refusal

    async def work(connection: Connection, now: datetime) -> object:
        try:
            return await revoke_key(connection, key_id, now)
        except Refusal as refusal:
            raise Fault(
                f"There is no key {key_id}. `holdfast key list` shows which there are."
            ) from refusal

    print_json(run_on_store(data, work))
