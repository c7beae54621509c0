"""The audit is silent on a sound sale, and names exactly what is wrong with a spoilt one."""

import json

import pytest

from holdfast.audit import audit, findings_json
from holdfast.audit.replay import SENTENCES
from holdfast.audit.run import CHECKS, audit_within
from holdfast.database.clock import Clock
from holdfast.database.errors import DataError
from holdfast.database.pool import Connection, Database
from tests.audit.corruptions.errands import ERRANDS
from tests.audit.corruptions.errands import LATE as LATE_ERRANDS
from tests.audit.corruptions.house import JOURNAL, REFERENCES
from tests.audit.corruptions.house import LATE as LATE_ORDERS
from tests.audit.corruptions.money import LEDGER, MONEY
from tests.audit.corruptions.sales import ORDERS, SEATS
from tests.audit.corruptions.spoil import Corruption

pytestmark = pytest.mark.anyio

SPOILT = (*SEATS, *ORDERS, *MONEY, *ERRANDS, *LEDGER, *JOURNAL, *REFERENCES)
LATE = (*LATE_ORDERS, *LATE_ERRANDS)
FORBIDDEN = {
    **{
        corruption.statements[0].rpartition(" ")[2]: corruption.statements[1]
        for corruption in SPOILT
        if corruption.statements[0].startswith(("DROP INDEX", "ALTER TABLE"))
    },
    "section_counts": "UPDATE section SET available_count = -1 WHERE section_id = 2",
    "order_refund": "UPDATE orders SET refunded_amount = total_amount + 1",
    "order_deadline": "UPDATE orders SET expires_at = hold_cap_at + interval '1 second'",
    "payment_refund": "UPDATE payment SET refunded_amount = amount + 1",
    "outbox_pkey": "INSERT INTO outbox SELECT * FROM outbox",
    "inbox_pkey": "INSERT INTO inbox SELECT 1, 'test', 'n1', issued_at FROM ticket LIMIT 2",
    "seat_change_pkey": "UPDATE seat_change SET version = 1",
}


async def spoil(connection: Connection, corruption: Corruption) -> None:
    for statement in corruption.statements:
        await connection.execute(statement)


async def test_a_sound_sale_has_nothing_to_find(sale: Database, clock: Clock) -> None:
    assert await audit(sale, clock) == []


@pytest.mark.parametrize("corruption", SPOILT, ids=lambda c: c.name)
async def test_a_spoilt_sale_is_found_out(
    sold: Connection, clock: Clock, corruption: Corruption
) -> None:
    await spoil(sold, corruption)
    findings = await audit_within(sold, clock)
    assert {finding.check for finding in findings} == corruption.found


@pytest.mark.parametrize("guard", FORBIDDEN)
async def test_what_the_schema_forbids_it_refuses(sold: Connection, guard: str) -> None:
    """The same damage with the constraint or index in its place."""
    with pytest.raises(DataError) as refused:
        await sold.execute(FORBIDDEN[guard])
    assert guard in str(refused.value)


@pytest.mark.parametrize("corruption", LATE, ids=lambda c: c.name)
async def test_what_is_late_is_found_while_a_server_runs(
    sale: Database, sold: Connection, clock: Clock, corruption: Corruption
) -> None:
    async with sale.dedicated("holdfast sweeper"):
        await spoil(sold, corruption)
        assert corruption.found <= {f.check for f in await audit_within(sold, clock)}


@pytest.mark.parametrize("corruption", LATE, ids=lambda c: c.name)
async def test_nothing_is_late_while_no_server_runs(
    sold: Connection, clock: Clock, corruption: Corruption
) -> None:
    await spoil(sold, corruption)
    assert corruption.found.isdisjoint({f.check for f in await audit_within(sold, clock)})


async def test_nothing_is_late_in_a_sound_sale(sale: Database, clock: Clock) -> None:
    async with sale.dedicated("holdfast sweeper"):
        assert await audit(sale, clock) == []


def test_every_check_is_shown_to_have_teeth() -> None:
    shown = {name for corruption in (*SPOILT, *LATE) for name in corruption.found}
    assert shown == {check.name for check in CHECKS} | set(SENTENCES)


async def test_only_the_events_asked_for_are_looked_at(sold: Connection, clock: Clock) -> None:
    await spoil(sold, LEDGER[0])
    assert [f.event_id for f in await audit_within(sold, clock, [1])] == [1]
    assert await audit_within(sold, clock, [2]) == []


async def test_progress_is_told_step_by_step(sale: Database, clock: Clock) -> None:
    told: list[tuple[str, int, int]] = []
    await audit(sale, clock, None, lambda name, done, steps: told.append((name, done, steps)))
    assert [done for _, done, _ in told] == list(range(len(told)))
    assert told[-1][0] == "journal of event 1"
    assert told[-1][2] == len(told)


async def test_findings_can_be_read_by_people_and_programs(sold: Connection, clock: Clock) -> None:
    await spoil(sold, SEATS[0])
    findings = await audit_within(sold, clock)
    assert str(findings[0]) == (
        "seat_shape: event 1: seat_id 15, seat_status AVAILABLE, order_id None, "
        "held_by_session_id Mallory, held_until None. "
        "A held seat has owner, session and deadline; a sold one an owner only; others nothing."
    )
    report = json.loads(findings_json(findings))
    assert report["sound"] is False
    assert report["findings"][0]["row"]["held_by_session_id"] == "Mallory"
    assert json.loads(findings_json([])) == {"sound": True, "findings": []}
