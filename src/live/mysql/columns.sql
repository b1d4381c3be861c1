select cast(table_name as char), cast(column_name as char), cast(column_type as char), cast(is_nullable as char),
  cast(column_default as char), cast(extra as char), cast(generation_expression as char)
from information_schema.columns
where table_schema = database()
order by table_name, ordinal_position
