-- Purpose: bring items to the state that the batch decided.
-- Inputs: $1 event_id, $2 order_ids, $3 item_ids, $4 states found, $5 states
-- Locks: the rows of these items.
-- Result: as many rows as were given, else somebody else wrote.
-- The keys are named twice: a join alone could be planned over all rows of the event (0022).
UPDATE order_item
SET state = u.state::item_state
FROM unnest($2::text[], $3::text[], $4::text[], $5::text[])
    AS u (order_id, item_id, state_found, state)
WHERE
    order_item.event_id = $1
    AND order_item.order_id = ANY($2::text[])
    AND order_item.order_id = u.order_id
    AND order_item.item_id = u.item_id
    AND order_item.state = u.state_found::item_state
