select
  -- With the column that owns it: 'i' for an identity column, 'a' for a serial or OWNED BY.
  n.nspname::text, c.relname::text, c.oid::regclass::text,
  s.seqincrement::text, s.seqmin::text, s.seqmax::text, s.seqstart::text, s.seqcache::text, s.seqcycle,
  d.refobjid::int8, d.refobjsubid::int4, d.deptype::text, format_type(s.seqtypid, null), x.extname::text
from pg_catalog.pg_sequence s
join pg_catalog.pg_class c on c.oid = s.seqrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join pg_catalog.pg_depend d
  on d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid
  and d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjsubid > 0 and d.deptype in ('a', 'i')
left join pg_catalog.pg_depend e
  on e.classid = 'pg_catalog.pg_class'::regclass and e.objid = c.oid and e.objsubid = 0 and e.deptype = 'e'
left join pg_catalog.pg_extension x on x.oid = e.refobjid
where n.nspname not in ('pg_catalog', 'information_schema')
  and n.nspname not like 'pg\_toast%' and n.nspname not like 'pg\_temp\_%'
order by c.oid
