-- The campaign before the day: a summary reads its 300 rows, not those of every campaign on the way (measured: 0.3 instead of 2 ms).

ALTER TABLE row_counts DROP CONSTRAINT row_counts_pkey,
    ADD PRIMARY KEY (workspace_id, monthly, campaign_id, day, matched, status, showed);
