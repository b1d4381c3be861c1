select
  -- Indexes that back no key, and those of exclusion constraints with the constraint. Only one with expressions has its
  -- keys written out by the server. Of NULLS NOT DISTINCT see constraints.sql.
  i.indrelid::int8, c.relname::text, am.amname::text, i.indisunique, i.indnkeyatts::int4,
  to_json(i.indkey::int2[])::text, to_json(i.indoption::int2[])::text,
  case when i.indclass::oid[] && (select array_agg(oid) from pg_catalog.pg_opclass where not opcdefault) then
    (select json_agg(case when not o.opcdefault then o.opcname end order by k.place)::text
     from unnest(i.indclass::oid[]) with ordinality as k (class, place)
     join pg_catalog.pg_opclass o on o.oid = k.class)
  end,
  case when i.indexprs is not null then
    (select json_agg(pg_get_indexdef(i.indexrelid, place, true) order by place)::text
     from generate_series(1, i.indnkeyatts::int4) as place)
  end,
  case when i.indpred is not null then pg_get_expr(i.indpred, i.indrelid) end,
  -- Of each key that is a column, the collation, where it is not the column's.
  case when i.indcollation::oid[] && (select array_agg(oid) from pg_catalog.pg_collation where collname <> 'default') then
    (select json_agg(case when k.collation_oid <> a.attcollation then l.collname end order by k.place)::text
     from unnest(i.indcollation::oid[], i.indkey::int2[]) with ordinality as k (collation_oid, number, place)
     left join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.number
     left join pg_catalog.pg_collation l on l.oid = k.collation_oid)
  end,
  to_json(c.reloptions)::text, i.nulls_not_distinct, not i.indisvalid, f.conindid is not null,
  case when x.oid is not null then pg_get_constraintdef(x.oid) end, x.condeferrable, x.condeferred
from (select false as indnullsnotdistinct) as older
cross join lateral (
  select indexrelid, indrelid, indisunique, indnkeyatts, indkey, indoption, indclass, indcollation, indexprs, indpred,
    indisvalid, indnullsnotdistinct as nulls_not_distinct
  from pg_catalog.pg_index) as i
join pg_catalog.pg_class c on c.oid = i.indexrelid
join pg_catalog.pg_am am on am.oid = c.relam
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join pg_catalog.pg_constraint x on x.conindid = i.indexrelid and x.contype in ('p', 'u', 'x')
left join (select distinct conindid from pg_catalog.pg_constraint where contype = 'f') as f on f.conindid = i.indexrelid
where (x.oid is null or x.contype = 'x')
  and n.nspname not in ('pg_catalog', 'information_schema')
  and n.nspname not like 'pg\_toast%' and n.nspname not like 'pg\_temp\_%'
  {only}
order by i.indrelid, c.relname
