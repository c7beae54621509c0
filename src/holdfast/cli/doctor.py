"""`holdfast doctor`: every promise of the box office as a question to its database."""

import asyncio
import sys
from typing import Annotated

from cyclopts import Parameter

from holdfast.cli.store import Data, progress_bar, say, settings_for

Events = Annotated[list[int] | None, Parameter(name="--event", negative="")]


def doctor(
    *,
    events: Events = None,
    json: Annotated[bool, Parameter(negative="")] = False,
    data: Data = None,
) -> None:
    """Check every invariant, and our books against the payment provider's.

    It only reads, and sales may go on. Exit code 1 and the offending rows where something is wrong.

    ```
    holdfast doctor
    holdfast doctor --event 3 --json
    ```

    Parameters
    ----------
    events:
        Only this event; repeat it for several.
    json:
        Print the findings as JSON.
    """
    from holdfast.audit.finding import Finding, findings_json
    from holdfast.audit.run import audit
    from holdfast.database.clock import Clock

    async def run() -> list[Finding]:
        from holdfast.app import open_store

        with progress_bar() as bar:
            step = bar.add_task("Opening the database", total=None)

            def progress(name: str, done: int, steps: int) -> None:
                bar.update(step, description=name, completed=done, total=steps)

            async with open_store(settings_for(data), say) as database:
                return await audit(database, Clock(), events, progress)

    findings = asyncio.run(run())
    if json:
        sys.stdout.write(findings_json(findings).decode() + "\n")
    else:
        for finding in findings:
            print(finding)
        print(f"{len(findings)} rows are not as they should be." if findings else "All is well.")
    if findings:
        sys.exit(1)
