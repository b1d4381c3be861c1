select
  -- What structure.sql says of all, of each relation; an index counts for its table.
  r.relation::int8, c.relnamespace::int8, c.relname::text, r.versions::int8, r.sum::text
from (
  select coalesce(i.indrelid, v.relation) as relation, sum(v.versions) as versions, sum(v.sum) as sum
  from (
    select relation, count(*) as versions, sum(version::text::int8) as sum from (
{versions}) as v group by relation) as v
  left join pg_catalog.pg_index i on i.indexrelid = v.relation
  group by 1) as r
left join pg_catalog.pg_class c on c.oid = r.relation
