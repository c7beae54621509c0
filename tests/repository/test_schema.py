"""The schema: shaped for one event per shard, without magic, and with a comment on everything."""

import pytest

from holdfast.accounts.api_key import KeyRole
from holdfast.checkout.test_ledger import ChargeStatus
from holdfast.database.pool import Database, Record
from holdfast.desk.order import (
    CancelReason,
    EventStatus,
    IncidentKind,
    IncidentState,
    ItemState,
    Occasion,
    OrderStatus,
    OutboxKind,
    PaymentStatus,
)
from holdfast.desk.seating import STATUS_OF_LETTER
from holdfast.gate.scan import ScanResult

pytestmark = pytest.mark.anyio

# Tables that no sale touches row by row, or that belong to another company's books.
COLD = {
    "venue", "chart", "event", "api_key", "schema_migration", "charge", "refund", "dispute",
    "webhook", "webhook_attempt", "lineage",
}  # fmt: skip

# Columns that say what they are, wherever they stand.
PLAIN = {
    "address", "applied_at", "category", "created_at", "currency", "device", "done_at", "gate",
    "issued_at", "name", "number", "provider", "received_at", "revoked_at", "scanned_at",
    "start_time", "updated_at",
}  # fmt: skip

ENUMS: dict[str, set[str]] = {
    "event_status": set(EventStatus),
    "seat_status": set(STATUS_OF_LETTER.values()),
    "order_status": set(OrderStatus),
    "cancel_reason": set(CancelReason),
    "item_state": set(ItemState),
    "payment_status": set(PaymentStatus),
    "desk_status": {"OPEN", "CLOSED"},
    "outbox_kind": set(OutboxKind),
    "occasion": set(Occasion),
    "incident_kind": set(IncidentKind),
    "incident_state": set(IncidentState),
    "test_provider.dispute_status": set(IncidentState) - {IncidentState.DONE},
    "outbox_state": {"WAITING", "DONE", "PARKED"},
    "scan_result": set(ScanResult),
    "key_role": set(KeyRole),
    "test_provider.charge_status": set(ChargeStatus),
}

_ENUMS = """
SELECT t.oid::regtype::text AS name, obj_description(t.oid, 'pg_type') AS comment,
    array(SELECT e.enumlabel::text FROM pg_enum AS e WHERE e.enumtypid = t.oid) AS labels
FROM pg_type AS t
WHERE t.typtype = 'e'
"""
_COLUMNS = """
SELECT c.relname AS of_table, a.attname AS name, t.typtype = 'e' AS is_enum,
    a.attidentity <> '' AS is_identity, a.atthasdef AS has_default,
    col_description(c.oid, a.attnum) AS comment
FROM pg_attribute AS a
INNER JOIN pg_class AS c ON c.oid = a.attrelid
INNER JOIN pg_type AS t ON t.oid = a.atttypid
WHERE
    c.relkind = 'r'
    AND a.attnum > 0
    AND NOT a.attisdropped
    AND c.relnamespace::regnamespace::text IN ('public', 'test_provider')
"""
_TABLES = """
SELECT c.relname AS name, obj_description(c.oid, 'pg_class') AS comment
FROM pg_class AS c
WHERE c.relkind = 'r' AND c.relnamespace::regnamespace::text IN ('public', 'test_provider')
"""
_INDEXES = """
SELECT
    t.relname AS of_table, i.relname AS name, x.indisunique AS is_unique, x.indisprimary,
    (SELECT a.attname FROM pg_attribute AS a WHERE a.attrelid = t.oid AND a.attnum = x.indkey[0])
        AS first_column,
    coalesce(
        obj_description(i.oid, 'pg_class'),
        (SELECT obj_description(k.oid, 'pg_constraint') FROM pg_constraint AS k
        WHERE k.conindid = i.oid AND k.contype = 'u')
    ) AS comment
FROM pg_index AS x
INNER JOIN pg_class AS i ON i.oid = x.indexrelid
INNER JOIN pg_class AS t ON t.oid = x.indrelid
WHERE t.relnamespace::regnamespace::text IN ('public', 'test_provider')
"""
_MAGIC = """
SELECT 'trigger ' || tgname AS what FROM pg_trigger WHERE NOT tgisinternal
UNION ALL
SELECT 'extension ' || extname FROM pg_extension WHERE extname <> 'plpgsql'
UNION ALL
SELECT 'function ' || proname FROM pg_proc
WHERE pronamespace::regnamespace::text IN ('public', 'test_provider')
UNION ALL
SELECT 'view ' || relname FROM pg_class
WHERE relkind IN ('v', 'm') AND relnamespace::regnamespace::text IN ('public', 'test_provider')
UNION ALL
SELECT 'rule ' || rulename FROM pg_rewrite
WHERE ev_class::regclass::text NOT LIKE 'pg\\_%'
AND ev_class::regclass::text NOT LIKE 'information_schema%'
"""
_FOREIGN_KEYS = """
SELECT conrelid::regclass::text AS of_table, confrelid::regclass::text AS to_table
FROM pg_constraint
WHERE contype = 'f'
"""


async def ask(database: Database, query: str) -> list[Record]:
    async with database.pool.acquire() as connection:
        return await connection.fetch(query)


async def test_the_enums_of_the_code_equal_those_of_the_schema(database: Database) -> None:
    rows = await ask(database, _ENUMS)
    assert {row["name"]: set(row["labels"]) for row in rows} == ENUMS


async def test_every_enum_value_is_explained(database: Database) -> None:
    silent = [
        f"{row['name']}.{label}"
        for row in await ask(database, _ENUMS)
        for label in row["labels"]
        if f"{label}: " not in (row["comment"] or "")
    ]
    assert silent == []


async def test_every_table_is_explained(database: Database) -> None:
    rows = await ask(database, _TABLES)
    assert [row["name"] for row in rows if not row["comment"]] == []


async def test_every_column_is_explained_or_explains_itself(database: Database) -> None:
    silent = [
        f"{row['of_table']}.{row['name']}"
        for row in await ask(database, _COLUMNS)
        if not row["comment"]
        and not row["is_enum"]
        and not row["name"].endswith("_id")
        and row["name"] not in PLAIN
    ]
    assert silent == []


async def test_every_index_is_explained(database: Database) -> None:
    rows = await ask(database, _INDEXES)
    silent = [row["name"] for row in rows if not row["indisprimary"] and not row["comment"]]
    assert silent == []


async def test_every_hot_key_and_unique_index_starts_with_the_event(database: Database) -> None:
    rows = await ask(database, _INDEXES)
    wrong = [
        row["name"]
        for row in rows
        if row["of_table"] not in COLD and row["first_column"] != "event_id"
    ]
    assert wrong == []


async def test_every_hot_table_has_a_key(database: Database) -> None:
    keyed = {row["of_table"] for row in await ask(database, _INDEXES) if row["indisprimary"]}
    assert {row["name"] for row in await ask(database, _TABLES)} - keyed == set()


async def test_there_is_no_magic(database: Database) -> None:
    assert [row["what"] for row in await ask(database, _MAGIC)] == []


async def test_hot_tables_have_no_defaults_and_no_sequences(database: Database) -> None:
    wrong = [
        f"{row['of_table']}.{row['name']}"
        for row in await ask(database, _COLUMNS)
        if row["of_table"] not in COLD and (row["has_default"] or row["is_identity"])
    ]
    assert wrong == []


async def test_foreign_keys_are_the_two_that_are_worth_their_price(database: Database) -> None:
    rows = await ask(database, _FOREIGN_KEYS)
    assert {(row["of_table"], row["to_table"]) for row in rows} == {
        ("order_item", "orders"),
        ("ticket", "order_item"),
    }
