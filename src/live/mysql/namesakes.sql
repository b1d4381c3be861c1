select cast(other.constraint_schema as char), cast(other.constraint_name as char), cast(null as char), cast(null as char)
from information_schema.check_constraints own
join information_schema.check_constraints other
  on other.constraint_name = own.constraint_name and other.constraint_schema <> own.constraint_schema
where own.constraint_schema = database()
union all
select cast(other.constraint_schema as char), cast(other.constraint_name as char), cast(other.update_rule as char),
  cast(other.delete_rule as char)
from information_schema.referential_constraints own
join information_schema.referential_constraints other
  on other.constraint_name = own.constraint_name and other.constraint_schema <> own.constraint_schema
where own.constraint_schema = database()
