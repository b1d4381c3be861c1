select m.name, f.id, f."table", f."from", f."to", f.on_update, f.on_delete
from sqlite_schema m
join pragma_foreign_key_list(m.name) f
where m.type = 'table' and m.rootpage > 0 and m.name not like 'sqlite\_%' escape '\'
  and m.name not like '\_cf\_%' escape '\'
order by m.rowid, f.id desc, f.seq
