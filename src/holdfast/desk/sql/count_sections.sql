-- Purpose: write the free places of the sections that the batch changed.
-- Inputs: $1 event_id, $2 section_ids, $3 counts found by section_id, $4 counts by section_id
-- Locks: the rows of these sections.
-- Result: as many rows as were given, else a counter had drifted.
-- Values are found by their keys: a join could be planned over all rows of the event (0022, 0023).
UPDATE section
SET available_count = ($4::jsonb -> section_id::text)::integer
WHERE
    event_id = $1
    AND section_id = ANY($2::integer[])
    AND available_count = ($3::jsonb -> section_id::text)::integer
