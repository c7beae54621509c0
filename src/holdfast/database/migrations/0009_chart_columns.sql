-- The map's form of a chart is made once, when the chart is saved, and no visitor waits for it.

ALTER TABLE chart ADD COLUMN columns bytea;
COMMENT ON COLUMN chart.columns IS 'What GET /charts/{sha256}.columns serves, compressed (gzip); null for charts saved before it was kept.';
