select '{table}' as name,
  (select rowid from "{identifier}" order by rowid limit 1 offset 1000) as thousandth,
  (select min(rowid) from "{identifier}") as lowest,
  (select max(rowid) from "{identifier}") as highest
