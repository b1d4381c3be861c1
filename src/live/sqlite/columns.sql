select m.name, c.name, c.type, c."notnull", c.dflt_value, c.pk, c.hidden
from sqlite_schema m
join pragma_table_xinfo(m.name) c
where m.type = 'table' and m.rootpage > 0 and m.name not like 'sqlite\_%' escape '\'
  and m.name not like '\_cf\_%' escape '\'
order by m.rowid, c.cid
