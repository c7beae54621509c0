"""What always holds of desks and their journals."""

from holdfast.audit.check import Check

JOURNAL = (
    Check(
        "desk_closed",
        "A desk is CLOSED by an alarm: find out why, mend it, and open it again.",
        """
SELECT event_id, closed_reason
FROM desk
WHERE event_id = ANY($1::integer[]) AND status = 'CLOSED'
ORDER BY event_id
LIMIT $2
""",
    ),
    Check(
        "desk_version",
        "The desk's version, batch and time are those of the newest entry of the journal.",
        """
SELECT
    d.event_id, d.version, c.version AS newest_entry, d.last_batch_id,
    c.batch_id AS newest_batch_id, d.last_at, c.at AS newest_at
FROM desk AS d
LEFT JOIN LATERAL (
    SELECT version, batch_id, at
    FROM seat_change
    WHERE event_id = d.event_id
    ORDER BY version DESC
    LIMIT 1
) AS c ON TRUE
WHERE
    d.event_id = ANY($1::integer[])
    AND (
        d.version <> coalesce(c.version, 0)
        OR d.last_batch_id IS DISTINCT FROM c.batch_id
        OR d.last_at < c.at
    )
ORDER BY d.event_id
LIMIT $2
""",
    ),
    Check(
        "journal_gap",
        "The journal has every version from 1 on.",
        """
SELECT event_id, version, before
FROM (
    SELECT
        event_id,
        version,
        coalesce(lag(version) OVER (PARTITION BY event_id ORDER BY version), 0) AS before
    FROM seat_change
    WHERE event_id = ANY($1::integer[])
) AS entry
WHERE version <> before + 1
ORDER BY event_id, version
LIMIT $2
""",
    ),
    Check(
        "journal_time",
        "Time never runs backwards in the journal.",
        """
SELECT event_id, version, at, before
FROM (
    SELECT
        event_id, version, at, lag(at) OVER (PARTITION BY event_id ORDER BY version) AS before
    FROM seat_change
    WHERE event_id = ANY($1::integer[])
) AS entry
WHERE at < before
ORDER BY event_id, version
LIMIT $2
""",
    ),
    Check(
        "batch_twice",
        "No batch was written twice.",
        """
SELECT event_id, batch_id, count(*) AS entries, min(version) AS version, max(version) AS again
FROM seat_change
WHERE event_id = ANY($1::integer[])
GROUP BY event_id, batch_id
HAVING count(*) > 1
ORDER BY event_id, min(version)
LIMIT $2
""",
    ),
)
