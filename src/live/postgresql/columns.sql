select
  -- An array is told by its element type and its dimensions.
  a.attrelid::int8, a.attnum::int4, a.attname::text,
  format_type(coalesce(e.oid, t.oid), a.atttypmod), coalesce(e.typname, t.typname)::text,
  coalesce(e.typtype, t.typtype)::text, n.nspname::text,
  case when e.oid is null then 0 else greatest(a.attndims::int4, 1) end,
  a.attnotnull, case when a.atthasdef then pg_get_expr(d.adbin, d.adrelid) end,
  a.attidentity::text, a.attgenerated::text,
  case when a.attcollation <> t.typcollation then l.collname::text end, m.description
from pg_catalog.pg_class c
join pg_catalog.pg_namespace cn on cn.oid = c.relnamespace
join pg_catalog.pg_attribute a on a.attrelid = c.oid
join pg_catalog.pg_type t on t.oid = a.atttypid
left join pg_catalog.pg_type e on e.oid = t.typelem and e.typarray = t.oid
join pg_catalog.pg_namespace n on n.oid = coalesce(e.typnamespace, t.typnamespace)
left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
left join pg_catalog.pg_collation l on l.oid = a.attcollation
left join pg_catalog.pg_description m
  on m.classoid = 'pg_catalog.pg_class'::regclass and m.objoid = a.attrelid and m.objsubid = a.attnum
where c.relkind in ('r', 'p', 'f') and a.attnum > 0 and not a.attisdropped
  and cn.nspname not in ('pg_catalog', 'information_schema')
  and cn.nspname not like 'pg\_toast%' and cn.nspname not like 'pg\_temp\_%'
  {only}
order by a.attrelid, a.attnum
