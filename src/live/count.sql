select {place} as place, count(*) as found from (select 1 from {table} limit {limit}) as counted
