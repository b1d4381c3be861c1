select type, name, tbl_name, sql
from sqlite_schema
where name not like 'sqlite\_%' escape '\'
order by rowid
