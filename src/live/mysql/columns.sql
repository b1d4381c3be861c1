select cast(table_name as char), cast(column_name as char), cast(column_type as char), is_nullable = 'YES',
  cast(column_default as char), cast(extra as char), cast(generation_expression as char),
  cast(character_set_name as char), cast(collation_name as char), cast(column_key as char), cast(column_comment as char)
from information_schema.columns
where table_schema = database()
order by table_name, ordinal_position
