"""What stands between two who want the same seat, and how a control takes it out.

Every guard is a piece of a statement's text. A control is a race run without these pieces, which
must go wrong: else the race proves nothing. A piece that is no longer in the text stops the control
with its name. The product knows nothing of this.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any, NamedTuple


class Guard(NamedTuple):
    """`piece` of the statement `name` in `module`, and what stands there in a control."""

    module: str
    name: str
    piece: str
    instead: str = ""


def _held_by_its_order(statement: str) -> Guard:
    return Guard(
        "holdfast.desk.write",
        statement,
        "AND status = 'HELD'\n    AND order_id = $3::jsonb ->> seat_id::text",
        "AND $3::jsonb IS NOT NULL",
    )


LOCK = Guard("holdfast.desk.opening", "LOCK_DESK", "FOR NO KEY UPDATE")
DESK = (
    LOCK,
    Guard(
        "holdfast.desk.write",
        "HOLD_SEATS",
        "AND status = 'AVAILABLE'\n    AND order_id IS NULL",
    ),
    _held_by_its_order("SELL_SEATS"),
    _held_by_its_order("KEEP_SEATS"),
    Guard(
        "holdfast.desk.write",
        "BEGIN_PAYMENTS",
        "AND status::text = 'PENDING'\n    AND NOT paying",
    ),
    Guard("holdfast.desk.write", "CONFIRM_ORDERS", "AND status::text = 'PENDING'\n    AND paying"),
    Guard("holdfast.desk.write", "END_ORDERS", "AND status::text = 'PENDING'"),
    Guard("holdfast.desk.write", "END_ITEMS", "AND state = 'ACTIVE'"),
    _held_by_its_order("FREE_SEATS"),
    Guard(
        "holdfast.desk.write",
        "COLLECT_PAYMENTS",
        "AND status::text = 'CREATED'\n    AND refunded_amount = 0",
    ),
    Guard(
        "holdfast.desk.write",
        "MOVE_SEATS",
        "AND seat.status = u.status_found::seat_status\n"
        "    AND seat.order_id IS NOT DISTINCT FROM u.order_found",
        "AND u.status_found IS NOT NULL AND u.order_found IS NOT DISTINCT FROM u.order_found",
    ),
    Guard(
        "holdfast.desk.write",
        "COUNT_SECTIONS",
        "AND available_count = ($3::jsonb -> section_id::text)::integer",
        "AND $3::jsonb IS NOT NULL",
    ),
    Guard(
        "holdfast.desk.write",
        "UPDATE_ORDERS",
        "AND orders.status = u.status_found::order_status\n"
        "    AND orders.refunded_amount = u.refunded_found",
        "AND u.status_found IS NOT NULL AND u.refunded_found IS NOT NULL",
    ),
    Guard(
        "holdfast.desk.write",
        "UPDATE_ITEMS",
        "AND order_item.state = u.state_found::item_state",
        "AND u.state_found IS NOT NULL",
    ),
    Guard(
        "holdfast.desk.write",
        "UPDATE_PAYMENTS",
        "AND payment.status = u.status_found::payment_status\n"
        "    AND payment.refunded_amount = u.refunded_found",
        "AND u.status_found IS NOT NULL AND u.refunded_found IS NOT NULL",
    ),
    Guard("holdfast.desk.write", "ADVANCE_DESK", "AND version = $2", "AND $2::bigint >= 0"),
    Guard(
        "holdfast.desk.write",
        "WRITE_JOURNAL",
        "VALUES ($1, $2, $3, $4, $5, $6)",
        "VALUES ($1, $2, $3, $4, $5, $6)\n"
        "ON CONFLICT (event_id, version) DO UPDATE SET batch_id = EXCLUDED.batch_id",
    ),
)
GATE = (
    Guard("holdfast.gate.scan", "ADMIT", "AND is_valid\n    AND scanned_at IS NULL"),
    Guard("holdfast.desk.reading", "LOCK_TICKETS", "FOR NO KEY UPDATE"),
    Guard(
        "holdfast.desk.write",
        "VOID_TICKETS",
        "AND ticket.is_valid::integer = 1\n"
        "    AND ticket.scanned_at IS NOT DISTINCT FROM u.scanned_found",
        "AND u.scanned_found IS NOT DISTINCT FROM u.scanned_found",
    ),
)
JOURNAL_LOOK_UP = (
    Guard("holdfast.desk.journal", "_VERSION_OF", "batch_id = $3", "batch_id = $3 AND FALSE"),
)
NO_GUARDS: tuple[Guard, ...] = ()


def take_out(guards: tuple[Guard, ...], put: Callable[[object, str, Any], None] = setattr) -> None:
    """Take these pieces out of the statements in memory, by `put(module, name, text)`."""
    for guard in guards:
        module = import_module(guard.module)
        text: str = getattr(module, guard.name)
        assert guard.piece in text, (
            f"{guard.name} has no {guard.piece!r}: mend tests/race/guards.py"
        )
        put(module, guard.name, text.replace(guard.piece, guard.instead))
