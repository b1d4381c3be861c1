greatest(
    pg_stat_get_lastscan(c.oid),
    (select max(pg_stat_get_lastscan(i.indexrelid)) from pg_catalog.pg_index i where i.indrelid = c.oid))
