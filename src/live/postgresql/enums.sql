select n.nspname::text, t.typname::text,
       coalesce(json_agg(e.enumlabel order by e.enumsortorder) filter (where e.oid is not null), '[]')::text
from pg_catalog.pg_type t
join pg_catalog.pg_namespace n on n.oid = t.typnamespace
left join pg_catalog.pg_enum e on e.enumtypid = t.oid
where t.typtype = 'e'
  and n.nspname not in ('pg_catalog', 'information_schema')
  and n.nspname not like 'pg\_toast%' and n.nspname not like 'pg\_temp\_%'
  and not exists (
    select from pg_catalog.pg_depend d
    where d.classid = 'pg_catalog.pg_type'::regclass and d.objid = t.oid and d.deptype = 'e')
group by n.nspname, t.typname
