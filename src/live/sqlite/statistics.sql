select tbl, max(cast(stat as integer))
from sqlite_stat1
group by tbl
