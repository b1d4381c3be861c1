select cast(table_name as char), cast(view_definition as char)
from information_schema.views
where table_schema = database()
