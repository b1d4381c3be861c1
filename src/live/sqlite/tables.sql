select name, type, wr
from pragma_table_list
where schema = 'main'
