select cast(t.table_name as char), cast(t.constraint_name as char), cast(c.check_clause as char), t.enforced = 'YES', false
from information_schema.table_constraints t
join information_schema.check_constraints c
  on c.constraint_schema = t.constraint_schema and c.constraint_name = t.constraint_name
where t.constraint_schema = database() and t.constraint_type = 'CHECK'
