select '{table}' as name,
  (select sum(1) from (select 1 from "{identifier}" limit 1001)) as first_rows,
  (select rowid from "{identifier}" order by rowid limit 1 offset 1000) as thousandth,
  (select min(rowid) from "{identifier}") as lowest,
  (select max(rowid) from "{identifier}") as highest
