select
  -- Primary keys, unique constraints, foreign keys and checks. A foreign key that refers to a partitioned table has a copy
  -- for each of its partitions, which nobody wrote. PostgreSQL 15 brought NULLS NOT DISTINCT, 18 NOT ENFORCED: where the
  -- catalog lacks the column, its name means that of `older`. PostgreSQL 18 lists NOT NULL too, the column's business.
  k.conrelid::int8, k.conname::text, k.contype::text, to_json(k.conkey)::text,
  k.confrelid::int8, to_json(k.confkey)::text, k.confupdtype::text, k.confdeltype::text,
  case when k.contype = 'c' then pg_get_expr(k.conbin, k.conrelid) end,
  i.nulls_not_distinct, k.condeferrable, k.condeferred, k.confmatchtype = 'f', not k.convalidated, not k.enforced
from (select false as indnullsnotdistinct, true as conenforced) as older
cross join lateral (
  select oid, conrelid, conname, contype, conkey, confrelid, confkey, confupdtype, confdeltype, conbin, condeferrable,
    condeferred, confmatchtype, convalidated, connamespace, conindid, conparentid, conenforced as enforced
  from pg_catalog.pg_constraint) as k
join pg_catalog.pg_namespace n on n.oid = k.connamespace
left join lateral (
  select indnullsnotdistinct as nulls_not_distinct from pg_catalog.pg_index
  where indexrelid = k.conindid) as i on k.contype = 'u'
left join pg_catalog.pg_constraint parent on parent.oid = k.conparentid and parent.conrelid = k.conrelid
where k.contype in ('p', 'u', 'f', 'c') and k.conrelid <> 0 and parent.oid is null
  and n.nspname not in ('pg_catalog', 'information_schema')
  and n.nspname not like 'pg\_toast%' and n.nspname not like 'pg\_temp\_%'
  {only}
order by k.conrelid, k.conname
