select name
from sqlite_schema
where type = 'table' and rootpage = 0
order by rowid
