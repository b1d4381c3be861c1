select distinct
  -- What keeps a column, or a whole table or view, from being dropped: views, policies and generated columns.
  n.nspname::text, c.relname::text, a.attname::text,
       case when v.oid is not null then 'view' when p.oid is not null then 'policy' else 'generated' end,
       coalesce(vn.nspname, pn.nspname, gn.nspname)::text, coalesce(v.relname, pc.relname, g.relname)::text,
       coalesce(p.polname, ga.attname)::text
from pg_catalog.pg_depend d
join pg_catalog.pg_class c on c.oid = d.refobjid and c.relkind in ('r', 'p', 'v', 'm', 'f')
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join pg_catalog.pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid and d.refobjsubid > 0
left join pg_catalog.pg_rewrite r on d.classid = 'pg_catalog.pg_rewrite'::regclass and r.oid = d.objid
left join pg_catalog.pg_class v on v.oid = r.ev_class and v.relkind in ('v', 'm') and v.oid <> c.oid
left join pg_catalog.pg_namespace vn on vn.oid = v.relnamespace
left join pg_catalog.pg_policy p on d.classid = 'pg_catalog.pg_policy'::regclass and p.oid = d.objid and d.deptype = 'n'
left join pg_catalog.pg_class pc on pc.oid = p.polrelid
left join pg_catalog.pg_namespace pn on pn.oid = pc.relnamespace
left join pg_catalog.pg_attrdef f on d.classid = 'pg_catalog.pg_attrdef'::regclass and f.oid = d.objid
left join pg_catalog.pg_attribute ga on ga.attrelid = f.adrelid and ga.attnum = f.adnum and ga.attgenerated <> ''
  and (ga.attrelid, ga.attnum) <> (d.refobjid, d.refobjsubid)
left join pg_catalog.pg_class g on g.oid = ga.attrelid
left join pg_catalog.pg_namespace gn on gn.oid = g.relnamespace
where d.refclassid = 'pg_catalog.pg_class'::regclass
  and d.classid in ('pg_catalog.pg_rewrite'::regclass, 'pg_catalog.pg_policy'::regclass, 'pg_catalog.pg_attrdef'::regclass)
  and coalesce(v.oid, p.oid, g.oid) is not null
  and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg\_toast%'
  and n.nspname not like 'pg\_temp\_%'
