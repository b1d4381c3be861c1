select ?1, c.name, c.type, c."notnull", c.dflt_value, c.pk, c.hidden
from pragma_table_xinfo(?1) c
order by c.cid
