-- Purpose: end every active item of orders that end.
-- Inputs: $1 event_id, $2 order_ids, $3 the state that their items get
-- Locks: the rows of these items.
-- Result: as many rows as these orders had active items, else somebody else wrote.
UPDATE order_item
SET state = $3::text::item_state
WHERE
    event_id = $1
    AND order_id = ANY($2::text[])
    AND state = 'ACTIVE'
