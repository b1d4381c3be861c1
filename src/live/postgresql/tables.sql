select
  -- Tables, partitioned tables and partitions, with what statistics say of their rows. Foreign tables are left out, as
  -- drizzle-kit leaves them out, and so is what an extension owns.
  c.oid::int8, n.nspname::text, c.relname::text, c.relkind::text, c.relrowsecurity,
  c.reltuples::float8, pg_relation_size(c.oid), s.n_live_tup, s.n_dead_tup
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join pg_catalog.pg_stat_all_tables s on s.relid = c.oid
where c.relkind in ('r', 'p')
  and n.nspname not in ('pg_catalog', 'information_schema')
  and n.nspname not like 'pg\_toast%' and n.nspname not like 'pg\_temp\_%'
  and not exists (
    select from pg_catalog.pg_depend d
    where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
