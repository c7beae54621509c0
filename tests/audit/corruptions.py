"""Ways to spoil the sound sale of sale.py, and what the audit must say of each.

Where a constraint or index of the schema forbids the damage, it is dropped first: the audit is for
the day on which it was missing, not yet valid, or lost in a restore.
"""

from typing import NamedTuple


class Corruption(NamedTuple):
    """`statements` are run in turn; `found` are the checks that must speak up, and no others."""

    name: str
    found: frozenset[str]
    statements: tuple[str, ...]


def spoil(found: str, name: str, *statements: str) -> Corruption:
    return Corruption(name, frozenset(found.split()), statements)


BEN = "(SELECT order_id FROM orders WHERE session_id = 'Ben')"
CLEO = "(SELECT order_id FROM orders WHERE session_id = 'Cleo')"
DAN = "(SELECT order_id FROM orders WHERE session_id = 'Dan')"
EVE = "(SELECT order_id FROM orders WHERE session_id = 'Eve')"
FAY = "(SELECT order_id FROM orders WHERE session_id = 'Fay')"
GUS = "(SELECT order_id FROM orders WHERE session_id = 'Gus')"
HAL = "(SELECT order_id FROM orders WHERE session_id = 'Hal')"
# Ada's first order has three items: seat 0 refunded, 1 and 2 still hers.
ADA = "(SELECT order_id FROM orders WHERE session_id = 'Ada' ORDER BY created_at LIMIT 1)"

SEATS = (
    spoil(
        "seat_shape",
        "a free seat with a session",
        "ALTER TABLE seat DROP CONSTRAINT seat_shape",
        "UPDATE seat SET held_by_session_id = 'Mallory' WHERE seat_id = 15",
    ),
    spoil(
        "held_seat_order seat_item section_available journal_letters",
        "a seat held by nobody's order",
        """UPDATE seat SET status = 'HELD', order_id = 'o_1_none', held_by_session_id = 'Mallory',
        held_until = '2030-01-01 00:00:00+00' WHERE seat_id = 15""",
    ),
    spoil(
        "held_seat_deadline",
        "a hold that outlives its order's deadline",
        f"UPDATE seat SET held_until = held_until + interval '1 hour' WHERE order_id = {BEN}",
    ),
    spoil(
        "held_seat_deadline",
        "a hold in another session's name",
        f"UPDATE seat SET held_by_session_id = 'Mallory' WHERE order_id = {BEN}",
    ),
    spoil(
        "sold_seat_order journal_letters",
        "a held seat sold without a payment",
        f"""UPDATE seat SET status = 'SOLD', held_by_session_id = NULL, held_until = NULL
        WHERE order_id = {BEN} AND seat_id = 28""",
    ),
    spoil(
        "seat_item section_available journal_letters",
        "a free seat sold under somebody's order",
        f"UPDATE seat SET status = 'SOLD', order_id = {FAY} WHERE seat_id = 15",
    ),
    spoil(
        "item_seat section_available journal_letters",
        "a sold seat that is on sale again",
        "UPDATE seat SET status = 'AVAILABLE', order_id = NULL WHERE seat_id = 5",
    ),
    spoil(
        "item_seat seat_item",
        "a sold seat that belongs to another order",
        f"UPDATE seat SET order_id = {ADA} WHERE seat_id = 5",
    ),
    spoil(
        "seat_in_two_orders item_seat order_seat_count order_total order_items",
        "a seat in two orders",
        f"UPDATE order_item SET state = 'ACTIVE' WHERE order_id = {EVE} AND seat_id = 4",
    ),
    spoil(
        "section_available",
        "a counter that drifted",
        "UPDATE section SET available_count = available_count - 1 WHERE section_id = 1",
    ),
    spoil(
        "section_capacity",
        "a section that claims a seat too many",
        "UPDATE section SET capacity = capacity + 1 WHERE section_id = 2",
    ),
    spoil(
        "event_capacity event_unreadable section_capacity section_available",
        "a seat that is gone",
        "DELETE FROM seat WHERE seat_id = 15",
    ),
    spoil(
        "event_capacity",
        "an event that claims a seat too many",
        "UPDATE event SET total_capacity = total_capacity + 1",
    ),
    spoil(
        "sold_out",
        "an event called sold out with seats to be had",
        "UPDATE event SET status = 'SOLD_OUT'",
    ),
)

ORDERS = (
    spoil(
        "order_total",
        "a total that is not the sum",
        f"UPDATE orders SET total_amount = total_amount + 1 WHERE order_id = {HAL}",
    ),
    spoil(
        "order_total journal_orders",
        "a held order that became cheaper",
        f"UPDATE orders SET total_amount = total_amount - 1 WHERE order_id = {BEN}",
    ),
    spoil(
        "order_total",
        "an item that became dearer",
        f"UPDATE order_item SET price = price + 1 WHERE order_id = {DAN}",
    ),
    spoil(
        "order_seat_count journal_sessions",
        "a wrong number of seats",
        f"UPDATE orders SET seat_count = seat_count + 1 WHERE order_id = {FAY}",
    ),
    spoil(
        "order_refunded refund_of_order",
        "an order that claims more was refunded",
        f"UPDATE orders SET refunded_amount = refunded_amount + 1 WHERE order_id = {ADA}",
    ),
    spoil(
        "order_items item_seat order_refunded order_seat_count",
        "a refunded item that is active again",
        f"UPDATE order_item SET state = 'ACTIVE' WHERE order_id = {GUS}",
    ),
    spoil(
        "order_items held_seat_order journal_orders journal_sessions order_total",
        "a hold whose order has ended without its seats",
        f"""UPDATE orders SET status = 'CANCELLED', cancel_reason = 'RELEASED'
        WHERE order_id = {BEN}""",
    ),
    spoil(
        "valid_ticket item_ticket",
        "a ticket for another seat",
        f"""UPDATE ticket SET order_item_id = (
            SELECT item_id FROM order_item WHERE order_id = {FAY} AND seat_id = 4
        ) WHERE seat_id = 5""",
    ),
    spoil(
        "valid_ticket",
        "a refunded ticket that is valid again",
        "UPDATE ticket SET is_valid = TRUE WHERE seat_id = 20",
    ),
    spoil(
        "item_ticket",
        "a paid seat without a ticket",
        "UPDATE ticket SET is_valid = FALSE WHERE seat_id = 5",
    ),
    spoil(
        "seat_with_two_tickets valid_ticket",
        "two valid tickets for one seat",
        "DROP INDEX ticket_one_valid",
        "UPDATE ticket SET is_valid = TRUE, seat_id = 5 WHERE seat_id = 20",
    ),
    spoil(
        "barcode_twice",
        "two tickets with one barcode",
        "ALTER TABLE ticket DROP CONSTRAINT ticket_barcode",
        "UPDATE ticket SET barcode = (SELECT barcode FROM ticket WHERE seat_id = 5)",
    ),
    spoil(
        "ticket_inside",
        "a ticket let in without a scan",
        "UPDATE ticket SET scanned_at = issued_at WHERE seat_id = 5",
    ),
    spoil(
        "ticket_inside",
        "a ticket admitted twice",
        """INSERT INTO gate_scan
        SELECT event_id, 'again', ticket_id, result, direction, gate, device, scanned_at
        FROM gate_scan""",
    ),
)

MONEY = (
    spoil(
        "two_live_charges order_paying errand_payment sale_without_money",
        "two live charges of one order",
        "DROP INDEX payment_one_live",
        f"UPDATE payment SET status = 'PROCESSING' WHERE order_id = {DAN}",
    ),
    spoil(
        "order_paying journal_orders",
        "an order that forgot its payment",
        f"UPDATE orders SET paying = FALSE WHERE order_id = {CLEO}",
    ),
    spoil(
        "order_paying",
        "an order that miscounts its attempts",
        f"UPDATE orders SET payment_count = 7 WHERE order_id = {DAN}",
    ),
    spoil(
        "sale_without_money payment_errand charge_amount",
        "a payment of less than the order",
        f"UPDATE payment SET amount = amount - 1 WHERE order_id = {DAN} AND status = 'CAPTURING'",
    ),
    spoil(
        "money_without_sale charge_state errand_payment",
        "money kept for seats that were lost",
        f"UPDATE payment SET status = 'SUCCEEDED' WHERE order_id = {EVE}",
    ),
    spoil(
        "refund_of_order refund_errands",
        "a refund that was never asked for",
        f"UPDATE payment SET refunded_amount = 0 WHERE order_id = {ADA}",
    ),
    spoil(
        "refund_errands refund_not_asked",
        "a refund errand that is gone",
        f"DELETE FROM outbox WHERE kind = 'REFUND' AND order_id = {ADA}",
    ),
    spoil(
        "payment_errand",
        "a capture that nobody will do",
        f"DELETE FROM outbox WHERE kind = 'CAPTURE' AND order_id = {DAN}",
    ),
    spoil(
        "payment_errand errand_payment",
        "a capture ticked off and not done",
        f"""UPDATE outbox SET state = 'DONE', done_at = created_at
        WHERE kind = 'CAPTURE' AND order_id = {DAN}""",
    ),
    spoil(
        "errand_payment",
        "an errand for no payment",
        """INSERT INTO outbox (
            event_id, outbox_id, kind, order_id, payment_id, amount, state, attempts, due_at,
            created_at
        )
        SELECT event_id, 'stray', 'CAPTURE', order_id, 'p_1_none', 1, 'WAITING', 0,
            '2040-01-01 00:00:00+00', created_at
        FROM outbox LIMIT 1""",
    ),
    spoil(
        "errand_parked",
        "an errand that waits for a person",
        f"""UPDATE outbox SET state = 'PARKED', last_error = 'no answer'
        WHERE kind = 'CAPTURE' AND order_id = {DAN}""",
    ),
)

LEDGER = (
    spoil(
        "charge_without_payment",
        "a charge of which we know nothing",
        """INSERT INTO test_provider.charge
        SELECT 'p_1_aaaaaaaaaaaaaaaaaaaaaaaaaa_1', status, amount, 0, currency, NULL, created_at,
            updated_at
        FROM test_provider.charge LIMIT 1""",
    ),
    spoil(
        "charge_state",
        "a payment that the provider does not know",
        f"""DELETE FROM test_provider.charge WHERE payment_id = (
            SELECT payment_id FROM payment WHERE order_id = {FAY}
        )""",
    ),
    spoil(
        "charge_state",
        "a declined charge that was collected after all",
        """UPDATE test_provider.charge SET status = 'CAPTURED' WHERE status = 'DECLINED'""",
    ),
    spoil(
        "charge_state",
        "a charge that was never voided",
        "UPDATE test_provider.charge SET status = 'AUTHORIZED' WHERE status = 'VOIDED'",
    ),
    spoil(
        "charge_amount",
        "a charge of another amount",
        f"""UPDATE test_provider.charge SET amount = amount + 1 WHERE payment_id = (
            SELECT payment_id FROM payment WHERE order_id = {FAY}
        )""",
    ),
    spoil(
        "charge_amount",
        "a charge in another currency",
        f"""UPDATE test_provider.charge SET currency = 'USD' WHERE payment_id = (
            SELECT payment_id FROM payment WHERE order_id = {FAY}
        )""",
    ),
    spoil(
        "refund_not_made charge_refunds",
        "a refund that was ticked off and never made",
        f"""DELETE FROM test_provider.refund WHERE payment_id = (
            SELECT payment_id FROM payment WHERE order_id = {GUS}
        )""",
    ),
    spoil(
        "refund_not_asked charge_refunds",
        "a refund that nobody asked for",
        f"""INSERT INTO test_provider.refund
        SELECT 'stray', payment_id, 1, created_at FROM payment WHERE order_id = {FAY}""",
    ),
    spoil(
        "charge_refunds",
        "a charge that paid back more than its refunds",
        f"""UPDATE test_provider.charge SET refunded_amount = 1 WHERE payment_id = (
            SELECT payment_id FROM payment WHERE order_id = {FAY}
        )""",
    ),
)

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
        "errand_overdue",
        "an errand that nobody takes up",
        f"""UPDATE outbox SET due_at = due_at - interval '1 day'
        WHERE kind = 'CAPTURE' AND order_id = {DAN}""",
    ),
    spoil(
        "payment_overdue",
        "a payment that nobody looks up",
        f"""UPDATE payment SET status = 'CREATED', created_at = created_at - interval '1 day'
        WHERE order_id = {CLEO}""",
    ),
)
