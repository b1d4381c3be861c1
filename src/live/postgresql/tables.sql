select
  -- Tables, partitioned tables, partitions and foreign tables, with what statistics say of their rows. PostgreSQL 16
  -- brought the time of the last scan: where the view lacks the column, its name means that of `older`. The order is that
  -- of whoever reads pg_class without asking for one, as drizzle-kit does.
  c.oid::int8, n.nspname::text, c.relname::text, c.relkind::text, c.relrowsecurity,
  case when c.relispartition then h.inhparent::int8 end,
  pg_get_userbyid(c.relowner)::text, x.extname::text, d.description,
  c.reltuples::float8, pg_relation_size(c.oid), nullif(c.relfilenode::int8, 0),
  s.n_live_tup, s.n_dead_tup, s.n_tup_ins, s.n_tup_upd, s.n_tup_del,
  extract(epoch from s.last_scan)::int8,
  extract(epoch from greatest(s.last_analyze, s.last_autoanalyze))::int8
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
cross join (select null::timestamptz as last_seq_scan, null::timestamptz as last_idx_scan) as older
left join lateral (
  select a.*, greatest(last_seq_scan, last_idx_scan) as last_scan
  from pg_catalog.pg_stat_all_tables a) as s on s.relid = c.oid
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
