select {place} as place, count(*) as found from (select 1 from {table} where {condition} group by {columns} having count(*) > 1 limit 1) as sought
