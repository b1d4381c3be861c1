select cast(t.table_name as char), cast(t.constraint_name as char), cast(c.check_clause as char), t.enforced = 'YES', false
from information_schema.table_constraints t
join (
  -- As in foreign_keys.sql: put together once, not once for each constraint.
  select distinct constraint_name, check_clause
  from information_schema.check_constraints
  where constraint_schema = database()
) c on c.constraint_name = t.constraint_name
where t.constraint_schema = database() and t.constraint_type = 'CHECK'
