select
  -- Any DDL changes the count or the sum: a row that is written anew gets a greater version.
  concat(count(*), ':', coalesce(sum(version::text::int8), 0))
from (
{versions}) as v
