select
  -- Primary keys, unique constraints, foreign keys and checks. A foreign key that refers to a partitioned table has a copy
  -- for each of its partitions, which nobody wrote. PostgreSQL 15 brought NULLS NOT DISTINCT; to_jsonb reads it where it is.
  k.conrelid::int8, k.conname::text, k.contype::text, to_json(k.conkey)::text,
  k.confrelid::int8, to_json(k.confkey)::text, k.confupdtype::text, k.confdeltype::text,
  case when k.contype = 'c' then pg_get_expr(k.conbin, k.conrelid) end,
  case when k.contype = 'u' then coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::bool, false) end
from pg_catalog.pg_constraint k
join pg_catalog.pg_namespace n on n.oid = k.connamespace
left join pg_catalog.pg_index i on i.indexrelid = k.conindid and k.contype = 'u'
left join pg_catalog.pg_constraint parent on parent.oid = k.conparentid and parent.conrelid = k.conrelid
where k.contype in ('p', 'u', 'f', 'c') and k.conrelid <> 0 and parent.oid is null
  and n.nspname not in ('pg_catalog', 'information_schema')
  and n.nspname not like 'pg\_toast%' and n.nspname not like 'pg\_temp\_%'
order by k.conrelid, k.conname
