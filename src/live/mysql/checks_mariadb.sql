select cast(table_name as char), cast(constraint_name as char), cast(check_clause as char), true, level = 'Column'
from information_schema.check_constraints
where constraint_schema = database()
