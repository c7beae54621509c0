"""Spoilt journals and references, and what is late."""

from tests.audit.corruptions.spoil import BEN, CLEO, FAY, spoil

JOURNAL = (
    spoil(
        "desk_closed",
        "a closed desk",
        "UPDATE desk SET status = 'CLOSED', closed_reason = 'An alarm.'",
    ),
    spoil(
        "desk_version",
        "a desk that lost its last batch",
        """DELETE FROM seat_change WHERE version = (SELECT version FROM desk)""",
    ),
    spoil(
        "desk_version",
        "a desk with another batch than its journal's",
        "UPDATE desk SET last_batch_id = gen_random_uuid()",
    ),
    spoil(
        "desk_version",
        "a desk whose time is before its last batch",
        "UPDATE desk SET last_at = last_at - interval '1 hour'",
    ),
    spoil(
        "journal_gap",
        "an entry that is missing",
        "DELETE FROM seat_change WHERE version = 5",
    ),
    spoil(
        "journal_time",
        "an entry from before its predecessor",
        "UPDATE seat_change SET at = at - interval '1 day' WHERE version = 5",
    ),
    spoil(
        "batch_twice",
        "a batch that was written twice",
        """UPDATE seat_change SET batch_id = (SELECT batch_id FROM seat_change WHERE version = 5)
        WHERE version = 4""",
    ),
    spoil(
        "journal_unreadable",
        "an entry that is no JSON",
        "UPDATE seat_change SET public_part = 'no JSON' WHERE version = 5",
    ),
    spoil(
        "journal_available journal_letters",
        "an entry that left a seat out",
        """UPDATE seat_change SET public_part = convert_to(
            jsonb_set(convert_from(public_part, 'UTF8')::jsonb, '{changes}', '{}')::text, 'UTF8'
        ) WHERE version = (
            SELECT max(version) FROM seat_change
            WHERE convert_from(public_part, 'UTF8')::jsonb -> 'changes' ? 'B'
        )""",
    ),
    spoil(
        "journal_available",
        "an entry that miscounts",
        """UPDATE seat_change SET public_part = convert_to(
            jsonb_set(
                convert_from(public_part, 'UTF8')::jsonb, '{available}', '{"2": 3}'
            )::text, 'UTF8'
        ) WHERE version = 5""",
    ),
    spoil(
        "journal_status",
        "a cancelled event of which the journal knows nothing",
        """UPDATE seat_change SET public_part = convert_to(
            jsonb_set(
                convert_from(public_part, 'UTF8')::jsonb, '{event_status}', '"CANCELLED"'
            )::text, 'UTF8'
        ) WHERE version = 5""",
    ),
)

REFERENCES = (
    spoil("row_without_event", "an event without a desk", "DELETE FROM desk"),
    spoil(
        "row_without_event",
        "an order of no event",
        """INSERT INTO orders
        SELECT 999, order_id, session_id, user_id, status, cancel_reason, 0, 0, 0, currency, 0, 0,
            FALSE, buyer, request_fingerprint, created_at, expires_at, hold_cap_at
        FROM orders WHERE session_id = 'Hal'""",
    ),
    spoil("event_venue", "an event nowhere", "DELETE FROM venue"),
    spoil(
        "chart_hash",
        "a chart that was changed",
        "UPDATE chart SET body = body || 'x'::bytea",
    ),
    spoil(
        "category_price",
        "seats that cannot be sold for want of a price",
        "DELETE FROM price WHERE category = 'Circle'",
    ),
    spoil(
        "payment_order sale_without_money money_without_sale order_paying errand_payment",
        "a payment of no order",
        f"UPDATE payment SET order_id = 'o_1_none' WHERE order_id = {FAY}",
    ),
    spoil(
        "scan_ticket ticket_inside",
        "a scan that admitted no ticket of the event",
        "UPDATE gate_scan SET ticket_id = 't_1_none'",
    ),
)

LATE = (
    spoil(
        "order_overdue",
        "a hold that nobody ended",
        f"""UPDATE orders SET expires_at = expires_at - interval '1 hour' WHERE order_id = {BEN}""",
    ),
    spoil(
        "payment_overdue",
        "a payment that nobody looks up",
        f"""UPDATE payment SET status = 'CREATED', created_at = created_at - interval '1 day'
        WHERE order_id = {CLEO}""",
    ),
)
