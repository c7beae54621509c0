"""Spoilt seats, orders and tickets."""

from tests.audit.corruptions.spoil import ADA, BEN, DAN, EVE, FAY, GUS, HAL, spoil

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
        "order_refunded refund_of_order refund_without_news",
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
