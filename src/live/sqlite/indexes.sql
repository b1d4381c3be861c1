select m.name, l.name, l."unique", l.origin, i.name, i."desc", i.coll
from sqlite_schema m
join pragma_index_list(m.name) l
join pragma_index_xinfo(l.name) i
where m.type = 'table' and m.rootpage > 0 and i.key = 1 and m.name not like 'sqlite\_%' escape '\'
  and m.name not like '\_cf\_%' escape '\'
order by m.rowid, l.seq, i.seqno
