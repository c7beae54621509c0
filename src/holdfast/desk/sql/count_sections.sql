-- Purpose: write the free places of the sections that the batch changed.
-- Inputs: $1 event_id, $2 section_ids, $3 counts found, $4 counts
-- Locks: the rows of these sections.
-- Result: as many rows as were given, else a counter had drifted.
UPDATE section
SET available_count = u.available_count
FROM unnest($2::integer[], $3::integer[], $4::integer[])
    AS u (section_id, count_found, available_count)
WHERE
    section.event_id = $1
    AND section.section_id = u.section_id
    AND section.available_count = u.count_found
