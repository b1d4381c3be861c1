select {place} as place, count(*) as found from (select 1 from {table} as own where {condition} and {exists} (select 1 from {other} as other where {equal}) limit 1) as sought
