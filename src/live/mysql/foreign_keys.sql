select cast(k.table_name as char), cast(k.constraint_name as char), cast(k.column_name as char), cast(k.referenced_table_schema as char), cast(k.referenced_table_name as char),
  cast(k.referenced_column_name as char), cast(r.update_rule as char), cast(r.delete_rule as char)
from information_schema.key_column_usage k
left join (
  -- Put together once, which DISTINCT sees to: merged into the join, MySQL looks through all of them for each key.
  select distinct table_name, constraint_name, update_rule, delete_rule
  from information_schema.referential_constraints
  where constraint_schema = database()
) r on r.constraint_name = k.constraint_name and r.table_name = k.table_name
where k.table_schema = database() and k.constraint_schema = database() and k.constraint_name <> 'PRIMARY'
  and k.referenced_table_name is not null
order by k.table_name, k.constraint_name, k.ordinal_position
