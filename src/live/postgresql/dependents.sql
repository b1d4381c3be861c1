select
  -- What keeps a column, or a whole table or view, from being dropped: views, policies and generated columns. Sought from
  -- their side, since there are far fewer of them than of defaults, which stand among the dependencies too.
  n.nspname::text, c.relname::text, a.attname::text, d.kind, dn.nspname::text, d.relation, d.name
from (
  with generated as materialized (
    select attrelid, attnum, attname from pg_catalog.pg_attribute where attgenerated <> ''
  )
  select 'view' as kind, v.relnamespace as namespace, v.relname::text as relation, null::text as name, d.refobjid, d.refobjsubid
  from pg_catalog.pg_class v
  join pg_catalog.pg_rewrite r on r.ev_class = v.oid
  join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_rewrite'::regclass and d.objid = r.oid
  where r.oid >= 16384 and v.relkind in ('v', 'm') and d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid <> v.oid
  union
  select 'policy', t.relnamespace, t.relname::text, p.polname::text, d.refobjid, d.refobjsubid
  from pg_catalog.pg_policy p
  join pg_catalog.pg_class t on t.oid = p.polrelid
  join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_policy'::regclass and d.objid = p.oid
  where d.refclassid = 'pg_catalog.pg_class'::regclass and d.deptype = 'n'
  union
  select 'generated', t.relnamespace, t.relname::text, g.attname::text, d.refobjid, d.refobjsubid
  from generated g
  join pg_catalog.pg_class t on t.oid = g.attrelid
  join pg_catalog.pg_attrdef f on f.adrelid = g.attrelid and f.adnum = g.attnum
  join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_attrdef'::regclass and d.objid = f.oid
  where d.refclassid = 'pg_catalog.pg_class'::regclass
    and (d.refobjid, d.refobjsubid) <> (g.attrelid, g.attnum)
) as d
join pg_catalog.pg_class c on c.oid = d.refobjid and c.relkind in ('r', 'p', 'v', 'm', 'f')
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_namespace dn on dn.oid = d.namespace
left join pg_catalog.pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid and d.refobjsubid > 0
where n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg\_toast%'
  and n.nspname not like 'pg\_temp\_%'
