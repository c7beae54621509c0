-- Which history the database is of: a promoted standby or a restored backup goes on with another.

CREATE TABLE lineage (
    only_row boolean PRIMARY KEY,
    system_identifier bigint NOT NULL,
    timeline integer NOT NULL,
    since timestamptz NOT NULL,
    CONSTRAINT lineage_once CHECK (only_row)
);
COMMENT ON TABLE lineage IS
    'The history of PostgreSQL in which desks may sell. Where the server is of another one, every epoch is renewed first.';
COMMENT ON COLUMN lineage.only_row IS 'True: there is one row.';
COMMENT ON COLUMN lineage.system_identifier IS 'Of the cluster; another one means that it was restored from a dump.';
COMMENT ON COLUMN lineage.timeline IS 'Rises when a standby is promoted or a backup is recovered.';
COMMENT ON COLUMN lineage.since IS 'When a desk first connected in this history.';
