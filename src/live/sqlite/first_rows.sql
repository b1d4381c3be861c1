select '{table}' as name, (select sum(1) from (select 1 from "{identifier}" limit 1001)) as first_rows
