select cast(table_name as char), cast(table_type as char), cast(table_collation as char), cast(table_comment as char),
  cast(create_options as char), table_rows, data_length, auto_increment, cast(create_time as char),
  cast(unix_timestamp(create_time) as signed)
from information_schema.tables
where table_schema = database()
order by table_name
