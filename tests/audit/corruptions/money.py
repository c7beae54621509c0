"""Spoilt payments, errands and books of the provider."""

from tests.audit.corruptions.spoil import ADA, CLEO, DAN, EVE, FAY, GUS, spoil

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
        "refund_of_order refund_errands money_returned",
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
        "incident_unseen",
        "a dispute that nobody has looked at",
        f"""INSERT INTO incident (
            event_id, order_id, incident_id, payment_id, kind, state, amount, currency, created_at,
            updated_at
        )
        SELECT event_id, order_id, 'dispute_1', payment_id, 'DISPUTE', 'OPEN', amount, currency,
            created_at, created_at
        FROM payment WHERE order_id = {FAY}""",
    ),
    spoil(
        "outside_amount money_returned",
        "money said to have gone back, nobody knows how",
        f"UPDATE payment SET outside_amount = 1 WHERE order_id = {FAY}",
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
        "dispute_unknown",
        "a dispute that we were not told of",
        f"""INSERT INTO test_provider.dispute
        SELECT 'd1', payment_id, 'OPEN', amount, 'fraudulent', created_at
        FROM payment WHERE order_id = {FAY}""",
    ),
    spoil(
        "refund_not_asked charge_refunds",
        "a refund that nobody asked for",
        f"""INSERT INTO test_provider.refund
        SELECT 'stray', payment_id, 1, created_at FROM payment WHERE order_id = {FAY}""",
    ),
    spoil(
        "charge_refunds money_returned",
        "a charge that paid back more than its refunds",
        f"""UPDATE test_provider.charge SET refunded_amount = 1 WHERE payment_id = (
            SELECT payment_id FROM payment WHERE order_id = {FAY}
        )""",
    ),
)
