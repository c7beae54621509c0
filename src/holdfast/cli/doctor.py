"""`holdfast doctor`: every promise of the box office as a question to the database."""

import asyncio
import sys
from typing import Annotated

from cyclopts import Parameter

from holdfast.cli.store import Data, open_for_command, progress_bar, say, settings_for

Events = Annotated[list[int] | None, Parameter(name="--event", negative="")]
Switch = Annotated[bool, Parameter(negative="")]


def doctor(*, events: Events = None, json: Switch = False, data: Data = None) -> None:
    """Check every invariant, and the payment provider's ledger against ours.

    Prints nothing on stdout, with exit code 0, when everything is sound; else the offending rows,
    and exit code 1. It reads one instant and disturbs nobody: run it during sales, after a crash,
    and before opening.

    ```
    holdfast doctor
    holdfast doctor --event 3 --json
    ```

    Parameters
    ----------
    events:
        Only this event; repeat it for several.
    json:
        Print {"sound", "findings": [{"check", "sentence", "event_id", "row"}]} as JSON.
    """
    from holdfast.audit import Finding, findings_json
    from holdfast.audit.run import audit_within
    from holdfast.database.clock import Clock

    async def look() -> list[Finding]:
        with progress_bar() as bar:
            task = bar.add_task("Opening the database", total=None)

            def progress(name: str, done: int, steps: int) -> None:
                bar.update(task, description=name, completed=done, total=steps)

            async with (
                open_for_command(settings_for(data)) as connection,
                connection.transaction(isolation="repeatable_read", readonly=True),
            ):
                return await audit_within(connection, Clock(), events, progress)

    findings = asyncio.run(look())
    if json:
        sys.stdout.write(findings_json(findings).decode() + "\n")
    else:
        sys.stdout.writelines(f"{finding}\n" for finding in findings)
    if findings:
        say(f"{len(findings)} rows are not as they should be.")
        sys.exit(1)
    say("Everything is sound.")
