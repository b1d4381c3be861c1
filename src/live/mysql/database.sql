select cast(default_character_set_name as char), cast(default_collation_name as char), cast(@@global.sql_mode as char)
from information_schema.schemata
where schema_name = database()
