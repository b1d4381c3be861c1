select cast(table_name as char), cast(index_name as char), non_unique = 0, cast(index_type as char),
  cast(column_name as char), cast(collation as char), null
from information_schema.statistics
where table_schema = database()
order by table_name, index_name, seq_in_index
