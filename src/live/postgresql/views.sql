select n.nspname::text, c.relname::text, c.relkind = 'm', pg_get_viewdef(c.oid), to_json(c.reloptions)::text, x.extname::text,
       -- Its place and its columns, and what statistics say of a materialized one's rows.
       c.oid::int8, c.relnatts::int4, pg_relation_size(c.oid), pg_stat_get_live_tuples(c.oid), c.reltuples::float8,
       a.amname::text, s.spcname::text
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join pg_catalog.pg_depend d
  on d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.objsubid = 0 and d.deptype = 'e'
left join pg_catalog.pg_extension x on x.oid = d.refobjid
left join pg_catalog.pg_am a on a.oid = c.relam
left join pg_catalog.pg_tablespace s on s.oid = c.reltablespace
where c.relkind in ('v', 'm')
  and n.nspname not in ('pg_catalog', 'information_schema')
  and n.nspname not like 'pg\_toast%' and n.nspname not like 'pg\_temp\_%'
