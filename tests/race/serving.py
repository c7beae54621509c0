"""One serving process of a race, which forker.py starts.

What `holdfast serve` runs, on a port of its own so that a race knows which process it asks. For a
control the guards are taken out of its statements first.
"""

import os

from msgspec import Struct

from holdfast.cli.log import set_up_log
from holdfast.cli.serving import run_loop, serve_here
from holdfast.config import read_settings
from tests.race.caller import LOOPBACK
from tests.race.guards import Guard, take_out
from tests.race.moody import make_moody


class Part(Struct, frozen=True):
    """How this process differs from the product. `hold_cap_seconds`: by how much beginning to pay
    may extend a hold, where a race cannot wait for five minutes; `patient`: a database session that
    is idle inside its transaction is never ended. `moody`: a seed for a provider in a bad mood."""

    guards_out: tuple[Guard, ...] = ()
    hold_cap_seconds: int | None = None
    patient: bool = False
    moody: str | None = None


def serve(port: int, part: Part) -> None:
    """Serve until SIGTERM."""
    if part.hold_cap_seconds is not None:
        from holdfast.desk.rules import holding

        holding.HOLD_CAP_SECONDS = part.hold_cap_seconds  # type: ignore[misc]
    if part.patient:
        from holdfast.database import pool

        settings = {**pool.DESK_SETTINGS, "idle_in_transaction_session_timeout": "0"}
        pool.DESK_SETTINGS = settings  # type: ignore[misc]
    if part.moody is not None:
        make_moody(part.moody)
    take_out(part.guards_out)
    set_up_log()
    run_loop(serve_here(read_settings(os.environ), LOOPBACK, port))
