"""The rules of the box office: pure functions from seating, facts and command to a change.

They do no I/O, read no clock and hold no locks; an expected no is raised as a Refusal. `decide` is
the way in. The second of two equal requests with an Idempotency-Key, and of two equal notices of a
provider, is answered here, once for all.
"""

from collections.abc import Callable
from typing import Any

from holdfast.desk import commands
from holdfast.desk.commands import Change, Command, Facts
from holdfast.desk.rules import ending, holding, organising, paying, refunding, returning
from holdfast.desk.rules.finding import known_order
from holdfast.desk.seating import Seating
from holdfast.refusals import Refusal

RULES: dict[type[Command], Callable[[Seating, Facts, Any], Change]] = {
    commands.Hold: holding.hold,
    commands.AddItems: holding.add_items,
    commands.RemoveItem: holding.remove_item,
    commands.Swap: holding.swap,
    commands.Release: ending.release,
    commands.ExpireDue: ending.expire_due,
    commands.CancelPending: ending.cancel_pending,
    commands.BeginPayment: paying.begin_payment,
    commands.Settle: paying.settle,
    commands.Refund: refunding.refund,
    commands.NoteReturns: returning.note_returns,
    commands.BlockSeats: organising.block_seats,
    commands.UnblockSeats: organising.unblock_seats,
    commands.ChangeStatus: organising.change_status,
}


def decide(seating: Seating, facts: Facts, command: Command) -> Change:
    """What the command does to these seats at `facts.now`, or the Refusal that it gets."""
    if command.repeat is not None:
        recorded = facts.recorded.get(command.repeat.scope)
        if recorded is not None:
            if recorded.fingerprint != command.repeat.fingerprint:
                raise Refusal("idempotency_mismatch")
            return Change(order=known_order(seating, facts, recorded.resource_id), replayed=True)
    if command.notice is not None and command.notice in facts.noticed:
        return Change(replayed=True)
    return RULES[type(command)](seating, facts, command)
