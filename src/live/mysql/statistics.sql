select cast(table_name as char), cast(index_name as char), non_unique = 1, cast(seq_in_index as signed),
  cast(column_name as char), cast(expression as char), cast(collation as char), cast(sub_part as signed),
  cast(index_type as char), is_visible = 'NO', cast(index_comment as char)
from information_schema.statistics
where table_schema = database()
order by table_name, index_name, seq_in_index
