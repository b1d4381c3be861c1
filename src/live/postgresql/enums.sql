select n.nspname::text, t.typname::text,
       coalesce(json_agg(e.enumlabel order by e.enumsortorder) filter (where e.oid is not null), '[]')::text,
       x.extname::text, t.oid::int8
from pg_catalog.pg_type t
join pg_catalog.pg_namespace n on n.oid = t.typnamespace
left join pg_catalog.pg_enum e on e.enumtypid = t.oid
left join pg_catalog.pg_depend d
  on d.classid = 'pg_catalog.pg_type'::regclass and d.objid = t.oid and d.deptype = 'e'
left join pg_catalog.pg_extension x on x.oid = d.refobjid
where t.typtype = 'e'
  and n.nspname not in ('pg_catalog', 'information_schema')
  and n.nspname not like 'pg\_toast%' and n.nspname not like 'pg\_temp\_%'
group by n.nspname, t.typname, x.extname, t.oid
