select {place} as place, count(*) as found from (select 1 from {table} where {condition} limit 1) as sought
