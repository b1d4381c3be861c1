select
  -- Tables, partitioned tables, partitions and foreign tables, with what statistics say of their rows. When they were last
  -- read is known since PostgreSQL 16.
  c.oid::int8, n.nspname::text, c.relname::text, c.relkind::text, c.relrowsecurity,
  case when c.relispartition then h.inhparent::int8 end,
  pg_get_userbyid(c.relowner)::text, x.extname::text, d.description,
  c.reltuples::float8, pg_relation_size(c.oid), nullif(c.relfilenode::int8, 0),
  pg_stat_get_live_tuples(c.oid), pg_stat_get_dead_tuples(c.oid), pg_stat_get_tuples_inserted(c.oid),
  pg_stat_get_tuples_updated(c.oid), pg_stat_get_tuples_deleted(c.oid),
  extract(epoch from {last_scan})::int8,
  extract(epoch from greatest(pg_stat_get_last_analyze_time(c.oid), pg_stat_get_last_autoanalyze_time(c.oid)))::int8
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join pg_catalog.pg_inherits h on h.inhrelid = c.oid and c.relispartition
left join pg_catalog.pg_depend e
  on e.classid = 'pg_catalog.pg_class'::regclass and e.objid = c.oid and e.objsubid = 0 and e.deptype = 'e'
left join pg_catalog.pg_extension x on x.oid = e.refobjid
left join pg_catalog.pg_description d
  on d.classoid = 'pg_catalog.pg_class'::regclass and d.objoid = c.oid and d.objsubid = 0
where c.relkind in ('r', 'p', 'f')
  and n.nspname not in ('pg_catalog', 'information_schema')
  and n.nspname not like 'pg\_toast%' and n.nspname not like 'pg\_temp\_%'
order by c.ctid
