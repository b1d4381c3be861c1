select name, type, wr, strict
from pragma_table_list
where schema = 'main'
