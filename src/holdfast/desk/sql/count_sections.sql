-- Purpose: write the free places of the sections that the batch changed.
-- Inputs: $1 event_id, $2 section_ids, $3 counts found, $4 counts
-- Locks: the rows of these sections.
-- Result: as many rows as were given, else a counter had drifted.
-- Values stand at the place of their key: a join could be planned over all rows of the event (0022).
UPDATE section
SET available_count = ($4::integer[])[array_position($2::integer[], section_id)]
WHERE
    event_id = $1
    AND section_id = ANY($2::integer[])
    AND available_count = ($3::integer[])[array_position($2::integer[], section_id)]
