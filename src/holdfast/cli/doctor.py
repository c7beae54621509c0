"""`holdfast doctor`: every promise of the box office as a question to the database."""

import asyncio
import sys
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from holdfast.cli.store import Data, open_for_command, progress_bar, say, settings_for

if TYPE_CHECKING:
    from holdfast.audit import Finding
    from holdfast.config import Settings
    from holdfast.database.pool import Connection
    from holdfast.stripe_settings import StripeSettings

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

            settings = settings_for(data)
            async with open_for_command(settings) as connection:
                async with connection.transaction(isolation="repeatable_read", readonly=True):
                    findings = await audit_within(connection, Clock(), events, progress)
                if settings.stripe is not None:
                    bar.update(task, description="Stripe's books", total=None)
                    findings += await _ask_stripe(settings, settings.stripe, connection, events)
                return findings

    findings = asyncio.run(look())
    if json:
        sys.stdout.write(findings_json(findings).decode() + "\n")
    else:
        sys.stdout.writelines(f"{finding}\n" for finding in findings)
    if findings:
        say(f"{len(findings)} rows are not as they should be.")
        sys.exit(1)
    say("Everything is sound.")


async def _ask_stripe(
    settings: "Settings",
    stripe: "StripeSettings",
    connection: "Connection",
    events: list[int] | None,
) -> "list[Finding]":
    """What differs from Stripe's books. Says so and fails where Stripe does not answer."""
    from holdfast.accounts.secret import find_secret
    from holdfast.audit.books import compare_books
    from holdfast.checkout.provider import ProviderRefused, ProviderUnknown
    from holdfast.checkout.stripe_provider import StripeProvider, stripe_house
    from holdfast.cli.faults import Fault
    from holdfast.database.clock import Clock

    clock = Clock()
    now = await clock.now(connection)
    provider = StripeProvider(stripe, stripe_house(find_secret(settings)), lambda: now)
    try:
        return await compare_books(connection, clock, provider, events)
    except (ProviderUnknown, ProviderRefused) as trouble:
        raise Fault(
            f"Stripe's books could not be compared with ours: {trouble}. Try again, and check "
            "HOLDFAST_STRIPE_KEY if it stays so."
        ) from trouble
    finally:
        await provider.close()
