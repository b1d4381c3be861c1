select
  -- Indexes that back no constraint. Only one with expressions has its keys written out by the server.
  i.indrelid::int8, c.relname::text, am.amname::text, i.indisunique, i.indnkeyatts::int4,
  to_json(i.indkey::int2[])::text, to_json(i.indoption::int2[])::text,
  (select json_agg(case when not o.opcdefault then o.opcname end order by k.place)::text
   from unnest(i.indclass::oid[]) with ordinality as k (class, place)
   join pg_catalog.pg_opclass o on o.oid = k.class),
  case when i.indexprs is not null then
    (select json_agg(pg_get_indexdef(i.indexrelid, place, true) order by place)::text
     from generate_series(1, i.indnkeyatts::int4) as place)
  end,
  case when i.indpred is not null then pg_get_expr(i.indpred, i.indrelid) end
from pg_catalog.pg_index i
join pg_catalog.pg_class c on c.oid = i.indexrelid
join pg_catalog.pg_am am on am.oid = c.relam
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where n.nspname not in ('pg_catalog', 'information_schema')
  and n.nspname not like 'pg\_toast%' and n.nspname not like 'pg\_temp\_%'
  and not exists (
    select from pg_catalog.pg_constraint k
    where k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x'))
order by i.indrelid, c.relname
