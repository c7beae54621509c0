"""`holdfast doctor`: every promise of the box office as a question to the database."""

import asyncio
import sys

from holdfast.cli.store import Data, open_for_command, progress_bar, settings_for


def doctor(*, json: bool = False, data: Data = None) -> None:
    """Check every invariant, and the payment provider's ledger against ours.

    Silent, with exit code 0, when everything is sound; else the offending rows, and exit code 1. It
    reads one instant and disturbs nobody: run it during sales, after a crash, and before opening.

        holdfast doctor
        holdfast doctor --json

    Parameters
    ----------
    json:
        Print {"sound", "findings": [{"check", "sentence", "event_id", "row"}]} as JSON.
    """
    from holdfast.audit import Finding, findings_json
    from holdfast.audit.run import audit_within
    from holdfast.database.clock import Clock

    async def look() -> list[Finding]:
        with progress_bar() as bar:
            task = bar.add_task("looking", total=None)

            def progress(name: str, done: int, steps: int) -> None:
                bar.update(task, description=name, completed=done, total=steps)

            async with (
                open_for_command(settings_for(data)) as connection,
                connection.transaction(isolation="repeatable_read", readonly=True),
            ):
                return await audit_within(connection, Clock(), None, progress)

    findings = asyncio.run(look())
    if json:
        sys.stdout.write(findings_json(findings).decode() + "\n")
    else:
        sys.stdout.writelines(f"{finding}\n" for finding in findings)
    if findings:
        sys.exit(1)
